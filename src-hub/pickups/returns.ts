/** Unclaimed pickups go back: a revoke like any other, which ends in `returned` once the kiosk has acknowledged it. */
import { transact, type Db } from '../database/index.ts'
import { revokePickup, type GrantParts } from './grants.ts'

const batch = 200

/** Returns how many were asked back. Safe to run in several hub processes at once. */
export async function returnUnclaimed(db: Db, parts: GrantParts): Promise<number> {
  return transact(db, async (tx) => {
    const due = await tx
      .selectFrom('pickup')
      .select('id')
      .where('state', 'in', ['unassigned', 'granted'])
      .where('expires_at', '<', parts.now())
      .orderBy('id')
      .limit(batch)
      .forUpdate()
      .skipLocked()
      .execute()
    for (const { id } of due) {
      await revokePickup(tx, parts, id, 'returned', null)
      await tx
        .insertInto('audit')
        .values({ at: parts.now(), actor: 'hub', act: 'returned', pickup: id, desk: null, detail: '{}' })
        .execute()
    }
    return due.length
  })
}
