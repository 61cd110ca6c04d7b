/** Requests filed at this kiosk: durable here first, sent when the hub is there, and then what became of each. */
import { z } from 'zod'
import { RequestId, StaffId } from '../../src-shared/domain/index.ts'
import { DeclineReason, RequestState, type RequestDecision } from '../../src-shared/hub-api/kiosk/requests.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { DamagedRow, type Sqlite, stored, storedJson } from '../storage/index.ts'
import { unwrap, wrap, type WrapKey } from '../vault/index.ts'

/** Whose it is: the card's keyed tag (base64url), or an account that staff typed. */
const Whose = z.object({ cardTag: z.string().nullable(), account: z.string().nullable() })
export type Whose = z.infer<typeof Whose>

export interface DeliveryRequest {
  readonly id: RequestId
  readonly whose: Whose
  readonly filedAt: number
  readonly filedBy: StaffId | null
  readonly sent: boolean
  readonly state: RequestState
  readonly reason: DeclineReason | null
  readonly reference: string | null
}

interface Row {
  id: string
  body: Buffer
  filed_at: number
  filed_by: string | null
  sent: number
  state: string
  reason: string | null
  reference: string | null
}

export type DeliveryRequests = ReturnType<typeof createDeliveryRequests>

export function createDeliveryRequests(db: Sqlite, cacheKey: WrapKey) {
  const columns = 'id, body, filed_at, filed_by, sent, state, reason, reference'
  const insert = db.prepare(
    'INSERT INTO delivery_request (id, subject, body, filed_at, filed_by) VALUES (?, ?, ?, ?, ?)',
  )
  const latest = db.prepare<[Buffer], Row>(
    `SELECT ${columns} FROM delivery_request WHERE subject = ? ORDER BY filed_at DESC, rowid DESC LIMIT 1`,
  )
  const since = db
    .prepare<[Buffer, number], number>('SELECT count(*) FROM delivery_request WHERE subject = ? AND filed_at > ?')
    .pluck()
  const allSince = db.prepare<[number], number>('SELECT count(*) FROM delivery_request WHERE filed_at > ?').pluck()
  const unsent = db.prepare<[number], Row>(
    `SELECT ${columns} FROM delivery_request WHERE sent = 0 ORDER BY filed_at LIMIT ?`,
  )
  const decide = db.prepare(
    `UPDATE delivery_request SET sent = 1, state = ?, reason = ?, reference = ?, decided_at = CASE WHEN ? = 'waiting' THEN NULL ELSE ? END
       WHERE id = ? AND (state = 'waiting' OR ? <> 'waiting')`,
  )
  const forget = db.prepare('DELETE FROM delivery_request WHERE sent = 1 AND filed_at <= ?')
  const label = (id: string) => `lodge/delivery-request/1|${id}`

  function fromRow(row: Row): DeliveryRequest {
    const body = unwrap(cacheKey, label(row.id), row.body)
    if (body === null) throw new DamagedRow('a request does not open')
    return {
      id: stored(RequestId, row.id),
      whose: storedJson(Whose, body.toString('utf8')),
      filedAt: row.filed_at,
      filedBy: row.filed_by === null ? null : stored(StaffId, row.filed_by),
      sent: row.sent === 1,
      state: stored(RequestState, row.state),
      reason: row.reason === null ? null : stored(DeclineReason, row.reason),
      reference: row.reference,
    }
  }

  return {
    /** `subject`: a keyed tag of 16 bytes; who it is of is sealed. */
    file(subject: Buffer, whose: Whose, at: number, by: StaffId | null): RequestId {
      const id = RequestId.parse(newId())
      insert.run(id, subject, wrap(cacheKey, label(id), Buffer.from(JSON.stringify(whose))), at, by)
      return id
    },
    latest(subject: Buffer): DeliveryRequest | null {
      const row = latest.get(subject)
      return row === undefined ? null : fromRow(row)
    },
    /** How many of one subject, or of all (`null`), were filed after a time. */
    filedSince: (subject: Buffer | null, at: number): number =>
      (subject === null ? allSince.get(at) : since.get(subject, at)) ?? 0,
    unsent: (limit: number): DeliveryRequest[] => unsent.all(limit).map(fromRow),
    /** The hub's word, by answer or by feed. A decision is not taken back by a late answer. */
    decided({ request, state, reason, reference }: RequestDecision, at: number): void {
      decide.run(state, reason, reference, state, at, request, state)
    },
    /** Those that the hub has and that were filed by then, however they ended. */
    forgetSent(filedBy: number): void {
      forget.run(filedBy)
    },
  }
}
