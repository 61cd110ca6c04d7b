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
  /** Whoever printed a slip need not be the one who said what became of it. */
  const acts = db.prepare<[string, number], { kind: string; n: number }>(
    `SELECT kind, count(*) AS n FROM ledger WHERE actor = ? AND time >= ?
       AND kind IN ('handed-over','slip-spoiled','slip-missing','slip-nothing-came-out','no-slip') GROUP BY kind`,
  )
  return {
    /** `slips` counts paper that they printed: everything but certain failures. The rest is what they said of slips. */
    of(staff: StaffId, since: number): ShiftSummary {
      const by = new Map(slips.all(staff, since).map(({ state, n }) => [state, n]))
      const count = (state: string) => by.get(state) ?? 0
      const said = new Map(acts.all(staff, since).map(({ kind, n }) => [kind, n]))
      const did = (kind: string) => said.get(kind) ?? 0
      const all = [...by.values()].reduce((sum, n) => sum + n, 0)
      return {
        since,
        handedOver: did('handed-over'),
        slips: all - count('failed'),
        spoiled: did('slip-spoiled'),
        missing: did('slip-missing'),
        nothingCameOut: did('slip-nothing-came-out'),
        failed: count('failed'),
        noSlip: did('no-slip'),
      }
    },
  }
}
