/**
 * How much is written in one turn of the desk's thread: as much as it does in the time that nobody at its screen
 * notices.
 */

/** Three frames at 60 Hz, ms. */
const turnMs = 50
/** No turn is shorter: each is a transaction of its own. */
const least = 100

export interface Turns {
  /** As many of the items as are for the next turn. */
  readonly next: <T>(items: readonly T[]) => readonly T[]
  /** Does the work on so many items and learns from how long it took. */
  readonly take: (count: number, work: () => void) => void
}

/** At most `most` items in a turn; `now` counts milliseconds of this computer alone. */
export function createTurns(most: number, now: () => number = () => performance.now()): Turns {
  let size = most
  return {
    next: (items) => items.slice(0, size),
    take(count, work) {
      const before = now()
      work()
      const took = now() - before
      // What took no time, or was little, says nothing.
      if (count < least || took <= 0) return
      size = Math.max(least, Math.min(most, size * 2, Math.round((count * turnMs) / took)))
    },
  }
}
