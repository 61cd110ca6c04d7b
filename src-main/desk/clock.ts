import { instantRange, isPresent } from '../../src-shared/domain/bounds.ts'
import { dateAt, startOfDate } from '../../src-shared/domain/opening-hours.ts'

/**
 * The desk's clock: the last hub time plus a monotonic offset, so that a wrong or jumping computer clock decides
 * neither expiry nor opening hours. Before the first contact it is the computer's clock, but never behind what the
 * ledger has already seen. One hub with a wrong clock decides them neither: its time is believed where it is near the
 * desk's own.
 */
export interface SystemClock {
  /** Wall clock, ms since 1970. */
  readonly wall: () => number
  /** Monotonic, ms. */
  readonly monotonic: () => number
}

export const systemClock: SystemClock = { wall: () => Date.now(), monotonic: () => performance.now() }

export interface DeskClock {
  /** Always an instant of the contracts, with room for whatever is counted from it. */
  readonly now: () => number
  /**
   * Told at every answer of the hub. What is far from every clock of the desk's own is not believed, but held for a
   * person.
   */
  readonly setHubTime: (hubTime: number) => void
  /** The hub's time by now while it is held for a person; null while there is nothing to decide. */
  readonly inDoubt: () => number | null
  /**
   * A person has compared the time that they were shown with a clock that they trust. false: it is not what the hub
   * says by now.
   */
  readonly believe: (shown: number) => boolean
  /**
   * Whether the computer's own clock is far from the time that the desk goes by: it was set back or forward, or never
   * right.
   */
  readonly computerIsWrong: () => boolean
}

/**
 * Hub answers take unequal times on their way: below this a clock that seems ahead waits instead of stepping back. ms
 */
const jitter = 5000
/** A computer's clock further off than this is spoken of: the hub would refuse its requests. ms */
const tolerated = 300_000
/** A hub's time that is further than this from every clock of the desk's own is held for a person. ms */
const believed = 86_400_000
/** What a person was shown may be so old when they confirm it. ms */
const shownFor = 600_000

/**
 * `notBefore` is the newest time that the desk's own records name; `heard` says whether any hub time was believed
 * before this start: without one there is nothing to compare the first with.
 */
export function createDeskClock(system: SystemClock, notBefore: number, heard = false): DeskClock {
  const wall = () => (isPresent(system.wall()) ? system.wall() : instantRange.from)
  let base = Math.max(wall(), isPresent(notBefore) ? notBefore : instantRange.from)
  let at = system.monotonic()
  let told = 0
  let anchored = heard
  let doubted: { readonly hubTime: number; readonly at: number } | null = null
  const reading = () => Math.floor(base + (system.monotonic() - at))
  const take = (hubTime: number): void => {
    base = hubTime
    at = system.monotonic()
    anchored = true
    doubted = null
    if (told - hubTime > jitter) told = 0
  }
  const inDoubt = (): number | null =>
    doubted === null ? null : Math.floor(doubted.hubTime + (system.monotonic() - doubted.at))
  return {
    // Two acts in a row never bear times in the wrong order because an answer of the hub came late.
    now: () => (told = Math.max(told, reading())),
    setHubTime(hubTime) {
      if (!isPresent(hubTime)) return
      const near = (own: number) => Math.abs(hubTime - own) <= believed
      if (!anchored || near(reading()) || near(system.wall())) take(hubTime)
      else doubted = { hubTime, at: system.monotonic() }
    },
    inDoubt,
    believe(shown) {
      const now = inDoubt()
      if (now === null || Math.abs(now - shown) > shownFor) return false
      take(now)
      return true
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

/** The desk's calendar date, `YYYY-MM-DD`: documents expire by it. */
export function deskDate(now: number): string {
  return dateAt(now)
}

/** Midnight with which the desk's day began, ms. */
export function startOfDeskDay(now: number): number {
  return startOfDate(now)
}
