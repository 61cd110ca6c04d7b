/**
 * A reader that sends more than a reader can (broken, or made to): beyond a burst, so many reports a second are read
 * and the rest dropped, so that the desk goes on. A full-speed USB device sends at most 1000 interrupt reports a second
 * (USB 2.0, section 5.7.4), and a hand never so many for long.
 */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export const reportRate: Rate = { perSecond: 1000, burst: 4000 }
/** Whole reads cost the desk more than reports do. */
export const scanRate: Rate = { perSecond: 20, burst: 100 }

/**
 * A bucket that holds `burst` and fills by `perSecond`. `take` is true while there is something in it; `at` is
 * monotonic, ms.
 */
export function createBucket({ perSecond, burst }: Rate): { take(at: number): boolean } {
  let left = burst
  let filled: number | null = null
  return {
    take(at) {
      left = Math.min(burst, left + ((at - (filled ?? at)) / 1000) * perSecond)
      filled = at
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
