/**
 * Keeps the allowed readers open, whatever is plugged in and out, and turns their reports into scans. What a report
 * means is said by `reading.ts`, and which device is to be open by `presence.ts`; here their effects are carried out.
 */
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { ReaderRule, ReadersConfig } from './config.ts'
import { createConnections, type Connection, type Connections } from './connections.ts'
import { createLearning, type Learning } from './learning.ts'
import type { HidBus, HidDeviceInfo, ListedDevice, ReaderStatus, ReaderSupervisor, Scan } from './port.ts'
import { createPolling } from './polling.ts'
import { dutyFor, listedDevice, nextPollMs, refusedAgain, statusOf, type Refusal } from './presence.ts'
import { admitReport, breakOff, readReport, silenceOf, type ReadEffect } from './reading.ts'
import { createRepeats, type Repeats } from './repeats.ts'

export interface ReaderPorts {
  readonly bus: HidBus
  /** Monotonic, ms. */
  readonly monotonic: () => number
  readonly timers: { set(run: () => void, ms: number): () => void }
  /** Keyboard wedges are read raw on Linux only (docs/architecture.md#devices). */
  readonly platform: NodeJS.Platform
  /** The desk's date, `YYYY-MM-DD`, for what a learned scan means. */
  readonly today?: () => string
}

/** What the supervisor knows of the bus, and who listens. */
interface Supervised {
  readonly ports: ReaderPorts
  readonly config: ReadersConfig
  readonly repeats: Repeats
  readonly refused: Map<string, Refusal>
  readonly listeners: {
    readonly scan: Set<(scan: Scan) => void>
    readonly status: Set<() => void>
    readonly torn: Set<(failure: Failure) => void>
  }
  listed: readonly HidDeviceInfo[]
  /** Why a device, or the whole list, could not be had at the last poll. */
  failure: Failure | null
  failedLists: number
  stopped: boolean
  /** What the listeners were told last. */
  shown: string
}

/** The parts that the supervisor drives. */
interface Driven {
  readonly connections: Connections
  readonly learning: Learning
}

export function createReaderSupervisor(ports: ReaderPorts, config: ReadersConfig): ReaderSupervisor {
  const { bus, timers, today = localDate } = ports
  const known: Supervised = {
    ports,
    config,
    repeats: createRepeats(config),
    refused: new Map(),
    listeners: { scan: new Set(), status: new Set(), torn: new Set() },
    listed: [],
    failure: null,
    failedLists: 0,
    stopped: true,
    shown: '',
  }
  const connections = createConnections({
    bus,
    timers,
    config,
    stopped: () => known.stopped,
    events: {
      report: (connection, report) => takeReport(known, driven, connection, report),
      lost: (connection) => lose(known, driven, connection),
      leaving: (connection) => leave(known, connection),
    },
  })
  const learning = createLearning({
    config,
    connections,
    timers,
    today,
    mayRead: (info, as) => mayRead(ports, config, info, as),
    reopen: () => {
      if (!known.stopped) void polling.now()
    },
    announce: () => announce(known, driven),
  })
  const driven: Driven = { connections, learning }
  const polling = createPolling(
    () => poll(known, driven),
    () => nextPollMs(config.pollMs, known.failedLists),
    timers,
  )
  let offChange: (() => void) | null = null

  return {
    async start() {
      known.stopped = false
      polling.start()
      offChange = bus.onChange?.(() => void polling.now()) ?? null
      await polling.now()
    },
    async stop() {
      known.stopped = true
      offChange?.()
      learning.abandon()
      await polling.stop()
      await connections.settled()
      for (const path of [...connections.open.keys()]) await connections.disconnect(path)
      await bus.stop()
    },
    status: () => status(known, driven),
    onStatus: (listener) => listen(known.listeners.status, listener),
    onScan: (listener) => listen(known.listeners.scan, listener),
    onTorn: (listener) => listen(known.listeners.torn, listener),
    flush() {
      // The rest of a scan that began on another screen must not become a scan of its own.
      for (const { reading } of connections.open.values()) reading.decoder?.spoil()
    },
    devices: () => devices(known, driven),
    counts: () => [...connections.counts].map(([reader, counts]) => ({ reader, counts: structuredClone(counts) })),
    async learn(path) {
      if (path !== null) return learning.begin(known.listed.find((device) => device.path === path))
      learning.end()
      announce(known, driven)
      return ok(null)
    },
    learning: () => learning.state(),
  }
}

function status({ failure }: Supervised, { connections }: Driven): ReaderStatus {
  const names = [...connections.open.values()].flatMap(({ reading: { rule } }) => (rule === null ? [] : [rule.name]))
  return statusOf(names, failure)
}

function devices({ listed, config, refused }: Supervised, { connections }: Driven): ListedDevice[] {
  return listed.map((info) =>
    listedDevice(info, config, connections.open.get(info.path)?.reading.rule?.name, refused.get(info.path)),
  )
}

