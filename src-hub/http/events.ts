/**
 * What changes, to the consoles that are open: fed by LISTEN/NOTIFY from whichever hub process did it. The lists are
 * the truth.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConsoleEvent } from '../../src-shared/hub-api/agent/health.ts'
import { openEventStream } from './event-stream.ts'

export const consoleChannel = 'lodge_console'
/** Many changes at once are told together, each once. */
const gatherMs = 150
/** A session that has ended in the meantime hears no more. */
const stillMs = 60_000

export interface ConsoleEvents {
  /** One notification's payload; what does not parse is dropped. */
  take(payload: string): void
  desk(id: string): void
  subscribe(tell: (event: ConsoleEvent) => void): () => void
  stop(): void
}

export function createConsoleEvents(): ConsoleEvents {
  const listeners = new Set<(event: ConsoleEvent) => void>()
  const gathered = new Map<string, ConsoleEvent>()
  let timer: NodeJS.Timeout | null = null

  function flush(): void {
    timer = null
    const events = [...gathered.values()]
    gathered.clear()
    for (const tell of listeners) for (const event of events) tell(event)
  }
  function add(event: ConsoleEvent): void {
    if (listeners.size === 0) return
    const key =
      event.about === 'pickup'
        ? event.pickup
        : event.about === 'desk'
          ? event.desk
          : 'id' in event
            ? `${event.about}${event.id}`
            : event.about
    // The newest of a pickup is what counts, in the order of the last changes.
    gathered.delete(key)
    gathered.set(key, event)
    timer ??= setTimeout(flush, gatherMs)
  }
  return {
    take(payload) {
      let json: unknown
      try {
        json = JSON.parse(payload)
      } catch {
        return
      }
      const event = ConsoleEvent.safeParse(json)
      if (event.success) add(event.data)
    },
    desk(id) {
      const event = ConsoleEvent.safeParse({ about: 'desk', desk: id })
      if (event.success) add(event.data)
    },
    subscribe(tell) {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
    },
  }
}

/** `still` says whether the caller may go on hearing. */
export function openEvents(
  events: Pick<ConsoleEvents, 'subscribe'>,
  headers: Readonly<Record<string, string>>,
  still: () => Promise<boolean>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  let off = (): void => undefined
  const stream = openEventStream(request, reply, { ...headers, 'x-accel-buffering': 'no' }, () => {
    off()
    clearInterval(check)
  })
  stream.write('event: hello\ndata: {}\n\n')
  off = events.subscribe((event) => stream.write(`event: change\ndata: ${JSON.stringify(event)}\n\n`))
  const check = setInterval(() => {
    still().then(
      (may) => {
        if (!may) stream.end()
      },
      // The database is away: asked again at the next turn.
      () => undefined,
    )
  }, stillMs)
}
