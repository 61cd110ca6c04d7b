/**
 * Opening hours against a second implementation that asks each minute, and against nights and days that calendars get
 * wrong.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openingAt, OpeningHours, OpeningHoursSet, usualHours } from '../../src-shared/domain/opening-hours.ts'

const at = (text: string) => Date.parse(text)
const hours = (
  weekly: Record<number, [string, string][]>,
  exceptions: Record<string, [string, string][]> = {},
): OpeningHours =>
  OpeningHours.parse({
    weekly: [0, 1, 2, 3, 4, 5, 6].map((weekday) => (weekly[weekday] ?? []).map(([from, to]) => ({ from, to }))),
    exceptions: Object.entries(exceptions).map(([date, spans]) => ({
      date,
      spans: spans.map(([from, to]) => ({ from, to })),
    })),
  })

/** Another way to the same answer: what the wall clock says, minute by minute, and nothing of instants and offsets. */
const wall = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Helsinki',
  weekday: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
function clock(instant: number) {
  const parts = Object.fromEntries(wall.formatToParts(instant).map(({ type, value }) => [type, value]))
  return {
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    weekday: weekdays.indexOf(parts['weekday'] ?? ''),
    time: `${parts['hour']}:${parts['minute']}`,
  }
}
const dayBefore = (date: string) => new Date(Date.parse(`${date}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
function openByTheWall(of: OpeningHours, instant: number): boolean {
  const { date, weekday, time } = clock(instant)
  const spansOf = (day: string, dayOfWeek: number) =>
    of.exceptions.find((each) => each.date === day)?.spans ?? of.weekly[dayOfWeek] ?? []
  const today = spansOf(date, weekday).some(({ from, to }) => time >= from && (to <= from || time < to))
  const lastNight = spansOf(dayBefore(date), (weekday + 6) % 7).some(({ from, to }) => to <= from && time < to)
  return today || lastNight
}

describe('opening hours', () => {
  it.each([
    ['2026-03-02T06:00:00Z', true, '2026-03-02T18:00:00Z'],
    ['2026-03-02T05:59:59Z', false, '2026-03-02T06:00:00Z'],
    ['2026-03-06T16:00:00Z', false, '2026-03-09T06:00:00Z'],
    ['2026-07-03T15:00:00Z', false, '2026-07-06T05:00:00Z'],
    // The clocks change in the night before Monday: the same wall time is an hour earlier in UTC.
    ['2026-03-28T12:00:00Z', false, '2026-03-30T05:00:00Z'],
    ['2026-10-24T12:00:00Z', false, '2026-10-26T06:00:00Z'],
    // Year end and leap day.
    ['2026-12-31T18:00:00Z', false, '2027-01-01T06:00:00Z'],
    ['2028-02-28T18:00:00Z', false, '2028-02-29T06:00:00Z'],
  ])('the usual week at %s', (instant, open, change) => {
    const found = openingAt(usualHours, at(instant))
    expect(found.open).toBe(open)
    expect(found.open ? found.closesAt : found.opensAt).toBe(at(change))
  })

  it('an exception stands for the whole of its date, closed or other hours', () => {
    const of = hours(
      { 0: [['08:00', '20:00']], 1: [['08:00', '20:00']] },
      { '2026-12-21': [], '2026-12-22': [['10:00', '12:00']] },
    )
    expect(openingAt(of, at('2026-12-21T09:00:00Z'))).toEqual({ open: false, opensAt: at('2026-12-22T08:00:00Z') })
    expect(openingAt(of, at('2026-12-22T08:30:00Z'))).toEqual({ open: true, closesAt: at('2026-12-22T10:00:00Z') })
  })

  it('a night shift goes on past midnight, through the night when the clocks change', () => {
    const of = hours({ 5: [['22:00', '05:00']] })
    // 2026-03-28 is a Saturday; at 3:00 on Sunday the clock jumps to 4:00. 2026-10-25 has 3:00 to 4:00 twice.
    expect(openingAt(of, at('2026-03-28T20:00:00Z'))).toEqual({ open: true, closesAt: at('2026-03-29T02:00:00Z') })
    expect(openingAt(of, at('2026-10-24T19:00:00Z'))).toEqual({ open: true, closesAt: at('2026-10-25T03:00:00Z') })
    expect(openingAt(of, at('2026-03-29T02:00:00Z')).open).toBe(false)
  })

  it('never opens where no hours are set, and never closes where they have no gap', () => {
    expect(openingAt(hours({}), at('2026-05-05T10:00:00Z'))).toEqual({ open: false, opensAt: null })
    const always = hours(Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((weekday) => [weekday, [['00:00', '24:00']]])))
    expect(openingAt(always, at('2026-05-05T10:00:00Z'))).toEqual({ open: true, closesAt: null })
  })

  it('agrees with the clock on the wall, whenever it is asked', () => {
    const time = fc
      .tuple(fc.nat(23), fc.constantFrom(0, 15, 30, 59))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
    // Between 3 and 4 in the nights of the change a wall clock alone cannot say which 3:30 it is.
    const steady = time.filter((text) => !text.startsWith('03'))
    const spans = fc.array(
      fc.tuple(steady, fc.oneof(steady, fc.constant('24:00'))).map(([from, to]) => ({ from, to })),
      { maxLength: 2 },
    )
    const week = fc.tuple(spans, spans, spans, spans, spans, spans, spans)
    const around = fc.constantFrom('2026-03-29', '2026-10-25', '2028-02-29', '2026-12-31', '2026-06-15')
    fc.assert(
      fc.property(
        week,
        around,
        spans,
        fc.integer({ min: -3 * 1440, max: 3 * 1440 }),
        (weekly, date, special, offset) => {
          const of = OpeningHours.parse({ weekly, exceptions: [{ date, spans: special }] })
          const instant = at(`${date}T12:00:00Z`) + offset * 60_000
          expect(openingAt(of, instant).open).toBe(openByTheWall(of, instant))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('says when that changes: open until then and not after', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 * 1440 }), (minute) => {
        const instant = at('2026-01-01T00:00:00Z') + minute * 60_000
        const found = openingAt(usualHours, instant)
        const change = found.open ? found.closesAt : found.opensAt
        expect(change).not.toBeNull()
        expect(change).toBeGreaterThan(instant)
        expect(openingAt(usualHours, change ?? 0).open).toBe(!found.open)
        expect(openingAt(usualHours, (change ?? 0) - 1).open).toBe(found.open)
      }),
      { numRuns: 300 },
    )
  })
})

/**
 * A third way, for the nights of the change and for when it changes: an instant is the first minute by which the clock
 * on the wall has shown a time. What is shown twice is the first, what is skipped is the jump; nothing else is known
 * here.
 */
describe('against the first minute at which the wall shows a time', () => {
  const minuteMs = 60_000
  interface Wall {
    readonly start: number
    /** What the wall shows at each minute, as text that sorts. */
    readonly shown: readonly string[]
  }
  function wallAround(date: string): Wall {
    const start = at(`${date}T00:00:00Z`) - 2 * 1440 * minuteMs
    const shown: string[] = []
    for (let i = 0; i < 6 * 1440; i++) {
      const { date: day, time } = clock(start + i * minuteMs)
      shown.push(`${day} ${time}`)
    }
    return { start, shown }
  }
  const walls = new Map(
    ['2026-03-29', '2026-10-25', '2027-03-28', '2028-02-29', '2026-12-31'].map((date): [string, Wall] => [
      date,
      wallAround(date),
    ]),
  )
  const dayAfter = (date: string) => new Date(Date.parse(`${date}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  /** First minute by which the wall has come to a time; the wall goes back once a year, so the first is what counts. */
  const firstAt = ({ shown }: Wall, date: string, time: string) => {
    const wanted = time === '24:00' ? `${dayAfter(date)} 00:00` : `${date} ${time}`
    const found = shown.findIndex((text) => text >= wanted)
    return found === -1 ? shown.length : found
  }
  /** A date with nothing but hours that the change touches. */
  const night = fc.constantFrom('02:59', '03:00', '03:20', '03:30', '03:59', '04:00')
  const nights = fc.array(
    fc.tuple(night, night).map(([from, to]) => ({ from, to })),
    { minLength: 1, maxLength: 2 },
  )
  function openMinutes(wall: Wall, of: OpeningHours): boolean[] {
    const open = wall.shown.map(() => false)
    for (const date of new Set(wall.shown.map((text) => text.slice(0, 10)))) {
      const weekday = (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7
      for (const { from, to } of of.exceptions.find((each) => each.date === date)?.spans ?? of.weekly[weekday] ?? [])
        open.fill(true, firstAt(wall, date, from), firstAt(wall, to > from ? date : dayAfter(date), to))
    }
    return open
  }
  const every = fc
    .tuple(fc.nat(23), fc.constantFrom(0, 1, 20, 30, 59))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
  /** Half of all times in the hours that the change touches. */
  const time = fc.oneof(every, fc.constantFrom('02:59', '03:00', '03:20', '03:30', '03:59', '04:00', '00:00', '23:59'))
  const spans = fc.array(
    fc.tuple(time, fc.oneof(time, fc.constant('24:00'))).map(([from, to]) => ({ from, to })),
    { maxLength: 3 },
  )

  it('agrees at every minute, and on when that changes', () => {
    fc.assert(
      fc.property(
        fc.tuple(spans, spans, spans, spans, spans, spans, spans),
        fc.constantFrom(...walls.keys()),
        fc.oneof(fc.constant(null), spans, nights),
        fc.array(fc.integer({ min: -1440, max: 1440 }), { minLength: 6, maxLength: 6 }),
        (weekly, date, special, offsets) => {
          const wall = walls.get(date)
          if (wall === undefined) throw new Error('no wall')
          const of = OpeningHours.parse({ weekly, exceptions: special === null ? [] : [{ date, spans: special }] })
          const open = openMinutes(wall, of)
          for (const offset of offsets) {
            const minute = 3 * 1440 + offset
            const found = openingAt(of, wall.start + minute * minuteMs)
            expect(found.open).toBe(open[minute])
            const change = found.open ? found.closesAt : found.opensAt
            const next = open.findIndex((is, i) => i > minute && is !== found.open)
            // Beyond what this wall shows nothing is known here.
            if (next !== -1 && next < 5 * 1440) expect(change).toBe(wall.start + next * minuteMs)
            else if (change !== null) expect(change).toBeGreaterThanOrEqual(wall.start + 5 * 1440 * minuteMs)
          }
        },
      ),
      { numRuns: 250 },
    )
  })

  it.each([
    // Of the hour that is skipped nothing is left: a span inside it is none, and one into it ends at the jump.
    ['2026-03-28T22:00:00Z', [['03:10', '03:50']], null],
    ['2026-03-29T00:30:00Z', [['01:00', '03:30']], '2026-03-29T01:00:00Z'],
    // The hour that is shown twice: opened in the first, closed in the first.
    ['2026-10-24T23:30:00Z', [['01:00', '03:30']], '2026-10-25T00:30:00Z'],
    ['2026-10-25T00:15:00Z', [['03:00', '05:00']], '2026-10-25T03:00:00Z'],
    ['2026-10-25T01:15:00Z', [['03:00', '05:00']], '2026-10-25T03:00:00Z'],
  ] as [string, [string, string][], string | null][])(
    'the night of the change at %s, open %j: until %s',
    (instant, spansOf, until) => {
      const of = hours({}, { [instant.startsWith('2026-03') ? '2026-03-29' : '2026-10-25']: spansOf })
      expect(openingAt(of, at(instant))).toEqual(
        until === null ? { open: false, opensAt: null } : { open: true, closesAt: at(until) },
      )
    },
  )

  it('a leap day has hours of its own, and the year’s last night goes on into the new year', () => {
    const leap = hours({}, { '2028-02-29': [['10:00', '12:00']] })
    expect(openingAt(leap, at('2028-02-28T12:00:00Z'))).toEqual({ open: false, opensAt: at('2028-02-29T08:00:00Z') })
    expect(openingAt(leap, at('2029-02-28T08:30:00Z')).open).toBe(false)
    const eve = hours({}, { '2026-12-31': [['22:00', '02:00']], '2027-01-01': [] })
    expect(openingAt(eve, at('2026-12-31T23:30:00Z'))).toEqual({ open: true, closesAt: at('2027-01-01T00:00:00Z') })
  })
})

it.each(['2027-02-30', '2027-02-29', '2027-04-31', '2027-13-01', '2027-00-10', '2027-01-00', '2027-1-1', '27-01-01'])(
  'an exception on %s, a day that there is not, is refused where hours are set',
  (date) => {
    const hours = { ...usualHours, exceptions: [{ date, spans: [] }] }
    expect(OpeningHoursSet.safeParse(hours).success).toBe(false)
    expect(OpeningHoursSet.safeParse({ ...hours, exceptions: [{ date: '2028-02-29', spans: [] }] }).success).toBe(true)
  },
)
