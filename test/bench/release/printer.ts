/** A printer that answers at once: the bench times the desk, not the paper. */
import { createServer, type Socket } from 'node:net'

export interface PromptPrinter {
  readonly port: number
  /** Told of the first byte of each slip, at the moment that it arrives. */
  onSlip(listener: (at: number) => void): void
  stop(): Promise<void>
}

const dle = 0x10
const askProcessId = Buffer.from([0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30])

export async function startPromptPrinter(): Promise<PromptPrinter> {
  let tell: (at: number) => void = () => undefined
  const clients = new Set<Socket>()
  let fresh = true

  function answer(socket: Socket, bytes: Buffer): void {
    const at = performance.now()
    if (bytes[0] === dle && bytes[1] === 0x04) socket.write(Buffer.from([0x12]))
    else if (bytes[0] === dle) socket.write(Buffer.from([0x37, 0x25, 0x00]))
    else {
      if (fresh) tell(at)
      fresh = false
      const fence = bytes.indexOf(askProcessId)
      if (fence >= 0)
        socket.write(
          Buffer.concat([Buffer.from([0x37, 0x22]), bytes.subarray(fence + 7, fence + 11), Buffer.from([0])]),
        )
    }
  }

  const server = createServer({ noDelay: true }, (socket) => {
    clients.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => clients.delete(socket))
    socket.on('data', (bytes) => answer(socket, bytes))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    onSlip(listener) {
      fresh = true
      tell = listener
    },
    async stop() {
      for (const client of clients) client.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