/** Tells the listeners of the status when something of it has changed. */
function announce(known: Supervised, driven: Driven): void {
  const now = JSON.stringify([status(known, driven), devices(known, driven), driven.learning.state()])
  if (now === known.shown) return
  known.shown = now
  for (const listener of known.listeners.status) listener()
}

function carryOut({ listeners }: Supervised, effects: readonly ReadEffect[]): void {
  for (const effect of effects) {
    if (effect.kind === 'scan') for (const listener of listeners.scan) listener(effect.scan)
    else for (const listener of listeners.torn) listener(effect.failure)
  }
}

/** One report of a device: to the learner, or to the desk. */
function takeReport(known: Supervised, driven: Driven, connection: Connection, report: Buffer): void {
  const { ports, config } = known
  const { reading } = connection
  const at = ports.monotonic()
  const { admitted, effects } = admitReport(reading, at, config.tornMs)
  carryOut(known, effects)
  if (!admitted) return
  connection.cancelTorn?.()
  connection.cancelTorn = null
  const learner = driven.learning.learnerOf(connection.info.path)
  if (learner !== null) {
    if (learner.push(report)) announce(known, driven)
    connection.cancelTorn = ports.timers.set(() => learner.silence(), config.tornMs)
    return
  }
  carryOut(known, readReport(reading, report, at, known.repeats))
  const { decoder } = reading
  if (decoder?.pending() !== true) return
  connection.cancelTorn = ports.timers.set(
    () => {
      decoder.reset()
      carryOut(known, breakOff(reading, ports.monotonic()))
    },
    silenceOf(reading, config.tornMs),
  )
}

/**
 * Whichever is first to notice that a device has gone, the read or the list: a read that had begun is told as broken
 * off.
 */
function leave(known: Supervised, { reading }: Connection): void {
  known.repeats.forget(reading.path)
  if (known.stopped || reading.decoder?.pending() !== true) return
  carryOut(known, breakOff(reading, known.ports.monotonic()))
}

/** A device that has gone is tried again as one that could not be opened. */
function lose(known: Supervised, driven: Driven, connection: Connection): void {
  const { path } = connection.info
  if (driven.connections.open.get(path) !== connection) return
  if (driven.learning.path() === path) driven.learning.end()
  void driven.connections.disconnect(path).then(() => announce(known, driven))
  refuse(known, path, { code: failures.noReader })
}

function refuse({ refused, ports }: Supervised, path: string, why: Failure): void {
  refused.set(path, refusedAgain(refused.get(path), why, ports.monotonic()))
}

/** A wedge is read only where its keys reach nobody else: Linux, with udev keeping the desktop away. */
async function mayRead(
  { platform, bus }: ReaderPorts,
  config: ReadersConfig,
  info: HidDeviceInfo,
  as: ReaderRule['decoder'],
): Promise<Result<null>> {
  if (as !== 'keyboard-wedge') return ok(null)
  if (platform !== 'linux') return fail(failures.keyboardReaderUnusable)
  if (config.wedgeIsolation === 'elsewhere' || bus.isolated === undefined) return ok(null)
  return (await bus.isolated(info.path)) ? ok(null) : fail(failures.desktopSeesReader)
}

async function openAllowed(known: Supervised, driven: Driven, info: HidDeviceInfo, rule: ReaderRule): Promise<void> {
  const may = await mayRead(known.ports, known.config, info, rule.decoder)
  const opened = may.ok ? await driven.connections.connect(info, rule, rule.decoder === 'pcprox') : may
  if (opened.ok) known.refused.delete(info.path)
  else {
    refuse(known, info.path, opened.failure)
    known.failure = opened.failure
  }
}

/** Lists the bus, closes what has gone and opens what the list allows. */
async function poll(known: Supervised, driven: Driven): Promise<void> {
  const { connections, learning } = driven
  const found = await known.ports.bus.devices()
  if (known.stopped) return
  known.failedLists = found.ok ? 0 : known.failedLists + 1
  known.failure = found.ok ? null : found.failure
  known.listed = found.ok ? found.value : []
  const present = new Set(known.listed.map((info) => info.path))
  for (const path of [...connections.open.keys()]) if (!present.has(path)) await connections.disconnect(path)
  for (const path of [...known.refused.keys()]) if (!present.has(path)) known.refused.delete(path)
  const learned = learning.path()
  if (learned !== null && !present.has(learned)) learning.end()
  for (const info of known.listed) {
    const refusal = known.refused.get(info.path)
    const duty = dutyFor(info, known.config, connections.open.has(info.path), refusal, known.ports.monotonic())
    if (duty.act === 'wait') known.failure ??= duty.failure
    if (duty.act === 'open') await openAllowed(known, driven, info, duty.rule)
    if (known.stopped) return
  }
  announce(known, driven)
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function localDate(): string {
  return new Date().toISOString().slice(0, 10)
}
