/**
 * How a verified file becomes the running program: an AppImage is swapped with its predecessor kept; an NSIS installer
 * runs silently.
 */
import { spawn } from 'node:child_process'
import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export interface Installer {
  /** Puts the new version in the old one's place, so that the next start runs it. The old one can be put back. */
  install(file: string): void
  /** Puts the version before back. */
  restore(): void
  /** The new version has proved itself: the one before goes. */
  settle(file: string): void
}

function durable(file: string): void {
  const open = openSync(file, 'r')
  fsyncSync(open)
  closeSync(open)
}

/** `running` is the AppImage that runs (environment variable APPIMAGE, set by its own runtime). */
export function appImageInstaller(running: string): Installer {
  const before = `${running}.before`
  return {
    install(file) {
      const beside = `${running}.new`
      copyFileSync(file, beside)
      chmodSync(beside, 0o755)
      durable(beside)
      copyFileSync(running, before)
      chmodSync(before, 0o755)
      durable(before)
      renameSync(beside, running)
    },
    restore() {
      if (existsSync(before)) renameSync(before, running)
    },
    settle(file) {
      rmSync(before, { force: true })
      rmSync(file, { force: true })
    },
  }
}

type Run = (file: string, args: readonly string[]) => void
const runDetached: Run = (file, args) =>
  spawn(file, [...args], { detached: true, stdio: 'ignore', windowsHide: true }).unref()

/** `folder` keeps the installer of the present version, for going back. `/S` is NSIS's silent switch. */
export function nsisInstaller(folder: string, run: Run = runDetached): Installer {
  const current = join(folder, 'installer-current.exe')
  const before = join(folder, 'installer-before.exe')
  return {
    install(file) {
      if (existsSync(current)) renameSync(current, before)
      copyFileSync(file, current)
      durable(current)
      run(current, ['/S', '--force-run'])
    },
    restore() {
      if (!existsSync(before)) return
      renameSync(before, current)
      run(current, ['/S', '--force-run'])
    },
    settle(file) {
      rmSync(before, { force: true })
      rmSync(file, { force: true })
    },
  }
}

/**
 * The installer of this start, or null where a package manager keeps the program (.deb) or it runs from its sources.
 */
export function installerOfThisStart(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  packaged: boolean,
  folder: string,
): Installer | null {
  if (!packaged) return null
  if (platform === 'linux' && env['APPIMAGE'] !== undefined) return appImageInstaller(env['APPIMAGE'])
  if (platform === 'win32') return nsisInstaller(folder)
  return null
}
