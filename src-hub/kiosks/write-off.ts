/**
 * A lost or broken kiosk (docs/architecture.md#ledger-and-sync, point 8): a recorded write-off. From its transaction on
 * the kiosk's requests are refused, except its ledger, which is evidence, and no word of it ends a grant. Every secret
 * granted there is then burned and replaced by a fresh one, batch by batch.
 */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { openWork, replacedOf, transactAndCarryOn } from '../desk-work/index.ts'
import { transact, type Db } from '../database/index.ts'
import { openOf, type GrantParts } from '../pickups/index.ts'
import { releaseHold } from './restore.ts'

export interface WrittenOff {
  /** How many pickups have been burned so far, and how many of those issued anew. */
  readonly burned: number
  readonly reissued: number
  /** How many it still holds: they follow by themselves. */
  readonly left?: number
}

/**
 * Fails with L-609. A second write-off of one kiosk says how far the first has come, and goes on with what was held
 * back.
 */
export async function writeOff(db: Db, parts: GrantParts, kiosk: string, actor: string): Promise<Result<WrittenOff>> {
  const done = await transactAndCarryOn<Result<{ readonly again: boolean }>>(db, parts, async (tx, wanted) => {
    const row = await tx
      .selectFrom('kiosk')
      .select(['desk', 'state'])
      .where('id', '=', kiosk)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'kiosk' })
    const again = row.state === 'written-off'
    if (!again) {
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
    }
    await wanted.replacements({ kiosk, desk: row.desk }, actor)
    await releaseHold(tx, wanted)
    return ok({ again })
  })
  if (!done.ok) return done
  const left = await transact(db, (tx) => openOf(tx, kiosk))
  const counts = done.value.again && left === 0 ? { burned: 0, reissued: 0 } : await replacedOf(db, kiosk)
  return ok({ ...counts, ...(left === 0 ? {} : { left }) })
}

/**
 * Serves a frozen kiosk again, on an agent's word; what was issued for its desk meanwhile is granted. The ledgers must
 * still agree: else the next batch freezes it anew. Fails with L-609. The value is how many pickups still wait to be
 * granted: they follow by themselves.
 */
export async function unfreeze(db: Db, parts: GrantParts, kiosk: string, actor: string): Promise<Result<number>> {
  const done = await transactAndCarryOn<Result<string>>(db, parts, async (tx, wanted) => {
    const row = await tx
      .updateTable('kiosk')
      .set({ frozen: false })
      .where('id', '=', kiosk)
      .where('state', '=', 'active')
      .returning('desk')
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'kiosk' })
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
    await wanted.grants([row.desk])
    return ok(row.desk)
  })
  if (!done.ok) return done
  const open = (await openWork(db)).find((job) => job.kind === 'grant' && job.desk === done.value)
  return ok(open === undefined ? 0 : Math.max(0, open.total - open.done))
}
