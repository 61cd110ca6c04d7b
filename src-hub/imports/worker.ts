/**
 * Does what imports wait for: checking and carrying out, each under a lease that every transaction of it renews. Safe
 * in several hub processes.
 */
import { sql } from 'kysely'
import { newId } from '../../src-shared/protocol/ids.ts'
import { transact, type Db } from '../database/index.ts'
import { createStride, usualPace, type GrantParts } from '../pickups/index.ts'
import { createWorkerLoop, LeaseLost, takeEach } from '../worker-loop.ts'
import { checkImport, type Lease } from './check.ts'
import { runChunk } from './run.ts'

/** Renewed by every chunk; what a process that died had begun waits for it to end. */
const leaseMs = 15_000
const pollMs = 1000
/**
 * Rows that one transaction carries out at most, and about how long it may take, ms: others at those desks wait for it.
 */
const mostRows = 500
const batchMs = 100
/** Rows of ended imports, and files that were never finished, go after this. */
const keepMs = 30 * 86_400_000
const abandonedMs = 86_400_000

export interface ImportWorker {
  start(): void
  /** There is something to do: it does not wait for its turn. */
  nudge(): void
  stop(): Promise<void>
  /** Works until nothing waits; returns how many imports it took up. */
  run(): Promise<number>
}

export function createImportWorker(
  db: Db,
  parts: GrantParts,
  onBug: (job: string, error: unknown) => void,
): ImportWorker {
  const pace = { ...(parts.pace ?? usualPace), batchMs, rests: false }
  const loop = createWorkerLoop(
    pollMs,
    () => run(),
    (error) => {
      onBug('imports', error)
    },
  )

  function held({ id, lease }: { id: string; lease: string }): Lease {
    return {
      id,
      lease,
      async keep(tx) {
        const kept = await tx
          .updateTable('import')
          .set({ lease_until: parts.now() + leaseMs })
          .where('id', '=', id)
          .where('lease', '=', lease)
          .returning('id')
          .executeTakeFirst()
        if (kept === undefined) throw new LeaseLost()
      },
    }
  }

  /** Chunk by chunk, each as many rows as take about as long as others at those desks can wait. */
  async function carryOut(one: Lease): Promise<void> {
    const stride = createStride(pace, mostRows)
    for (let from = pace.clock(); !loop.stopped && (await runChunk(db, parts, one, stride.rows)); from = pace.clock())
      await stride.took(from)
  }

  async function run(): Promise<number> {
    const taken = await takeEach(
      {
        claim: () => claim(db, parts.now()),
        work: (one) => (one.state === 'checking' ? checkImport(db, parts, held(one)) : carryOut(held(one))),
        async giveBack({ id, lease }) {
          const none = { lease: null, lease_until: null }
          await db.updateTable('import').set(none).where('id', '=', id).where('lease', '=', lease).execute()
        },
      },
      loop,
    )
    await sweep(db, parts.now())
    return taken
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

async function claim(db: Db, now: number): Promise<{ id: string; state: string; lease: string } | null> {
  const lease = newId()
  return transact(db, async (tx) => {
    const { rows } = await sql<{
      id: string
      state: string
    }>`UPDATE import SET lease = ${lease}, lease_until = ${now + leaseMs} WHERE id =
      (SELECT id FROM import WHERE state IN ('checking','running') AND (lease IS NULL OR lease_until < ${now}) ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id, state`.execute(tx)
    return rows[0] === undefined ? null : { ...rows[0], lease }
  })
}

/** What was personal has gone with each row's carrying out; the rest goes after a month. */
async function sweep(db: Db, now: number): Promise<void> {
  await sql`UPDATE import SET state = 'cancelled', ended_at = ${now} WHERE state = 'uploading' AND created_at < ${now - abandonedMs}`.execute(
    db,
  )
  // A file that was checked and never carried out holds people's data.
  await sql`UPDATE import SET state = 'cancelled', ended_at = ${now} WHERE state = 'checked' AND created_at < ${now - keepMs}`.execute(
    db,
  )
  await sql`DELETE FROM import_part p USING import i WHERE i.id = p.import AND i.state IN ('cancelled','refused','done')`.execute(
    db,
  )
  await sql`DELETE FROM import_row r USING import i WHERE i.id = r.import AND (i.state = 'cancelled' OR i.ended_at < ${now - keepMs})`.execute(
    db,
  )
}
