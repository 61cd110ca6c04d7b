/** Keeps the allowed readers open, whatever is plugged in and out, and turns their reports into scans. */
import type { Failure } from '../../src-shared/result.ts'
import type { ReaderRule, ReadersConfig } from './config.ts'
import type { Decoder } from './decoders/decoder.ts'
import { createHidPosDecoder } from './decoders/hid-pos.ts'
import { createKeyboardWedgeDecoder } from './decoders/keyboard-wedge.ts'
import type { HidBus, HidDeviceInfo, HidHandle, ReaderStatus, ReaderSupervisor, Scan } from './port.ts'

export interface ReaderPorts {
  readonly bus: HidBus
  /** Monotonic, ms. */
  readonly monotonic: () => number
  readonly timers: { set(run: () => void, ms: number): () => void }
  /** Keyboard wedges are read raw on Linux only (DESIGN section 10). */
  readonly platform: NodeJS.Platform
}

interface Open {
  readonly info: HidDeviceInfo
  readonly rule: ReaderRule
  readonly handle: HidHandle
  readonly decoder: Decoder
  cancelTorn: (() => void) | null
  last: { text: string; at: number } | null
}

const retryMs = 3000

function allows(rule: ReaderRule, info: HidDeviceInfo): boolean {
  return (
    (rule.vendorId === undefined || rule.vendorId === info.vendorId) &&
    (rule.productId === undefined || rule.productId === info.productId) &&
    (rule.usagePage === undefined || rule.usagePage === info.usagePage) &&
    (rule.usage === undefined || rule.usage === info.usage) &&
    // A rule that names nothing would open every device on the bus.
    (rule.vendorId ?? rule.usagePage) !== undefined
  )
}

export function createReaderSupervisor({ bus, monotonic, timers, platform }: ReaderPorts, config: ReadersConfig): ReaderSupervisor {
  const open = new Map<string, Open>()
  const refused = new Map<string, { until: number; failure: Failure }>()
  const scanListeners = new Set<(scan: Scan) => void>()
  const statusListeners = new Set<() => void>()
  const tornListeners = new Set<(failure: Failure) => void>()
  let listed: HidDeviceInfo[] = []
  let failure: Failure | null = null
  let stopped = true
  let cancelPoll: (() => void) | null = null
  let offChange: (() => void) | null = null
  let polling: Promise<void> | null = null
  let shown = ''

  function status(): ReaderStatus {
    const names = [...open.values()].map(({ rule }) => rule.name)
    if (names.length > 0) return { state: 'ready', names, failure: null }
    return failure === null ? { state: 'none', names, failure: { code: 'L-701' } } : { state: 'trouble', names, failure }
  }

  function announce(): void {
    const now = JSON.stringify(status())
    if (now === shown) return
    shown = now
    for (const listener of statusListeners) listener()
  }

  function onReport(device: Open, report: Buffer): void {
    device.cancelTorn?.()
    device.cancelTorn = null
    for (const { text, symbology } of device.decoder.push(report)) {
      const at = monotonic()
      const twice = device.last !== null && device.last.text === text && at - device.last.at < config.debounceMs
      device.last = { text, at }
      if (twice) continue
      for (const listener of scanListeners) listener({ reader: device.rule.name, kind: device.rule.decoder, text, symbology, at })
    }
    if (device.decoder.pending()) {
      device.cancelTorn = timers.set(() => {
        device.decoder.reset()
        for (const listener of tornListeners) listener({ code: 'L-704' })
      }, config.tornMs)
    }
  }

  async function close(path: string): Promise<void> {
    const device = open.get(path)
    if (device === undefined) return
    open.delete(path)
    device.cancelTorn?.()
    // Whichever is first to notice that it has gone, the read or the list: what it had begun is told as broken off.
    if (!stopped && device.decoder.pending()) for (const listener of tornListeners) listener({ code: 'L-704' })
    try {
      await device.handle.close()
    } catch {
      // An unplugged device cannot be closed any better than it is.
    }
  }

  async function openOne(info: HidDeviceInfo, rule: ReaderRule): Promise<void> {
    if (rule.decoder === 'keyboard-wedge' && platform !== 'linux') {
      failure = { code: 'L-706' }
      return
    }
    const opened = await bus.open(info.path)
    if (!opened.ok) {
      failure = opened.failure
      refused.set(info.path, { until: monotonic() + retryMs, failure: opened.failure })
      return
    }
    if (stopped) {
      await opened.value.close()
      return
    }
    const decoder = rule.decoder === 'hid-pos' ? createHidPosDecoder() : createKeyboardWedgeDecoder(rule.layout)
    const device: Open = { info, rule, handle: opened.value, decoder, cancelTorn: null, last: null }
    open.set(info.path, device)
    device.handle.onReport((report) => onReport(device, report))
    device.handle.onError(() => {
      void close(info.path).then(announce)
      refused.set(info.path, { until: monotonic() + Math.min(retryMs, config.pollMs), failure: { code: 'L-701' } })
    })
  }

  async function poll(): Promise<void> {
    const found = await bus.devices()
    if (stopped) return
    if (!found.ok) {
      failure = found.failure
      listed = []
      for (const path of [...open.keys()]) await close(path)
      announce()
      return
    }
    listed = found.value
    failure = null
    const present = new Set(listed.map((info) => info.path))
    for (const path of [...open.keys()]) if (!present.has(path)) await close(path)
    for (const path of [...refused.keys()]) if (!present.has(path)) refused.delete(path)
    for (const info of listed) {
      const rule = config.allow.find((candidate) => allows(candidate, info))
      if (rule === undefined || open.has(info.path)) continue
      const before = refused.get(info.path)
      if (before !== undefined && before.until > monotonic()) {
        failure ??= before.failure
        continue
      }
      await openOne(info, rule)
    }
    announce()
  }

  function pollNow(): Promise<void> {
    cancelPoll?.()
    polling ??= poll().finally(() => {
      polling = null
      if (!stopped) cancelPoll = timers.set(() => void pollNow(), config.pollMs)
    })
    return polling
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
      await polling
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
      for (const device of open.values()) {
        device.cancelTorn?.()
        device.cancelTorn = null
        device.decoder.reset()
      }
    },
    devices: () => listed.map((info) => ({ info, used: open.has(info.path) })),
  }
}
