/**
 * The directory: which desks there are, where and when, as every kiosk knows it so that a refusal can say where to go.
 */
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import { DirectoryDesk, directoryLimit } from '../../src-shared/policy/index.ts'
import type { Db, Tx } from '../database/index.ts'
import { appendToEach } from './feed.ts'

/** Desks that people go to, by id; the post room is none of them. */
export async function directoryRecords(db: Db | Tx): Promise<DirectoryDesk[]> {
  const rows = await db
    .selectFrom('desk')
    .innerJoin('unit', 'unit.id', 'desk.unit')
    .select([
      'desk.id',
      'desk.kind',
      'desk.name',
      'desk.hours',
      'unit.name as unit_name',
      'unit.address',
      'unit.hours as unit_hours',
    ])
    .where('desk.kind', '<>', 'post-room')
    .orderBy('desk.id')
    .limit(directoryLimit)
    .execute()
  return rows.map((row) =>
    DirectoryDesk.parse({
      id: row.id,
      kind: row.kind,
      name: row.name,
      unit: row.unit_name,
      address: row.address,
      hours: row.hours ?? row.unit_hours ?? usualHours,
    }),
  )
}

/**
 * Tells every desk with a kiosk the directory anew: after a unit, a desk or its hours have changed. In the caller's
 * transaction.
 */
export async function publishDirectory(tx: Tx): Promise<void> {
  const desks = await directoryRecords(tx)
  const told = await tx
    .selectFrom('kiosk')
    .select('desk')
    .distinct()
    .where('state', '=', 'active')
    .orderBy('desk')
    .execute()
  const change = { kind: 'directory-changed' as const, desks }
  await appendToEach(
    tx,
    told.map(({ desk }) => ({ desk, change })),
  )
}
