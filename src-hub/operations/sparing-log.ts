/**
 * A log that a standing outage does not fill: of lines that say the same, one a minute is written, and the next one
 * says how many were left out before it. What differs is another line, and is written at once.
 */

/** Lines that say the same are at least so far apart, ms. */
export const sameEveryMs = 60_000
/** Different lines remembered at a time; those written longest ago are forgotten first, with their counts. */
const most = 1000

interface Written {
  readonly at: number
  readonly leftOut: number
}

/** `now`: a steady count of time, ms. `write` gets whole lines without their end. */
export function createSparingLog(write: (line: string) => void, now: () => number): (line: string) => void {
  const lines = new Map<string, Written>()
  return (line) => {
    const before = lines.get(line)
    const at = now()
    if (before !== undefined && at - before.at < sameEveryMs) {
      lines.set(line, { at: before.at, leftOut: before.leftOut + 1 })
      return
    }
    // Written again, a line becomes the newest.
    lines.delete(line)
    lines.set(line, { at, leftOut: 0 })
    const [oldest] = lines.keys()
    if (lines.size > most && oldest !== undefined) lines.delete(oldest)
    const leftOut = before?.leftOut ?? 0
    write(leftOut === 0 ? line : `${line} (${leftOut} more like it before this one)`)
  }
}
