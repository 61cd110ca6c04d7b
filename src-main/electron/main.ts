/** The Electron shell: one window, one gate, one engine. Thin: what can be decided without electron is in rules.ts and shell/. */
import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, session, type IpcMainEvent } from 'electron'
import { describeFailure } from '../../src-shared/errors.ts'
import { languages } from '../../src-shared/domain.ts'
import type { Failure } from '../../src-shared/result.ts'
import { readSettingsFile } from '../browser/settings-file.ts'
import { systemClock, systemTimers } from '../engine/index.ts'
import { createEngineSupervisor, createGate, readStatic, securityHeaders, type EngineSupervisor } from '../shell/index.ts'
import { toMain, toWindow } from './bridge.ts'
import { forkUtility } from './engine-child.ts'
import { createSafeStorageKeystore } from './keystore.ts'
import { isOurWindow, mayNavigate, requestedPath, windowOptions, windowUrl } from './rules.ts'

const rendererDir = fileURLToPath(new URL('../renderer', import.meta.url))
const preload = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url))

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: false } }])

function refuse(failure: Failure): void {
  const lines = languages.map((language) => {
    const { what, next } = describeFailure(failure, language)
    return `${what} ${next}`
  })
  dialog.showErrorBox(`Lodge ${failure.code}`, lines.join('\n\n'))
  app.exit(3)
}

function configFile(): string {
  const flag = process.argv.find((argument) => argument.startsWith('--config='))
  return flag?.slice('--config='.length) ?? '/etc/lodge/kiosk.json'
}

function lockDown(): void {
  Menu.setApplicationMenu(null)
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!mayNavigate(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

function serveWindow(): void {
  const headers = securityHeaders("'none'")
  protocol.handle('app', async (request) => {
    const path = requestedPath(request.url)
    const file = path === null ? null : await readStatic(rendererDir, path)
    if (file === null) return new Response(null, { status: 404, headers })
    return new Response(new Uint8Array(file.bytes), { headers: { ...headers, 'content-type': file.type } })
  })
}

function connectWindow(window: BrowserWindow, supervisor: EngineSupervisor): void {
  const send = (frame: unknown) => {
    if (!window.isDestroyed()) window.webContents.send(toWindow, frame)
  }
  const gate = createGate((frame, answer) => supervisor.call(frame, answer))
  ipcMain.on(toMain, (event: IpcMainEvent, frame: unknown) => {
    const { senderFrame } = event
    const ours =
      senderFrame !== null &&
      isOurWindow({ url: senderFrame.url, isMainFrame: senderFrame === event.sender.mainFrame, isOurContents: event.sender === window.webContents })
    if (ours) gate.receive(frame, send)
  })
  supervisor.onFrame(send)
  window.webContents.on('did-finish-load', () => send(supervisor.notice()))
}

async function main(): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    refuse({ code: 'L-802' })
    return
  }
  await app.whenReady()
  const settings = readSettingsFile(configFile())
  if (!settings.ok) {
    refuse(settings.failure)
    return
  }
  const { shell, raw } = settings.value
  lockDown()
  serveWindow()
  const supervisor = createEngineSupervisor({
    spawn: forkUtility,
    keystore: createSafeStorageKeystore(shell.dataDir),
    config: raw,
    timers: systemTimers,
    monotonic: systemClock.monotonic,
    log: (line) => process.stderr.write(`${line}\n`),
  })
  const window = new BrowserWindow(windowOptions(preload, shell.mode, !app.isPackaged))
  connectWindow(window, supervisor)
  window.once('ready-to-show', () => window.show())
  let stopped = false
  // Quitting waits for the engine; correctness does not depend on it (DESIGN section 4, rule 6).
  app.on('before-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    supervisor.stop().then(
      () => {
        stopped = true
        app.quit()
      },
      () => app.exit(1),
    )
  })
  app.on('window-all-closed', () => app.quit())
  await supervisor.start()
  await window.loadURL(windowUrl)
}

main().catch(() => app.exit(1))
