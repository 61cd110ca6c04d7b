import { dateAt } from '../../src-shared/opening-hours.ts'

/**
 * The desk's clock: the last hub time plus a monotonic offset, so that a wrong or jumping computer clock decides
 * neither expiry nor opening hours. Before the first contact it is the computer's clock, but never behind what the
 * ledger has already seen.
 */
export interface SystemClock {
  /** Wall clock, ms since 1970. */
  readonly wall: () => number
  /** Monotonic, ms. */
  readonly monotonic: () => number
}

export const systemClock: SystemClock = { wall: () => Date.now(), monotonic: () => performance.now() }

export interface DeskClock {
  readonly now: () => number
  /** Told at every answer of the hub. */
  readonly setHubTime: (hubTime: number) => void
  /** Whether the computer's own clock is far from the time that the desk goes by: it was set back or forward, or never right. */
  readonly computerIsWrong: () => boolean
}

/** Hub answers take unequal times on their way: below this a clock that seems ahead waits instead of stepping back. ms */
const jitter = 5000
/** A computer's clock further off than this is spoken of: the hub would refuse its requests. ms */
const tolerated = 300_000

export function createDeskClock(system: SystemClock, notBefore: number): DeskClock {
  let base = Math.max(system.wall(), notBefore)
  let at = system.monotonic()
  let told = 0
  const reading = () => Math.floor(base + (system.monotonic() - at))
  return {
    // Two acts in a row never bear times in the wrong order because an answer of the hub came late.
    now: () => (told = Math.max(told, reading())),
    setHubTime(hubTime) {
      base = hubTime
      at = system.monotonic()
      if (told - hubTime > jitter) told = 0
    },
    computerIsWrong: () => Math.abs(system.wall() - reading()) > tolerated,
  }
}

/** One-shot timers as a port. */
export interface Timers {
  /** Runs once after `ms`; the returned function cancels. */
  set(run: () => void, ms: number): () => void
}

export const systemTimers: Timers = {
  set(run, ms) {
    const handle = setTimeout(run, ms)
    return () => {
      clearTimeout(handle)
    }
  },
}

/** The desk's calendar date in Helsinki, `YYYY-MM-DD`: documents expire by it. */
export function deskDate(now: number): string {
  return dateAt(now)
}

/** Midnight of the desk's day, ms: two or three hours before it in UTC, whichever Helsinki has that day. */
export function startOfDeskDay(now: number): number {
  const date = deskDate(now)
  const utc = Date.parse(`${date}T00:00:00Z`)
  const summer = utc - 3 * 3_600_000
  return deskDate(summer) === date ? summer : utc - 2 * 3_600_000
}
