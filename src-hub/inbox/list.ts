import { InboxRequest } from '../../src-shared/hub-api/agent/inbox.ts'
import type { HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import { fullName } from '../../src-shared/domain/person-name.ts'
import type { Db } from '../database/index.ts'

export async function listInbox(db: Db, { state, limit }: HubQuery<'inbox'>): Promise<HubReply<'inbox'>> {
  const rows = await db
    .selectFrom('delivery_request')
    .innerJoin('desk', 'desk.id', 'delivery_request.desk')
    .innerJoin('unit', 'unit.id', 'desk.unit')
    .leftJoin('recipient', 'recipient.id', 'delivery_request.recipient')
    .leftJoin('staff', 'staff.id', 'delivery_request.by_staff')
    .selectAll('delivery_request')
    .select([
      'desk.kind',
      'desk.name as desk_name',
      'unit.name as unit_name',
      'recipient.given',
      'recipient.family',
      'staff.name as staff_name',
    ])
    .where('delivery_request.state', '=', state)
    .orderBy('delivery_request.received_at', state === 'waiting' ? 'asc' : 'desc')
    .limit(limit)
    .execute()
  const { n } = await db
    .selectFrom('delivery_request')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow()
  const people = rows.flatMap((row) => (row.account === null && row.recipient !== null ? [row.recipient] : []))
  const accounts =
    people.length === 0
      ? []
      : await db.selectFrom('account').select(['account', 'recipient']).where('recipient', 'in', people).execute()
  /** Of a card: the holder's account, if there is just one. */
  const only = (recipient: string | null) => {
    const own = accounts.filter((one) => one.recipient === recipient)
    return own.length === 1 ? (own[0]?.account ?? null) : null
  }
  return {
    requests: rows.map((row) =>
      InboxRequest.parse({
        id: row.id,
        desk: { id: row.desk, kind: row.kind, name: row.desk_name, unit: row.unit_name },
        state: row.state,
        filedAt: Number(row.filed_at),
        receivedAt: Number(row.received_at),
        account: row.account ?? only(row.recipient),
        name: row.given === null ? null : fullName({ given: row.given, family: row.family ?? '' }),
        byStaff: row.staff_name,
        reason: row.reason,
        reference: row.reference,
        pickup: row.pickup,
        decidedAt: row.decided_at === null ? null : Number(row.decided_at),
        decidedBy: row.decided_by,
      }),
    ),
    waiting: Number(n),
  }
}
