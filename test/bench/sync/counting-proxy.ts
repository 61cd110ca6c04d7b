/**
 * A TCP proxy on loopback that counts the bytes of both directions: what the cable carries, TLS and headers included.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface CountingProxy {
  readonly port: number
  bytes(): number
  stop(): Promise<void>
}

export async function startCountingProxy(target: number): Promise<CountingProxy> {
  let bytes = 0
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('data', (data) => {
        bytes += data.length
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => bytes,
    async stop() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
