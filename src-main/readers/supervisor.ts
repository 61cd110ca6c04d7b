/** Keeps the allowed readers open, whatever is plugged in and out, and turns their reports into scans. */
import { fail, ok, type Failure, type Result } from '../../src-shared/result.ts'
import { ruleFor } from './allow.ts'
import { startAsking, type Asking } from './asking.ts'
import type { ReaderRule, ReadersConfig } from './config.ts'
import type { Decoder } from './decoders/decoder.ts'
import { createDecoder } from './decoders/index.ts'
import { knownToClassify } from './known-text.ts'
import { createLearner, type Learner } from './learn/index.ts'
import { identityOf } from './mask.ts'
import type { HidBus, HidDeviceInfo, HidHandle, ListedDevice, ReaderStatus, ReaderSupervisor, Scan } from './port.ts'
import { createRepeats } from './repeats.ts'
import { wake } from './wake.ts'

export interface ReaderPorts {
  readonly bus: HidBus
  /** Monotonic, ms. */
  readonly monotonic: () => number
  readonly timers: { set(run: () => void, ms: number): () => void }
  /** Keyboard wedges are read raw on Linux only (DESIGN section 10). */
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
  asking: Asking | null
  cancelTorn: (() => void) | null
}

const firstRetryMs = 1000
const longestRetryMs = 30_000
/** A learning that nobody finishes ends by itself. */
const learnMs = 60_000

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
      ? { state: 'none', names, failure: { code: 'L-701' } }
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

  function tell(code: 'L-704' | 'L-711'): void {
    for (const listener of tornListeners) listener({ code })
  }

  /** One look or report of a device: to the learning, or to the desk. */
  function onReport(device: Open, report: Buffer): void {
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
    const begun = decoder.pending()
    const scans = decoder.push(report)
    for (const scan of scans)
      deliver(device.info.path, rule, {
        reader: rule.name,
        kind: rule.decoder,
        ...scan,
        at: monotonic(),
        cards: rule.cards,
      })
    if (decoder.pending()) {
      device.cancelTorn = timers.set(() => {
        decoder.reset()
        tell('L-704')
      }, rule.silenceMs ?? config.tornMs)
    } else if (begun && scans.length === 0) tell('L-704')
  }

  function deliver(path: string, rule: ReaderRule, scan: Scan): void {
    if (rule.ignoreOthers && !knownToClassify(scan)) return
    switch (repeats.judge(path, identityOf(scan), scan.at)) {
      case 'again':
        return
      case 'pair':
        tell('L-711')
        return
      case 'new':
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
    if (!stopped && device.decoder?.pending() === true) tell('L-704')
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
    if (platform !== 'linux') return fail('L-706')
    if (config.wedgeIsolation === 'elsewhere' || bus.isolated === undefined) return ok(null)
    return (await bus.isolated(info.path)) ? ok(null) : fail('L-710')
  }

  function lost(device: Open): void {
    const { path } = device.info
    if (open.get(path) !== device) return
    if (learner?.path === path) endLearning()
    void close(path).then(announce)
    refuse(path, { code: 'L-701' })
  }

  async function openNow(info: HidDeviceInfo, rule: ReaderRule | null, asks: boolean): Promise<Result<null>> {
    const opened = await bus.open(info.path)
    if (!opened.ok) return opened
    const handle = opened.value
    if (stopped) {
      await handle.close()
      return fail('L-701')
    }
    const device: Open = {
      info,
      rule,
      handle,
      decoder: rule === null ? null : createDecoder(rule),
      asking: null,
      cancelTorn: null,
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
        () => lost(device),
      )
    }
    return ok(null)
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
    if (info === undefined) return fail('L-701')
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
    async learn(path) {
      if (path !== null) return beginLearning(path)
      finish()
      return ok(null)
    },
    learning: () => learner?.learner.state() ?? null,
  }
}

function localDate(): string {
  return new Date().toISOString().slice(0, 10)
}
