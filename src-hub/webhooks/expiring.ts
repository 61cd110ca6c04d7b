/**
 * Tells once of each pickup that will go back within a week, and forgets what was delivered long ago. Some at a time,
 * each a transaction of its own.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../database/index.ts'

const day = 86_400_000
const warnDays = 7
const keepDays = 30
const atOnce = 1000

/** Until a statement that does `atOnce` at most finds nothing left to do. */
async function untilDone(db: Db, statement: RawBuilder<unknown>): Promise<void> {
  while (Number((await statement.execute(db)).numAffectedRows ?? 0) >= atOnce);
}

export async function tellExpiring(db: Db, now: number): Promise<void> {
  await untilDone(
    db,
    sql`INSERT INTO webhook_event (kind, pickup, desk, at) SELECT 'expiring', id, desk, ${now} FROM pickup p
      WHERE state = 'granted' AND expires_at > ${now} AND expires_at < ${now + warnDays * day} AND EXISTS (SELECT 1 FROM webhook_target WHERE removed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM webhook_event w WHERE w.kind = 'expiring' AND w.pickup = p.id)
      ORDER BY expires_at, id LIMIT ${sql.lit(atOnce)} ON CONFLICT (pickup) WHERE kind = 'expiring' DO NOTHING`,
  )
}

export async function pruneWebhooks(db: Db, now: number): Promise<void> {
  const before = now - keepDays * day
  await untilDone(
    db,
    sql`DELETE FROM webhook_delivery WHERE ctid = ANY(ARRAY(SELECT ctid FROM webhook_delivery
      WHERE state IN ('delivered','dead') AND ended_at < ${before} LIMIT ${sql.lit(atOnce)} FOR UPDATE SKIP LOCKED))`,
  )
  // One that says it is told of an expiry stays while its pickup could be told of again.
  await untilDone(
    db,
    sql`DELETE FROM webhook_event WHERE id = ANY(ARRAY(SELECT id FROM webhook_event e
      WHERE at < ${before - 60 * day} AND fanned AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event = e.id)
      LIMIT ${sql.lit(atOnce)} FOR UPDATE SKIP LOCKED))`,
  )
}
