/** The network cable between a desk and the hub: a TCP relay that can be pulled out and put back. */
import { connect, createServer, type Socket } from 'node:net'

export interface Cable {
  readonly port: number
  isPlugged(): boolean
  pull(): void
  plug(): void
  /** Leads to another place, for what comes when the wrong server answers. */
  redirect(target: { host: string; port: number }): void
  stop(): Promise<void>
}

/** `port` 0 takes a free one; a kiosk enrolled through a cable keeps its address, so a later run must give the same. */
export async function startCable(first: { host: string; port: number }, port = 0): Promise<Cable> {
  let target = first
  const sockets = new Set<Socket>()
  let plugged = true
  const server = createServer((near) => {
    if (!plugged) {
      near.destroy()
      return
    }
    const far = connect(target)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    isPlugged: () => plugged,
    pull() {
      plugged = false
      for (const socket of sockets) socket.destroy()
    },
    plug() {
      plugged = true
    },
    redirect(next) {
      target = next
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
