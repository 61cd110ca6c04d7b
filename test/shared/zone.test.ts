/** The institution's zone: every name that a computer knows counts right, and what is no zone is refused. */
import fc from 'fast-check'
import { afterEach, describe, expect, it, test } from 'vitest'
import {
  dateAt,
  endOfDate,
  midnightOf,
  openingAt,
  startOfDate,
  usualHours,
} from '../../src-shared/domain/opening-hours.ts'
import { serveInZone, TimeZone, timeZone, timeZones, usualTimeZone } from '../../src-shared/domain/zone.ts'
import { clockAt } from '../../src-shared/failures/codes.ts'
import { Desk } from '../../src-shared/domain/index.ts'
import { startOfDeskDay } from '../../src-main/desk/clock.ts'
import { deskToday } from '../../src-renderer/wording/birth-date.ts'
import { calendarDate, clockTime } from '../../src-renderer/wording/times.ts'

afterEach(() => serveInZone(undefined))

/** What the wall clock says, asked of the computer each time anew. */
function wall(zone: string, instant: number): string {
  const options = { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' } as const
  return new Intl.DateTimeFormat('sv-SE', options).format(instant)
}

test.each(['Europe/Stockholm', 'Atlantic/Canary', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'])(
  '%s: a day begins and ends at its own midnights, on both sides of every change of its clock',
  (zone) => {
    serveInZone(zone)
    expect(timeZone()).toBe(zone)
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }), (at) => {
        expect(dateAt(at)).toBe(wall(zone, at).slice(0, 10))
        const [begins, ends] = [startOfDate(at), endOfDate(at)]
        expect(wall(zone, begins).slice(0, 10)).toBe(dateAt(at))
        expect(wall(zone, begins - 1).slice(0, 10)).not.toBe(dateAt(at))
        expect(wall(zone, ends).slice(0, 10)).not.toBe(dateAt(at))
        expect(wall(zone, ends - 1).slice(0, 10)).toBe(dateAt(at))
        expect(midnightOf(dateAt(at))).toBe(begins)
      }),
      { numRuns: 300 },
    )
  },
)

test('a change of the clock by half an hour, at half past: hours that begin just after it', () => {
  serveInZone('Australia/Lord_Howe')
  // 2026-10-04: at 2:00 (15:30 UTC the day before) the clock goes to 2:30.
  const opens = openingAt(usualHours, Date.parse('2026-10-04T12:00:00Z'))
  expect(opens).toEqual({ open: false, opensAt: Date.parse('2026-10-04T21:00:00Z') })
  expect(dateAt(Date.parse('2026-10-03T15:45:00Z'))).toBe('2026-10-04')
})

describe('everything that reads a clock', () => {
  const at = Date.parse('2026-11-30T22:30:00Z')
  it.each([
    ['Europe/Helsinki', '00.30', '1.12.2026', '2026-12-01', '2026-11-30T22:00:00Z'],
    ['Europe/Stockholm', '23.30', '30.11.2026', '2026-11-30', '2026-11-29T23:00:00Z'],
    ['America/New_York', '17.30', '30.11.2026', '2026-11-30', '2026-11-30T05:00:00Z'],
  ])('%s', (zone, clock, date, day, midnight) => {
    serveInZone(zone)
    expect(clockTime(at, 'fi')).toBe(clock)
    expect(calendarDate(at, 'fi')).toBe(date)
    expect(deskToday(at)).toBe(day)
    expect(startOfDeskDay(at)).toBe(Date.parse(midnight))
    expect(clockAt(at, 'fi', at)).toBe(`klo ${clock.replace(/^0/, '')}`)
  })
})

test('what is no zone is refused, and changes nothing', () => {
  for (const name of ['', 'Helsinki', '+02:00', 'Europe/Atlantis', 'Europe/Helsinki; DROP TABLE desk', '2'])
    expect(TimeZone.safeParse(name).success, name).toBe(false)
  for (const name of [...timeZones(), 'UTC']) expect(TimeZone.safeParse(name).success, name).toBe(true)
  serveInZone('Europe/Atlantis')
  expect(timeZone()).toBe(usualTimeZone)
})

test('a hub before this setting says none, and one with a zone that this computer does not know is not refused for it', () => {
  expect(Desk.shape.timeZone.parse(undefined)).toBeUndefined()
  expect(Desk.shape.timeZone.parse('Europe/Atlantis')).toBeUndefined()
})
