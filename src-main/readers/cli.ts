/**
 * Readers of this computer, for whoever sets up a desk.
 *
 *   npm run -s readers -- list  [--config FILE]                every HID device, whether it is read and why not
 *   npm run -s readers -- watch [--config FILE] [--seconds N]  what scans decode to, masked
 *   npm run -s readers -- learn [PATH] [--seconds N]           scan one card three times: its rule for `readers.allow`
 *
 * `--simulated HOST:PORT` uses a reader bench instead of the USB bus. JSON on standard output, `watch` one object a
 * line; exit code 1 with an error code when it did not go well, 2 for a wrong command. No card number, document line or
 * code is ever written.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import {
  createNodeHidBus,
  createReaderSupervisor,
  createSimulatedBus,
  maskScan,
  ReadersConfig,
  type HidBus,
  type ReaderSupervisor,
} from './index.ts'

const usage =
  'list [--config FILE] | watch [--config FILE] [--seconds N] | learn [PATH] [--seconds N]   (--simulated HOST:PORT: a reader bench)'
const defaultConfig = '/etc/lodge/kiosk.json'
const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
const today = () => new Date().toISOString().slice(0, 10)

interface Options {
  readonly config: string | undefined
  readonly seconds: number
  readonly simulated: string | undefined
}

const print = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`)
const failed = (failure: Failure) => ({ ok: false, code: failure.code, ...describeFailure(failure, 'en') })

/** The readers' part of a desk's settings file; without a file, what a desk without settings reads. */
async function readersOf(file: string | undefined): Promise<ReadersConfig | Failure> {
  const text = await readFile(file ?? defaultConfig, 'utf8').catch(() => null)
  if (text === null)
    return file === undefined ? ReadersConfig.parse({}) : { code: failures.settingsUnreadable, params: { where: file } }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return { code: failures.settingsUnreadable, params: { where: 'JSON' } }
  }
  const parsed = z.looseObject({ readers: ReadersConfig }).safeParse(raw)
  return parsed.success
    ? parsed.data.readers
    : { code: failures.settingsUnreadable, params: { where: parsed.error.issues[0]?.path.join('.') ?? 'readers' } }
}

function busOf(simulated: string | undefined): HidBus {
  if (simulated === undefined) return createNodeHidBus()
  const [host = '127.0.0.1', port = ''] = simulated.split(':')
  return createSimulatedBus({ host, port: Number(port) })
}

