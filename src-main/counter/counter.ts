/**
 * The counter: what step the desk is at. One value, owned by the engine and pushed whole to the window. A step with a
 * time-out returns to idle by itself; leaving a step forgets what belonged to it (a read document, a read badge).
 */
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import type { Timers } from '../desk/index.ts'

export interface Counter {
  step(): CounterStep
  /** Goes to a step. `timeoutMs`: back to idle after so long. */
  go(step: CounterStep, timeoutMs?: number): void
  /** Changes the present step without leaving it: its time-out goes on. */
  amend(step: CounterStep): void
  idle(): void
  /** A step that ends by itself stays once more as long, from now. False where the present one does not. */
  extend(now: number): boolean
  /** Called on every change of step with the next one, before it shows: half-read scans are flushed. */
  onLeave(listener: (next: CounterStep['step']) => void): void
}

export function createCounter(timers: Timers, onChange: () => void): Counter {
  let current: CounterStep = { step: 'idle' }
  let cancel: (() => void) | null = null
  let lasts: number | undefined
  const leaving: ((next: CounterStep['step']) => void)[] = []

  function go(step: CounterStep, timeoutMs?: number): void {
    cancel?.()
    lasts = timeoutMs
    cancel = timeoutMs === undefined ? null : timers.set(() => go({ step: 'idle' }), timeoutMs)
    if (step.step !== current.step) for (const listener of leaving) listener(step.step)
    current = step
    onChange()
  }

  return {
    step: () => current,
    go,
    amend(step) {
      current = step
      onChange()
    },
    idle: () => go({ step: 'idle' }),
    extend(now) {
      if (lasts === undefined || !('until' in current) || current.until === null) return false
      go({ ...current, until: now + lasts }, lasts)
      return true
    },
    onLeave: (listener) => {
      leaving.push(listener)
    },
  }
}
