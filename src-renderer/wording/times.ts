/** Times as the institution's clock shows them, whatever the computer is set to. */
import { withinRange } from '../../src-shared/domain/bounds.ts'
import type { Instant, Language } from '../../src-shared/domain/index.ts'
import { zoned } from '../../src-shared/domain/zone.ts'

const locales: Readonly<Record<Language, string>> = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }
type Shape = 'time' | 'date' | 'day'

function optionsOf(shape: Shape, language: Language): Intl.DateTimeFormatOptions {
  switch (shape) {
    case 'time':
      return { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
    case 'date':
      return { day: 'numeric', month: language === 'en' ? 'short' : 'numeric', year: 'numeric' }
    case 'day':
      return { weekday: 'long', day: 'numeric', month: 'long' }
  }
}

function format(instant: Instant, language: Language, shape: Shape): string {
  // What is stored may be absurd: a screen that shows the end of the range is better than one that stops.
  return zoned(locales[language], optionsOf(shape, language)).format(withinRange(instant))
}

/** `09:41`, written `9.41` or `09.41` where the language does so. */
export function clockTime(instant: Instant, language: Language): string {
  return format(instant, language, 'time')
}

/** Day, month and year. */
export function calendarDate(instant: Instant, language: Language): string {
  return format(instant, language, 'date')
}

/** Weekday, day and month, for the status bar. */
export function dayInFull(instant: Instant, language: Language): string {
  return format(instant, language, 'day')
}

/** The time alone today, else with its date. */
export function timeOrDate(instant: Instant, now: Instant, language: Language): string {
  const time = clockTime(instant, language)
  const date = calendarDate(instant, language)
  return date === calendarDate(now, language) ? time : `${date} ${time}`
}

/** Whole seconds left, never negative. */
export function secondsLeft(until: Instant, now: Instant): number {
  return Math.max(0, Math.ceil((until - now) / 1000))
}

/** `4:05`: a time left of that many whole seconds. */
export function minutesAndSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
