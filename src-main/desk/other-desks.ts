/** Other desks that are open now and serve people, for the screen at rest. */
import { placesNow, type PlaceNow } from '../../src-shared/policy/index.ts'
import type { DeskKind } from '../../src-shared/domain/index.ts'
import type { Place } from '../identity/index.ts'

/** As many as a visitor reads. */
const shown = 8
/** The calendar is read no more often than this, ms: every push of the state carries the list. */
const keptMs = 60_000

/** Desks of the kinds at which the policy hands something over to people; a post room sends letters. */
export function openElsewhere({ directory, policy, desk }: Place, now: number): PlaceNow[] {
  const kinds = new Set<DeskKind>(policy.rules.map(({ deskKind }) => deskKind).filter((kind) => kind !== 'post-room'))
  return placesNow(directory, [...kinds], now, { desk: desk.id }, shown).filter(({ open }) => open)
}

export function createOtherDesks(place: () => Place | null, now: () => number): () => PlaceNow[] {
  let kept: { readonly of: Place; readonly at: number; readonly places: PlaceNow[] } | null = null
  return () => {
    const of = place()
    if (of === null) return []
    const at = now()
    if (kept === null || kept.of !== of || at < kept.at || at - kept.at >= keptMs)
      kept = { of, at, places: openElsewhere(of, at) }
    return kept.places
  }
}
