/** Staff of the desks and their badges, whose numbers are written and never read. */
import type { z } from 'zod'
import { StaffView } from '../../src-shared/hub-api/agent/administration.ts'
import { StaffId } from '../../src-shared/domain/index.ts'
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { normaliseCardId } from '../../src-shared/protocol/tags.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { endOwnKeys } from '../kiosks/index.ts'
import { note, tellStaff } from './tell.ts'

/** As a kiosk can be told (StaffRecord). */
const mostBadges = 5

/**
 * Who works at a desk. One who was removed stays in the records, so that what they did keeps their name, and not in
 * this list.
 */
export async function listStaff(db: Db): Promise<z.infer<typeof StaffView>[]> {
  const members = await db.selectFrom('staff').selectAll().orderBy('name').orderBy('id').execute()
  const desks = await db.selectFrom('staff_desk').selectAll().orderBy('desk').execute()
  const badges = await db.selectFrom('badge').select('staff').execute()
  return members
    .map((member) =>
      StaffView.parse({
        ...member,
        desks: desks.filter((each) => each.staff === member.id).map((each) => each.desk),
        badges: badges.filter((each) => each.staff === member.id).length,
      }),
    )
    .filter((member) => member.desks.length > 0 || member.badges > 0)
}

/** Fails with L-609 (the member or a desk), L-608 (a new member needs a desk). */
export async function saveStaff(
  db: Db,
  keys: HubKeys,
  now: number,
  actor: string,
  body: HubBody<'saveStaff'>,
): Promise<Result<StaffId>> {
  const desks = [...new Set(body.desks)].sort()
  if (body.id === undefined && desks.length === 0) return fail(failures.requestMalformed, { where: 'desks' })
  return transact(db, async (tx) => {
    const known = desks.length === 0 ? [] : await tx.selectFrom('desk').select('id').where('id', 'in', desks).execute()
    if (known.length !== desks.length) return fail(failures.notFound, { what: 'desk' })
    const id = body.id ?? StaffId.parse(newId())
    const values = { name: body.name, role: body.role }
    if (body.id === undefined)
      await tx
        .insertInto('staff')
        .values({ id, ...values })
        .execute()
    else if (
      (await tx.updateTable('staff').set(values).where('id', '=', id).returning('id').executeTakeFirst()) === undefined
    )
      return fail(failures.notFound, { what: 'staff' })
    const before = (await tx.deleteFrom('staff_desk').where('staff', '=', id).returning('desk').execute()).map(
      (row) => row.desk,
    )
    const left = before.filter((desk) => !(desks as string[]).includes(desk))
    await endOwnKeys(tx, now, id, left)
    for (const desk of desks) await tx.insertInto('staff_desk').values({ staff: id, desk }).execute()
    await tellStaff(tx, keys, id, left)
    await note(tx, now, actor, 'staff-saved', null, { staff: id, role: body.role, desks: desks.length })
    return ok(id)
  })
}

/** From every desk, with their badges. Fails with L-609. */
export async function removeStaff(
  db: Db,
  keys: HubKeys,
  now: number,
  actor: string,
  id: string,
): Promise<Result<null>> {
  return transact(db, async (tx) => {
    if ((await locked(tx, id)) === undefined) return fail(failures.notFound, { what: 'staff' })
    const before = await tx.deleteFrom('staff_desk').where('staff', '=', id).returning('desk').execute()
    await tx.deleteFrom('badge').where('staff', '=', id).execute()
    await endOwnKeys(tx, now, id, null)
    await tellStaff(
      tx,
      keys,
      id,
      before.map((row) => row.desk),
    )
    await note(tx, now, actor, 'staff-removed', null, { staff: id })
    return ok(null)
  })
}

const locked = (tx: Tx, id: string) =>
  tx.selectFrom('staff').select('id').where('id', '=', id).forUpdate().executeTakeFirst()

/** Fails with L-609, L-658 (someone else's), L-608 (nothing in it, or a sixth). Returns how many there are. */
export async function addBadge(
  db: Db,
  keys: HubKeys,
  now: number,
  actor: string,
  id: string,
  badge: string,
): Promise<Result<number>> {
  if (normaliseCardId(badge).length < 4) return fail(failures.requestMalformed, { where: 'badge' })
  return transact(db, async (tx) => {
    if ((await locked(tx, id)) === undefined) return fail(failures.notFound, { what: 'staff' })
    const blind = keys.blindIndex(badge)
    await tx
      .insertInto('badge')
      .values({ staff: id, sealed: keys.seal(normaliseCardId(badge)), blind })
      .onConflict((conflict) => conflict.column('blind').doNothing())
      .execute()
    const owner = await tx.selectFrom('badge').select('staff').where('blind', '=', blind).executeTakeFirstOrThrow()
    if (owner.staff !== id) return fail(failures.cardTaken)
    const { length } = await tx.selectFrom('badge').select('blind').where('staff', '=', id).execute()
    if (length > mostBadges) return fail(failures.requestMalformed, { where: 'badge' })
    await tellStaff(tx, keys, id, [])
    await note(tx, now, actor, 'badge-added', null, { staff: id })
    return ok(length)
  })
}

/** Fails with L-609. */
export async function removeBadges(
  db: Db,
  keys: HubKeys,
  now: number,
  actor: string,
  id: string,
): Promise<Result<null>> {
  return transact(db, async (tx) => {
    if ((await locked(tx, id)) === undefined) return fail(failures.notFound, { what: 'staff' })
    await tx.deleteFrom('badge').where('staff', '=', id).execute()
    await endOwnKeys(tx, now, id, null)
    await tellStaff(tx, keys, id, [])
    await note(tx, now, actor, 'badges-removed', null, { staff: id })
    return ok(null)
  })
}
