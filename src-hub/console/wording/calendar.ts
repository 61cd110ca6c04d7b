/** Days on the institution's calendar, whatever the computer is set to. */
import { dateAt, midnightOf } from '../../../src-shared/domain/opening-hours.ts'

/** The instant (ms) at which a date (`YYYY-MM-DD`) begins. */
export function startOfDay(date: string): number {
  return midnightOf(date)
}

/** The instant at which it ends. */
export function endOfDay(date: string): number {
  return midnightOf(addDays(date, 1))
}

/** `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  return dateAt(at)
}

/** The weeks of a month, Monday first; null outside it. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const first = new Date(Date.UTC(year, month, 1))
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const before = (first.getUTCDay() + 6) % 7
  const cells: (string | null)[] = Array.from({ length: before }, () => null)
  for (let day = 1; day <= days; day++) cells.push(new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10))
  while (cells.length % 7 !== 0) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

/** A date so many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
