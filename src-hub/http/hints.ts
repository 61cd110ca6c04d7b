/** Server-sent events that only say "pull now" (DESIGN section 8, point 9): fed by LISTEN/NOTIFY, trusted by nobody. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import pg from 'pg'
import { openEventStream } from './event-stream.ts'
import { consoleChannel, createConsoleEvents, type ConsoleEvents } from './events.ts'

export interface Hints {
  start(): Promise<void>
  stop(): Promise<void>
  subscribe(desk: string, tell: () => void): () => void
  /** What consoles are told, over the same connection. */
  readonly events: ConsoleEvents
}

const retryMs = 2000

export function createHints(connectionString: string): Hints {
  const listeners = new Map<string, Set<() => void>>()
  const events = createConsoleEvents()
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | null = null
  let stopped = false

  async function listen(): Promise<void> {
    if (stopped) return
    // It only listens: without keep-alive a server that has vanished would never be missed.
    const next = new pg.Client({ connectionString, keepAlive: true, keepAliveInitialDelayMillis: 10_000 })
    client = next
    const again = () => {
      if (client !== next || stopped) return
      client = null
      retry = setTimeout(() => void listen(), retryMs)
    }
    next.on('error', again)
    next.on('end', again)
    next.on('notification', ({ channel, payload }) => {
      if (channel === consoleChannel) return events.take(payload ?? '')
      events.desk(payload ?? '')
      for (const tell of listeners.get(payload ?? '') ?? []) tell()
    })
    try {
      await next.connect()
      await next.query(`LISTEN lodge_hint; LISTEN ${consoleChannel}`)
    } catch {
      // Polling is the truth; hints come back when the database does.
      again()
    }
  }

  return {
    events,
    start: listen,
    async stop() {
      stopped = true
      events.stop()
      if (retry !== null) clearTimeout(retry)
      const open = client
      client = null
      await open?.end().catch(() => undefined)
    },
    subscribe(desk, tell) {
      const set = listeners.get(desk) ?? new Set()
      set.add(tell)
      listeners.set(desk, set)
      return () => void set.delete(tell)
    },
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
