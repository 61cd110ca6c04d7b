/** Opening hours at the desk: outside them nobody is verified, unless a supervisor lets the desk serve all the same. */
import { openingAt, type Opening, type OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import type { Desk, OverrideReason, StaffId } from '../../src-shared/domain/index.ts'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Store } from '../storage/index.ts'
import type { Timers } from './clock.ts'

/** How long one override holds. */
export const overrideMs = 3_600_000
/** Timers are set no further ahead than this: a computer that slept asks again. */
const longestTimerMs = 15 * 60_000

export interface OpeningDoor {
  /** null where the desk keeps no hours. */
  status(): KioskState['opening']
  /** L-240 (paused), L-210 (opens at), L-211 (no opening known), or null: the desk serves. */
  closed(): Failure | null
  /** Recorded before it holds; dies with the engine. */
  override(reason: OverrideReason, by: StaffId): void
  stop(): void
}

interface Parts {
  readonly desk: () => Desk | null
  /** L-240 while the desk is paused: a pause closes within the hours, and an override of the hours does not end it. */
  readonly paused: () => Failure | null
  readonly now: () => number
  readonly store: Store
  readonly ledger: Ledger
  readonly timers: Timers
  readonly onChange: () => void
}

export function createOpeningDoor({ desk, paused, now, store, ledger, timers, onChange }: Parts): OpeningDoor {
  let overriddenUntil = 0
  let cancel: (() => void) | null = null
  let aimedAt = 0
  /** The last answer, which holds from `from` until it changes. */
  let answer: { readonly hours: OpeningHours; readonly from: number; readonly found: Opening } | null = null

  /** The window is told when the hours change, without anyone touching the desk. */
  function aim(at: number | null): void {
    const goal = Math.min(at ?? Infinity, now() + longestTimerMs)
    if (cancel !== null && Math.abs(goal - aimedAt) < 1000) return
    cancel?.()
    aimedAt = goal
    cancel = timers.set(
      () => {
        cancel = null
        onChange()
      },
      Math.max(1, goal - now()),
    )
  }

  /** Asked for every pickup of a list: the calendar is read once for each change. */
  function look(hours: OpeningHours, at: number): Opening {
    const until = answer === null ? null : answer.found.open ? answer.found.closesAt : answer.found.opensAt
    if (
      answer === null ||
      answer.hours !== hours ||
      at < answer.from ||
      at >= (until ?? answer.from + longestTimerMs)
    ) {
      answer = { hours, from: at, found: openingAt(hours, at) }
    }
    return answer.found
  }

  function status(): KioskState['opening'] {
    const hours = desk()?.hours ?? null
    if (hours === null) return null
    const found = look(hours, now())
    const until = found.open ? found.closesAt : found.opensAt
    const overridden = overriddenUntil > now() ? overriddenUntil : null
    aim(overridden === null || (until !== null && until < overridden) ? until : overridden)
    return { open: found.open, until, overridden }
  }

  return {
    status,
    closed() {
      const pause = paused()
      if (pause !== null) return pause
      const found = status()
      if (found === null || found.open || found.overridden !== null) return null
      return found.until === null
        ? { code: failures.deskClosedUntilFurtherNotice }
        : { code: failures.deskClosed, params: { opensAt: found.until } }
    },
    override(reason, by) {
      const until = now() + overrideMs
      store.transact(() => {
        ledger.append({ kind: 'hours-overridden', actor: by, facts: { reason, until } })
      })
      overriddenUntil = until
      onChange()
    },
    stop() {
      cancel?.()
      cancel = null
    },
  }
}
