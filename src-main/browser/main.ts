/**
 * Entry of the browser shell: `node src-main/browser/main.ts --config kiosk.json [--provision provision.json]
 * [--no-window]`.
 */
import { existsSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { languages } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { systemClock, systemTimers } from '../engine/index.ts'
import {
  createEngineSupervisor,
  createFileKeystore,
  forkEngine,
  readProvisionedSettings,
  startWatchdog,
} from '../shell/index.ts'
import { findChromium, hasDisplay, openChromium } from './chromium.ts'
import { createBrowserShell } from './shell.ts'

const say = (line: string) => void writeSync(1, `${line}\n`)

function refuse(failure: Failure): never {
  for (const language of languages) {
    const { what, next } = describeFailure(failure, language)
    writeSync(2, `${failure.code} ${what} ${next}\n`)
  }
  process.exit(3)
}

const { values: flags } = parseArgs({
  options: {
    config: { type: 'string', default: '/etc/lodge/kiosk.json' },
    provision: { type: 'string' },
    window: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const start = readProvisionedSettings(flags.config, flags.provision)
if (!start.ok) refuse(start.failure)
const { shell: desk, raw } = start.value.settings

const built = fileURLToPath(new URL('../renderer', import.meta.url))
const rendererDir = existsSync(built) ? built : fileURLToPath(new URL('../../out/renderer', import.meta.url))
const keystore = createFileKeystore(desk.dataDir)
say(
  `lodge: keys are held by a ${keystore.name}; who can read it and the disk can read card ids, but no secret without a badge and PIN`,
)

const supervisor = createEngineSupervisor({
  spawn: () => forkEngine(),
  keystore,
  config: raw,
  timers: systemTimers,
  monotonic: systemClock.monotonic,
  log: say,
})
const shell = createBrowserShell({ supervisor, rendererDir, port: desk.port, monotonic: systemClock.monotonic })
// An engine that cannot serve stays up as a screen that says why; the code is printed for whoever reads the journal.
supervisor.onFrame((frame) => {
  if (frame.t === 'shell' && frame.engine === 'given-up' && frame.failure !== null)
    say(`lodge: ${frame.failure.code} ${describeFailure(frame.failure, 'en').what}`)
})
start.value.watch(supervisor, say)
startWatchdog({ env: process.env, timers: systemTimers })
await supervisor.start()
await shell.start()

const browser = flags.window && hasDisplay() ? findChromium() : null
let stopping = false
let deaths = 0

function openWindow(file: string): void {
  const opened = systemClock.monotonic()
  const window = openChromium(file, shell.launchUrl(), desk.dataDir, desk.mode)
  window.once('exit', () => {
    if (stopping) return
    if (desk.mode === 'shared-counter') {
      stop()
      return
    }
    // A locked-down desk has no other way back to its window.
    deaths = systemClock.monotonic() - opened > 60_000 ? 0 : deaths + 1
    systemTimers.set(() => openWindow(file), Math.min(30_000, 500 * 2 ** deaths))
  })
}

if (browser === null) say(`lodge: open ${shell.launchUrl()} within a minute (SIGUSR2 prints another address)`)
else openWindow(browser)
process.on('SIGUSR2', () => say(`lodge: open ${shell.launchUrl()}`))

function stop(): void {
  if (stopping) return
  stopping = true
  Promise.all([shell.stop(), supervisor.stop()]).then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
