/**
 * The counter: what step the desk is at. One value, owned by the engine and pushed whole to the window;
 * `steps.ts` says how it changes, and what this file carries out is what a step's change asks for.
 */
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import type { Timers } from '../desk/index.ts'
import { wipe } from '../vault/index.ts'
import { amends, atRest, goes, holds, staysOn, type CounterMove, type CounterState, type Held } from './steps.ts'

export interface Counter {
  step(): CounterStep
  /** The step with all that belongs to it. */
  now(): CounterState
  /** What the desk holds in memory for this step. */
  held(): Held
  /** Begins a step. `lasts`: back to idle after so long, ms. `hold`: what is held from its beginning on. */
  go(step: CounterStep, lasts?: number, hold?: Partial<Held>): void
  /** Changes the present step without leaving it: its time-out goes on. */
  amend(step: CounterStep, hold?: Partial<Held>): void
  /** Changes what is held and nothing that shows. */
  hold(hold: Partial<Held>): void
  idle(): void
  /** A step that ends by itself stays once more as long, from now. False where the present one does not. */
  extend(now: number): boolean
}

/** What others do about a change of step: see `CounterEffect`. */
export type CounterNews = 'flush-readers' | 'stepped' | 'show'

export function createCounter(timers: Timers, tell: (news: CounterNews) => void): Counter {
  let state = atRest
  let cancel: (() => void) | null = null

  function carry(move: CounterMove): void {
    state = move.state
    for (const effect of move.effects) {
      switch (effect.do) {
        case 'wipe':
          wipe(effect.key)
          break
        case 'wait':
          cancel?.()
          cancel = effect.ms === null ? null : timers.set(idle, effect.ms)
          break
        case 'flush-readers':
        case 'stepped':
        case 'show':
          tell(effect.do)
          break
      }
    }
  }
  function idle(): void {
    carry(goes(state, { step: { step: 'idle' } }))
  }

  return {
    step: () => state.step,
    now: () => state,
    held: () => state.held,
    go: (step, lasts, hold) =>
      carry(goes(state, { step, ...(lasts === undefined ? {} : { lasts }), ...(hold === undefined ? {} : { hold }) })),
    amend: (step, hold) => carry(amends(state, step, hold)),
    hold: (hold) => carry(holds(state, hold)),
    idle,
    extend(now) {
      const longer = staysOn(state, now)
      if (longer !== null) carry(longer)
      return longer !== null
    },
  }
}
