/**
 * The hub has corrected something about people with pickups here, as a pure function: what was read or proved of them
 * in this visit was of what stood there before, and is let go; where the desk is at one of them, it is shown anew and
 * says so.
 */
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { CounterState, Held } from './steps.ts'
import type { OwnerOf } from './visit.ts'

export interface Corrected {
  readonly hold: Partial<Held>
  /** What is on show of it. */
  readonly show:
    | { readonly do: 'nothing' }
    /** Opened anew, with L-340. */
    | { readonly do: 'open'; readonly pickup: PickupId }
    /** Which of them the document matches is no longer known. */
    | { readonly do: 'choose'; readonly pickups: readonly PickupId[] }
    /** A slip that is out stays what it is; the person's data are as they are now. */
    | { readonly do: 'rewrite'; readonly pickup: PickupId }
}

function shown(step: CounterState['step'], those: ReadonlySet<PickupId>): Corrected['show'] {
  const nothing = { do: 'nothing' } as const
  switch (step.step) {
    case 'verify':
      return those.has(step.pickup.id) ? { do: 'open', pickup: step.pickup.id } : nothing
    case 'letter':
      return those.has(step.letter.id) ? { do: 'open', pickup: step.letter.id } : nothing
    case 'choose': {
      const pickups = step.pickups.map(({ id }) => id)
      return pickups.some((id) => those.has(id)) ? { do: 'choose', pickups } : nothing
    }
    case 'hand-over':
      return those.has(step.pickup.id) ? { do: 'rewrite', pickup: step.pickup.id } : nothing
    default:
      return nothing
  }
}

export function corrects({ step, held }: CounterState, ids: readonly PickupId[], ownerOf: OwnerOf): Corrected {
  const those = new Set(ids)
  const people = new Set(ids.map(ownerOf))
  const { document, apart } = held
  const touched = document !== null && ids.some((id) => document.pickups.has(id))
  return {
    hold: {
      apart: apart !== null && people.has(apart.recipient) ? null : apart,
      document: touched
        ? { ...document, pickups: new Set([...document.pickups].filter((id) => !those.has(id))) }
        : document,
    },
    show: shown(step, those),
  }
}
