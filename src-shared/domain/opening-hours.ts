/**
 * Opening hours of a desk (docs/architecture.md#channels-and-rules-of-the-institution): a week and exceptions, on the
 * institution's clock with its summer time. A span whose end is not after its beginning goes on past midnight.
 */
import { z } from 'zod'
import { withinRange } from './bounds.ts'
import { timeZone, zoned } from './zone.ts'

const day = 86_400_000

/** `HH:MM`; `24:00` only as an end. */
const ClockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
const Span = z.object({ from: ClockTime, to: z.union([ClockTime, z.literal('24:00')]) })
const Spans = z.array(Span).max(6)

export const OpeningHours = z.object({
  /** Monday to Sunday. */
  weekly: z.tuple([Spans, Spans, Spans, Spans, Spans, Spans, Spans]),
  /** A date's hours instead of its weekday's; none: closed all day. */
  exceptions: z
    .array(z.object({ date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/), spans: Spans }))
    .max(400)
    .default([]),
})
export type OpeningHours = z.infer<typeof OpeningHours>

/**
 * Hours that somebody sets: every exception on a day that there is. What is stored already is read as it is, and such a
 * day never comes.
 */
export const OpeningHoursSet = OpeningHours.refine(({ exceptions }) =>
  exceptions.every(({ date }) => z.iso.date().safeParse(date).success),
)

const span = (from: string, to: string) => [{ from, to }]
/** Monday to Thursday 8-20, Friday 8-18. */
export const usualHours: OpeningHours = {
  weekly: [
    span('08:00', '20:00'),
    span('08:00', '20:00'),
    span('08:00', '20:00'),
    span('08:00', '20:00'),
    span('08:00', '18:00'),
    [],
    [],
  ],
  exceptions: [],
}

const clock = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const
const clockText = (at: number) => zoned('sv-SE', clock).format(at)

/** No zone changes its clock within a quarter of an hour, counted in UTC. */
const quarter = 900_000
/** The zone's offset by the quarter of UTC: to format a date costs microseconds. */
const offsets = new Map<number, number>()
const offsetsMost = 100_000
let offsetsOf = timeZone()

/** The institution's clock at an instant, as if it were UTC, ms. */
function localClock(at: number): number {
  if (offsetsOf !== timeZone()) {
    offsets.clear()
    offsetsOf = timeZone()
  }
  const begin = Math.floor(at / quarter)
  let offset = offsets.get(begin)
  if (offset === undefined) {
    offset = Date.parse(`${clockText(begin * quarter).replace(' ', 'T')}Z`) - begin * quarter
    if (offsets.size >= offsetsMost) offsets.clear()
    offsets.set(begin, offset)
  }
  return at + offset
}

/** The institution's calendar date at an instant, `YYYY-MM-DD`. */
export function dateAt(at: number): string {
  return clockText(withinRange(at)).slice(0, 10)
}

/** The midnight (ms) that begins the local day of an instant. */
export function startOfDate(at: number): number {
  return instantOf(Math.floor(localClock(at) / day) * day)
}

/** The midnight (ms) with which a date (`YYYY-MM-DD`) begins. */
export function midnightOf(date: string): number {
  return instantOf(Date.parse(`${date}T00:00:00Z`))
}

/**
 * The instant at which the local clock shows this. Of an hour shown twice the first; one that is skipped is the end of
 * the skip.
 */
function instantOf(local: number): number {
  const earlier = local - (localClock(local - day) - (local - day))
  const later = local - (localClock(local + day) - (local + day))
  const right = [earlier, later].filter((at) => localClock(at) === local)
  if (right.length > 0) return Math.min(...right)
  // Skipped: the clock jumps over it; whatever begins or ends there does so at the jump.
  const [low, high] = [Math.min(earlier, later), Math.max(earlier, later)]
  const offset = localClock(low) - low
  let [from, to] = [low, high]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (localClock(middle) - middle === offset) from = middle
    else to = middle
  }
  return offset === localClock(high) - high ? high : to
}

/** The midnight (ms) that ends the local day of an instant. */
export function endOfDate(at: number): number {
  return instantOf(Math.floor(localClock(at) / day) * day + day)
}

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

function spansOf(hours: OpeningHours, midnight: number): z.infer<typeof Spans> {
  const date = new Date(midnight).toISOString().slice(0, 10)
  const exception = hours.exceptions.find((each) => each.date === date)
  return exception?.spans ?? hours.weekly[(new Date(midnight).getUTCDay() + 6) % 7] ?? []
}

/** The spans that begin on the local days from `first` on, as instants, in order; ones that touch are one. */
function intervals(hours: OpeningHours, first: number, days: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (let i = 0; i < days; i++) {
    const midnight = first + i * day
    for (const { from, to } of spansOf(hours, midnight)) {
      const begin = minutes(from)
      const end = minutes(to) > begin ? minutes(to) : minutes(to) + 1440
      const [opens, closes] = [instantOf(midnight + begin * 60_000), instantOf(midnight + end * 60_000)]
      // Of one inside the hour that is skipped nothing is left.
      if (opens < closes) found.push({ from: opens, to: closes })
    }
  }
  found.sort((a, b) => a.from - b.from)
  const joined: { from: number; to: number }[] = []
  for (const each of found) {
    const last = joined.at(-1)
    if (last !== undefined && each.from <= last.to) last.to = Math.max(last.to, each.to)
    else joined.push({ ...each })
  }
  return joined
}

export type Opening =
  | { readonly open: true; /** null: for as far as is looked. */ readonly closesAt: number | null }
  | { readonly open: false; /** null: not within a year. */ readonly opensAt: number | null }

/**
 * Whether a desk is open at an instant (ms since 1970), and until or from when. Ends are not open any more: 8-20 is
 * closed at 20:00.
 */
export function openingAt(hours: OpeningHours, at: number): Opening {
  const today = Math.floor(localClock(at) / day) * day
  // A span of the day before may reach into this one; a week ahead is enough for most.
  for (const ahead of [9, 380]) {
    const spans = intervals(hours, today - day, ahead)
    const now = spans.find(({ from, to }) => from <= at && at < to)
    if (now !== undefined) {
      const horizon = today + (ahead - 3) * day
      if (now.to < horizon) return { open: true, closesAt: now.to }
      if (ahead === 380) return { open: true, closesAt: null }
      continue
    }
    const next = spans.find(({ from }) => from > at)
    if (next !== undefined) return { open: false, opensAt: next.from }
  }
  return { open: false, opensAt: null }
}
