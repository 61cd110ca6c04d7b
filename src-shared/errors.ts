/** Error codes as a type, and how a failure reads in a language. */
import type { Language } from './domain.ts'
import { errorTexts } from './error-texts.ts'

export type ErrorCode = keyof typeof errorTexts
export type ErrorParams = Readonly<Record<string, string | number>>

export const errorCodes = Object.keys(errorTexts) as ErrorCode[]

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTexts, value)
}

/** `ma 30.11. klo 8.00`: an instant (ms) on Helsinki's clock, for a text in that language. */
function dayAndTime(instant: number, language: Language): string {
  const parts = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat({ fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }[language], { timeZone: 'Europe/Helsinki', ...options }).format(instant)
  const date = parts({ weekday: 'short', day: 'numeric', month: 'numeric' })
  const time = parts({ hour: 'numeric', minute: '2-digit' })
  return { fi: `${date} klo ${time}`, sv: `${date} kl. ${time}`, en: `${date} at ${time}` }[language]
}

/** What happened and what to do next, placeholders filled; one that ends in `At` is an instant. A placeholder without a param becomes an ellipsis. */
export function describeFailure(
  failure: { readonly code: ErrorCode; readonly params?: ErrorParams | undefined },
  language: Language,
): { what: string; next: string } {
  const [what, next] = errorTexts[failure.code][language]
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = failure.params?.[name] ?? '…'
      return name.endsWith('At') && typeof value === 'number' ? dayAndTime(value, language) : String(value)
    })
  return { what: fill(what), next: fill(next) }
}
