/**
 * A hub restored from backup (DESIGN section 8, point 8): a new incarnation. It has forgotten what happened after the
 * backup, so it grants nothing until every kiosk has sent its ledger again from where the backup ends and has reported
 * its grants, or has been written off.
 */
import { Incarnation } from '../../src-shared/domain.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { Wanted } from '../desk-work/index.ts'
import type { GrantParts } from '../pickups/index.ts'

/** To be run once, before the first start after a restore, while no hub process runs on this database. */
export async function beginIncarnation(db: Db, now: number): Promise<Incarnation> {
  return transact(db, async (tx) => {
    const incarnation = Incarnation.parse(newId())
    await tx.updateTable('hub').set({ incarnation, holding: true }).execute()
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor: 'hub',
        act: 'restored',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ incarnation }),
      })
      .execute()
    const kiosks = await tx
      .selectFrom('kiosk')
      .select('id')
      .where('state', '=', 'active')
      .where('kind', '=', 'desk')
      .limit(1)
      .execute()
    if (kiosks.length === 0) await tx.updateTable('hub').set({ holding: false }).execute()
    return incarnation
  })
}

/** Kiosks (a check-in screen holds nothing) whose report of this incarnation is still missing. */
export async function awaited(db: Db | Tx, incarnation: string): Promise<string[]> {
  const rows = await db
    .selectFrom('kiosk')
    .select('id')
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .where((e) => e.or([e('reported', 'is', null), e('reported', '<>', incarnation)]))
    .execute()
  return rows.map((row) => row.id)
}

/** Ends the hold once nobody is awaited any more; what has waited is granted. */
export async function releaseHold(tx: Tx, parts: GrantParts, wanted: Wanted): Promise<void> {
  const hub = await tx.selectFrom('hub').select('holding').forUpdate().executeTakeFirstOrThrow()
  if (!hub.holding || (await awaited(tx, parts.incarnation)).length > 0) return
  await tx.updateTable('hub').set({ holding: false }).execute()
  const desks = await tx
    .selectFrom('pickup')
    .select('desk')
    .distinct()
    .where('state', '=', 'unassigned')
    .where('desk', 'is not', null)
    .orderBy('desk')
    .execute()
  for (const { desk } of desks) if (desk !== null) await wanted.grants(desk)
}
