/** Keeps the allowed readers open, whatever is plugged in and out, and turns their reports into scans. */
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { ruleFor } from './allow.ts'
import { startAsking, type Asking } from './asking.ts'
import type { ReaderRule, ReadersConfig } from './config.ts'
import { count, noCounts, refusedOnce, type ReaderCounts } from './counts.ts'
import type { DecodedScan, Decoder, ReadRefusal, Took } from './decoders/decoder.ts'
import { createDecoder } from './decoders/index.ts'
import { createBucket, reportRate, scanRate } from './flood.ts'
import { knownToClassify } from './known-text.ts'
import { createLearner, type Learner } from './learn/index.ts'
import { identityOf } from './mask.ts'
import { offDocument, readsDocuments } from './off-document.ts'
import type { HidBus, HidDeviceInfo, HidHandle, ListedDevice, ReaderStatus, ReaderSupervisor, Scan } from './port.ts'
import { createRepeats } from './repeats.ts'
import { wake } from './wake.ts'

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

interface Open {
  readonly info: HidDeviceInfo
  /** null: open only to be learned. */
  readonly rule: ReaderRule | null
  readonly handle: HidHandle
  readonly decoder: Decoder | null
  readonly counts: ReaderCounts
  readonly reports: ReturnType<typeof createBucket>
  readonly scans: ReturnType<typeof createBucket>
  /** What was told last of this device and when: a refusal that every report repeats is told once. */
  told: { readonly code: string; at: number } | null
  asking: Asking | null
  cancelTorn: (() => void) | null
  /** When the last report came, monotonic. */
  lastAt: number
}

/** Codes that each report of a reader set wrong would raise again. */
const everyReport: ReadonlySet<string> = new Set([failures.keysNotUnderstood, failures.readerFloods])

const firstRetryMs = 1000
const longestRetryMs = 30_000
/** A learning that nobody finishes ends by itself. */
const learnMs = 60_000
/** A refusal that goes on is told again after so long. */
const sameAgainMs = 10_000

