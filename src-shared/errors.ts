/** Error codes as a type, and how a failure reads in a language. */
import type { Language } from './domain.ts'
import { errorTexts } from './error-texts.ts'

export type ErrorCode = keyof typeof errorTexts
export type ErrorParams = Readonly<Record<string, string | number>>

export const errorCodes = Object.keys(errorTexts) as ErrorCode[]

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTexts, value)
}

/** What happened and what to do next, placeholders filled. A placeholder without a param becomes an ellipsis. */
export function describeFailure(
  failure: { readonly code: ErrorCode; readonly params?: ErrorParams | undefined },
  language: Language,
): { what: string; next: string } {
  const [what, next] = errorTexts[failure.code][language]
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(failure.params?.[name] ?? '…'))
  return { what: fill(what), next: fill(next) }
}
