/**
 * Entry of the hub: `node src-hub/main.ts`. One line when it serves; a coded message and exit code 3 when it cannot.
 * `doctor` looks, and ends; `export-settings`, `import-settings` and `key-lost` do that, and end.
 */
import { readFileSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { welcomePath } from '../src-shared/hub-api/agent/session.ts'
import { languages } from '../src-shared/domain/index.ts'
import { describeFailure } from '../src-shared/failures/codes.ts'
import * as failures from '../src-shared/failures/named.ts'
import type { Failure } from '../src-shared/failures/result.ts'
import { doctor } from './doctor/index.ts'
import { longestStopMs, startHub, type RunningHub } from './hub.ts'
import { createSparingLog } from './operations/index.ts'
import { isMerged, noteMerged, parseInstitution, seed, withoutMark } from './seed/index.ts'
import { keyLostCommand, runKeyLost } from './cli/key-lost.ts'
import { runSettingsCommand, settingsCommands } from './cli/settings.ts'
import { readSettings } from './settings.ts'

function refuse(failure: Failure): never {
  for (const language of languages) {
    const { what, next } = describeFailure(failure, language)
    writeSync(2, `${failure.code} ${what} ${next}\n`)
  }
  process.exit(3)
}

/** What the database's driver says without a code, in words that are its own and hold nothing else. */
const driverWords = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
  'Query read timeout',
]
const saidByDriver = (error: Error) => driverWords.find((words) => error.message.startsWith(words)) ?? ''

if (process.argv[2] === 'doctor') {
  const { text, exitCode } = await doctor(process.argv.slice(3), process.env)
  writeSync(1, text)
  process.exit(exitCode)
}

const settings = readSettings(process.env)
if (!settings.ok) refuse(settings.failure)
const { options, seedFile, drainMs } = settings.value

const command = settingsCommands.find((each) => each === process.argv[2])
if (command !== undefined) {
  const done = await runSettingsCommand(command, process.argv.slice(3), options)
  if (!done.ok) refuse(done.failure)
  process.exit(0)
}

if (process.argv[2] === keyLostCommand) {
  const done = await runKeyLost(process.argv.slice(3), options)
  if (!done.ok) refuse(done.failure)
  process.exit(0)
}

/** Beside the bundle; from the sources, where the build puts it. */
const here = import.meta.dirname
const consoleDir = fileURLToPath(
  new URL(basename(here) === 'src-hub' ? '../out/hub/console' : 'console', import.meta.url),
)

let running: RunningHub | null = null
let stopping = false
function stop(): void {
  if (stopping) return
  stopping = true
  // While it starts there is nothing to finish; what it has started ends with it.
  if (running === null) process.exit(0)
  // An orderly stop has a deadline for everything in it; this is for what nobody thought of.
  setTimeout(() => process.exit(1), drainMs + longestStopMs).unref()
  running.stop(drainMs).then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
process.on('disconnect', stop)

const troubleLog = createSparingLog(
  (line) => writeSync(2, `${line}\n`),
  () => performance.now(),
)
const hub = await startHub({
  ...options,
  consoleDir,
  // Only by hand, once after a restore: a service that restarts by itself must not begin another.
  restored: process.argv.includes('--restored'),
  onNote: (words) => writeSync(2, `lodge hub: ${words}\n`),
  // The route and the kind of error only: a database error's text may quote values.
  onBug: (route, error) =>
    troubleLog(
      `lodge hub: ${route}: ${error instanceof Error ? `${error.name} ${(error as { code?: string }).code ?? saidByDriver(error)}` : 'error'}`,
    ),
})
if (!hub.ok) refuse(hub.failure)
const started = hub.value
running = started

if (seedFile !== null) {
  let text: string
  let json: unknown
  try {
    text = readFileSync(seedFile, 'utf8')
    json = JSON.parse(withoutMark(text))
  } catch {
    refuse({ code: failures.settingsUnreadable, params: { where: seedFile } })
  }
  // A file that has been merged is merged again when it has changed.
  if (!(await isMerged(started.db, text))) {
    const data = parseInstitution(json)
    if (!data.ok) refuse(data.failure)
    const seeded = await seed(started, data.value)
    if (!seeded.ok) refuse(seeded.failure)
    await noteMerged(started.db, text)
  }
}

if (started.clusterMovedTo !== null)
  writeSync(
    1,
    `lodge hub: its database is in ${started.clusterMovedTo} (the data folder is closed to the unprivileged user it runs as)\n`,
  )
writeSync(1, `lodge hub: serving ${started.url}\n`)
if (started.firstAdministrator !== null)
  writeSync(
    1,
    `lodge hub: there is no account yet. The first administrator is made here, once and within the hour: ${options.consoleAddress ?? started.url}${welcomePath}#${started.firstAdministrator}\n`,
  )
process.send?.({ t: 'serving', url: started.url, port: started.port })
