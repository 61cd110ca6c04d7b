/**
 * Whether the database can be written to, asked every second over a connection of its own, so that a busy pool is not
 * taken for an outage nor an idle one for health. When the database is back, the pool begins anew: connections to a
 * server that was replaced meanwhile would answer, and refuse every write.
 */
import { performance } from 'node:perf_hooks'
import { sql } from 'kysely'
import { codeOf } from './lost.ts'
import type { HubPool } from './pool.ts'
import type { Db } from './schema.ts'

const everyMs = 1000
/**
 * Longest for one connection and for one statement of the beat, ms: with `everyMs` an outage shows within five seconds.
 */
export const beatTimes = { max: 1, connectMs: 3000, hostMs: 3000, queryMs: 3000, idleMs: 600_000 } as const
/** An answer is good for so long, ms. */
const goodForMs = 4000
/**
 * After so long without a word, whatever still waits for an answer is ended, and what comes later is refused at once,
 * ms: nothing would come of it. With two beats that fail this is eight seconds at most.
 */
const silentMs = 6000

export interface DatabaseStanding {
  readonly ready: boolean
  /** A word for the log: SQLSTATE, the system's code, or what kind of failure; empty while all is well. */
  readonly code: string
}

export interface Beat {
  /** Resolves after the first beat, however it went. */
  start(): Promise<void>
  standing(): DatabaseStanding
  stop(): Promise<void>
}

interface Parts {
  /** Proves that the database can be written to. */
  readonly work: () => Promise<void>
  /** The beat's own connection. */
  readonly own: HubPool
  /** What the hub works with. */
  readonly main: { readonly db: Db; readonly pool: HubPool }
  readonly onChange?: (standing: DatabaseStanding) => void
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_done, failed) => {
    timer = setTimeout(() => failed(Object.assign(new Error('no answer in time'), { code: 'timeout' })), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function createBeat({ work, own, main, onChange }: Parts): Beat {
  let good = -Infinity
  let code = 'starting'
  let silentSince = performance.now()
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  let told: boolean | null = null

  const standing = (): DatabaseStanding => {
    const ready = code === '' && performance.now() - good <= goodForMs
    return { ready, code: ready ? '' : code === '' ? 'timeout' : code }
  }
  function tell(): void {
    const now = standing()
    if (told === now.ready) return
    const first = told === null
    told = now.ready
    // That it is there at the start is no news.
    if (!first || !now.ready) onChange?.(now)
  }

  async function beat(): Promise<void> {
    try {
      await within(beatTimes.queryMs, work())
      // The beat's own connection may be the last that the server had to give.
      if (code === '' && main.pool.standing().connections === 0)
        await within(beatTimes.connectMs, sql`SELECT 1`.execute(main.db))
      silentSince = good = performance.now()
      if (code !== '') {
        code = ''
        // Where the beat has found it: elsewhere the main pool might wait for a host that is silent.
        main.pool.renew(own.standing().url)
      }
    } catch (error) {
      code = codeOf(error) || (error instanceof Error ? error.name : 'error')
      own.renew()
      if (performance.now() - silentSince > silentMs) {
        silentSince = performance.now()
        own.cut()
        main.pool.shut()
      }
    }
    tell()
  }
  function plan(): void {
    if (stopped) return
    timer = setTimeout(() => {
      running = beat().finally(plan)
    }, everyMs)
  }

  return {
    standing,
    async start() {
      running = beat()
      await running
      plan()
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
