/** A paused desk serves nobody until it is back: kept over a restart, ended by its time or by staff. */
import { PauseReason, StaffId } from '../../src-shared/domain/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import { type Store, stored } from '../storage/index.ts'
import type { Timers } from './clock.ts'

const minuteMs = 60_000

export interface Pause {
  readonly reason: PauseReason
  readonly until: number
  readonly by: StaffId
}

export interface Pausing {
  status(): Pause | null
  /** L-240 while the desk is paused. */
  closed(): Failure | null
  /** Recorded before it holds. A pause during a pause replaces it. Ends on a full minute, as it is said aloud. */
  pause(reason: PauseReason, minutes: number, by: StaffId): void
  /** Ends a pause before its time; without one it does nothing. */
  resume(by: StaffId): void
  stop(): void
}

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly now: () => number
  readonly timers: Timers
  readonly onChange: () => void
}

interface Row {
  reason: string
  until: number
  staff: string
}

export function createPausing({ store, ledger, now, timers, onChange }: Parts): Pausing {
  const put = store.db.prepare('INSERT OR REPLACE INTO desk_pause (one, reason, until, staff) VALUES (1, ?, ?, ?)')
  const drop = store.db.prepare('DELETE FROM desk_pause')
  const row = store.db.prepare<[], Row>('SELECT reason, until, staff FROM desk_pause').get()
  let current: Pause | null =
    row === undefined
      ? null
      : { reason: stored(PauseReason, row.reason), until: row.until, by: stored(StaffId, row.staff) }
  let cancel: (() => void) | null = null

  function status(): Pause | null {
    return current !== null && current.until > now() ? current : null
  }

  /** The window is told when the pause is over, without anyone touching the desk. */
  function aim(): void {
    cancel?.()
    const paused = status()
    cancel =
      paused === null
        ? null
        : timers.set(() => {
            // The desk's clock may have been set back meanwhile: then there is more to wait for.
            aim()
            onChange()
          }, paused.until - now())
  }
  aim()

  return {
    status,
    closed() {
      const paused = status()
      return paused === null ? null : { code: failures.deskPaused, params: { untilAt: paused.until } }
    },
    pause(reason, minutes, by) {
      const until = Math.ceil((now() + minutes * minuteMs) / minuteMs) * minuteMs
      store.transact(() => {
        put.run(reason, until, by)
        ledger.append({ kind: 'desk-paused', actor: by, facts: { reason, until } })
      })
      current = { reason, until, by }
      aim()
      onChange()
    },
    resume(by) {
      if (status() === null) return
      store.transact(() => {
        drop.run()
        ledger.append({ kind: 'desk-resumed', actor: by, facts: {} })
      })
      current = null
      aim()
      onChange()
    },
    stop() {
      cancel?.()
      cancel = null
    },
  }
}
