/** The newest entries were checked before serving; all the others are while the desk serves, a piece at a time. */
import type { Timers } from './clock.ts'
import type { Services } from './services.ts'

/** Entries checked at a time, and the pause between. */
const checkedAtOnce = 500
const checkPauseMs = 50

/** Begins; the returned function ends it. */
export function checkWholeLedger(services: Services, timers: Timers, onChange: () => void): () => void {
  let from = 0
  const step = () => {
    const { bad, next } = services.ledger.verifyFrom(from, 'head', checkedAtOnce)
    if (bad !== null) {
      // Shown, never repaired: the hub holds what it has acknowledged, and a person decides.
      services.records.setFrozen('here')
      // The next round finds the kiosk frozen, talks to nobody and says so.
      void services.sync.now()
      onChange()
      return
    }
    if (next === from) return
    from = next
    cancel = timers.set(step, checkPauseMs)
  }
  let cancel = timers.set(step, checkPauseMs)
  return () => cancel()
}
