/**
 * USB printer class devices, `/dev/usb/lp*` (Linux usblp): opened read-write and non-blocking, because a printer
 * without paper would otherwise block the write for good. Partial writes and EAGAIN are met by trying again shortly.
 */
import { close, constants, open, read, write } from 'node:fs'
import type { OpenLink, PrinterLink } from '../port.ts'

const retryMs = 10
const readMs = 25
const transient = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])

function codeOf(error: NodeJS.ErrnoException | null): string | null {
  return error === null ? null : (error.code ?? 'EIO')
}

export function openUsb(path: string): OpenLink {
  return () =>
    new Promise<PrinterLink>((resolve, reject) => {
      open(path, constants.O_RDWR | constants.O_NONBLOCK, (failed, fd) => {
        if (failed !== null) {
          reject(failed)
          return
        }
        resolve(linkOver(fd))
      })
    })
}

function linkOver(fd: number): PrinterLink {
  let onData: (bytes: Uint8Array) => void = () => undefined
  let onClose: (() => void) | null = null
  let closed = false
  let timer: NodeJS.Timeout | null = null
  let busy = 0

  /** The descriptor is closed once no call is using it: closing it earlier could hit another file of the same number. */
  function release(): void {
    if (closed && busy === 0) close(fd, () => undefined)
  }

  function shut(tell: boolean): void {
    if (closed) return
    closed = true
    if (timer !== null) clearTimeout(timer)
    release()
    const listener = onClose
    onClose = null
    if (tell) listener?.()
  }

  function readNext(): void {
    if (closed) return
    const buffer = Buffer.alloc(256)
    busy += 1
    read(fd, buffer, 0, buffer.length, null, (error, count) => {
      busy -= 1
      if (closed) {
        release()
        return
      }
      const code = codeOf(error)
      if (code !== null && !transient.has(code)) {
        shut(true)
        return
      }
      if (code === null && count > 0) onData(buffer.subarray(0, count))
      timer = setTimeout(readNext, readMs)
    })
  }
  readNext()

  return {
    write: (bytes) =>
      new Promise((written, failed) => {
        let at = 0
        const next = () => {
          if (closed) {
            failed(new Error('the printer has gone'))
            return
          }
          busy += 1
          write(fd, bytes, at, bytes.length - at, null, (error, count) => {
            busy -= 1
            const code = codeOf(error)
            if (closed) {
              release()
              failed(new Error('the printer has gone'))
            } else if (code === null) {
              at += count
              if (at >= bytes.length) written()
              else setImmediate(next)
            } else if (transient.has(code)) {
              setTimeout(next, retryMs)
            } else {
              shut(true)
              failed(new Error('the printer has gone'))
            }
          })
        }
        next()
      }),
    onData(listener) {
      onData = listener
    },
    onClose(listener) {
      onClose = listener
    },
    close: () => shut(false),
  }
}
