/** Who works on a run: one process at a time, while it renews its lease. */
import { sql } from 'kysely'
import { newId } from '../../src-shared/protocol/ids.ts'
import { transact, type Db } from '../database/index.ts'
import { LeaseLost } from '../worker-loop.ts'
import type { RunLease } from './runs.ts'

/** Renewed by every piece, and while a source is being read. */
export const leaseMs = 60_000

/** The oldest run that waits, or whose process has died. */
export async function claim(
  db: Db,
  now: number,
): Promise<{ id: string; source: string; state: string; lease: string } | null> {
  const lease = newId()
  return transact(db, async (tx) => {
    const { rows } = await sql<{ id: string; source: string; state: string }>`UPDATE people_run
      SET lease = ${lease}, lease_until = ${now + leaseMs}, state = CASE state WHEN 'waiting' THEN 'reading' ELSE state END
      WHERE id = (SELECT id FROM people_run WHERE state IN ('waiting','reading','applying') AND reading <> 'push'
        AND (lease IS NULL OR lease_until < ${now}) ORDER BY started_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id, source, state`.execute(tx)
    return rows[0] === undefined ? null : { ...rows[0], lease }
  })
}

export function held(
  now: () => number,
  { id, source, lease }: { id: string; source: string; lease: string },
): RunLease {
  return {
    run: id,
    source,
    async keep(tx) {
      const kept = await tx
        .updateTable('people_run')
        .set({ lease_until: now() + leaseMs })
        .where('id', '=', id)
        .where('lease', '=', lease)
        .returning('id')
        .executeTakeFirst()
      if (kept === undefined) throw new LeaseLost()
    },
  }
}
