/**
 * Reads sources when they are due or asked for, and carries out what was planned, each run under a lease that every
 * transaction of it renews. Safe in several hub processes.
 */
import { sql } from 'kysely'
import { transact, type Db } from '../database/index.ts'
import { createWorkerLoop, takeEach } from '../worker-loop.ts'
import { applyRun, readRun, type RunParts } from './carry-out.ts'
import { claim, held, leaseMs } from './lease.ts'
import type { RunLease } from './runs.ts'
import { schedule } from './schedule.ts'

const pollMs = 2000
/** Rows of runs that are over go after this; the report of the run stays. */
const keepMs = 30 * 86_400_000
const hourMs = 3_600_000

export interface PeopleWorker {
  start(): void
  /** A run waits: it does not wait for its turn. */
  nudge(): void
  stop(): Promise<void>
  /** Works until nothing waits; returns how many runs it took up. */
  run(): Promise<number>
}

export function createPeopleWorker(
  db: Db,
  parts: RunParts,
  onBug: (job: string, error: unknown) => void,
): PeopleWorker {
  const loop = createWorkerLoop(
    pollMs,
    () => run(),
    (error) => {
      onBug('people-sources', error)
    },
  )

  /** A directory may take its time: nobody else begins meanwhile. */
  async function whileHeld(one: RunLease, work: () => Promise<void>): Promise<void> {
    const timer = setInterval(() => {
      void transact(db, (tx) => one.keep(tx)).catch(() => undefined)
    }, leaseMs / 4)
    try {
      await work()
    } finally {
      clearInterval(timer)
    }
  }

  async function take(one: { readonly id: string; readonly state: string }, lease: RunLease): Promise<void> {
    if (one.state === 'reading') await whileHeld(lease, () => readRun(db, parts, lease))
    const { state } = await db
      .selectFrom('people_run')
      .select('state')
      .where('id', '=', one.id)
      .executeTakeFirstOrThrow()
    if (state === 'applying' && !loop.stopped) await applyRun(db, parts, lease, () => loop.stopped)
  }

  async function run(): Promise<number> {
    await schedule(db, parts)
    const taken = await takeEach(
      {
        claim: () => claim(db, parts.now()),
        work: (one) => take(one, held(parts.now, one)),
        async giveBack({ id, lease }) {
          const none = { lease: null, lease_until: null }
          await db.updateTable('people_run').set(none).where('id', '=', id).where('lease', '=', lease).execute()
        },
      },
      loop,
    )
    await sweep()
    return taken
  }

  let swept = -Infinity
  async function sweep(): Promise<void> {
    const now = parts.now()
    if (now - swept < hourMs) return
    swept = now
    await sql`DELETE FROM people_run_row r USING people_run i WHERE i.id = r.run AND i.ended_at < ${now - keepMs}`.execute(
      db,
    )
  }

  return {
    run,
    start: () => {
      loop.start()
    },
    nudge: () => {
      loop.nudge()
    },
    stop: () => loop.stop(),
  }
}
