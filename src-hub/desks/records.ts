/** What a kiosk is told of its desk, its policy and its staff. */
import { Desk, type Localized } from '../../src-shared/domain/index.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import { StaffRecord } from '../../src-shared/hub-api/index.ts'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import { usualTimeZone } from '../../src-shared/domain/zone.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import { bulkOf, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { readSlipSettings } from './slip-settings.ts'

/** How a desk is called where others speak of it: its name and its unit's. */
export function deskWords(name: Localized, unit: Localized): Localized {
  return { fi: `${name.fi}, ${unit.fi}`, sv: `${name.sv}, ${unit.sv}`, en: `${name.en}, ${unit.en}` }
}

export async function deskRecord(db: Db | Tx, desk: string): Promise<Desk> {
  const [record] = await deskRecords(db, [desk])
  if (record === undefined) throw new Error('a desk that is none')
  return record
}

/** Those of these desks, by id; the same few statements for any number. */
export async function deskRecords(db: Db | Tx, desks: readonly string[]): Promise<Desk[]> {
  if (desks.length === 0) return []
  const rows = await db
    .selectFrom('desk')
    .innerJoin('unit', 'unit.id', 'desk.unit')
    .select([
      'desk.id',
      'desk.kind',
      'desk.name',
      'desk.slip_prefix',
      'desk.hours',
      'unit.name as unit_name',
      'unit.address',
      'unit.hours as unit_hours',
    ])
    .where(bulkOf(db).among('desk.id', desks))
    .orderBy('desk.id')
    .execute()
  const organisation = await db.selectFrom('organisation').selectAll().executeTakeFirstOrThrow()
  const { note, logo } = await readSlipSettings(db)
  const next = await db
    .selectFrom('hub_authority')
    .select(['certificate', 'cross_certificate'])
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst()
  const nextAuthority =
    next === undefined ? {} : { nextAuthority: { certificate: next.certificate, cross: next.cross_certificate } }
  return rows.map((row) =>
    Desk.parse({
      id: row.id,
      kind: row.kind,
      name: row.name,
      unit: row.unit_name,
      address: row.address,
      slipPrefix: row.slip_prefix,
      organisation: organisation.name,
      changeAddress: organisation.change_address,
      selfServiceAddress: organisation.self_service_address,
      hours: row.hours ?? row.unit_hours ?? usualHours,
      timeZone: organisation.time_zone,
      ...nextAuthority,
      ...(Object.values(note).some((text) => text !== '') ? { slipNote: note } : {}),
      ...(logo === null ? {} : { slipLogo: logo }),
    }),
  )
}

/** What the institution's clocks show. */
export async function readTimeZone(db: Db | Tx): Promise<string> {
  return (await db.selectFrom('organisation').select('time_zone').executeTakeFirst())?.time_zone ?? usualTimeZone
}

export async function policyRecord(db: Db | Tx): Promise<Policy> {
  return Policy.parse((await db.selectFrom('policy').select('record').executeTakeFirstOrThrow()).record)
}

/** Staff of a desk, badges as tags under the asking kiosk's own key. */
export async function staffRecords(db: Db | Tx, keys: HubKeys, desk: string, kiosk: string): Promise<StaffRecord[]> {
  const lookup = keys.tagKey(kiosk)
  const rows = await db
    .selectFrom('staff')
    .innerJoin('staff_desk', 'staff_desk.staff', 'staff.id')
    .leftJoin('badge', 'badge.staff', 'staff.id')
    .select(['staff.id', 'staff.name', 'staff.role', 'badge.sealed'])
    .where('staff_desk.desk', '=', desk)
    .orderBy('staff.id')
    .execute()
  const byId = new Map<string, { id: string; name: string; role: string; badgeTags: string[] }>()
  for (const row of rows) {
    const member = byId.get(row.id) ?? { id: row.id, name: row.name, role: row.role, badgeTags: [] }
    if (row.sealed !== null) member.badgeTags.push(cardTag(lookup, keys.open(row.sealed)).toString('base64url'))
    byId.set(row.id, member)
  }
  return [...byId.values()].map((member) => StaffRecord.parse(member))
}