const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`

function listing(supervisor: ReaderSupervisor): object[] {
  return supervisor.devices().map(({ info, used, rule, failure }) => ({
    path: info.path,
    product: info.product,
    vendorId: hex(info.vendorId),
    productId: hex(info.productId),
    usagePage: hex(info.usagePage),
    usage: hex(info.usage),
    // As numbers, ready for the settings file.
    match: { vendorId: info.vendorId, productId: info.productId, usagePage: info.usagePage, usage: info.usage },
    used,
    rule,
    ...(failure === null ? {} : { code: failure.code, ...describeFailure(failure, 'en') }),
  }))
}

/** Resolves when `done` says so at a change, when the time is up, or at Ctrl-C. */
function until(supervisor: ReaderSupervisor, seconds: number, done: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (met: boolean) => {
      clearTimeout(timer)
      off()
      process.off('SIGINT', stop)
      resolve(met)
    }
    const stop = () => end(false)
    const timer = setTimeout(() => end(done()), seconds * 1000)
    const off = supervisor.onStatus(() => {
      if (done()) end(true)
    })
    process.once('SIGINT', stop)
    if (done()) end(true)
  })
}

async function list(supervisor: ReaderSupervisor, simulated: boolean): Promise<object> {
  // A bench on the network is heard of a moment later, a device at a time; a USB bus at once.
  if (simulated) await until(supervisor, 0.8, () => false)
  const status = supervisor.status()
  const devices = listing(supervisor)
  if (devices.length === 0 && status.failure !== null) return { ...failed(status.failure), devices }
  return { ok: true, devices }
}

async function watch(supervisor: ReaderSupervisor, seconds: number): Promise<object> {
  supervisor.onScan((scan) => print({ reader: scan.reader, kind: scan.kind, scan: maskScan(scan, today()) }))
  supervisor.onTorn((failure) => print(failed(failure)))
  let shown = ''
  const show = () => {
    const status = supervisor.status()
    const line = JSON.stringify(status)
    if (line === shown) return
    shown = line
    print({ readers: status.names, ...(status.failure === null ? {} : failed(status.failure)) })
  }
  show()
  supervisor.onStatus(show)
  await until(supervisor, seconds, () => false)
  return { ok: true, counts: supervisor.counts() }
}

/** The only device that could be a reader: not a keyboard or pointer of the desk's own. */
function candidate(supervisor: ReaderSupervisor): string | null {
  const found = new Set(
    supervisor
      .devices()
      .filter(({ info }) => info.usagePage > 0x1f || info.vendorId === 0x0c27)
      .map(({ info }) => info.path),
  )
  const [only] = found
  return found.size === 1 && only !== undefined ? only : null
}

async function learn(supervisor: ReaderSupervisor, wanted: string | undefined, seconds: number): Promise<object> {
  await until(supervisor, 2, () =>
    wanted === undefined
      ? candidate(supervisor) !== null
      : supervisor.devices().some(({ info }) => info.path === wanted),
  )
  const path = wanted ?? candidate(supervisor)
  if (path === null)
    return {
      ok: false,
      code: failures.noReader,
      what: 'No single reader was found.',
      next: 'Name one of these by its path.',
      devices: listing(supervisor),
    }
  const begun = await supervisor.learn(path)
  if (!begun.ok) return failed(begun.failure)
  process.stderr.write('Scan one card three times, lifting it away in between.\n')
  let told = 0
  const off = supervisor.onStatus(() => {
    const reads = supervisor.learning()?.reads.length ?? 0
    if (reads > told) process.stderr.write(`${reads} of 3\n`)
    told = reads
  })
  const ended = () => {
    const state = supervisor.learning()
    return state === null || state.suggestion !== null || state.failure !== null
  }
  await until(supervisor, seconds, ended)
  off()
  const state = supervisor.learning()
  if (state === null || (state.suggestion === null && state.failure === null))
    return { ...failed({ code: failures.scanIncomplete }), reads: state?.reads ?? [] }
  if (state.suggestion === null)
    return { ...failed(state.failure ?? { code: failures.readsDiffer }), reads: state.reads }
  return { ok: true, readers: { allow: [state.suggestion] }, reads: state.reads, alsoFits: state.alsoFits }
}

async function run(): Promise<object | null> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, seconds: { type: 'string' }, simulated: { type: 'string' } },
  })
  const [command, path] = positionals
  const options: Options = {
    config: values.config,
    seconds: Number(values.seconds ?? (command === 'watch' ? 86_400 : 60)),
    simulated: values.simulated,
  }
  if ((command !== 'list' && command !== 'watch' && command !== 'learn') || !(options.seconds > 0)) return null
  const config = await readersOf(options.config)
  if ('code' in config) return failed(config)
  const supervisor = createReaderSupervisor(
    { bus: busOf(options.simulated), monotonic: () => performance.now(), timers, platform: process.platform, today },
    // Listing opens what the desk would open, and so says what stands in the way.
    config,
  )
  await supervisor.start()
  try {
    if (command === 'list') return await list(supervisor, options.simulated !== undefined)
    return command === 'watch'
      ? await watch(supervisor, options.seconds)
      : await learn(supervisor, path, options.seconds)
  } finally {
    await supervisor.stop()
  }
}

const answer = await run().catch((error: unknown) => {
  if (error instanceof TypeError) return null
  throw error
})
if (answer === null) {
  process.stderr.write(`${usage}\n`)
  process.exitCode = 2
} else {
  print(answer)
  if ('ok' in answer && answer.ok === false) process.exitCode = 1
}
