/** A refusal by policy as a failure: its code, and in three languages where to go instead. */
import type { ErrorCode, ErrorParams } from '../failures/codes.ts'
import * as failures from '../failures/named.ts'
import type { Failure } from '../failures/result.ts'
import type { DeskKind, Language } from '../domain/index.ts'
import type { PolicyCode, Refused } from './decide.ts'
import { kindName, placesAt, placesNow, placeText, type DirectoryDesk, type From } from './places.ts'

/** Where to go: desks with their hours, or kinds of desk where the directory has none of them. */
export function whereText(
  kinds: readonly DeskKind[],
  directory: readonly DirectoryDesk[],
  now: number,
  from: From,
  language: Language,
): string {
  const places = placesNow(directory, kinds, now, from)
  const or = { fi: ' tai ', sv: ' eller ', en: ' or ' }[language]
  if (places.length > 0) return places.map((place) => placeText(place, language, now)).join('; ')
  return (kinds.length === 0 ? (['helpdesk'] as const) : kinds).map((kind) => kindName(kind, language)).join(or)
}

/** Refusals whose next step is another desk. */
const sendsElsewhere: ReadonlySet<PolicyCode> = new Set([
  failures.channelNotAllowed,
  failures.staffByHumanResourcesOnly,
  failures.preparedInAdvanceOnly,
  failures.nothingPreparedHere,
  failures.noLetterNearby,
])

/**
 * `where` in each language (`describeFailure` takes the right one), the contact person, the address, the opening time.
 */
export function failureOf(
  refused: Refused,
  directory: readonly DirectoryDesk[],
  now: number,
  from: From = {},
): Failure {
  const params: Record<string, string | number> = {}
  if (sendsElsewhere.has(refused.code)) {
    params.whereFi = whereText(refused.deskKinds, directory, now, from, 'fi')
    params.whereSv = whereText(refused.deskKinds, directory, now, from, 'sv')
    params.whereEn = whereText(refused.deskKinds, directory, now, from, 'en')
    params.deskKinds = refused.deskKinds.join(',')
  }
  if (refused.sponsor !== null) params.sponsor = refused.sponsor
  if (refused.address !== null) params.address = refused.address
  if (refused.opensAt !== null) params.opensAt = refused.opensAt
  return { code: refused.code, params: params satisfies ErrorParams }
}

/** A refusal that names desks: `where` in each language, the helpdesk where the directory knows none of them. */
export function failureOfPlaces(
  code: ErrorCode,
  desks: readonly string[],
  directory: readonly DirectoryDesk[],
  now: number,
): Failure {
  const places = placesAt(directory, desks, now)
  const where = (language: Language) =>
    places.length > 0
      ? places.map((place) => placeText(place, language, now)).join('; ')
      : whereText(['helpdesk'], directory, now, {}, language)
  return { code, params: { whereFi: where('fi'), whereSv: where('sv'), whereEn: where('en') } }
}
