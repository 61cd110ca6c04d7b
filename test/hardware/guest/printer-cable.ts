/**
 * The simulated printer at the end of a USB cable: Linux's printer gadget on one side, `/dev/usb/lp0` on the other, and
 * between them the kernel's USB stack. Power off is a cable without a device, as with the real ones.
 */
import { closeSync, constants, existsSync, openSync, readSync, writeSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { SimulatedPrinter } from '../../../src-main/printers/simulated/index.ts'
import { makeGadget, type Gadget } from './gadget.ts'
import { until } from './hardware-test.ts'
import { ioctl } from './ioctl.ts'

export const linePrinter = '/dev/usb/lp0'
const gadgetEnd = '/dev/g_printer0'
/** linux/usb/g_printer.h: what LPGETSTATUS answers on the other side. */
const setStatus = 0xc0016722
const status = { ok: 0x18, paperOut: 0x38, error: 0x10 } as const
const pumpMs = 3
const again = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])

/** One for all tests: the kernel has one port for it. */
let gadget: Gadget | null = null

export interface Cable {
  /** Puts the cable in; `/dev/usb/lp0` is there when it is done. */
  plug(): Promise<void>
  /** Pulls it out. */
  unplug(): void
  plugged(): boolean
  /**
   * After so many more bytes the printer takes none, as one does whose buffer is full; Infinity: it takes all again.
   */
  takeOnly(bytes: number): void
  /** All that was ever sent through it to the printer. */
  readonly received: Buffer[]
}

export function cableTo(machine: SimulatedPrinter): Cable {
  gadget ??= makeGadget(
    'printer.usb0',
    { vendorId: 0x04b8, productId: 0x0202 },
    { pnp_string: 'MFG:Lodge;MDL:TM-SIM;CLS:PRINTER;', q_len: '10' },
  )
  const device = gadget
  const received: Buffer[] = []
  let fd: number | null = null
  let socket: Socket | null = null
  let timer: NodeJS.Timeout | null = null
  let takes = Infinity
  let replies: Buffer[] = []
  const got = Buffer.alloc(8192)

  function unlessAgain(act: () => number): number {
    try {
      return act()
    } catch (error) {
      if (again.has((error as NodeJS.ErrnoException).code ?? '')) return 0
      throw error
    }
  }

  /** null while the node of the gadget before is there still, and no device behind it. */
  function openedEnd(): number | null {
    try {
      return openSync(gadgetEnd, constants.O_RDWR | constants.O_NONBLOCK)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (code === 'ENODEV' || code === 'ENXIO' || code === 'ENOENT' || code === 'EBUSY') return null
      throw error
    }
  }

  function pump(): void {
    const end = fd
    if (end === null) return
    if (takes > 0) {
      const count = unlessAgain(() => readSync(end, got, 0, Math.min(got.length, takes), null))
      takes -= count
      if (count > 0) {
        const bytes = Buffer.from(got.subarray(0, count))
        received.push(bytes)
        socket?.write(bytes)
      }
    }
    const [reply] = replies
    if (reply === undefined) return
    const taken = unlessAgain(() => writeSync(end, reply))
    replies = taken === reply.length ? replies.slice(1) : [reply.subarray(taken), ...replies.slice(1)]
  }

  function tellStatus(): void {
    const { paper, coverOpen } = machine.state()
    if (fd !== null) ioctl(fd, setStatus, coverOpen ? status.error : paper === 'out' ? status.paperOut : status.ok)
  }

  function unplug(): void {
    if (fd === null) return
    if (timer !== null) clearInterval(timer)
    const open = fd
    fd = null
    replies = []
    socket?.destroy()
    socket = null
    closeSync(open)
    device.unplug()
  }

  machine.onChange(tellStatus)
  return {
    received,
    async plug() {
      if (fd !== null) return
      const line = await new Promise<Socket>((resolve, reject) => {
        const made = connect({ host: '127.0.0.1', port: machine.port, noDelay: true })
        made.once('connect', () => resolve(made))
        made.once('error', reject)
      })
      line.on('error', () => undefined)
      line.on('data', (bytes) => replies.push(bytes))
      // The printer's electronics are gone: so is the device on the bus.
      line.on('close', unplug)
      socket = line
      device.plug()
      try {
        await until('the kernel has made the printer', () => {
          if (fd === null && existsSync(gadgetEnd) && existsSync(linePrinter)) fd = openedEnd()
          return fd !== null
        })
      } catch (error) {
        // One that was left plugged in keeps the next from being plugged: EBUSY.
        device.unplug()
        throw error
      }
      tellStatus()
      timer = setInterval(pump, pumpMs)
    },
    unplug,
    plugged: () => fd !== null,
    takeOnly(bytes) {
      takes = bytes
    },
  }
}
