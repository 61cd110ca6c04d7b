/** Opening hours against a second implementation that asks each minute, and against nights and days that calendars get wrong. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openingAt, OpeningHours, usualHours } from '../../src-shared/opening-hours.ts'

const at = (text: string) => Date.parse(text)
const hours = (weekly: Record<number, [string, string][]>, exceptions: Record<string, [string, string][]> = {}): OpeningHours =>
  OpeningHours.parse({
    weekly: [0, 1, 2, 3, 4, 5, 6].map((weekday) => (weekly[weekday] ?? []).map(([from, to]) => ({ from, to }))),
    exceptions: Object.entries(exceptions).map(([date, spans]) => ({ date, spans: spans.map(([from, to]) => ({ from, to })) })),
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
  const spansOf = (day: string, dayOfWeek: number) => of.exceptions.find((each) => each.date === day)?.spans ?? of.weekly[dayOfWeek] ?? []
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
    const of = hours({ 0: [['08:00', '20:00']], 1: [['08:00', '20:00']] }, { '2026-12-21': [], '2026-12-22': [['10:00', '12:00']] })
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
    const time = fc.tuple(fc.nat(23), fc.constantFrom(0, 15, 30, 59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
    // Between 3 and 4 in the nights of the change a wall clock alone cannot say which 3:30 it is.
    const steady = time.filter((text) => !text.startsWith('03'))
    const spans = fc.array(
      fc.tuple(steady, fc.oneof(steady, fc.constant('24:00'))).map(([from, to]) => ({ from, to })),
      { maxLength: 2 },
    )
    const week = fc.tuple(spans, spans, spans, spans, spans, spans, spans)
    const around = fc.constantFrom('2026-03-29', '2026-10-25', '2028-02-29', '2026-12-31', '2026-06-15')
    fc.assert(
      fc.property(week, around, spans, fc.integer({ min: -3 * 1440, max: 3 * 1440 }), (weekly, date, special, offset) => {
        const of = OpeningHours.parse({ weekly, exceptions: [{ date, spans: special }] })
        const instant = at(`${date}T12:00:00Z`) + offset * 60_000
        expect(openingAt(of, instant).open).toBe(openByTheWall(of, instant))
      }),
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
