/** What electron-builder makes of the staged folder: .deb and AppImage, and an NSIS installer that can run silently. */
import { join } from 'node:path'
import type { AfterPackContext, Configuration } from 'electron-builder'
import { setFuses } from './fuses.ts'

function binaryOf({ appOutDir, electronPlatformName, packager }: AfterPackContext): string {
  const name = packager.appInfo.productFilename
  // The name that `linux.executableName` below gives it.
  const executable = 'lodge'
  if (electronPlatformName === 'darwin') return join(appOutDir, `${name}.app`, 'Contents', 'MacOS', name)
  return join(appOutDir, electronPlatformName === 'win32' ? `${name}.exe` : executable)
}

export function builderConfig(root: string, app: string, electronVersion: string): Configuration {
  return {
    appId: 'fi.lodge.kiosk',
    productName: 'Lodge',
    electronVersion,
    directories: { app, output: join(root, 'out/dist'), buildResources: join(root, 'resources') },
    files: ['**/*'],
    asar: true,
    // A shared library cannot be loaded from inside the archive.
    asarUnpack: ['**/*.node', '**/*.so', '**/*.dll', '**/*.dylib'],
    npmRebuild: false,
    // The service unit, device rules and profiles that lock the desk down, beside the program.
    extraResources: [
      { from: join(root, 'resources/systemd'), to: 'systemd' },
      { from: join(root, 'resources/udev'), to: 'udev' },
      { from: join(root, 'resources/apparmor'), to: 'apparmor' },
    ],
    afterPack: (context) => setFuses(binaryOf(context)),
    linux: {
      target: ['deb', 'AppImage'],
      category: 'Utility',
      executableName: 'lodge',
      maintainer: 'Lodge',
      synopsis: 'Hands passwords to people in person',
      icon: join(root, 'src-renderer/public/lodge.svg'),
    },
    deb: {
      depends: ['libusb-1.0-0', 'libudev1', 'libsecret-1-0', 'libgtk-3-0', 'libnss3', 'libasound2 | libasound2t64'],
    },
    win: { target: ['nsis'] },
    // `Lodge Setup.exe /S /D=C:\Program Files\Lodge` asks nothing.
    nsis: {
      oneClick: false,
      perMachine: true,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
      runAfterFinish: false,
    },
    publish: null,
  }
}
