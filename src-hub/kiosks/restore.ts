/**
 * A hub restored from backup (docs/architecture.md#ledger-and-sync, point 8): a new incarnation. It has forgotten what
 * happened after the backup, so it grants nothing until every kiosk has sent its ledger again from where the backup
 * ends and has reported its grants, or has been written off.
 */
import { Incarnation } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { bulkOf, transact, type Db, type Tx } from '../database/index.ts'
import type { Wanted } from '../desk-work/index.ts'

/** Why a hub begins a new incarnation without being told to. */
export interface Cause {
  /** In words for the alarm; names no person. */
  readonly why: string
  /**
   * The incarnation that was served and that the database may have forgotten: it belongs to the lineage all the same.
   */
  readonly forgotten?: string | null
  /** Whose word it is, where it is a kiosk's. */
  readonly kiosk?: string
}

/** Every incarnation that this database has had. */
export async function lineage(tx: Tx): Promise<ReadonlySet<string>> {
  return new Set((await tx.selectFrom('incarnation').select('id').execute()).map(({ id }) => id))
}

/** Puts an incarnation among those that the database has had; does nothing for one that is. */
export async function inLineage(db: Db | Tx, id: string, now: number): Promise<void> {
  await db
    .insertInto('incarnation')
    .values({ id, begun_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** In the caller's transaction. `cause` is null where a person said so; else an alarm says why. */
export async function beginIn(tx: Tx, now: number, cause: Cause | null): Promise<Incarnation> {
  const incarnation = Incarnation.parse(newId())
  await tx.updateTable('hub').set({ incarnation, holding: true }).execute()
  for (const id of [cause?.forgotten ?? null, incarnation]) if (id !== null) await inLineage(tx, id, now)
  const detail = cause === null ? { incarnation } : { incarnation, why: cause.why }
  await tx
    .insertInto('audit')
    .values({ at: now, actor: 'hub', act: 'restored', pickup: null, desk: null, detail: JSON.stringify(detail) })
    .execute()
  if (cause !== null)
    await tx
      .insertInto('alarm')
      .values({ kind: 'database-went-back', kiosk: cause.kiosk ?? null, pickup: null, detail: cause.why, at: now })
      .execute()
  const kiosks = await tx
    .selectFrom('kiosk')
    .select(['id', 'desk'])
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .orderBy('id')
    .execute()
  if (kiosks.length === 0) await tx.updateTable('hub').set({ holding: false }).execute()
  // The sooner each is heard, the sooner anything is granted again.
  for (const { desk } of kiosks) await bulkOf(tx).notify(tx, desk)
  return incarnation
}

/** To be run once, before the first start after a restore, while no hub process runs on this database. */
export async function beginIncarnation(db: Db, now: number): Promise<Incarnation> {
  return transact(db, (tx) => beginIn(tx, now, null))
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
export async function releaseHold(tx: Tx, wanted: Wanted): Promise<void> {
  // Most of the time there is none, and whoever grants shares the row.
  if (!(await tx.selectFrom('hub').select('holding').executeTakeFirstOrThrow()).holding) return
  const hub = await tx.selectFrom('hub').select(['holding', 'incarnation']).forUpdate().executeTakeFirstOrThrow()
  if (!hub.holding || (await awaited(tx, hub.incarnation)).length > 0) return
  await tx.updateTable('hub').set({ holding: false }).execute()
  const desks = await tx
    .selectFrom('pickup')
    .select('desk')
    .distinct()
    .where('state', '=', 'unassigned')
    .where('desk', 'is not', null)
    .orderBy('desk')
    .execute()
  await wanted.grants(desks.flatMap(({ desk }) => desk ?? []))
}
