/**
 * Who issues travel documents: the codes of States, of territories and of organizations (ICAO Doc 9303 part 3 section
 * 5, which takes States from ISO 3166-1). No check digit covers an issuer, so that a code nobody has is a misread or a
 * forgery.
 */
import { states } from 'mrz'

/** Codes in use that the library's list lacks. */
const further: readonly string[] = [
  // Parliamentary Assembly of the Mediterranean.
  'XMP',
  // Kosovo, as its neighbours and the European Union write it.
  'XKX',
  // Zimbabwe, in its own passports.
  'ZIM',
]
const known: ReadonlySet<string> = new Set([...Object.keys(states), ...further])

/** One to three letters, fillers dropped. The specimen State `UTO` is none. */
export const isIssuer = (code: string): boolean => known.has(code)
