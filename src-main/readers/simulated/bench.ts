/**
 * The reader bench: plugs simulated readers into an engine over loopback TCP and taps cards on them as true HID
 * reports.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { encodeHidPos } from '../decoders/hid-pos.ts'
import { encodeKeyboardWedge } from '../decoders/keyboard-wedge.ts'
import type { LayoutName } from '../decoders/layouts.ts'
import type { BenchMessage, SimulatedDevice } from './wire.ts'

export const simulatedScanner: SimulatedDevice = {
  path: 'bench/scanner',
  vendorId: 0x0c2e,
  productId: 0x0b61,
  usagePage: 0x8c,
  usage: 0x02,
  product: 'Simulated HID POS scanner',
}
export const simulatedWedge: SimulatedDevice = {
  path: 'bench/wedge',
  vendorId: 0x08ff,
  productId: 0x0009,
  usagePage: 0x01,
  usage: 0x06,
  product: 'Simulated keyboard wedge',
}

export interface ReaderBench {
  readonly port: number
  plug(device: SimulatedDevice): void
  unplug(path: string): void
  isPlugged(path: string): boolean
  /** A card or badge on the scanner: its text as one bar code or RFID read. */
  tap(text: string, aim?: string): void
  /** A document before the scanner, which reads its MRZ lines by OCR and says so. */
  scanDocument(lines: readonly string[]): void
  /** The same text typed by the keyboard wedge. */
  type(text: string, layout: LayoutName): void
  /** Raw report bytes, for rubbish. */
  send(path: string, report: Uint8Array): void
  /** Resolves when an engine is connected. */
  connected(): Promise<void>
  stop(): Promise<void>
}

export async function startReaderBench(port = 0): Promise<ReaderBench> {
  const engines = new Set<Socket>()
  const plugged = new Map<string, SimulatedDevice>()
  const waiting: (() => void)[] = []
  const write = (message: BenchMessage) => {
    for (const engine of engines) engine.write(`${JSON.stringify(message)}\n`)
  }
  const server: Server = createServer({ noDelay: true }, (engine) => {
    engines.add(engine)
    engine.on('error', () => undefined)
    engine.on('close', () => engines.delete(engine))
    for (const device of plugged.values())
      engine.write(`${JSON.stringify({ t: 'plug', device } satisfies BenchMessage)}\n`)
    for (const tell of waiting.splice(0)) tell()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const bench: ReaderBench = {
    port: typeof address === 'object' && address !== null ? address.port : port,
    plug(device) {
      plugged.set(device.path, device)
      write({ t: 'plug', device })
    },
    unplug(path) {
      plugged.delete(path)
      write({ t: 'unplug', path })
    },
    isPlugged: (path) => plugged.has(path),
    send(path, report) {
      write({ t: 'report', path, hex: Buffer.from(report).toString('hex') })
    },
    tap(text, aim = ']E0') {
      for (const report of encodeHidPos(text, aim)) bench.send(simulatedScanner.path, report)
    },
    scanDocument(lines) {
      for (const report of encodeHidPos(`${lines.join('\r')}\r`, ']o1')) bench.send(simulatedScanner.path, report)
    },
    type(text, layout) {
      for (const report of encodeKeyboardWedge(text, layout)) bench.send(simulatedWedge.path, report)
    },
    connected: () => (engines.size > 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    async stop() {
      for (const engine of engines) engine.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return bench
}
