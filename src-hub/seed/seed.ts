/** Fills an empty hub from an institution's file, people and places in one transaction, then issues its pickups. */
import { DeskId } from '../../src-shared/domain.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { RunningHub } from '../hub.ts'
import { sealAddress } from '../letters/index.ts'
import { issuePickup } from '../pickups/index.ts'
import type { Institution } from './institution.ts'

export interface Seeded {
  /** Desk ids by the file's keys. */
  readonly desks: ReadonlyMap<string, DeskId>
  readonly pickups: number
}

/** Fails with L-101 for a key that names nothing, or what issuing fails with. A hub that has desks already is left alone. */
export async function seed(hub: RunningHub, data: Institution): Promise<Result<Seeded>> {
  const { db, keys } = hub
  const unitIds = new Map(data.units.map((unit) => [unit.key, newId()]))
  const deskIds = new Map(data.desks.map((desk) => [desk.key, DeskId.parse(newId())]))
  for (const [i, desk] of data.desks.entries())
    if (!unitIds.has(desk.unit)) return fail('L-101', { where: `desks.${i}.unit` })
  for (const [i, pickup] of data.pickups.entries())
    if (!deskIds.has(pickup.desk)) return fail('L-101', { where: `pickups.${i}.desk` })
  for (const [i, member] of data.staff.entries())
    if (!member.desks.every((desk) => deskIds.has(desk))) return fail('L-101', { where: `staff.${i}.desks` })

  await db.transaction().execute(async (tx) => {
    const { organisation } = data
    await tx
      .insertInto('organisation')
      .values({
        name: JSON.stringify(organisation.name),
        change_address: organisation.changeAddress,
        self_service_address: organisation.selfServiceAddress,
      })
      .execute()
    await tx
      .insertInto('policy')
      .values({ record: JSON.stringify(data.policy) })
      .execute()
    for (const unit of data.units)
      await tx
        .insertInto('unit')
        .values({
          id: unitIds.get(unit.key) ?? '',
          name: JSON.stringify(unit.name),
          address: unit.address,
          hours: unit.hours === undefined ? null : JSON.stringify(unit.hours),
        })
        .execute()
    for (const desk of data.desks) {
      await tx
        .insertInto('desk')
        .values({
          id: deskIds.get(desk.key) ?? '',
          unit: unitIds.get(desk.unit) ?? '',
          kind: desk.kind,
          name: JSON.stringify(desk.name),
          slip_prefix: desk.slipPrefix,
          hours: desk.hours === undefined ? null : JSON.stringify(desk.hours),
        })
        .execute()
    }
    for (const member of data.staff) {
      const id = newId()
      await tx.insertInto('staff').values({ id, name: member.name, role: member.role }).execute()
      for (const desk of member.desks)
        await tx
          .insertInto('staff_desk')
          .values({ staff: id, desk: deskIds.get(desk) ?? '' })
          .execute()
      for (const badge of member.badges)
        await tx
          .insertInto('badge')
          .values({ staff: id, sealed: keys.seal(badge), blind: keys.blindIndex(badge) })
          .execute()
    }
    for (const person of data.recipients) {
      const id = newId()
      await tx
        .insertInto('recipient')
        .values({
          id,
          class: person.class,
          family: person.family,
          given: person.given,
          former_names: JSON.stringify(person.formerNames),
          language: person.language,
          birth_date: person.birthDate === null ? null : keys.seal(person.birthDate),
          birth_blind: person.birthDate === null ? null : keys.blind('birth', person.birthDate),
          identity_blind:
            person.identityCode === undefined ? null : keys.blind('identity-code', person.identityCode.toUpperCase()),
          sponsor: person.sponsor,
          address: person.address === null ? null : sealAddress(keys, person.address),
        })
        .execute()
      for (const account of [person.account, ...person.otherAccounts])
        await tx
          .insertInto('account')
          .values({ account, recipient: id, valid_until: person.accountValidUntil })
          .execute()
      for (const card of person.cards)
        await tx
          .insertInto('card')
          .values({ recipient: id, sealed: keys.seal(card), blind: keys.blindIndex(card) })
          .execute()
    }
  })

  for (const pickup of data.pickups) {
    const { desk: key, secret, ...rest } = pickup
    const desk = deskIds.get(key)
    if (desk === undefined) throw new Error('checked above')
    const issued = await issuePickup(
      db,
      hub.parts,
      { ...rest, desk, ...(secret === undefined ? {} : { secret }) },
      'seed',
    )
    if (!issued.ok) return issued
  }
  return ok({ desks: deskIds, pickups: data.pickups.length })
}

/** Whether anything is there: a seeded hub is not seeded twice. */
export async function isEmpty(hub: RunningHub): Promise<boolean> {
  return (await hub.db.selectFrom('desk').select('id').limit(1).executeTakeFirst()) === undefined
}
