/**
 * Personal data of pickups that ended long enough ago goes by itself: what leads from a pickup to a person is deleted,
 * the ledger is left as it is. The institution says after how many days (`retention` settings); until then nothing
 * goes.
 */
import { sql } from 'kysely'
import { transact, type Db } from '../database/index.ts'
import { createStride, usualPace, type Pace } from '../pickups/index.ts'
import { sourceOwed } from '../secret-jobs/index.ts'
import { columnsAbout, detachPickups, type Column } from './person.ts'
import { readRetention } from './retention-settings.ts'

/** Pickups that one transaction makes nobody's at most. */
const most = 500
const day = 86_400_000

interface Purge {
  readonly now: number
  readonly days: number
  readonly about: readonly Column[]
  readonly source: boolean
}

/** The next `rows` that ended before `before` (ms): how many there were. */
async function purgeNext(db: Db, { now, days, about, source }: Purge, rows: number): Promise<number> {
  const before = now - days * day
  return transact(db, async (tx) => {
    // When it ended: its handover, or the last act that was recorded of it.
    const found = await sql<{ id: string }>`SELECT p.id FROM pickup p LEFT JOIN handover h ON h.pickup = p.id
      WHERE p.state IN ('handed-over','burned','returned','revoked','dispatched','delivered','returned-by-post') AND p.account <> 'erased' AND p.issued_at < ${before}
        AND NOT EXISTS (SELECT 1 FROM "grant" g WHERE g.pickup = p.id AND g.state IN ('granted','revoking'))
        AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.pickup = p.id AND d.closed_at IS NULL)
        AND NOT (${source} AND ${sourceOwed})
        AND coalesce(h.at, 0) < ${before} AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.pickup = p.id AND a.at >= ${before})
      ORDER BY p.issued_at LIMIT ${rows} FOR UPDATE OF p SKIP LOCKED`.execute(tx)
    const ids = found.rows.map(({ id }) => id)
    if (ids.length === 0) return 0
    await detachPickups(tx, now, about, ids)
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor: 'hub',
        act: 'purged',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ pickups: ids.length, days }),
      })
      .execute()
    return ids.length
  })
}

/**
 * Returns how many pickups are nobody's now. In short transactions, each with its own row in the audit: what is still
 * somebody's is found again, so that one that was cut off goes on with the rest. Safe in several hub processes.
 * `source`: the hub has a source of secrets, and what it is still owed keeps a pickup's account.
 */
export async function purgeEnded(
  db: Db,
  now: number,
  goOn: () => boolean = () => true,
  pace: Pace = usualPace,
  source = true,
): Promise<number> {
  const { personalDataDays: days } = await readRetention(db)
  if (days === null) return 0
  // Requests that came to no pickup.
  await sql`UPDATE delivery_request SET account = NULL, recipient = NULL, subject = 'erased'
    WHERE state = 'declined' AND decided_at < ${now - days * day} AND subject <> 'erased'`.execute(db)
  const about = await columnsAbout(db)
  const stride = createStride(pace, most)
  let purged = 0
  while (goOn()) {
    const from = pace.clock()
    const some = await purgeNext(db, { now, days, about, source }, stride.rows)
    if (some === 0) break
    purged += some
    await stride.took(from)
  }
  return purged
}
