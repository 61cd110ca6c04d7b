/**
 * Mines in an engine process: every write to the database, the disk, the printer's socket and the window's channel is a
 * named point, and the process kills itself with SIGKILL at the one it was given. Loaded by the test's own entry only.
 */
import { openSync, statSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import Database from 'better-sqlite3'
import koffi from 'koffi'

export interface MineSettings {
  /** Name of the point to die at; null records the points instead. */
  readonly mine: string | null
  /** The points reached are appended here, one a line. */
  readonly trace: string
  readonly database: string
  readonly printerPort: number
  /** Counts from the process's start; else from the harness's `arm` message. Either way until `disarm`. */
  readonly armed: boolean
}

/** Bytes of one page in the write-ahead log: frame header and page (SQLite, "WAL File Format"). */
const frameHeader = 24
const pageBytes = 4096
const rlimitFsize = 1

interface Message {
  readonly t?: string
  readonly id?: number
  readonly method?: string
  readonly name?: string
  readonly result?: { readonly ok: boolean }
  readonly payload?: {
    readonly staff?: object | null
    readonly counter?: { step: string; phase?: string; verification?: string | null; slip?: { state?: string } }
  }
}

export function layMines({ mine, trace, database, printerPort, armed: armedAtOnce }: MineSettings): {
  checkpoint: (name: string) => void
} {
  const out = openSync(trace, 'a')
  const seen = new Map<string, number>()
  let armed = armedAtOnce

  /** The occurrence number of a point, or 0 while nothing is counted. */
  function count(what: string): number {
    if (!armed) return 0
    const n = (seen.get(what) ?? 0) + 1
    seen.set(what, n)
    return n
  }

  function die(name: string): never {
    writeSync(out, `${name}\n`)
    process.kill(process.pid, 'SIGKILL')
    // The signal is on its way: not one instruction of the engine runs meanwhile.
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
  }

  function point(name: string): void {
    if (mine === null) writeSync(out, `${name}\n`)
    else if (mine === name) die(name)
  }

  process.on('message', (message: Message) => {
    if (message.t === 'arm' || message.t === 'disarm') armed = message.t === 'arm'
  })
  mineDatabase()
  mineSocket()
  mineMessages()
  return {
    checkpoint(name) {
      const n = count(`step ${name}`)
      if (n > 0) point(`step ${name} #${n}`)
    },
  }

  function mineDatabase(): void {
    const memory = new Database(':memory:')
    const statement = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Record<
      'run' | 'get' | 'all',
      (this: { source: string }, ...args: unknown[]) => unknown
    >
    memory.close()
    for (const method of ['run', 'get', 'all'] as const) {
      const original = statement[method]
      statement[method] = function (...args) {
        const what = this.source.replace(/\s+/g, ' ').trim().slice(0, 60)
        if (!/^(INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK)/i.test(what)) return original.apply(this, args)
        const n = count(what)
        if (n === 0) return original.apply(this, args)
        point(`sql before ${what} #${n}`)
        const result = /^COMMIT/i.test(what) ? commit(n, () => original.apply(this, args)) : original.apply(this, args)
        if (/^COMMIT/i.test(what)) point(`sql after ${what} #${n}`)
        return result
      }
    }
  }

  function walBytes(): number {
    return statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }

  /** A commit writes its pages one by one: the disk may have taken any number of their bytes when the end comes. */
  function commit(n: number, run: () => unknown): unknown {
    const before = walBytes()
    const torn = mine === null ? null : /^disk commit #(\d+) after (\d+) bytes$/.exec(mine)
    if (mine !== null && (torn === null || Number(torn[1]) !== n)) return run()
    if (torn === null) {
      const result = run()
      const grown = walBytes() - before
      const pages = Math.floor(grown / (frameHeader + pageBytes))
      const begin = grown - pages * (frameHeader + pageBytes)
      for (let page = 0; page < pages; page++) {
        const at = begin + page * (frameHeader + pageBytes)
        for (const bytes of [at, at + frameHeader, at + frameHeader + pageBytes / 2])
          point(`disk commit #${n} after ${bytes} bytes`)
      }
      return result
    }
    const limit = BigInt(before + Number(torn[2]))
    const rlimit = koffi.struct('rlimit', { soft: 'uint64_t', hard: 'uint64_t' })
    const set = koffi.load('libc.so.6').func('setrlimit', 'int', ['int', koffi.pointer(rlimit)])
    if (set(rlimitFsize, { soft: limit, hard: limit }) !== 0) throw new Error('setrlimit')
    try {
      run()
    } catch {
      die(mine ?? '')
    }
    // Nothing was cut off: the harness sees that this point was never reached.
    return null
  }

  function mineSocket(): void {
    const ours = (socket: Socket) => socket.remotePort === printerPort
    const proto = Socket.prototype as unknown as Record<'write' | 'push', (this: Socket, ...args: unknown[]) => boolean>
    const write = proto.write
    proto.write = function (...args) {
      const bytes = args[0]
      if (!(bytes instanceof Uint8Array) || !ours(this)) return write.apply(this, args)
      const what = sayingOf(bytes)
      const n = count(what)
      if (n === 0) return write.apply(this, args)
      point(`socket before ${what} #${n}`)
      if (what === 'slip bytes') {
        // Every part of the slip may be the last that reached the printer.
        const cuts =
          mine === null
            ? Array.from({ length: 12 }, (_, i) => Math.max(1, Math.floor((bytes.length * (i + 0.5)) / 12)))
            : cutOf(what, n)
        for (const cut of new Set(cuts)) {
          if (mine !== null) {
            write.call(this, Buffer.from(bytes.subarray(0, cut)))
            die(mine)
          }
          point(`socket cut ${what} #${n} after ${cut} bytes`)
        }
      }
      const result = write.apply(this, args)
      point(`socket after ${what} #${n}`)
      return result
    }
    const push = proto.push
    proto.push = function (...args) {
      const n = ours(this) && args[0] instanceof Uint8Array ? count('an answer') : 0
      if (n > 0) point(`socket heard an answer #${n}`)
      return push.apply(this, args)
    }
  }

  function cutOf(what: string, n: number): number[] {
    const cut = /^socket cut (.+) #(\d+) after (\d+) bytes$/.exec(mine ?? '')
    return cut !== null && cut[1] === what && Number(cut[2]) === n ? [Number(cut[3])] : []
  }

  function mineMessages(): void {
    const methods = new Map<number, string>()
    process.on('message', (message: Message) => {
      if (message.t === 'call' && message.id !== undefined) methods.set(message.id, message.method ?? '')
    })
    const send = process.send?.bind(process)
    if (send === undefined) throw new Error('the engine has no parent')
    process.send = ((message: Message, ...rest: []) => {
      const what = frameOf(message, methods)
      const n = what === null ? 0 : count(what)
      // How often a state is pushed depends on the network's timing; that it is pushed does not.
      const named = what !== null && n > 0 && (message.t !== 'event' || n === 1)
      if (named) point(`window before ${what} #${n}`)
      const result = send(message, ...rest)
      if (named) point(`window after ${what} #${n}`)
      return result
    }) as NonNullable<typeof process.send>
  }
}

function frameOf(message: Message, methods: ReadonlyMap<number, string>): string | null {
  if (message.t === 'ready') return 'ready'
  if (message.t === 'reply') return `reply to ${methods.get(message.id ?? 0) ?? ''}`
  if (message.t !== 'event' || message.name !== 'state') return null
  const counter = message.payload?.counter
  const detail = [
    counter?.step,
    counter?.phase,
    counter?.slip?.state,
    (counter?.verification ?? null) === null ? undefined : 'verified',
  ]
  return `state ${(message.payload?.staff ?? null) === null ? 'signed out' : 'signed in'} ${detail.filter(Boolean).join(' ')}`
}

function sayingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x10 && bytes[1] === 0x04) return `status question ${bytes[2] ?? 0}`
  if (bytes[0] === 0x10 && bytes[1] === 0x14) return 'clear'
  if (bytes[0] === 0x1d && bytes[1] === 0x28 && bytes[2] === 0x48) return 'process-id question'
  return 'slip bytes'
}
