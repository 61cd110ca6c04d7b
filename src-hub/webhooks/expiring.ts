/** Tells once of each pickup that will go back within a week, and forgets what was delivered long ago. */
import { sql } from 'kysely'
import type { Db } from '../database/index.ts'

const day = 86_400_000
const warnDays = 7
const keepDays = 30

export async function tellExpiring(db: Db, now: number): Promise<void> {
  await sql`INSERT INTO webhook_event (kind, pickup, desk, at) SELECT 'expiring', id, desk, ${now} FROM pickup
    WHERE state = 'granted' AND expires_at > ${now} AND expires_at < ${now + warnDays * day} AND EXISTS (SELECT 1 FROM webhook_target WHERE removed_at IS NULL)
    ON CONFLICT (pickup) WHERE kind = 'expiring' DO NOTHING`.execute(db)
}

export async function pruneWebhooks(db: Db, now: number): Promise<void> {
  const before = now - keepDays * day
  await sql`DELETE FROM webhook_delivery WHERE state IN ('delivered','dead') AND ended_at < ${before}`.execute(db)
  // One that says it is told of an expiry stays while its pickup could be told of again.
  await sql`DELETE FROM webhook_event e WHERE at < ${before - 60 * day} AND fanned AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event = e.id)`.execute(
    db,
  )
}
