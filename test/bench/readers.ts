/** Figures of the readers: reports decoded in a second, and the time from a scan's last report to the desk's event. */
import { spawn } from 'node:child_process'
import {
  ReaderRule,
  ReadersConfig,
  createDecoder,
  createReaderSupervisor,
  encodeHidPos,
  encodeKeyboardWedge,
  type HidBus,
  type HidDeviceInfo,
} from '../../src-main/readers/index.ts'
import { systemTimers } from '../../src-main/engine/index.ts'
import { ok } from '../../src-shared/failures/result.ts'
import { figure, median, type Figure } from './figure.ts'
import { sized } from './size.ts'

const reportSize = 64
const reports = sized(400_000, 20_000)
const runs = sized(5, 1)
const latencyScans = sized(20_000, 500)

/** So many reports of scans of one to three reports, as one block of bytes. */
function block(): Buffer {
  const parts: Buffer[] = []
  for (let i = 0; parts.length < 600; i++)
    parts.push(...encodeHidPos(String(10_000_000 + i).repeat(1 + (i % 16)), ']C0'))
  return Buffer.concat(parts.slice(0, 600))
}

/** Writes the block again and again: what a device would, as fast as a pipe takes it. */
const writer = `
  const block = Buffer.from(process.argv[1], 'base64')
  let left = Number(process.argv[2])
  const size = ${reportSize}
  function next() {
    while (left > 0) {
      const count = Math.min(left, block.length / size)
      left -= count
      if (!process.stdout.write(block.subarray(0, count * size))) { process.stdout.once('drain', next); return }
    }
    process.stdout.end()
  }
  next()
`

/** Reports a second read from a pipe, each handed to `each`. */
async function fromPipe(bytes: string, each: (report: Buffer) => void): Promise<number> {
  const child = spawn(process.execPath, ['-e', writer, bytes, String(reports)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let rest: Buffer = Buffer.alloc(0)
  let count = 0
  let from = 0
  for await (const chunk of child.stdout) {
    if (from === 0) from = performance.now()
    const data = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let at = 0
    for (; at + reportSize <= data.length; at += reportSize) {
      each(data.subarray(at, at + reportSize))
      count += 1
    }
    rest = data.subarray(at)
  }
  if (count !== reports) throw new Error(`${count} reports came`)
  return (count / (performance.now() - from)) * 1000
}

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

/** Microseconds from handing the last report over to the event, and of handing it to a bare listener. */
async function latencies(): Promise<{ scan: number; bare: number }> {
  const infos: HidDeviceInfo[] = [
    {
      path: 'a',
      vendorId: 1,
      productId: 1,
      usagePage: 0x8c,
      usage: 2,
      product: '',
      manufacturer: '',
      serialNumber: '',
      interface: 0,
    },
    {
      path: 'b',
      vendorId: 2,
      productId: 1,
      usagePage: 1,
      usage: 6,
      product: '',
      manufacturer: '',
      serialNumber: '',
      interface: 0,
    },
  ]
  const feeds = new Map<string, (report: Buffer) => void>()
  const bus: HidBus = {
    devices: () => Promise.resolve(ok(infos)),
    open: (path) =>
      Promise.resolve(
        ok({
          onReport: (listener: (report: Buffer) => void) => void feeds.set(path, listener),
          onError: () => undefined,
          getFeatureReport: () => Promise.reject(new Error('none')),
          sendFeatureReport: () => Promise.reject(new Error('none')),
          close: () => Promise.resolve(),
        }),
      ),
    stop: () => Promise.resolve(),
  }
  const allow = [
    { name: 'scanner', usagePage: 0x8c, decoder: 'hid-pos', cards: ['uid7-hex'] },
    { name: 'wedge', vendorId: 2, decoder: 'keyboard-wedge', cards: ['uid7-hex'] },
  ]
  const config = ReadersConfig.parse({ allow, pairMs: 0 })
  // A clock of its own: a computer that pauses would tear a scan.
  let clock = 0
  const seen = { at: 0n, scans: 0 }
  const supervisor = createReaderSupervisor(
    { bus, monotonic: () => (clock += 1), timers: systemTimers, platform: 'linux' },
    config,
  )
  supervisor.onScan(() => {
    seen.at = process.hrtime.bigint()
    seen.scans += 1
  })
  await supervisor.start()
  const times: number[] = []
  const bareTimes: number[] = []
  let bareAt = 0n
  const bare = () => {
    bareAt = process.hrtime.bigint()
  }
  for (let i = 0; i < latencyScans; i++) {
    const card = (0x04a1b2c600000n + BigInt(i)).toString(16).padStart(14, '0')
    const path = i % 2 === 0 ? 'a' : 'b'
    // A wedge's scan ends with the report that has Enter down, before the one that lets it go.
    const sent = i % 2 === 0 ? encodeHidPos(card) : encodeKeyboardWedge(card, 'us').slice(0, -1)
    const feed = feeds.get(path)
    const last = sent.at(-1)
    if (feed === undefined || last === undefined) throw new Error('no reader')
    for (const report of sent.slice(0, -1)) feed(report)
    const from = process.hrtime.bigint()
    feed(last)
    if (seen.scans !== i + 1) throw new Error('no scan')
    times.push(Number(seen.at - from) / 1000)
    if (path === 'b') feed(Buffer.alloc(8))
    const again = process.hrtime.bigint()
    bare()
    bareTimes.push(Number(bareAt - again) / 1000)
  }
  await supervisor.stop()
  return { scan: percentile(times, 0.99), bare: percentile(bareTimes, 0.99) }
}

export async function readersFigures(): Promise<Figure[]> {
  const bytes = block().toString('base64')
  const decoded: number[] = []
  const plain: number[] = []
  for (let i = 0; i <= runs; i++) {
    const decoder = createDecoder(ReaderRule.parse({ name: 'bench', decoder: 'hid-pos' }))
    let scans = 0
    let sum = 0
    const withDecoder = await fromPipe(bytes, (report) => {
      scans += decoder.push(report).length
    })
    const without = await fromPipe(bytes, (report) => {
      sum += report[1] ?? 0
    })
    if (scans < reports / 4 || sum === 0) throw new Error('nothing was decoded')
    // The first of each warms up.
    if (i === 0) continue
    decoded.push(withDecoder)
    plain.push(without)
  }
  const { scan, bare } = await latencies()
  return [
    figure(
      'decode',
      median(decoded),
      'reports/s',
      { name: 'reading the same bytes from a pipe', value: median(plain) },
      '>= 100,000 reports/s',
      (value) => value >= 100_000,
    ),
    figure(
      'scan_latency_p99',
      scan,
      'us',
      { name: 'calling a listener', value: bare },
      '<= 1000 us',
      (value) => value <= 1000,
    ),
  ]
}
