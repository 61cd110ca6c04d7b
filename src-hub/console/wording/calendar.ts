/** Days on Helsinki's calendar, whatever the computer is set to. */
const parts = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Helsinki',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const localClock = (at: number) => Date.parse(`${parts.format(at).replace(' ', 'T')}Z`)

/** The instant (ms) at which a date (`YYYY-MM-DD`) begins in Helsinki. */
export function startOfDay(date: string): number {
  const wanted = Date.parse(`${date}T00:00:00Z`)
  const guess = wanted - (localClock(wanted) - wanted)
  return wanted - (localClock(guess) - guess)
}

/** The instant at which it ends. */
export function endOfDay(date: string): number {
  return startOfDay(new Date(Date.parse(`${date}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10))
}

/** `YYYY-MM-DD` in Helsinki. */
export function dayOf(at: number): string {
  return parts.format(at).slice(0, 10)
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
