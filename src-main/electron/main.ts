/**
 * The Electron shell: one window, one gate, one engine. Thin: what can be decided without electron is in rules.ts,
 * health.ts and shell/.
 */
import { fileURLToPath } from 'node:url'
import { app, dialog, protocol } from 'electron'
import { languages } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { ok, type Failure } from '../../src-shared/failures/result.ts'
import { systemClock, systemTimers } from '../engine/index.ts'
import {
  createEngineSupervisor,
  inLines,
  lockdownReport,
  readProvisionedSettings,
  readSettingsFile,
  startWatchdog,
  thisMachine,
} from '../shell/index.ts'
import { watchEndings, watchSessionEnd } from './endings.ts'
import { forkUtility } from './engine-child.ts'
import { watchGpu } from './gpu.ts'
import { hardenContents, hardenSession } from './harden.ts'
import { connectWindows } from './ipc.ts'
import { createSafeStorageKeystore } from './keystore.ts'
import { createKioskWindow } from './kiosk-window.ts'
import { connectStarter } from './parent-link.ts'
import { configFile, debuggingSwitch, schemePrivileges } from './rules.ts'
import { serveWindow } from './serve-window.ts'
import { updaterOf } from './update.ts'
import { eventChannel } from './channels.ts'

const rendererDir = fileURLToPath(new URL('../renderer', import.meta.url))
const preload = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url))
const log = (line: string) => void process.stderr.write(`${line}\n`)

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: schemePrivileges }])
app.enableSandbox()

function inWords(failure: Failure): string {
  return languages
    .map((language) => {
      const { what, next } = describeFailure(failure, language)
      return `${what} ${next}`
    })
    .join('\n\n')
}

function say(failure: Failure): void {
  log(`lodge: ${failure.code} ${describeFailure(failure, 'en').what}`)
}

/** Refuses before there can be a window of ours. */
function leave(failure: Failure): void {
  say(failure)
  dialog.showErrorBox(`Lodge ${failure.code}`, inWords(failure))
  app.exit(3)
}

async function main(): Promise<void> {
  if (app.isPackaged && debuggingSwitch((name) => app.commandLine.hasSwitch(name)) !== null) {
    leave({ code: failures.debuggingRefused })
    return
  }
  if (process.argv.includes('--lockdown-report')) {
    const settings = readSettingsFile(configFile(process.argv, process.platform, process.env))
    const dataDir = settings.ok ? settings.value.shell.dataDir : '/var/lib/lodge/data'
    process.stdout.write(`${inLines(lockdownReport(thisMachine(dataDir))).join('\n')}\n`)
    app.exit(0)
    return
  }
  if (!app.requestSingleInstanceLock()) {
    leave({ code: failures.alreadyOpen })
    return
  }
  const start = readProvisionedSettings(configFile(process.argv, process.platform, process.env))
  const settings = start.ok ? ok(start.value.settings) : start
  // A desk whose settings cannot be read is treated as locked down.
  const mode = settings.ok ? settings.value.shell.mode : 'kiosk'
  const support = settings.ok ? settings.value.shell.support : null
  let failure: Failure = settings.ok ? { code: failures.screenStopped } : settings.failure
  let release = () => Promise.resolve()
  watchGpu(settings.ok ? settings.value.shell.gpu : true, log, () => release())
  await app.whenReady()
  hardenSession(log)
  serveWindow(rendererDir, () => ({ failure, support }))
  // The updater's news go to the engine's first start alone.
  const config: Record<string, unknown> = settings.ok ? { ...(settings.value.raw as Record<string, unknown>) } : {}
  const supervisor = settings.ok
    ? createEngineSupervisor({
        spawn: forkUtility,
        keystore: createSafeStorageKeystore(settings.value.shell.dataDir),
        config,
        timers: systemTimers,
        monotonic: systemClock.monotonic,
        log,
      })
    : null
  const window = createKioskWindow({
    preload,
    mode,
    development: !app.isPackaged,
    timers: systemTimers,
    monotonic: systemClock.monotonic,
    log,
    onStopped(why) {
      failure = why
    },
    onLoaded() {
      if (supervisor !== null) window.current()?.webContents.send(eventChannel, supervisor.notice())
    },
    onClosed() {
      if (mode === 'shared-counter') app.quit()
    },
  })
  hardenContents(mode, () => {
    if (supervisor !== null) {
      window.again()
      return
    }
    // The settings may have been mended: start from the beginning.
    app.relaunch()
    app.exit(0)
  })
  app.on('second-instance', () => {
    say({ code: failures.alreadyOpen })
    window.focus()
  })
  if (supervisor === null) {
    say(failure)
    window.open(true)
    app.on('before-quit', () => window.release())
    app.on('window-all-closed', () => app.quit())
    return
  }
  release = () => supervisor.stop()
  watchEndings({ release: () => window.release(), supervisor, log })
  connectWindows(supervisor, () => window.current(), log)
  if (!app.isPackaged) connectStarter(supervisor)
  app.on('browser-window-created', (_event, made) => watchSessionEnd(made, supervisor))
  if (start.ok) start.value.watch(supervisor, log)
  const updater = settings.ok
    ? updaterOf(settings.value.shell.updates, settings.value.shell.dataDir, supervisor, log)
    : null
  if (updater !== null) {
    if (updater.start() === 'rolled-back') return
    const news = updater.takeNews()
    if (news !== null) config['updateNews'] = news
    supervisor.onFrame((frame) => {
      if (frame.t === 'shell' && frame.engine === 'up') delete config['updateNews']
    })
  }
  startWatchdog({ env: process.env, timers: systemTimers })
  window.open(false)
  await supervisor.start()
}

main().catch((error: unknown) => {
  log(`lodge: the shell did not start: ${error instanceof Error ? error.name : 'error'}`)
  app.exit(1)
})
