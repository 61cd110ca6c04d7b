/** Units, desks, their hours, and the organisation. */
import type { z } from 'zod'
import { UnitView } from '../../src-shared/hub-api/agent/administration.ts'
import { DeskId, UnitId } from '../../src-shared/domain/index.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api/index.ts'
import { serveInZone, usualTimeZone } from '../../src-shared/domain/zone.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import { publishDirectory, readSlipSettings, saveSlipSettings } from '../desks/index.ts'
import { note, tellDesks } from './tell.ts'

export async function listUnits(db: Db): Promise<z.infer<typeof UnitView>[]> {
  const units = await db.selectFrom('unit').selectAll().orderBy('id').execute()
  const desks = await db
    .selectFrom('desk')
    .leftJoin('kiosk', (join) =>
      join.onRef('kiosk.desk', '=', 'desk.id').on('kiosk.state', '=', 'active').on('kiosk.kind', '=', 'desk'),
    )
    .select(['desk.id', 'desk.unit', 'desk.kind', 'desk.name', 'desk.slip_prefix', 'desk.hours', 'kiosk.id as kiosk'])
    .orderBy('desk.id')
    .execute()
  return units.map((unit) =>
    UnitView.parse({
      id: unit.id,
      name: unit.name,
      address: unit.address,
      hours: unit.hours,
      desks: desks
        .filter((desk) => desk.unit === unit.id)
        .map(({ id, kind, name, slip_prefix: slipPrefix, hours, kiosk }) => ({
          id,
          kind,
          name,
          slipPrefix,
          hours,
          kiosk,
        })),
    }),
  )
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value))

/** Fails with L-609. */
export async function saveUnit(db: Db, now: number, actor: string, body: HubBody<'saveUnit'>): Promise<Result<UnitId>> {
  return transact(db, async (tx) => {
    const id = body.id ?? UnitId.parse(newId())
    const values = { name: JSON.stringify(body.name), address: body.address, hours: json(body.hours) }
    if (body.id === undefined) {
      await tx
        .insertInto('unit')
        .values({ id, ...values })
        .execute()
    } else {
      const found = await tx.updateTable('unit').set(values).where('id', '=', id).returning('id').executeTakeFirst()
      if (found === undefined) return fail(failures.notFound, { what: 'unit' })
      const desks = await tx.selectFrom('desk').select('id').where('unit', '=', id).execute()
      await tellDesks(
        tx,
        desks.map((desk) => desk.id),
      )
    }
    await publishDirectory(tx)
    await note(tx, now, actor, 'unit-saved', null, { unit: id })
    return ok(id)
  })
}

/** Fails with L-609 (unit or desk), L-661 (a desk's kind never changes). */
export async function saveDesk(db: Db, now: number, actor: string, body: HubBody<'saveDesk'>): Promise<Result<DeskId>> {
  return transact(db, async (tx) => {
    if ((await tx.selectFrom('unit').select('id').where('id', '=', body.unit).executeTakeFirst()) === undefined)
      return fail(failures.notFound, { what: 'unit' })
    const id = body.id ?? DeskId.parse(newId())
    const values = {
      unit: body.unit,
      name: JSON.stringify(body.name),
      slip_prefix: body.slipPrefix,
      hours: json(body.hours),
    }
    if (body.id === undefined) {
      await tx
        .insertInto('desk')
        .values({ id, kind: body.kind, ...values })
        .execute()
    } else {
      const old = await tx.selectFrom('desk').select('kind').where('id', '=', id).forUpdate().executeTakeFirst()
      if (old === undefined) return fail(failures.notFound, { what: 'desk' })
      if (old.kind !== body.kind) return fail(failures.kindFixed)
      await tx.updateTable('desk').set(values).where('id', '=', id).execute()
      await tellDesks(tx, [id])
    }
    await publishDirectory(tx)
    await note(tx, now, actor, 'desk-saved', id)
    return ok(id)
  })
}

export async function readOrganisation(db: Db): Promise<HubReply<'organisation'>> {
  const row = await db.selectFrom('organisation').selectAll().executeTakeFirst()
  const slip = await readSlipSettings(db)
  return {
    name: (row?.name ?? { fi: '', sv: '', en: '' }) as HubReply<'organisation'>['name'],
    changeAddress: row?.change_address ?? '',
    selfServiceAddress: row?.self_service_address ?? '',
    timeZone: row?.time_zone ?? usualTimeZone,
    slipNote: slip.note,
    slipLogo: slip.logo,
  }
}

export async function saveOrganisation(
  db: Db,
  now: number,
  actor: string,
  body: HubBody<'saveOrganisation'>,
): Promise<void> {
  await transact(db, async (tx) => {
    const values = {
      name: JSON.stringify(body.name),
      change_address: body.changeAddress,
      self_service_address: body.selfServiceAddress,
      ...(body.timeZone === undefined ? {} : { time_zone: body.timeZone }),
    }
    await tx
      .insertInto('organisation')
      .values(values)
      .onConflict((conflict) => conflict.column('one').doUpdateSet(values))
      .execute()
    const slip = await readSlipSettings(tx)
    await saveSlipSettings(tx, {
      note: body.slipNote ?? slip.note,
      logo: body.slipLogo === undefined ? slip.logo : body.slipLogo,
    })
    await tellDesks(tx, null)
    await note(tx, now, actor, 'organisation-saved', null)
  })
  // Other processes look every second.
  if (body.timeZone !== undefined) serveInZone(body.timeZone)
}
