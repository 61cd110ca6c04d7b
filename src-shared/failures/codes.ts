/** Error codes as a type, and how a failure reads in a language. */
import { withinRange } from '../domain/bounds.ts'
import type { Language } from '../domain/index.ts'
import { errorTexts } from './texts.ts'
import { isolated } from '../domain/human-text.ts'
import { visitorTexts } from './visitor-texts.ts'
import { zoned } from '../domain/zone.ts'

export type ErrorCode = keyof typeof errorTexts
export type ErrorParams = Readonly<Record<string, string | number>>

export const errorCodes = Object.keys(errorTexts) as ErrorCode[]

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTexts, value)
}

const locales: Readonly<Record<Language, string>> = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }

/**
 * The local clock: `30.11.` with the weekday, and `8.00`. In English the month is a word: day and month in figures are
 * read either way round.
 */
function dayAndClock(instant: number, language: Language): { day: string; clock: string } {
  const parts = (options: Intl.DateTimeFormatOptions) => zoned(locales[language], options).format(withinRange(instant))
  return {
    day: parts({ weekday: 'short', day: 'numeric', month: language === 'en' ? 'short' : 'numeric' }),
    clock: parts({ hour: 'numeric', minute: '2-digit' }),
  }
}

/** `ma 30.11. klo 8.00`: an instant (ms) on the institution's clock, for a text in that language. */
function dayAndTime(instant: number, language: Language): string {
  const { day, clock } = dayAndClock(instant, language)
  return { fi: `${day} klo ${clock}`, sv: `${day} kl. ${clock}`, en: `${day} at ${clock}` }[language]
}

/** `klo 16.00` on the day of `now`, else with the day. Both are instants (ms). */
export function clockAt(instant: number, language: Language, now: number): string {
  const { day, clock } = dayAndClock(instant, language)
  if (day !== dayAndClock(now, language).day || Math.abs(instant - now) > 2 * 86_400_000)
    return dayAndTime(instant, language)
  return { fi: `klo ${clock}`, sv: `kl. ${clock}`, en: clock }[language]
}

const inLanguage: Readonly<Record<Language, string>> = { fi: 'Fi', sv: 'Sv', en: 'En' }

/**
 * What happened and what to do next, placeholders filled; one that ends in `At` is an instant, and `{where}` may have a
 * param for each language (`whereFi`). A placeholder without a param becomes an ellipsis. `audience`: to whom it is
 * said; a visitor reads none of the staff's words.
 */
export function describeFailure(
  failure: { readonly code: ErrorCode; readonly params?: ErrorParams | undefined },
  language: Language,
  audience: 'staff' | 'visitor' = 'staff',
): { what: string; next: string } {
  const own = audience === 'visitor' ? visitorTexts[failure.code] : undefined
  const [what, next] = (own ?? errorTexts[failure.code])[language]
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = failure.params?.[name + inLanguage[language]] ?? failure.params?.[name] ?? '…'
      return name.endsWith('At') && typeof value === 'number' ? dayAndTime(value, language) : isolated(String(value))
    })
  return { what: fill(what), next: fill(next) }
}
