/** Desks by id, as lists name them. There are hundreds at most. */
import { DeskId, DeskKind, type Localized } from '../../src-shared/domain/index.ts'
import type { Db, Tx } from '../database/index.ts'

export interface NamedDesk {
  readonly id: DeskId
  readonly kind: DeskKind
  readonly name: Localized
  readonly unit: Localized
}

export async function deskNames(db: Db | Tx): Promise<Map<string, NamedDesk>> {
  const rows = await db
    .selectFrom('desk')
    .innerJoin('unit', 'unit.id', 'desk.unit')
    .select(['desk.id', 'desk.kind', 'desk.name', 'unit.name as unit'])
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: DeskId.parse(row.id),
        kind: DeskKind.parse(row.kind),
        name: row.name as Localized,
        unit: row.unit as Localized,
      },
    ]),
  )
}

/** Without the kind, where only the name is wanted. */
export function placeOf(desk: NamedDesk | undefined): { id: DeskId; name: Localized; unit: Localized } | null {
  return desk === undefined ? null : { id: desk.id, name: desk.name, unit: desk.unit }
}
