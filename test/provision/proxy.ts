/** A CONNECT proxy on loopback that counts what goes through it (RFC 9110 section 9.3.6). */
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface CountingProxy {
  readonly url: string
  readonly tunnels: () => number
  stop(): Promise<void>
}

export async function startProxy(): Promise<CountingProxy> {
  let tunnels = 0
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', (request, client: Socket, head: Buffer) => {
    const [host, port] = (request.url ?? '').split(':')
    const hub = connect(Number(port), host, () => {
      tunnels += 1
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      hub.write(head)
      hub.pipe(client)
      client.pipe(hub)
    })
    for (const socket of [hub, client]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    tunnels: () => tunnels,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
