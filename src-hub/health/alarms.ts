/**
 * What needs a person's eye: alarms and disputes, listed until someone closes them by name. Nothing is ever dropped.
 */
import { holdingAlarms, holdsPickup } from '../../src-shared/domain/alarm-kinds.ts'
import { KioskId, PickupId } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db, Tx } from '../database/index.ts'
import { transactAndCarryOn } from '../desk-work/index.ts'
import { givenUpWindowMs } from '../ledger/index.ts'
import { grantPickup, type GrantParts } from '../pickups/index.ts'

/** Newest first; `open` leaves out what was closed. */
export async function listAlarms(db: Db, open: boolean, limit: number): Promise<HubReply<'alarms'>> {
  let alarms = db.selectFrom('alarm').selectAll().orderBy('id', 'desc').limit(limit)
  let disputes = db.selectFrom('dispute').selectAll().orderBy('id', 'desc').limit(limit)
  if (open) {
    alarms = alarms.where('closed_at', 'is', null)
    disputes = disputes.where('closed_at', 'is', null)
  }
  const closing = (row: { closed_at: number | null; closed_by: string | null }) => ({
    closedAt: row.closed_at === null ? null : Number(row.closed_at),
    closedBy: row.closed_by,
  })
  const found = await alarms.execute()
  const given = await givenUpOf(db, found)
  return {
    alarms: found.map((row) => ({
      id: Number(row.id),
      kind: row.kind,
      kiosk: row.kiosk === null ? null : KioskId.parse(row.kiosk),
      pickup: row.pickup === null ? null : PickupId.parse(row.pickup),
      detail: row.detail,
      pickups: given.get(Number(row.id)) ?? [],
      at: Number(row.at),
      ...closing(row),
    })),
    disputes: (await disputes.execute()).map((row) => ({
      id: Number(row.id),
      pickup: PickupId.parse(row.pickup),
      kiosk: KioskId.parse(row.kiosk),
      seq: Number(row.seq),
      at: Number(row.at),
      ...closing(row),
    })),
  }
}

/** Lets a pickup go once no open alarm holds it any more, and says how it stands; null while one still does. */
async function release(tx: Tx, pickup: string): Promise<{ state: string; desk: string | null } | null> {
  // Two alarms of one pickup that are closed at the same time wait for each other here: the second sees the first
  // closed.
  const row = await tx
    .selectFrom('pickup')
    .select(['state', 'desk'])
    .where('id', '=', pickup)
    .forUpdate()
    .executeTakeFirst()
  const open = await tx
    .selectFrom('alarm')
    .select('id')
    .where('pickup', '=', pickup)
    .where('kind', 'in', holdingAlarms)
    .where('closed_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || open !== undefined) return null
  await tx.updateTable('pickup').set({ held: false }).where('id', '=', pickup).execute()
  return row
}

const shownPickups = 50

/** What a kiosk gave up about the time of an alarm that says so, by the alarm's id. */
async function givenUpOf(
  db: Db,
  alarms: readonly { readonly id: number; readonly kind: string; readonly kiosk: string | null; readonly at: number }[],
): Promise<Map<number, PickupId[]>> {
  const found = new Map<number, PickupId[]>()
  for (const { id, kind, kiosk, at } of alarms) {
    if (kind !== 'sent-away' || kiosk === null) continue
    const rows = await db
      .selectFrom('given_up')
      .select('pickup')
      .where('kiosk', '=', kiosk)
      .where('at', '>=', Number(at) - givenUpWindowMs)
      .where('at', '<=', Number(at) + givenUpWindowMs)
      .orderBy('seq', 'desc')
      .limit(shownPickups)
      .execute()
    found.set(
      Number(id),
      rows.map(({ pickup }) => PickupId.parse(pickup)),
    )
  }
  return found
}

/**
 * Closes one by name. Closing the last open alarm that holds a pickup (a poison entry, one that could not be granted, a
 * secret that was refused) lets it go on. Closing that of a pickup that could not be burned with its kiosk's write-off
 * tries again. Fails with L-609 when there is none open.
 */
export async function closeAlarm(
  db: Db,
  parts: GrantParts,
  what: 'alarm' | 'dispute',
  id: number,
  actor: string,
): Promise<Result<null>> {
  return transactAndCarryOn<Result<null>>(db, parts, async (tx, wanted) => {
    const closed = { closed_at: parts.now(), closed_by: actor }
    const audit = (pickup: string | null) =>
      tx
        .insertInto('audit')
        .values({ at: parts.now(), actor, act: `${what}-closed`, pickup, desk: null, detail: JSON.stringify({ id }) })
        .execute()
    if (what === 'dispute') {
      const row = await tx
        .updateTable('dispute')
        .set(closed)
        .where('id', '=', id)
        .where('closed_at', 'is', null)
        .returning('pickup')
        .executeTakeFirst()
      if (row === undefined) return fail(failures.notFound, { what })
      await audit(row.pickup)
      return ok(null)
    }
    const row = await tx
      .updateTable('alarm')
      .set(closed)
      .where('id', '=', id)
      .where('closed_at', 'is', null)
      .returning(['kind', 'pickup', 'kiosk'])
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what })
    await audit(row.pickup)
    if (row.kind === 'write-off-held' && row.pickup !== null && row.kiosk !== null) {
      await release(tx, row.pickup)
      const lost = await tx.selectFrom('kiosk').select('desk').where('id', '=', row.kiosk).executeTakeFirstOrThrow()
      await wanted.replacements({ kiosk: row.kiosk, desk: lost.desk }, actor)
    } else if (holdsPickup(row.kind) && row.pickup !== null) {
      const free = await release(tx, row.pickup)
      if (free?.state === 'unassigned' && free.desk !== null) await grantPickup(tx, parts, row.pickup, free.desk, null)
    }
    return ok(null)
  })
}
