/**
 * USB printer class devices, `/dev/usb/lp*` (Linux usblp): opened read-write and non-blocking, because a printer
 * without paper would otherwise block the write for good. Closing it takes back what the kernel has not yet sent.
 */
import { close, constants, open } from 'node:fs'
import type { OpenLink, PrinterLink } from '../port.ts'
import { linkOver } from './descriptor.ts'
import { refusedOr } from './refused.ts'

export function openUsb(path: string): OpenLink {
  /**
   * Settles when the last link has closed: usblp has one user at a time, and what is left inside must be cleared at
   * once.
   */
  let closing: Promise<void> = Promise.resolve()

  return async () => {
    await closing
    return new Promise<PrinterLink>((resolve, reject) => {
      open(path, constants.O_RDWR | constants.O_NONBLOCK, (failed, fd) => {
        if (failed !== null) {
          reject(refusedOr(failed))
          return
        }
        let closed: () => void = () => undefined
        closing = new Promise((resolve) => (closed = resolve))
        resolve(linkOver({ fd, nothingIsGone: false, close: () => close(fd, () => closed()) }))
      })
    })
  }
}
