/** Entries that are kept beside the ledgers, as people look through them: newest first. */
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { KioskId, PickupId } from '../../src-shared/domain/index.ts'
import type { HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import type { Db } from '../database/index.ts'
import { deskNames, placeOf } from '../queries/index.ts'

export async function listQuarantine(db: Db, query: HubQuery<'quarantine'>): Promise<HubReply<'quarantine'>> {
  let wanted = db
    .selectFrom('quarantine as q')
    .innerJoin('kiosk as k', 'k.id', 'q.kiosk')
    .leftJoin('ledger_entry as l', (join) => join.onRef('l.kiosk', '=', 'q.kiosk').onRef('l.seq', '=', 'q.seq'))
    .leftJoin('handover as h', (join) => join.onRef('h.pickup', '=', 'q.pickup').onRef('h.quarantine', '=', 'q.id'))
    .select([
      'q.id',
      'q.kiosk',
      'k.desk',
      'q.seq',
      'q.kind',
      'q.pickup',
      'q.time',
      'q.received_at',
      'q.reason',
      'q.hash',
      'l.hash as joined',
      'h.pickup as handover',
    ])
    .select((e) =>
      e
        .exists(
          e
            .selectFrom('dispute as d')
            .select('d.id')
            .whereRef('d.pickup', '=', 'q.pickup')
            .whereRef('d.quarantine', '=', 'q.id'),
        )
        .as('disputed'),
    )
    .orderBy('q.id', 'desc')
    .limit(query.limit)
  if (query.kiosk !== undefined) wanted = wanted.where('q.kiosk', '=', query.kiosk)
  if (query.pickup !== undefined) wanted = wanted.where('q.pickup', '=', query.pickup)
  if (query.after !== undefined) wanted = wanted.where('q.id', '<', query.after)
  const rows = await wanted.execute()
  const names = await deskNames(db)
  return {
    entries: rows.map((row) => ({
      id: Number(row.id),
      kiosk: KioskId.parse(row.kiosk),
      desk: placeOf(names.get(row.desk)),
      seq: Number(row.seq),
      kind: row.kind,
      pickup: row.pickup === null ? null : PickupId.parse(row.pickup),
      time: storedInstant(row.time),
      receivedAt: Number(row.received_at),
      reason: row.reason,
      joined: row.joined === row.hash,
      effect: row.disputed === true ? 'dispute' : row.handover === null ? null : 'handover',
      hash: row.hash,
    })),
    next: rows.length === query.limit ? Number(rows.at(-1)?.id) : null,
  }
}
