/**
 * Serial printers (RS-232, or USB that looks like it). The library opens the port non-blocking, locks it and sets speed
 * and flow control; the bytes go by our own hand, for its stream forgets a write that waits for room when an answer
 * comes meanwhile (bindings-cpp 13, Poller::poll). What the operating system still holds of a job that is torn down is
 * thrown away before the port closes.
 */
import type { SerialPort } from 'serialport'
import type { RealPrinterConfig } from '../config.ts'
import type { OpenLink } from '../port.ts'
import { linkOver } from './descriptor.ts'
import { LinkRefused } from './refused.ts'

export type SerialConfig = Pick<
  Extract<RealPrinterConfig, { kind: 'serial' }>,
  'path' | 'baudRate' | 'dataBits' | 'parity' | 'flow'
>

export function openSerial(config: SerialConfig): OpenLink {
  /**
   * Settles when the last link has closed: opening the port meanwhile would fail and look like a printer that is off.
   */
  let closing: Promise<void> = Promise.resolve()

  return async () => {
    await closing
    const { SerialPort: Port } = await import('serialport')
    const { path, baudRate, dataBits, parity, flow } = config
    const soft = flow === 'xon-xoff'
    const port = new Port({
      path,
      baudRate,
      dataBits,
      parity,
      stopBits: 1,
      rtscts: !soft,
      xon: soft,
      xoff: soft,
      lock: true,
      autoOpen: false,
    })
    // A broken port shows where it is read and written.
    port.on('error', () => undefined)
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error === null ? resolve() : reject(refusal(error))))
    })
    let closed: () => void = () => undefined
    closing = new Promise((resolve) => (closed = resolve))
    return linkOver({
      fd: descriptorOf(port),
      nothingIsGone: true,
      close() {
        port.flush(() => port.close(() => closed()))
      },
    })
  }
}

/** The library tells why in words only. */
function refusal(error: Error): Error {
  return /lock|permission|busy|temporarily/i.test(error.message)
    ? new LinkRefused('the port is not ours to open')
    : new Error('the printer is not there')
}

function descriptorOf({ port }: SerialPort): number {
  if (port === undefined || !('fd' in port) || typeof port.fd !== 'number')
    throw new Error('the port has no descriptor')
  return port.fd
}
