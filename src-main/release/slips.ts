/** The slips of this kiosk as rows: each begins as `intended` and is accounted for to the end (promise P3). */
import { withinRange } from '../../src-shared/domain/bounds.ts'
import {
  PickupId,
  SlipId,
  SlipState,
  StaffId,
  type Epoch,
  type Language,
  type ApprovalId,
  type Settlement,
  type VerificationId,
} from '../../src-shared/domain/index.ts'
import { isErrorCode, type ErrorCode } from '../../src-shared/failures/codes.ts'
import { type Sqlite, stored } from '../storage/index.ts'

export interface Slip {
  readonly id: SlipId
  readonly number: string
  readonly pickup: PickupId
  readonly epoch: Epoch
  readonly staff: StaffId
  readonly state: SlipState
  readonly code: ErrorCode | null
  readonly intendedAt: number
  /** Printed against a dispatch approval, not a verification. */
  readonly letter: boolean
}

interface Row {
  id: string
  number: string
  pickup: string
  epoch_incarnation: string
  epoch_n: number
  staff: string
  state: string
  code: string | null
  intended_at: number
  approval: string | null
}

const columns = 'id, number, pickup, epoch_incarnation, epoch_n, staff, state, code, intended_at, approval'
/** Two slips in all may be spoiled or lost in the printer: the first, and the one further print they share. */
export const printsThatMayFail = 2

export type Slips = ReturnType<typeof createSlips>

export function createSlips(db: Sqlite) {
  const insert = db.prepare(
    `INSERT INTO slip (id, number, pickup, epoch_incarnation, epoch_n, verification, approval, staff, language, state, intended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended', ?)`,
  )
  const get = db.prepare<[string], Row>(`SELECT ${columns} FROM slip WHERE id = ?`)
  const unsettled = db.prepare<[], Row>(
    `SELECT ${columns} FROM slip WHERE state IN ('intended','printed','uncertain') ORDER BY intended_at`,
  )
  const unsettledOf = db.prepare<[string], Row>(
    `SELECT ${columns} FROM slip WHERE pickup = ? AND state IN ('intended','printed','uncertain')`,
  )
  const wasted = db.prepare<[string, string, number], { n: number }>(
    "SELECT count(*) AS n FROM slip WHERE pickup = ? AND epoch_incarnation = ? AND epoch_n = ? AND state IN ('spoiled','nothing-came-out')",
  )
  const outcome = db.prepare('UPDATE slip SET state = ?, code = ? WHERE id = ?')
  const settle = db.prepare('UPDATE slip SET state = ?, settled_by = ?, settled_at = ? WHERE id = ?')
  const newestPrinted = db.prepare<[], { at: number | null }>(
    "SELECT max(intended_at) AS at FROM slip WHERE state IN ('printed','handed-over')",
  )
  /** Asked for at every push of the state: looked up once, then kept by the outcomes. */
  let printedAt: number | null = null
  const nextNumber = db.prepare<[], { slip_count: number }>(
    'UPDATE kiosk SET slip_count = slip_count + 1 RETURNING slip_count',
  )

  function fromRow(row: Row): Slip {
    return {
      id: stored(SlipId, row.id),
      number: row.number,
      pickup: stored(PickupId, row.pickup),
      epoch: { incarnation: row.epoch_incarnation as Epoch['incarnation'], n: row.epoch_n },
      staff: stored(StaffId, row.staff),
      state: stored(SlipState, row.state),
      code: isErrorCode(row.code) ? row.code : null,
      intendedAt: withinRange(row.intended_at),
      letter: row.approval !== null,
    }
  }

  return {
    /** The database spends the verification (or the approval) with this row, or refuses it. */
    intend(slip: {
      id: SlipId
      number: string
      pickup: PickupId
      epoch: Epoch
      /** Of a letter: null, and its approval. */
      verification: VerificationId | null
      approval?: ApprovalId
      staff: StaffId
      language: Language
      at: number
    }): void {
      const { incarnation, n } = slip.epoch
      insert.run(
        slip.id,
        slip.number,
        slip.pickup,
        incarnation,
        n,
        slip.verification,
        slip.approval ?? null,
        slip.staff,
        slip.language,
        slip.at,
      )
    },
    /** `MYL-000042`: a running number of this kiosk behind its desk's prefix. */
    nextNumber(prefix: string): string {
      return `${prefix}-${String(nextNumber.get()?.slip_count ?? 0).padStart(6, '0')}`
    },
    get(id: SlipId): Slip | null {
      const row = get.get(id)
      return row === undefined ? null : fromRow(row)
    },
    unsettled: (): Slip[] => unsettled.all().map(fromRow),
    unsettledOf(pickup: PickupId): Slip | null {
      const row = unsettledOf.get(pickup)
      return row === undefined ? null : fromRow(row)
    },
    /** How many slips of this grant were spoiled or never came out. */
    wasted: (pickup: PickupId, epoch: Epoch): number => wasted.get(pickup, epoch.incarnation, epoch.n)?.n ?? 0,
    /** When the newest confirmed slip was begun, ms; 0 without one. */
    newestPrintedAt: (): number => (printedAt ??= newestPrinted.get()?.at ?? 0),
    outcome(id: SlipId, state: 'printed' | 'failed' | 'uncertain', code: ErrorCode | null): void {
      outcome.run(state, code, id)
      if (state === 'printed') printedAt = null
    },
    settle(id: SlipId, settlement: Settlement | 'dispatched', by: StaffId, at: number): void {
      settle.run(settlement, by, at, id)
    },
  }
}
