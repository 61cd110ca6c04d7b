/**
 * A TCP proxy on loopback whose cable can be pulled: nothing is refused or closed, it only falls silent, as a network
 * that is cut does.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** From now on nothing goes through, in either direction, and new connections are taken and never answered. */
  cut(): void
  /** What was on its way goes on. */
  mend(): void
  stop(): Promise<void>
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let silent = false
  const open = new Set<Socket>()
  const waiting = new Set<() => void>()
  const server = createServer((near) => {
    open.add(near)
    near.on('error', () => undefined).on('close', () => open.delete(near))
    const go = () => {
      const far = connect(target, '127.0.0.1')
      open.add(far)
      far
        .on('error', () => near.destroy())
        .on('close', () => {
          open.delete(far)
          near.destroy()
        })
      near.on('close', () => far.destroy())
      near.pipe(far)
      far.pipe(near)
    }
    if (!silent) return go()
    waiting.add(go)
    near.on('close', () => waiting.delete(go))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      silent = true
      for (const socket of open) {
        socket.unpipe()
        socket.pause()
      }
    },
    mend() {
      silent = false
      // What was cut in mid-word cannot be put together again by this proxy: both ends are told.
      for (const socket of open) if (socket.isPaused() && !waiting.size) socket.destroy()
      for (const go of waiting) go()
      waiting.clear()
    },
    stop() {
      for (const socket of open) socket.destroy()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
