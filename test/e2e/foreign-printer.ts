/**
 * A foreign printer: an emulator of somebody else's, as it were. It shares no line with the simulated printer or the
 * layout: it looks for what it knows in the bytes, cp1252 and standard commands only, and remembers everything.
 */
import { createServer, type Socket } from 'node:net'

export type Mood = 'well' | 'no-paper' | 'cover-open' | 'mute' | 'dies-in-the-slip'

export interface ForeignPrinter {
  readonly port: number
  readonly cuts: () => number
  /** Everything that came, real-time commands aside. */
  readonly bytes: () => Buffer
  stop(): Promise<void>
}

const statusOf: Readonly<Record<Mood, readonly number[]>> = {
  well: [0x12, 0x12, 0x12, 0x12],
  'no-paper': [0x1a, 0x32, 0x12, 0x72],
  'cover-open': [0x1a, 0x16, 0x12, 0x12],
  mute: [],
  'dies-in-the-slip': [0x12, 0x12, 0x12, 0x12],
}

/** `dieAfter`: bytes of the slip. */
export async function startForeignPrinter(mood: Mood, dieAfter: number): Promise<ForeignPrinter> {
  let all = Buffer.alloc(0)
  let answered = 0
  let cuts = 0
  let dead = false
  const hosts = new Set<Socket>()

  function hear(host: Socket, chunk: Buffer): void {
    // The host waits for each answer before it says more, so a question comes as a piece of its own.
    if (chunk[0] === 0x10 && chunk[1] === 0x04) {
      const answer = statusOf[mood][(chunk[2] ?? 0) - 1]
      if (answer !== undefined) host.write(Buffer.from([answer]))
      return
    }
    if (chunk[0] === 0x10 && chunk[1] === 0x14) {
      if (mood !== 'mute') host.write(Buffer.from('7%\0', 'latin1'))
      return
    }
    all = Buffer.concat([all, chunk])
    if (mood === 'dies-in-the-slip' && all.length > dieAfter) {
      dead = true
      all = all.subarray(0, dieAfter)
      for (const other of hosts) other.destroy()
      server.close()
      return
    }
    for (;;) {
      const cut = all.indexOf(Buffer.from([0x1d, 0x56]), answered)
      const ask = all.indexOf(Buffer.from('\x1d(H\x06\x0000', 'latin1'), answered)
      if (cut >= 0 && (ask < 0 || cut < ask)) {
        cuts += 1
        answered = cut + 2
      } else if (ask >= 0 && all.length >= ask + 11) {
        if (mood === 'well' || mood === 'dies-in-the-slip')
          host.write(Buffer.concat([Buffer.from('7"', 'latin1'), all.subarray(ask + 7, ask + 11), Buffer.from([0])]))
        answered = ask + 11
      } else return
    }
  }

  const server = createServer({ noDelay: true }, (host) => {
    hosts.add(host)
    host.on('error', () => undefined)
    host.on('close', () => hosts.delete(host))
    host.on('data', (chunk) => {
      if (!dead) hear(host, chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cuts: () => cuts,
    bytes: () => all,
    async stop() {
      for (const host of hosts) host.destroy()
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
