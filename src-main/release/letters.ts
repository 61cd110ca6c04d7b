/** Registered letters that have gone: the postal operator's number, and how each ended. */
import { PickupId, type SlipId, type StaffId } from '../../src-shared/domain/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { TrackingNumber } from '../../src-shared/domain/tracking-number.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache } from '../pickups/index.ts'
import { onDisk, type Sqlite, type Store, stored } from '../storage/index.ts'
import type { Slips } from './slips.ts'

export interface SentLetter {
  readonly pickup: PickupId
  readonly tracking: TrackingNumber
  readonly at: number
  readonly ended: 'delivered' | 'returned-by-post' | null
}

interface Row {
  pickup: string
  tracking: string
  at: number
  ended: SentLetter['ended']
}

export type Letters = ReturnType<typeof createLetters>

export function createLetters(db: Sqlite) {
  const columns = 'pickup, tracking, at, ended'
  const insert = db.prepare('INSERT INTO letter (pickup, slip, tracking, at, staff) VALUES (?, ?, ?, ?, ?)')
  const byTracking = db.prepare<[string], Row>(`SELECT ${columns} FROM letter WHERE tracking = ?`)
  const recent = db.prepare<[number], Row>(`SELECT ${columns} FROM letter ORDER BY at DESC LIMIT ?`)
  const end = db.prepare('UPDATE letter SET ended = ?, ended_at = ?, ended_by = ? WHERE pickup = ?')
  const fromRow = (row: Row): SentLetter => ({ ...row, pickup: stored(PickupId, row.pickup) })
  return {
    byTracking(tracking: TrackingNumber): SentLetter | null {
      const row = byTracking.get(tracking)
      return row === undefined ? null : fromRow(row)
    },
    recent: (limit: number): SentLetter[] => recent.all(limit).map(fromRow),
    sent: (letter: { pickup: PickupId; slip: SlipId; tracking: TrackingNumber; at: number; by: StaffId }) =>
      void insert.run(letter.pickup, letter.slip, letter.tracking, letter.at, letter.by),
    ended: (pickup: PickupId, how: 'delivered' | 'returned-by-post', at: number, by: StaffId) =>
      void end.run(how, at, by, pickup),
  }
}

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly slips: Slips
  readonly letters: Letters
  readonly now: () => number
}

/**
 * The letter is closed and on its way. Fails with L-513 (no such slip waits), L-232 (this number belongs to another
 * letter), L-803.
 */
export function dispatchLetter(parts: Parts, id: SlipId, tracking: TrackingNumber, by: StaffId): Result<PickupId> {
  const { store, ledger, pickups, slips, letters, now } = parts
  return onDisk(() =>
    store.transact(() => {
      const slip = slips.get(id)
      if (slip === null || (slip.state !== 'printed' && slip.state !== 'uncertain') || !slip.letter)
        return fail(failures.slipSettled)
      if (letters.byTracking(tracking) !== null) return fail(failures.trackingNumberTaken)
      letters.sent({ pickup: slip.pickup, slip: id, tracking, at: now(), by })
      slips.settle(id, 'dispatched', by, now())
      pickups.end(slip.pickup, 'dispatched')
      ledger.append({
        kind: 'dispatched',
        pickup: slip.pickup,
        epoch: slip.epoch,
        actor: by,
        facts: { slip: id, tracking },
      })
      return ok(slip.pickup)
    }),
  )
}

/**
 * How a letter ended, by its number scanned again. Fails with L-233 (none with this number went from here, or it came
 * back before), L-803.
 */
export function endLetter(
  parts: Parts,
  tracking: TrackingNumber,
  how: 'delivered' | 'returned-by-post',
  by: StaffId,
): Result<PickupId> {
  const { store, ledger, pickups, letters, now } = parts
  return onDisk(() =>
    store.transact(() => {
      const letter = letters.byTracking(tracking)
      const pickup = letter === null ? null : pickups.get(letter.pickup)
      if (letter === null || pickup === null || letter.ended === 'returned-by-post' || letter.ended === how)
        return fail(failures.letterNotFromHere)
      letters.ended(letter.pickup, how, now(), by)
      const kind = how === 'delivered' ? 'letter-delivered' : 'letter-returned'
      ledger.append({ kind, pickup: letter.pickup, epoch: pickup.epoch, actor: by, facts: {} })
      return ok(letter.pickup)
    }),
  )
}
