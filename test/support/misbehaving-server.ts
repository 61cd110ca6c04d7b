/** A server on a raw socket that answers in every way that keeps a caller waiting. On 127.0.0.1 alone. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** What it does once the connection stands (and, over TLS, is encrypted). */
export const misbehaviours = {
  '101 to an upgrade that nobody asked for': (socket) =>
    void socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
  '101 without a word more': (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  '101 and then bytes of another protocol for ever': (socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')
    forEver(socket, 20, () => '\x81\x05hello')
  },
  '100 Continue for ever': (socket) => forEver(socket, 20, () => 'HTTP/1.1 100 Continue\r\n\r\n'),
  '103 Early Hints for ever': (socket) =>
    forEver(socket, 20, () => 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n'),
  'a head of which a byte comes at a time': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
    forEver(socket, 20, () => 'a')
  },
  'a head that does not end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    forEver(socket, 5, () => `x-more: ${'a'.repeat(1000)}\r\n`)
  },
  'a body of which a byte comes at a time': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{')
    forEver(socket, 20, () => ' ')
  },
  'a body that does not end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n')
    forEver(socket, 5, () => `10000\r\n${' '.repeat(0x10000)}\r\n`)
  },
  'a body that ends with a connection that stays': (socket) =>
    void socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{'),
  'an empty answer whose connection stays': (socket) =>
    void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  silence: () => undefined,
  'reading nothing': (socket) => void socket.pause(),
  'no protocol at all': (socket) => forEver(socket, 20, () => '\x00\x01\x02garbage\r\n\r\n'),
  'its end as soon as it is asked': (socket) => void socket.end(),
  'a broken connection': (socket) => void socket.destroy(),
  'a redirect to itself': (socket) =>
    void socket.write('HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n'),
} as const satisfies Record<string, (socket: Socket) => void>
export type Misbehaviour = keyof typeof misbehaviours

function forEver(socket: Socket, everyMs: number, what: () => string): void {
  const timer = setInterval(() => {
    // A caller that does not read is not written to without bound.
    if (socket.writable && socket.writableLength < 1_000_000) socket.write(what(), 'latin1')
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}

export interface MisbehavingServer {
  readonly port: number
  /** Connections that are open. */
  open(): number
  /** Requests that came, at least in part. */
  asked(): number
  stop(): Promise<void>
}

interface Identity {
  readonly key: string
  readonly certificate: string
}

/**
 * `identity` speaks TLS; null plain. `half-open-tls` takes the connection and never says a word of TLS. What it does
 * comes after the first bytes of a request.
 */
export async function startMisbehavingServer(
  identity: Identity | 'half-open-tls' | null,
  act: Misbehaviour = 'silence',
): Promise<MisbehavingServer> {
  const sockets = new Set<Socket>()
  let asked = 0
  const serve = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    if (identity === 'half-open-tls') return void socket.resume()
    socket.once('data', () => {
      asked += 1
      misbehaviours[act](socket)
      socket.on('data', () => undefined)
    })
  }
  const server: Server =
    identity === null || identity === 'half-open-tls'
      ? createServer(serve)
      : createTlsServer({ key: identity.key, cert: identity.certificate }, serve)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    asked: () => asked,
    stop: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => done())
      }),
  }
}
