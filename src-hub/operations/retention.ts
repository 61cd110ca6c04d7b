/**
 * Personal data of pickups that ended long enough ago goes by itself: what leads from a pickup to a person is deleted, the
 * ledger is left as it is. The institution says after how many days (`retention` settings); until then nothing goes.
 */
import { sql } from 'kysely'
import { transact, type Db } from '../database/index.ts'
import { detachPickups, readRetention } from '../prove/index.ts'

const batch = 500
const day = 86_400_000

/** Returns how many pickups are nobody's now; call again while it is a whole batch. Safe in several hub processes. */
export async function purgeEnded(db: Db, now: number): Promise<number> {
  const { personalDataDays } = await readRetention(db)
  if (personalDataDays === null) return 0
  const before = now - personalDataDays * day
  return transact(db, async (tx) => {
    // Requests that came to no pickup.
    await sql`UPDATE delivery_request SET account = NULL, recipient = NULL, subject = 'erased'
      WHERE state = 'declined' AND decided_at < ${before} AND subject <> 'erased'`.execute(tx)
    // When it ended: its handover, or the last act that was recorded of it.
    const { rows } = await sql<{ id: string }>`SELECT p.id FROM pickup p LEFT JOIN handover h ON h.pickup = p.id
      WHERE p.state IN ('handed-over','burned','returned','revoked','dispatched','delivered','returned-by-post') AND p.account <> 'erased' AND p.issued_at < ${before}
        AND NOT EXISTS (SELECT 1 FROM "grant" g WHERE g.pickup = p.id AND g.state IN ('granted','revoking'))
        AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.pickup = p.id AND d.closed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM secret_job s WHERE s.pickup = p.id AND s.state IN ('pending','running'))
        AND coalesce(h.at, 0) < ${before} AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.pickup = p.id AND a.at >= ${before})
      ORDER BY p.issued_at LIMIT ${batch} FOR UPDATE OF p SKIP LOCKED`.execute(tx)
    if (rows.length === 0) return 0
    await detachPickups(
      tx,
      rows.map(({ id }) => id),
    )
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor: 'hub',
        act: 'purged',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ pickups: rows.length, days: personalDataDays }),
      })
      .execute()
    return rows.length
  })
}
