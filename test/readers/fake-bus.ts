/** A HID bus under a test's hands, with time that stands still until it is moved. */
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import {
  createReaderSupervisor,
  ReadersConfig,
  type HidBus,
  type HidDeviceInfo,
  type HidHandle,
  type ReaderPorts,
  type ReaderSupervisor,
  type Scan,
} from '../../src-main/readers/index.ts'

export const device = (path: string, fields: Partial<HidDeviceInfo> = {}): HidDeviceInfo => ({
  path,
  vendorId: 0x1111,
  productId: 1,
  usagePage: 0x8c,
  usage: 2,
  product: 'Scanner',
  manufacturer: '',
  serialNumber: '',
  interface: 0,
  ...fields,
})

export interface FakeDevice {
  readonly info: HidDeviceInfo
  opened: number
  closed: number
  send(...reports: readonly Uint8Array[]): void
  vanish(error?: unknown): void
}

export interface FakeDesk {
  readonly supervisor: ReaderSupervisor
  readonly scans: Scan[]
  readonly torn: Failure[]
  texts(): string[]
  plug(info: HidDeviceInfo, feature?: (command: number) => Buffer): FakeDevice
  unplug(path: string): void
  /** Lets time pass and what hangs on it run. */
  pass(ms: number): Promise<void>
  /** What opening or listing gives from now on. */
  refuse(open: Result<HidHandle> | null, list?: Result<HidDeviceInfo[]> | null): void
  readonly counts: { lists: number; opens: number }
}

/** Promises settle in a few turns; nothing here waits for real time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve()
}

export async function fakeDesk(
  settings: object,
  ports: Partial<ReaderPorts> & { isolated?: boolean } = {},
): Promise<FakeDesk> {
  let at = 0
  const due = new Set<{ at: number; run: () => void }>()
  const plugged = new Map<string, FakeDevice & { handle: HidHandle }>()
  const scans: Scan[] = []
  const torn: Failure[] = []
  const counts = { lists: 0, opens: 0 }
  let openResult: Result<HidHandle> | null = null
  let listResult: Result<HidDeviceInfo[]> | null = null

  const bus: HidBus = {
    devices() {
      counts.lists += 1
      return Promise.resolve(listResult ?? ok([...plugged.values()].map(({ info }) => info)))
    },
    open(path) {
      counts.opens += 1
      const entry = plugged.get(path)
      if (openResult !== null) return Promise.resolve(openResult)
      if (entry === undefined) return Promise.resolve(fail('L-701'))
      entry.opened += 1
      return Promise.resolve(ok(entry.handle))
    },
    ...(ports.isolated === undefined ? {} : { isolated: () => Promise.resolve(ports.isolated === true) }),
    stop: () => Promise.resolve(),
  }
  const timers: ReaderPorts['timers'] = {
    set(run, ms) {
      const timer = { at: at + ms, run }
      due.add(timer)
      return () => void due.delete(timer)
    },
  }
  const supervisor = createReaderSupervisor(
    { bus, monotonic: () => at, timers, platform: ports.platform ?? 'linux', today: () => '2026-03-02' },
    ReadersConfig.parse(settings),
  )
  supervisor.onScan((scan) => scans.push(scan))
  supervisor.onTorn((failure) => torn.push(failure))
  await supervisor.start()
  await settle()

  return {
    supervisor,
    scans,
    torn,
    counts,
    texts: () => scans.map(({ text }) => text),
    plug(info, feature) {
      let onReport: (report: Buffer) => void = () => undefined
      let onError: (error: unknown) => void = () => undefined
      let asked = 0
      const entry: FakeDevice & { handle: HidHandle } = {
        info,
        opened: 0,
        closed: 0,
        send: (...reports) => {
          for (const report of reports) onReport(Buffer.from(report))
        },
        vanish: (error = 'could not read from HID device') => onError(error),
        handle: {
          onReport: (listener) => void (onReport = listener),
          onError: (listener) => void (onError = listener),
          sendFeatureReport(data) {
            if (feature === undefined) return Promise.reject(new Error('no feature reports'))
            asked = data[1] ?? 0
            return Promise.resolve()
          },
          getFeatureReport() {
            // An answer may throw, as a reader does that was pulled out between question and answer.
            try {
              return Promise.resolve(feature?.(asked) ?? Buffer.alloc(0))
            } catch (error) {
              return Promise.reject(error instanceof Error ? error : new Error('gone'))
            }
          },
          close() {
            entry.closed += 1
            return Promise.resolve()
          },
        },
      }
      plugged.set(info.path, entry)
      return entry
    },
    unplug: (path) => void plugged.delete(path),
    async pass(ms) {
      const until = at + ms
      for (;;) {
        await settle()
        const [first] = [...due].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)
        if (first === undefined) break
        due.delete(first)
        at = Math.max(at, first.at)
        first.run()
      }
      at = until
      await settle()
    },
    refuse(open, list = null) {
      openResult = open
      listResult = list
    },
  }
}