export function createReaderSupervisor(
  { bus, monotonic, timers, platform, today = localDate }: ReaderPorts,
  config: ReadersConfig,
): ReaderSupervisor {
  const open = new Map<string, Open>()
  const opening = new Map<string, Promise<Result<null>>>()
  const refused = new Map<string, { until: number; tries: number; failure: Failure }>()
  const scanListeners = new Set<(scan: Scan) => void>()
  const statusListeners = new Set<() => void>()
  const tornListeners = new Set<(failure: Failure) => void>()
  const repeats = createRepeats(config)
  /** By the name of their rule, kept through unplugging. */
  const countsOf = new Map<string, ReaderCounts>()
  let listed: HidDeviceInfo[] = []
  let failure: Failure | null = null
  let failedLists = 0
  let stopped = true
  let cancelPoll: (() => void) | null = null
  let offChange: (() => void) | null = null
  let polling: Promise<void> | null = null
  let pollAgain = false
  let shown = ''
  let learner: { readonly path: string; readonly learner: Learner; readonly cancel: () => void } | null = null

  function status(): ReaderStatus {
    const names = [...open.values()].flatMap(({ rule }) => (rule === null ? [] : [rule.name]))
    if (names.length > 0) return { state: 'ready', names, failure: null }
    return failure === null
      ? { state: 'none', names, failure: { code: failures.noReader } }
      : { state: 'trouble', names, failure }
  }

  function devices(): ListedDevice[] {
    return listed.map((info) => {
      const rule = ruleFor(config, info)
      return {
        info,
        used: open.get(info.path)?.rule?.name === rule?.name && rule !== null,
        rule: rule?.name ?? null,
        failure: rule === null ? null : (refused.get(info.path)?.failure ?? null),
      }
    })
  }

  function announce(): void {
    const now = JSON.stringify([status(), devices(), learner?.learner.state() ?? null])
    if (now === shown) return
    shown = now
    for (const listener of statusListeners) listener()
  }

  function tell(device: Open, code: ReadRefusal | typeof failures.twoCodesAtOnce | typeof failures.readerFloods): void {
    const at = monotonic()
    const again = device.told?.code === code && everyReport.has(code) && at - device.told.at < sameAgainMs
    if (again) return
    device.told = { code, at }
    for (const listener of tornListeners) listener({ code })
  }

  /** A read that has ended without a scan: counted and told. */
  function refuseRead(
    device: Open,
    code: ReadRefusal | typeof failures.twoCodesAtOnce | typeof failures.readerFloods,
  ): void {
    refusedOnce(device.counts, code)
    tell(device, code)
  }

  /** More than any reader means: what had begun is lost with it. */
  function drop(device: Open): void {
    device.counts.dropped += 1
    device.decoder?.spoil()
    tell(device, failures.readerFloods)
  }

  /** One look or report of a device: to the learning, or to the desk. */
  function onReport(device: Open, report: Buffer): void {
    const at = monotonic()
    if (at - device.lastAt >= (device.rule?.silenceMs ?? config.tornMs)) device.decoder?.paused?.()
    device.lastAt = at
    if (!device.reports.take(at)) {
      drop(device)
      return
    }
    device.cancelTorn?.()
    device.cancelTorn = null
    if (learner?.path === device.info.path) {
      if (learner.learner.push(report)) announce()
      const { learner: learning } = learner
      device.cancelTorn = timers.set(() => learning.silence(), config.tornMs)
      return
    }
    const { rule, decoder } = device
    if (rule === null || decoder === null) return
    const scans = decoder.push(report)
    const took = decoder.took()
    count(device.counts, took)
    if (isRefusal(took)) {
      // The other codes of a card are passed over in silence where the settings say so; one that was torn is not.
      if (!rule.ignoreOthers || took === failures.scanIncomplete) tell(device, took)
    }
    for (const scan of scans) deliver(device, rule, scan)
    if (decoder.pending()) {
      device.cancelTorn = timers.set(() => {
        decoder.reset()
        refuseRead(device, failures.scanIncomplete)
      }, rule.silenceMs ?? config.tornMs)
    }
  }

  function deliver(device: Open, rule: ReaderRule, decoded: DecodedScan): void {
    const { counts } = device
    const at = monotonic()
    const { text, symbology, bits } = decoded
    const scan: Scan = {
      reader: rule.name,
      kind: rule.decoder,
      text,
      symbology,
      ...(bits === undefined ? {} : { bits }),
      at,
      cards: rule.cards,
      ...(offDocument(rule, decoded) ? { offDocument: true } : {}),
      ...(decoded.unidentified === true && readsDocuments(rule) ? { unidentified: true } : {}),
    }
    if (rule.ignoreOthers && !knownToClassify(scan)) {
      counts.passedOver += 1
      return
    }
    switch (repeats.judge(device.info.path, identityOf(scan), at)) {
      case 'again':
        counts.passedOver += 1
        return
      case 'pair':
        refuseRead(device, failures.twoCodesAtOnce)
        return
      case 'new':
        if (!device.scans.take(at)) {
          counts.dropped += 1
          tell(device, failures.readerFloods)
          return
        }
        for (const listener of scanListeners) listener(scan)
    }
  }

  async function close(path: string): Promise<void> {
    const device = open.get(path)
    if (device === undefined) return
    open.delete(path)
    device.asking?.stop()
    device.cancelTorn?.()
    repeats.forget(path)
    // Whichever is first to notice that it has gone, the read or the list: what it had begun is told as broken off.
    if (!stopped && device.decoder?.pending() === true) refuseRead(device, failures.scanIncomplete)
    try {
      await device.handle.close()
    } catch {
      // An unplugged device cannot be closed any better than it is.
    }
  }

  function refuse(path: string, why: Failure): void {
    const tries = (refused.get(path)?.tries ?? 0) + 1
    refused.set(path, {
      until: monotonic() + Math.min(longestRetryMs, firstRetryMs * 2 ** (tries - 1)),
      tries,
      failure: why,
    })
  }

  /** A wedge is read only where its keys reach nobody else: Linux, with udev keeping the desktop away. */
  async function mayRead(info: HidDeviceInfo, decoder: ReaderRule['decoder']): Promise<Result<null>> {
    if (decoder !== 'keyboard-wedge') return ok(null)
    if (platform !== 'linux') return fail(failures.keyboardReaderUnusable)
    if (config.wedgeIsolation === 'elsewhere' || bus.isolated === undefined) return ok(null)
    return (await bus.isolated(info.path)) ? ok(null) : fail(failures.desktopSeesReader)
  }

  function lost(device: Open): void {
    const { path } = device.info
    if (open.get(path) !== device) return
    if (learner?.path === path) endLearning()
    void close(path).then(announce)
    refuse(path, { code: failures.noReader })
  }

  async function openNow(info: HidDeviceInfo, rule: ReaderRule | null, asks: boolean): Promise<Result<null>> {
    const opened = await bus.open(info.path)
    if (!opened.ok) return opened
    const handle = opened.value
    if (stopped) {
      await handle.close()
      return fail(failures.noReader)
    }
    const device: Open = {
      info,
      rule,
      handle,
      decoder: rule === null ? null : createDecoder(rule),
      counts: countsFor(rule),
      reports: createBucket(reportRate),
      scans: createBucket(scanRate),
      told: null,
      asking: null,
      cancelTorn: null,
      lastAt: -Infinity,
    }
    open.set(info.path, device)
    handle.onReport((report) => onReport(device, report))
    handle.onError(() => lost(device))
    await wake(info, handle)
    if (asks && open.get(info.path) === device) {
      device.asking = startAsking(
        handle,
        config.askMs,
        timers,
        (look) => onReport(device, look),
        () => {
          device.counts.reports += 1
          device.counts.foreign += 1
        },
        () => lost(device),
      )
    }
    return ok(null)
  }

  function countsFor(rule: ReaderRule | null): ReaderCounts {
    if (rule === null) return noCounts()
    const counts = countsOf.get(rule.name) ?? noCounts()
    countsOf.set(rule.name, counts)
    return counts
  }

  /** Never two openings of one device at a time. */
  function openOne(info: HidDeviceInfo, rule: ReaderRule | null, asks: boolean): Promise<Result<null>> {
    const under = opening.get(info.path)
    if (under !== undefined) return under
    const begun = openNow(info, rule, asks).finally(() => opening.delete(info.path))
    opening.set(info.path, begun)
    return begun
  }

  async function openAllowed(info: HidDeviceInfo, rule: ReaderRule): Promise<void> {
    const may = await mayRead(info, rule.decoder)
    const opened = may.ok ? await openOne(info, rule, rule.decoder === 'pcprox') : may
    if (opened.ok) refused.delete(info.path)
    else {
      refuse(info.path, opened.failure)
      failure = opened.failure
    }
  }

  async function poll(): Promise<void> {
    const found = await bus.devices()
    if (stopped) return
    failedLists = found.ok ? 0 : failedLists + 1
    failure = found.ok ? null : found.failure
    listed = found.ok ? found.value : []
    const present = new Set(listed.map((info) => info.path))
    for (const path of [...open.keys()]) if (!present.has(path)) await close(path)
    for (const path of [...refused.keys()]) if (!present.has(path)) refused.delete(path)
    if (learner !== null && !present.has(learner.path)) endLearning()
    for (const info of listed) {
      const rule = ruleFor(config, info)
      if (rule === null || open.has(info.path)) continue
      const before = refused.get(info.path)
      if (before !== undefined && before.until > monotonic()) failure ??= before.failure
      else await openAllowed(info, rule)
      if (stopped) return
    }
    announce()
  }

  function pollNow(): Promise<void> {
    cancelPoll?.()
    cancelPoll = null
    if (polling !== null) {
      pollAgain = true
      return polling
    }
    polling = poll().finally(() => {
      polling = null
      if (stopped) return
      // A machine without its library stays so for long; one that lists is asked every time.
      const wait = pollAgain ? 0 : Math.min(longestRetryMs, config.pollMs * 2 ** Math.min(failedLists, 10))
      pollAgain = false
      cancelPoll = timers.set(() => void pollNow(), wait)
    })
    return polling
  }

  /** The desk reads the device again as it did; one that is not on its list is closed. */
  function endLearning(): void {
    if (learner === null) return
    const { path, cancel } = learner
    cancel()
    learner = null
    // A learned pcProx was asked for the learning; the next poll opens the device as the list says.
    void close(path).then(() => (stopped ? undefined : pollNow()))
  }

  async function beginLearning(path: string): Promise<Result<null>> {
    endLearning()
    const info = listed.find((device) => device.path === path)
    if (info === undefined) return fail(failures.noReader)
    const begun = createLearner(info, today)
    const may = await mayRead(
      info,
      begun.asks ? 'pcprox' : info.usagePage === 1 && info.usage === 6 ? 'keyboard-wedge' : 'document',
    )
    if (!may.ok) return may
    await opening.get(path)
    await close(path)
    const opened = await openOne(info, ruleFor(config, info), begun.asks)
    if (!opened.ok) return opened
    learner = { path, learner: begun, cancel: timers.set(finish, learnMs) }
    announce()
    return ok(null)
  }

  function finish(): void {
    endLearning()
    announce()
  }

  return {
    async start() {
      stopped = false
      offChange = bus.onChange?.(() => void pollNow()) ?? null
      await pollNow()
    },
    async stop() {
      stopped = true
      cancelPoll?.()
      offChange?.()
      learner?.cancel()
      learner = null
      await polling
      await Promise.allSettled(opening.values())
      for (const path of [...open.keys()]) await close(path)
      await bus.stop()
    },
    status,
    onStatus(listener) {
      statusListeners.add(listener)
      return () => statusListeners.delete(listener)
    },
    onScan(listener) {
      scanListeners.add(listener)
      return () => scanListeners.delete(listener)
    },
    onTorn(listener) {
      tornListeners.add(listener)
      return () => tornListeners.delete(listener)
    },
    flush() {
      // The rest of a scan that began on another screen must not become a scan of its own.
      for (const device of open.values()) device.decoder?.spoil()
    },
    devices,
    counts: () => [...countsOf].map(([reader, counts]) => ({ reader, counts: structuredClone(counts) })),
    async learn(path) {
      if (path !== null) return beginLearning(path)
      finish()
      return ok(null)
    },
    learning: () => learner?.learner.state() ?? null,
  }
}

const isRefusal = (took: Took): took is ReadRefusal => took.startsWith('L-')

function localDate(): string {
  return new Date().toISOString().slice(0, 10)
}
