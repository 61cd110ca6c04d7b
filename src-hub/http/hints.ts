/**
 * Server-sent events that only say "pull now" (docs/architecture.md#ledger-and-sync, point 9): fed by LISTEN/NOTIFY,
 * trusted by nobody.
 */
import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import pg from 'pg'
import type { Db } from '../database/index.ts'
import { openEventStream } from './event-stream.ts'
import { consoleChannel, createConsoleEvents, type ConsoleEvents } from './events.ts'

export interface Hints {
  start(): Promise<void>
  stop(): Promise<void>
  standing(): Hearing
  /** Listens anew: the server has been away, and another may be in its place. */
  restart(): void
  subscribe(desk: string, tell: () => void): () => void
  /** What consoles are told, over the same connection. */
  readonly events: ConsoleEvents
}

const retryMs = 2000

/** Whether what is told in the database is heard here: `lost` where the connection lives and nothing comes over it. */
export type Hearing = 'away' | 'untested' | 'heard' | 'lost'

interface Parts {
  /** Where to listen: one host. */
  readonly url: () => string
  /** Sends a word over another connection, so that it must come all the way. */
  readonly test: (word: string) => Promise<void>
  readonly onNote?: ((words: string) => void) | undefined
}

const testChannel = 'lodge_hint_test'
/** A word that was sent must be heard within this, ms; the next is sent after the other. */
const hearMs = 3000
const testEveryMs = 30_000

/** Tells every hub process's test channel a word; only its own is listened for. */
export async function testHint(db: Db, word: string): Promise<void> {
  await sql`SELECT pg_notify(${testChannel}, ${word})`.execute(db)
}

interface TestWord {
  readonly word: string
  readonly heard: () => void
  /** False when the word was not heard in time. */
  readonly came: Promise<boolean>
}

function newTestWord(): TestWord {
  let heard = (): void => undefined
  const came = new Promise<boolean>((done) => {
    const late = setTimeout(() => done(false), hearMs)
    heard = () => {
      clearTimeout(late)
      done(true)
    }
  })
  return { word: randomUUID(), heard, came }
}

/** Who is told of a desk's changes in this process. */
function createSubscribers() {
  const listeners = new Map<string, Set<() => void>>()
  return {
    tell(desk: string): void {
      for (const listener of listeners.get(desk) ?? []) listener()
    },
    add(desk: string, listener: () => void): () => void {
      const set = listeners.get(desk) ?? new Set()
      set.add(listener)
      listeners.set(desk, set)
      return () => void set.delete(listener)
    },
  }
}

export function createHints({ url, test, onNote = () => undefined }: Parts): Hints {
  const subscribers = createSubscribers()
  const events = createConsoleEvents()
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | null = null
  let stopped = false
  let hearing: Hearing = 'away'
  let expected: TestWord | null = null
  let timer: NodeJS.Timeout | null = null

  function become(next: Hearing): void {
    if (next === 'lost' && hearing !== 'lost')
      onNote(
        'hints are lost on their way (a pooler in transaction mode?): kiosks and consoles hear of changes by polling',
      )
    hearing = next
  }
  /** LISTEN belongs to a session: a pooler that changes sessions between transactions takes it and delivers nothing. */
  async function tryHearing(of: pg.Client): Promise<void> {
    if (stopped || client !== of) return
    const sent = newTestWord()
    expected = sent
    try {
      await test(sent.word)
      const came = await sent.came
      if (client === of) become(came ? 'heard' : 'lost')
    } catch {
      // The database is away: that is another matter, and told elsewhere.
    }
    if (!stopped && client === of) timer = setTimeout(() => void tryHearing(of), testEveryMs)
  }

  async function listen(): Promise<void> {
    if (stopped) return
    // It only listens: without keep-alive a server that has vanished would never be missed.
    const next = new pg.Client({ connectionString: url(), keepAlive: true, keepAliveInitialDelayMillis: 10_000 })
    client = next
    const again = () => {
      if (client !== next || stopped) return
      client = null
      hearing = 'away'
      next.end().catch(() => undefined)
      retry = setTimeout(() => void listen(), retryMs)
    }
    next.on('error', again)
    next.on('end', again)
    next.on('notification', ({ channel, payload }) => {
      if (channel === testChannel) {
        if (payload === expected?.word) expected?.heard()
        return
      }
      if (channel === consoleChannel) return events.take(payload ?? '')
      events.desk(payload ?? '')
      subscribers.tell(payload ?? '')
    })
    try {
      await next.connect()
      await next.query(`LISTEN lodge_hint; LISTEN ${consoleChannel}; LISTEN ${testChannel}`)
      become('untested')
      void tryHearing(next)
    } catch {
      // Polling is the truth; hints come back when the database does.
      again()
    }
  }

  return {
    events,
    standing: () => hearing,
    restart() {
      const old = client
      if (stopped || old === null) return
      client = null
      hearing = 'away'
      old.end().catch(() => undefined)
      void listen()
    },
    start: listen,
    async stop() {
      stopped = true
      events.stop()
      if (retry !== null) clearTimeout(retry)
      if (timer !== null) clearTimeout(timer)
      expected?.heard()
      const open = client
      client = null
      await open?.end().catch(() => undefined)
    },
    subscribe: (desk, tell) => subscribers.add(desk, tell),
  }
}

export function openHint(
  hints: Pick<Hints, 'subscribe'>,
  desk: string,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  let off = (): void => undefined
  const stream = openEventStream(request, reply, {}, () => off())
  stream.write('data: pull\n\n')
  off = hints.subscribe(desk, () => stream.write('data: pull\n\n'))
}
