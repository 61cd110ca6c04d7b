/**
 * The hub's clock is the database's. Hub processes judge by their clock what others have written (last contact, leases,
 * sessions, codes that end), and a machine whose clock is minutes off would find a fleet silent, or a lease over that
 * is not. So each process measures how far its machine is from the database, and adds that.
 */
import { sql } from 'kysely'
import type { Db } from './schema.ts'

/** How often the database is asked, and how often a machine's clock that was set is looked for, ms. */
const askMs = 60_000
const lookMs = 5000
/** A machine's clock that has moved by so much against its own count of time has been set, ms. */
const setMs = 1000
/** Less than this is the way to the database and back, ms: time does not jump for it. */
const noiseMs = 25
/** An answer that took longer says too little, ms. */
const slowMs = 2000
/** A machine that is so far off is worth a person's look, ms. */
export const skewWorthTelling = 30_000

export interface DatabaseClock {
  /** Milliseconds since 1970, as the database has them. */
  now(): number
  /** The database's time minus this machine's, ms. */
  skew(): number
  /** Asks now; a database that does not answer changes nothing. Resolves with the skew. */
  measure(): Promise<number>
  start(): void
  stop(): void
}

/** `machine`: this machine's clock, ms. `steady`: its count of time, which nobody sets. */
export function createDatabaseClock(
  db: Db,
  machine: () => number = Date.now,
  onSkew: (skewMs: number) => Promise<void> = async () => undefined,
  steady: () => number = () => performance.now(),
): DatabaseClock {
  let skew = 0
  let known = false
  let told = false
  let askedAt = steady()
  let apart = machine() - steady()
  let timer: NodeJS.Timeout | null = null

  async function measure(): Promise<number> {
    const before = steady()
    const at = machine()
    askedAt = before
    apart = at - before
    try {
      const { rows } = await sql<{
        ms: number
      }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms`.execute(db)
      const took = steady() - before
      const measured = Math.round(Number(rows[0]?.ms) - (at + took / 2))
      if (!Number.isSafeInteger(measured) || (known && (took > slowMs || Math.abs(measured - skew) < noiseMs)))
        return skew
      skew = measured
      known = true
      const far = Math.abs(skew) >= skewWorthTelling
      if (far && !told) await onSkew(skew)
      told = far
    } catch {
      // Away: what was measured before still holds.
    }
    return skew
  }

  return {
    now: () => machine() + skew,
    skew: () => skew,
    measure,
    start() {
      timer = setInterval(() => {
        const wasSet = Math.abs(machine() - steady() - apart) > setMs
        if (wasSet || steady() - askedAt >= askMs) void measure()
      }, lookMs)
      timer.unref()
    },
    stop() {
      if (timer !== null) clearInterval(timer)
    },
  }
}
