/** Opens the names of the cached pickups for search, in the background and in small slices. */
import type { PickupCache } from '../pickups/index.ts'
import type { Timers } from './clock.ts'

const slice = 200
const pauseMs = 5

/** Returns what stops it. */
export function foldNamesInBackground(pickups: PickupCache, timers: Timers): () => void {
  let cancel: () => void = () => undefined
  const step = (): void => {
    if (pickups.foldNames(slice)) cancel = timers.set(step, pauseMs)
  }
  cancel = timers.set(step, pauseMs)
  return () => cancel()
}

/** Before a search: whatever is not folded yet, with the desk's other work in between. */
export async function foldRemaining(pickups: PickupCache): Promise<void> {
  while (pickups.foldNames(slice)) await new Promise<void>((resolve) => setImmediate(resolve))
}
