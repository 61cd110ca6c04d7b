/** Raw TCP 9100, only over a link declared dedicated. Nothing is spooled: bytes go from our Buffer to the socket. */
import { connect } from 'node:net'
import type { OpenLink, PrinterLink } from '../port.ts'
import { refusedOr } from './refused.ts'

const connectMs = 2000

export function openTcp(host: string, port: number): OpenLink {
  return () =>
    new Promise<PrinterLink>((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, timeout: connectMs })
      let onClose: (() => void) | null = null
      let onData: (bytes: Uint8Array) => void = () => undefined
      let broken = false
      socket.once('timeout', () => socket.destroy(new Error('the printer does not answer')))
      const refuse = (error: Error) => reject(refusedOr(error))
      socket.once('error', refuse)
      socket.once('connect', () => {
        socket.setTimeout(0)
        socket.off('error', refuse)
        socket.on('error', () => undefined)
        socket.on('data', (bytes) => onData(bytes))
        socket.once('end', () => socket.destroy())
        socket.once('close', () => {
          broken = true
          const tell = onClose
          onClose = null
          tell?.()
        })
        resolve({
          write: (bytes) =>
            new Promise((written, failed) => {
              if (broken) {
                failed(new Error('the printer has gone'))
                return
              }
              const gone = () => failed(new Error('the printer has gone'))
              socket.once('close', gone)
              socket.write(bytes, (error) => {
                socket.off('close', gone)
                if (error) failed(error)
                else written()
              })
            }),
          onData(listener) {
            onData = listener
          },
          onClose(listener) {
            onClose = listener
          },
          close() {
            onClose = null
            // Reset, not finish: bytes still queued here must not reach the printer later.
            socket.resetAndDestroy()
          },
        })
      })
    })
}
