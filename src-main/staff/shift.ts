/**
 * The end-of-shift summary: what one member of staff did at this kiosk since midnight, and what the desk still owes.
 */
import type { StaffId } from '../../src-shared/domain/index.ts'
import type { Sqlite } from '../storage/index.ts'

export interface ShiftSummary {
  readonly since: number
  readonly handedOver: number
  readonly slips: number
  readonly spoiled: number
  readonly missing: number
  readonly nothingCameOut: number
  readonly failed: number
  readonly noSlip: number
}

export function createShift(db: Sqlite) {
  const slips = db.prepare<[string, number], { state: string; n: number }>(
    'SELECT state, count(*) AS n FROM slip WHERE staff = ? AND intended_at >= ? GROUP BY state',
  )
  const noSlips = db.prepare<[string, number], { n: number }>(
    "SELECT count(*) AS n FROM ledger WHERE kind = 'no-slip' AND actor = ? AND time >= ?",
  )
  return {
    /** `slips` counts paper: everything but certain failures. */
    of(staff: StaffId, since: number): ShiftSummary {
      const by = new Map(slips.all(staff, since).map(({ state, n }) => [state, n]))
      const count = (state: string) => by.get(state) ?? 0
      const all = [...by.values()].reduce((sum, n) => sum + n, 0)
      return {
        since,
        handedOver: count('handed-over'),
        slips: all - count('failed'),
        spoiled: count('spoiled'),
        missing: count('missing'),
        nothingCameOut: count('nothing-came-out'),
        failed: count('failed'),
        noSlip: noSlips.get(staff, since)?.n ?? 0,
      }
    },
  }
}
