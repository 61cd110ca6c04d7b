/**
 * A dispatch approval: what the slip of a registered letter spends in place of a verification, by two members of staff
 * (promise P1).
 */
import { ApprovalId, StaffId, type PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Pickup, PickupCache } from '../pickups/index.ts'
import { type Sqlite, stored } from '../storage/index.ts'

export interface Approvals {
  /** The first member of staff's, inside the caller's transaction; worth nothing until a second has confirmed it. */
  begin(
    letter: Pickup,
    by: { staff: StaffId; session: string },
    now: number,
    seconds: number,
  ): { id: ApprovalId; expiresAt: number }
  /**
   * The second, by badge and PIN, inside the caller's transaction: recorded in the ledger. The database refuses the
   * first one's own name.
   */
  confirm(id: ApprovalId, letter: Pickup, by: StaffId, witness: StaffId): void
  /** The approval if it is open (unspent, not void, unexpired) and belongs to this letter, staff and session. */
  open(
    id: ApprovalId,
    letter: PickupId,
    by: { staff: StaffId; session: string },
    now: number,
  ): { expiresAt: number; witness: StaffId | null } | null
}

export function createApprovals(db: Sqlite, pickups: PickupCache, ledger: Ledger): Approvals {
  const insert = db.prepare(
    'INSERT INTO dispatch_approval (id, pickup, epoch_incarnation, epoch_n, staff, session, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const setWitness = db.prepare('UPDATE dispatch_approval SET witness = ? WHERE id = ? AND pickup = ?')
  const find = db.prepare<
    [string, string, string, string, number, number],
    { expires_at: number; witness: string | null }
  >(
    `SELECT expires_at, witness FROM dispatch_approval WHERE id = ? AND pickup = ? AND staff = ? AND session = ? AND spent = 0 AND void = 0
       AND created_at <= ? AND expires_at > ?`,
  )
  const expiry = db.prepare<[string], { expires_at: number }>('SELECT expires_at FROM dispatch_approval WHERE id = ?')
  return {
    begin(letter, by, now, seconds) {
      const id = ApprovalId.parse(newId())
      const expiresAt = now + seconds * 1000
      pickups.voidVerifications(letter.id)
      insert.run(id, letter.id, letter.epoch.incarnation, letter.epoch.n, by.staff, by.session, now, expiresAt)
      return { id, expiresAt }
    },
    confirm(id, letter, by, witness) {
      setWitness.run(witness, id, letter.id)
      pickups.setState(letter.id, 'verified')
      const expiresAt = expiry.get(id)?.expires_at ?? 0
      ledger.append({
        kind: 'dispatch-approved',
        pickup: letter.id,
        epoch: letter.epoch,
        actor: by,
        facts: { approval: id, witness, expiresAt },
      })
    },
    open(id, letter, by, now) {
      const row = find.get(id, letter, by.staff, by.session, now, now)
      return row === undefined
        ? null
        : { expiresAt: row.expires_at, witness: row.witness === null ? null : stored(StaffId, row.witness) }
    },
  }
}
