/**
 * A lost or broken kiosk (DESIGN section 8, point 8): a recorded write-off. Every secret granted there is burned and
 * replaced by a fresh one; the kiosk's requests are refused from then on, except its ledger, which is evidence.
 */
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { transact, type Db } from '../database/index.ts'
import { burnAndReplace, grantWaiting, type GrantParts } from '../pickups/index.ts'
import { releaseHold } from './restore.ts'

/** How many pickups were burned, and how many of those issued anew. Fails with L-609. A second write-off of one kiosk changes nothing. */
export async function writeOff(
  db: Db,
  parts: GrantParts,
  kiosk: string,
  actor: string,
): Promise<Result<{ burned: number; reissued: number }>> {
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('kiosk')
      .select(['desk', 'state'])
      .where('id', '=', kiosk)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail('L-609', { what: 'kiosk' })
    if (row.state === 'written-off') return ok({ burned: 0, reissued: 0 })
    await tx.updateTable('kiosk').set({ state: 'written-off' }).where('id', '=', kiosk).execute()
    await tx
      .insertInto('audit')
      .values({
        at: parts.now(),
        actor,
        act: 'written-off',
        pickup: null,
        desk: row.desk,
        detail: JSON.stringify({ kiosk }),
      })
      .execute()
    const open = await tx
      .selectFrom('grant')
      .select('pickup')
      .where('kiosk', '=', kiosk)
      .where('state', 'in', ['granted', 'revoking'])
      .orderBy('pickup')
      .execute()
    await tx
      .updateTable('grant')
      .set({ state: 'written-off' })
      .where('kiosk', '=', kiosk)
      .where('state', 'in', ['granted', 'revoking'])
      .execute()
    let reissued = 0
    for (const { pickup } of open)
      if ((await burnAndReplace(tx, parts, pickup, actor, 'write-off')) !== null) reissued += 1
    await releaseHold(tx, parts)
    return ok({ burned: open.length, reissued })
  })
}

/** Serves a frozen kiosk again, on an agent's word; what was issued for its desk meanwhile is granted. The ledgers must still agree: else the next batch freezes it anew. */
export async function unfreeze(db: Db, parts: GrantParts, kiosk: string, actor: string): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('kiosk')
      .set({ frozen: false })
      .where('id', '=', kiosk)
      .where('state', '=', 'active')
      .returning('desk')
      .executeTakeFirst()
    if (row === undefined) return fail('L-609', { what: 'kiosk' })
    await tx
      .insertInto('audit')
      .values({
        at: parts.now(),
        actor,
        act: 'unfrozen',
        pickup: null,
        desk: row.desk,
        detail: JSON.stringify({ kiosk }),
      })
      .execute()
    await grantWaiting(tx, parts, row.desk)
    return ok(null)
  })
}
