/** The desk's own reader supervisor over the real bus, and what it says. */
import {
  createNodeHidBus,
  createReaderSupervisor,
  ReadersConfig,
  type ReaderSupervisor,
  type Scan,
} from '../../../src-main/readers/index.ts'
import type { Failure } from '../../../src-shared/failures/result.ts'
import { until } from './hardware-test.ts'

export interface ReaderDesk {
  readonly supervisor: ReaderSupervisor
  readonly scans: Scan[]
  readonly torn: Failure[]
  texts(): string[]
  /** So many readers are open. */
  ready(count?: number): Promise<void>
  /** So many scans have come, since the start. */
  scanned(count: number): Promise<void>
}

export const wedgeRule = {
  name: 'wedge',
  vendorId: 0x0627,
  usagePage: 1,
  usage: 6,
  decoder: 'keyboard-wedge',
  layout: 'us',
} as const
export const scannerRule = { name: 'scanner', usagePage: 0x8c, decoder: 'hid-pos', layout: 'us' } as const

/** Runs `acts` at a desk that allows these readers, and stops it, whatever comes. */
export async function atDesk(
  allow: object[],
  acts: (desk: ReaderDesk) => Promise<void>,
  settings: object = {},
): Promise<void> {
  // No desktop inside reads what a wedge types, and no udev says so. Emulated machines are slow: a slow reader is no
  // torn one here. No desktop runs in them, and no udev.
  const config = ReadersConfig.parse({
    allow,
    pollMs: 150,
    tornMs: 8000,
    pairMs: 0,
    wedgeIsolation: 'elsewhere',
    ...settings,
  })
  const timers = {
    set(run: () => void, ms: number) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
  const supervisor = createReaderSupervisor(
    { bus: createNodeHidBus(), monotonic: () => performance.now(), timers, platform: process.platform },
    config,
  )
  const scans: Scan[] = []
  const torn: Failure[] = []
  supervisor.onScan((scan) => scans.push(scan))
  supervisor.onTorn((failure) => torn.push(failure))
  const desk: ReaderDesk = {
    supervisor,
    scans,
    torn,
    texts: () => scans.map(({ text }) => text),
    ready: (count = 1) =>
      until(
        `${count} readers are ready: ${JSON.stringify(supervisor.status())}`,
        () => supervisor.status().names.length === count,
      ),
    scanned: (count) => until(`${count} scans`, () => scans.length >= count),
  }
  await supervisor.start()
  try {
    await acts(desk)
  } finally {
    await supervisor.stop()
  }
}
