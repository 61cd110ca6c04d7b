/**
 * Calls for staff: from whoever stands at the desk's own screen, or at a check-in screen. One at a time, kept over a
 * restart.
 */
import { CallId, type StaffId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import { type Store, stored } from '../storage/index.ts'

/** A call that nobody answered in this time has been overtaken by events. */
export const callLastsMs = 15 * 60_000
/** A check-in screen does not hear that staff have come: so long it says that they were called. */
export const calledAtScreenMs = 2 * 60_000

export interface Call {
  readonly id: CallId
  readonly at: number
  readonly from: 'desk' | 'check-in'
}

export interface Calling {
  /** The call that is still to be answered, or null. */
  open(): Call | null
  /**
   * Someone calls at this desk's own screen: recorded, then rung. A second call while one is open rings again and is
   * the same one.
   */
  call(): Call
  /**
   * Someone calls at this check-in screen, which does not hear of an answer: recorded for the hub, each call one of its
   * own. Open once it is heard.
   */
  ask(): Call
  /** The hub has it: staff are being called. */
  heard(call: Call): void
  /** The hub has it not: nobody is said to be coming, not even for whoever called before. */
  unheard(): void
  /**
   * From a check-in screen, by the hub. Rings unless it is known or too old, and takes the place of an earlier one from
   * there; a call from the desk's own screen stays to be answered after it. In the caller's transaction: what is undone
   * with it does not ring.
   */
  fromScreen(id: CallId, at: number): void
  /** Fails with L-242 when it is answered, or never was. */
  answer(id: CallId, by: StaffId): Result<null>
}

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly now: () => number
  readonly ring: (call: Call) => void
  /** How long a call that nobody answered stays. */
  readonly lastsMs?: number
}

interface Row {
  id: string
  at: number
  origin: string
}

export function createCalling({ store, ledger, now, ring, lastsMs = callLastsMs }: Parts): Calling {
  const newest = store.db.prepare<[], Row>(
    'SELECT id, at, origin FROM staff_call WHERE answered_at IS NULL ORDER BY at DESC LIMIT 1',
  )
  const known = store.db.prepare<[string], unknown>('SELECT 1 FROM staff_call WHERE id = ?')
  const insert = store.db.prepare('INSERT OR IGNORE INTO staff_call (id, at, origin) VALUES (?, ?, ?)')
  const forget = store.db.prepare('DELETE FROM staff_call WHERE at <= ?')
  const supersede = store.db.prepare(
    "UPDATE staff_call SET answered_at = ? WHERE answered_at IS NULL AND origin = 'check-in'",
  )
  const setAnswered = store.db.prepare('UPDATE staff_call SET answered_at = ? WHERE id = ? AND answered_at IS NULL')
  /** Read for every push of the state: kept in memory. */
  let current: Call | null | undefined

  function open(): Call | null {
    if (current === undefined) {
      const row = newest.get()
      current =
        row === undefined
          ? null
          : { id: stored(CallId, row.id), at: row.at, from: row.origin === 'desk' ? 'desk' : 'check-in' }
    }
    return current !== null && now() - current.at < lastsMs ? current : null
  }

  return {
    open,
    call() {
      const before = open()
      // Whoever calls at a check-in screen stands elsewhere.
      if (before?.from === 'desk') {
        ring(before)
        return before
      }
      const call: Call = { id: CallId.parse(newId()), at: now(), from: 'desk' }
      store.transact(() => {
        forget.run(call.at - lastsMs)
        insert.run(call.id, call.at, call.from)
        ledger.append({ kind: 'staff-called', facts: { call: call.id } })
      })
      current = call
      ring(call)
      return call
    },
    ask() {
      const call: Call = { id: CallId.parse(newId()), at: now(), from: 'check-in' }
      store.transact(() => ledger.append({ kind: 'staff-called', facts: { call: call.id } }))
      return call
    },
    heard(call) {
      store.transact(() => {
        forget.run(call.at - lastsMs)
        insert.run(call.id, call.at, call.from)
      })
      current = undefined
    },
    unheard() {
      supersede.run(now())
      current = undefined
    },
    fromScreen(id, at) {
      // One that was long on its way has been overtaken by events.
      if (now() - at >= lastsMs) return
      forget.run(now() - lastsMs)
      // Read anew from here on: the caller's transaction may be undone.
      current = undefined
      if (known.get(id) !== undefined) return
      supersede.run(now())
      insert.run(id, at, 'check-in')
      queueMicrotask(() => {
        if (known.get(id) !== undefined) ring({ id, at, from: 'check-in' })
      })
    },
    answer(id, by) {
      const answered = store.transact(() => {
        if (setAnswered.run(now(), id).changes === 0) return false
        ledger.append({ kind: 'staff-call-answered', actor: by, facts: { call: id } })
        return true
      })
      if (!answered) return fail(failures.callAnswered)
      current = undefined
      return ok(null)
    },
  }
}
