/**
 * Telling kiosks of a change, in the transaction that makes it. Feeds are appended to in the order of desks' ids, so
 * that two changes never wait for each other in a ring.
 */
import { StaffId, StaffRole } from '../../src-shared/domain/index.ts'
import { Tag } from '../../src-shared/hub-api/index.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import type { Tx } from '../database/index.ts'
import { appendToEach, deskRecords, policyRecord } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'

export const note = (tx: Tx, at: number, actor: string, act: string, desk: string | null, detail: object = {}) =>
  tx
    .insertInto('audit')
    .values({ at, actor, act, pickup: null, desk, detail: JSON.stringify(detail) })
    .execute()

/**
 * Desks whose feed is followed, by their kiosk or a check-in screen; whoever comes later learns all of it with a first
 * snapshot.
 */
async function followed(tx: Tx, among: readonly string[] | null): Promise<string[]> {
  let rows = tx.selectFrom('kiosk').select('desk').distinct().where('state', '=', 'active').orderBy('desk')
  if (among !== null) rows = rows.where('desk', 'in', among)
  return (await rows.execute()).map((row) => row.desk)
}

/** Those where staff sign in. */
async function staffed(tx: Tx, among: readonly string[]): Promise<{ desk: string; kiosk: string }[]> {
  return tx
    .selectFrom('kiosk')
    .select(['desk', 'id as kiosk'])
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .where('desk', 'in', among)
    .orderBy('desk')
    .execute()
}

/** `desks` null: all of them. */
export async function tellDesks(tx: Tx, desks: readonly string[] | null): Promise<void> {
  if (desks?.length === 0) return
  const records = await deskRecords(tx, await followed(tx, desks))
  await appendToEach(
    tx,
    records.map((desk) => ({ desk: desk.id, change: { kind: 'desk-changed', desk } })),
  )
}

export async function tellPolicy(tx: Tx): Promise<void> {
  const policy = await policyRecord(tx)
  const change = { kind: 'policy-changed' as const, policy }
  await appendToEach(
    tx,
    (await followed(tx, null)).map((desk) => ({ desk, change })),
  )
}

/**
 * One member of staff to each desk of theirs, badges as tags under its kiosk's own key; and to desks that are theirs no
 * more, that they are gone.
 */
export async function tellStaff(tx: Tx, keys: HubKeys, id: string, gone: readonly string[]): Promise<void> {
  const member = await tx.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const desks = (await tx.selectFrom('staff_desk').select('desk').where('staff', '=', id).execute()).map(
    (row) => row.desk,
  )
  const badges = (await tx.selectFrom('badge').select('sealed').where('staff', '=', id).execute()).map((row) =>
    keys.open(row.sealed),
  )
  const all = [...new Set([...desks, ...gone])]
  if (all.length === 0) return
  const { name, role } = member
  await appendToEach(
    tx,
    (await staffed(tx, all)).map(({ desk, kiosk }) => {
      if (!desks.includes(desk)) return { desk, change: { kind: 'staff-removed', staff: StaffId.parse(id) } }
      const lookup = keys.tagKey(kiosk)
      const badgeTags = badges.map((badge) => Tag.parse(cardTag(lookup, badge).toString('base64url')))
      const staff = { id: StaffId.parse(id), name, role: StaffRole.parse(role), badgeTags }
      return { desk, change: { kind: 'staff-changed', staff } }
    }),
  )
}
