/**
 * Serial printers over a real terminal line: the kernel's buffers, flow control and closing, and the simulated printer
 * at its end.
 */
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { createPrinter, PrinterConfig, type Printer, type PrinterLink } from '../../src-main/printers/index.ts'
import type { DeviceOptions, Fault } from '../../src-main/printers/simulated/index.ts'
import { openSerial } from '../../src-main/printers/transports/serial.ts'
import { layoutSlip } from '../../src-main/slip/index.ts'
import { content, readSecret } from '../slip/on-paper.ts'
import { startSerialPrinter, whyNoPty } from './pty.ts'

const secret = 'Kissa-9081'
const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms / 8)
    return () => clearTimeout(timer)
  },
}
const line = (path: string) => ({ path, baudRate: 38_400, dataBits: 8, parity: 'none', flow: 'xon-xoff' }) as const

function job() {
  const made = layoutSlip(content, Buffer.from(secret), 80)
  if (!made.ok) throw new Error(made.failure.code)
  return made.value
}

/** Bytes from the printer to us, one after the other: what was under way when the first was said has had its time. */
async function roundTrips(link: PrinterLink, say: (byte: number) => void): Promise<void> {
  let seen = 0
  link.onData((bytes) => (seen += bytes.length))
  for (let i = 1; i <= 20; i++) {
    say(0x41)
    await expect.poll(() => seen, { interval: 1 }).toBe(i)
  }
}

const toStop: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop()
})

async function desk(options: DeviceOptions = {}, settings: object = {}) {
  const bench = startSerialPrinter(options)
  const config = PrinterConfig.parse({
    kind: 'serial',
    path: bench.path,
    flow: 'xon-xoff',
    processId: 'trusted',
    pollMs: 60_000,
    ...settings,
  })
  const printer: Printer = createPrinter(config, timers, randomBytes)
  toStop.push(
    () => bench.stop(),
    () => printer.stop(),
  )
  await printer.start()
  await printer.check()
  return { ...bench, printer }
}

const reason = whyNoPty()
if (reason !== null) process.stdout.write(`skipped: serial printers: ${reason}\n`)

describe.skipIf(reason !== null)('a printer on a serial line', () => {
  test('prints an exact slip, cut once, and confirms it', async () => {
    const { device, printer } = await desk({ powerOnSet: 5 })
    expect(printer.status().state).toBe('ready')
    expect(await printer.print(job(), () => undefined)).toEqual({ kind: 'printed' })
    expect(device.slips().map((slip) => [slip.cut, readSecret(slip.strip)])).toEqual([[true, secret]])
  })

  test('no paper, open cover: refused before a byte of a slip goes', async () => {
    const { device, printer, heard } = await desk()
    for (const [put, code] of [
      [() => device.setPaper('out'), 'L-501'],
      [() => device.setCover(true), 'L-502'],
    ] as const) {
      put()
      expect(await printer.print(job(), () => expect.unreachable())).toEqual({ kind: 'failed', code })
      device.setPaper('ok')
      device.setCover(false)
    }
    expect(device.takeSlips()).toEqual([])
    expect(heard()).toBeLessThan(80)
  })

  test('a line that takes a job in pieces, held back by a full buffer in between, loses and doubles nothing', async () => {
    const { path, say, hold, goOn, heard, stop } = startSerialPrinter()
    const link = await openSerial(line(path))()
    // More than the terminal's own buffers hold.
    const bytes = Buffer.alloc(100_000, 0x41)
    hold()
    let written = false
    const writing = link.write(bytes).then(() => (written = true))
    await roundTrips(link, say)
    expect(written).toBe(false)
    goOn()
    await writing
    await expect.poll(heard, { timeout: 5000 }).toBe(bytes.length)
    link.close()
    stop()
  })

  test('XOFF holds the bytes back, XON lets them go on', async () => {
    const { path, say, heard, stop } = startSerialPrinter()
    const link = await openSerial(line(path))()
    await link.write(Buffer.from('a'))
    await expect.poll(heard).toBe(1)
    say(0x13)
    await roundTrips(link, say)
    void link.write(Buffer.alloc(20_000, 0x42)).catch(() => undefined)
    await roundTrips(link, say)
    expect(heard()).toBe(1)
    say(0x11)
    await expect.poll(heard, { timeout: 5000 }).toBe(20_001)
    link.close()
    stop()
  })

  test('a job torn down while the printer holds it back: what had not gone never goes', async () => {
    const { path, say, heard, device, stop } = startSerialPrinter()
    const open = openSerial(line(path))
    const link = await open()
    say(0x13)
    await roundTrips(link, say)
    const writing = link.write(Buffer.alloc(20_000, 0x42))
    writing.catch(() => undefined)
    await roundTrips(link, say)
    link.close()
    await expect(writing).rejects.toThrow('gone')
    // The port is opened anew only when the old one has closed; the line is let go, and only new bytes come.
    const again = await open()
    say(0x11)
    await again.write(Buffer.from('new'))
    await expect.poll(heard).toBeGreaterThanOrEqual(3)
    expect(heard()).toBe(3)
    expect(device.state().buffered).toBe(0)
    again.close()
    stop()
  })

  test('a port that somebody else holds is no printer that was switched off', async () => {
    const { path, stop } = startSerialPrinter()
    const first = await openSerial(line(path))()
    await expect(openSerial(line(path))()).rejects.toMatchObject({ name: 'LinkRefused' })
    first.close()
    stop()
    await expect(openSerial(line('/dev/ttyS250'))()).rejects.toThrow('not there')
  })

  test('a broken job that cannot be cleared: switched off and on, seen by its silence', async () => {
    const { device, printer } = await desk({ lacks: ['clear'] })
    device.setFault({ atByte: 600, kind: 'paper-out' })
    expect((await printer.print(job(), () => undefined)).kind).toBe('uncertain')
    expect(printer.status().state).toBe('needs-power-cycle')
    device.setPaper('ok')
    expect((await printer.check()).state).toBe('needs-power-cycle')
    device.powerOff()
    expect((await printer.check()).state).toBe('needs-power-cycle')
    device.powerOn()
    expect((await printer.check()).state).toBe('ready')
  })

  test('a fault at steps of the slip: never `failed` with the secret on paper', async () => {
    const tryFault = async (kind: Fault['kind'], atByte: number) => {
      const { device, printer } = await desk()
      device.setFault({ atByte, kind })
      const outcome = await printer.print(job(), () => undefined)
      const paper = device.takeSlips().filter((slip) => readSecret(slip.strip) !== '')
      const what = JSON.stringify({ kind, atByte, outcome })
      if (outcome.kind === 'failed') expect(paper, what).toEqual([])
      // A printer that starts anew on a serial line says nothing of it: staff read the slip before they hand it over.
      if (outcome.kind === 'printed' && kind !== 'reset')
        expect(
          paper.map((slip) => [slip.cut, readSecret(slip.strip)]),
          what,
        ).toEqual([[true, secret]])
    }
    for (const kind of ['paper-out', 'cover-open', 'stall', 'garbage', 'mute', 'late', 'reset'] as const)
      await Promise.all([1, 100, 300, 460, 700].map((atByte) => tryFault(kind, atByte)))
  }, 60_000)
})
