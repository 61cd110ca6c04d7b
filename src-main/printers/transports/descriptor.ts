/**
 * A link over a file descriptor that was opened non-blocking: partial writes and EAGAIN are met by trying again
 * shortly, so that a printer that stands still never blocks a thread, and a job that is torn down stops at once.
 */
import { read, write } from 'node:fs'
import type { PrinterLink } from '../port.ts'

const retryMs = 10
/** Nobody tells when there is something to read: it is asked often after we have written, and less often later. */
const readSoonMs = 2
const readMs = 25
const soonReads = 50
const transient = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])

function codeOf(error: NodeJS.ErrnoException | null): string | null {
  return error === null ? null : (error.code ?? 'EIO')
}

export interface Descriptor {
  readonly fd: number
  /** Reading nothing means that the other side has hung up; with usblp it means only that there is nothing to read. */
  readonly nothingIsGone: boolean
  /** Called once, when no call is using the descriptor any more. */
  readonly close: () => void
}

export function linkOver({ fd, nothingIsGone, close }: Descriptor): PrinterLink {
  let onData: (bytes: Uint8Array) => void = () => undefined
  let onClose: (() => void) | null = null
  let closed = false
  let timer: NodeJS.Timeout | null = null
  let busy = 0
  let soon = soonReads

  /**
   * The descriptor is closed once no call is using it: closing it earlier could hit another file of the same number.
   */
  function release(): void {
    if (closed && busy === 0) close()
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
      if (code === null ? count === 0 && nothingIsGone : !transient.has(code)) {
        shut(true)
        return
      }
      if (code === null && count > 0) onData(buffer.subarray(0, count))
      soon = Math.max(0, soon - 1)
      timer = setTimeout(readNext, soon > 0 ? readSoonMs : readMs)
    })
  }
  readNext()

  return {
    write: (bytes) =>
      new Promise((written, failed) => {
        let at = 0
        soon = soonReads
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
