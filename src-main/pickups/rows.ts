/** The rows of cached pickups, and what the cache asks of the kiosk's database. */
import type { Sqlite } from '../storage/index.ts'

export interface Row {
  id: string
  epoch_incarnation: string
  epoch_n: number
  state: string
  recipient_class: string
  channel: string
  secret_kind: string
  person: Buffer
  birth_tag: Buffer | null
  issued_at: number
  expires_at: number
  arrived_at: number | null
  revoke_pending: number
}

/** States in which the desk still has something to do with the pickup. */
export const live = "('waiting','arrived','verified','printing','printed','failed','uncertain')"
/**
 * Those of them in which the person has come. Named one by one: "live and not waiting" has SQLite walk through all that
 * wait.
 */
const begunStates = "('arrived','verified','printing','printed','failed','uncertain')"

const columns =
  'id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, birth_tag, issued_at, expires_at, arrived_at, revoke_pending'

const insertRow = `INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, sealed_to, birth_tag, code_tag, issued_at, expires_at)
   VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Names are opened for them while somebody waits: enough for a desk, and no more than some milliseconds' work. */
const unbornRead = 1000

export type PickupRows = ReturnType<typeof pickupRows>

export function pickupRows(db: Sqlite) {
  return {
    byId: db.prepare<[string], Row>(`SELECT ${columns} FROM pickup WHERE id = ?`),
    idsByCard: db.prepare<[Buffer], string>('SELECT pickup FROM card_tag WHERE tag = ?').pluck(),
    byBirth: db.prepare<[Buffer], Row>(
      `SELECT ${columns} FROM pickup WHERE birth_tag = ? AND state IN ${live} ORDER BY issued_at`,
    ),
    unborn: db.prepare<[], Row>(
      `SELECT ${columns} FROM pickup WHERE birth_tag IS NULL AND state IN ${live} ORDER BY issued_at LIMIT ${unbornRead}`,
    ),
    byCode: db.prepare<[Buffer], Row>(
      `SELECT ${columns} FROM pickup WHERE code_tag = ? AND state IN ${live} ORDER BY issued_at`,
    ),
    head: db.prepare<[string], { state: string; epoch_incarnation: string; epoch_n: number }>(
      'SELECT state, epoch_incarnation, epoch_n FROM pickup WHERE id = ?',
    ),
    insertNew: db.prepare(`${insertRow} ON CONFLICT (id) DO NOTHING`),
    insert: db.prepare(
      `${insertRow}
       ON CONFLICT (id) DO UPDATE SET epoch_incarnation = excluded.epoch_incarnation, epoch_n = excluded.epoch_n, state = 'waiting', recipient_class = excluded.recipient_class,
         channel = excluded.channel, secret_kind = excluded.secret_kind, person = excluded.person, envelope = excluded.envelope, sealed_to = excluded.sealed_to, birth_tag = excluded.birth_tag,
         code_tag = excluded.code_tag, issued_at = excluded.issued_at, expires_at = excluded.expires_at, arrived_at = NULL, revoke_pending = 0`,
    ),
    clearTags: db.prepare('DELETE FROM card_tag WHERE pickup = ?'),
    insertTag: db.prepare('INSERT OR IGNORE INTO card_tag (tag, pickup) VALUES (?, ?)'),
    tagsOf: db.prepare<[string], Buffer>('SELECT tag FROM card_tag WHERE pickup = ?').pluck(),
    setPerson: db.prepare('UPDATE pickup SET recipient_class = ?, person = ?, birth_tag = ? WHERE id = ?'),
    unverify: db.prepare("UPDATE pickup SET state = 'arrived' WHERE id = ? AND state = 'verified'"),
    setEnd: db.prepare('UPDATE pickup SET expires_at = ? WHERE id = ?'),
    setState: db.prepare('UPDATE pickup SET state = ? WHERE id = ?'),
    setArrived: db.prepare("UPDATE pickup SET state = 'arrived', arrived_at = coalesce(arrived_at, ?) WHERE id = ?"),
    setWaiting: db.prepare("UPDATE pickup SET state = 'waiting', arrived_at = NULL WHERE id = ?"),
    setPending: db.prepare('UPDATE pickup SET revoke_pending = 1 WHERE id = ?'),
    dropEnvelope: db.prepare("UPDATE pickup SET envelope = x'' WHERE id = ?"),
    voidVerifications: db.prepare('UPDATE verification SET void = 1 WHERE pickup = ? AND spent = 0 AND void = 0'),
    voidAll: db.prepare('UPDATE verification SET void = 1 WHERE spent = 0 AND void = 0'),
    voidApprovals: db.prepare('UPDATE dispatch_approval SET void = 1 WHERE pickup = ? AND spent = 0 AND void = 0'),
    voidAllApprovals: db.prepare('UPDATE dispatch_approval SET void = 1 WHERE spent = 0 AND void = 0'),
    backToArrived: db.prepare("UPDATE pickup SET state = 'arrived' WHERE state = 'verified'"),
    envelope: db.prepare<[string], { envelope: Buffer }>('SELECT envelope FROM pickup WHERE id = ?'),
    liveGrants: db.prepare<[], { id: string; epoch_incarnation: string; epoch_n: number }>(
      `SELECT id, epoch_incarnation, epoch_n FROM pickup WHERE state IN ${live}`,
    ),
    liveIds: db.prepare<[], { id: string; state: string }>(`SELECT id, state FROM pickup WHERE state IN ${live}`),
    // Waiting ones come in the order of their index; the others are few, however many wait.
    begun: db.prepare<[], Row>(
      `SELECT ${columns} FROM pickup WHERE state IN ${begunStates}
       ORDER BY CASE WHEN state IN ('uncertain','printed') THEN 0 WHEN arrived_at IS NOT NULL THEN 1 ELSE 2 END, arrived_at, issued_at`,
    ),
    waiting: db.prepare<[number], Row>(
      `SELECT ${columns} FROM pickup WHERE state = 'waiting' ORDER BY arrived_at, issued_at LIMIT ?`,
    ),
    today: db
      .prepare<[number, number], string>(
        `SELECT id FROM pickup WHERE arrived_at >= ? OR (issued_at >= ? AND state IN ${live}) ORDER BY arrived_at DESC, issued_at`,
      )
      .pluck(),
  }
}
