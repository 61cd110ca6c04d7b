/**
 * Machine-readable zones of travel documents (ICAO Doc 9303 parts 3-6: TD1, TD2, TD3; and the French identity card of
 * 1988 to 2021, which has a zone of its own). The `mrz` library cuts the fields and checks every check digit; its
 * guesses (autocorrect) stay off. What the fields that carry no digit may say is read here: the library knows neither
 * unknown dates nor a person without a family name. The document number is dropped here and goes no further.
 */
import { parse } from 'mrz'
import type { DocumentKind } from '../../../src-shared/domain/document-words.ts'
import { fail, ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { birthOf, expiryOf, expirySeen, type DocumentBirth, type DocumentExpiry, type ExpirySeen } from './dates.ts'
import { isIssuer } from './issuers.ts'
import { checkDigit } from './specimen.ts'

export interface MachineReadDocument extends DocumentBirth {
  readonly format: 'TD1' | 'TD2' | 'TD3' | 'FRENCH_NATIONAL_ID'
  readonly kind: DocumentKind
  /** ICAO 9303 part 3 section 5: one to three letters. */
  readonly issuerCountry: string
  /**
   * As in the MRZ: A-Z and spaces, perhaps truncated at the field's end. Empty for a person who has given names only.
   */
  readonly family: string
  /** Empty for a person who has one name. */
  readonly given: string
  /** Name field reached its end: names may be cut short. */
  readonly truncated: boolean
  readonly expiry: DocumentExpiry
}

const lineLengths: Readonly<Record<number, readonly number[]>> = { 88: [44, 44], 72: [36, 36], 90: [30, 30, 30] }

/**
 * Splits what a reader sent into lines, upper case; null when it is no MRZ at all. Lines may end in CR, LF or both, or
 * stand joined. All lower case is a wedge with Caps Lock on, and the check digits still hold; a mixture is a misread.
 */
export function mrzLines(text: string): string[] | null {
  const lines = (/[A-Z]/.test(text) ? text : text.toUpperCase())
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const joined = lines.length === 1 ? (lines[0] ?? '') : null
  const sizes = joined === null ? undefined : lineLengths[joined.length]
  const whole = joined === null || sizes === undefined ? lines : cut(joined, sizes)
  const length = whole[0]?.length
  const shape = (whole.length === 2 && (length === 44 || length === 36)) || (whole.length === 3 && length === 30)
  if (!shape || !whole.every((line) => line.length === length && /^[A-Z0-9<]+$/.test(line))) return null
  return whole
}

function cut(text: string, sizes: readonly number[]): string[] {
  let at = 0
  return sizes.map((size) => text.slice(at, (at += size)))
}

/**
 * Whether a line is the first of a TD1 zone although no filler tells so: a number and optional data that fill all of it
 * (9303 part 5, section 4.2.2). The issuer must be one, and the document number's check digit right: a card's number is
 * not that by chance.
 */
export function beginsTd1(line: string): boolean {
  const upper = line.toUpperCase()
  return (
    /^[IAC][A-Z<][A-Z<]{3}[A-Z0-9]{9}[0-9][A-Z0-9<]{15}$/.test(upper) &&
    isIssuer(upper.slice(2, 5).replace(/<+$/, '')) &&
    checkDigit(upper.slice(5, 14)) === upper[14]
  )
}

/**
 * Whether a text is the one line of a driving licence (ISO/IEC 18013-3, machine-readable zone: `D`, a character for
 * what it holds, the issuer, the issuer's own content, a check digit over all before it; thirty characters). It is no
 * travel document and proves nothing here; some are without a filler, as cards are.
 */
export function isDrivingLicence(text: string): boolean {
  const line = text.trim().toUpperCase()
  return (
    /^D[0-9A-Z<][A-Z<]{3}[A-Z0-9<]{24}[0-9]$/.test(line) &&
    isIssuer(line.slice(2, 5).replace(/<+$/, '')) &&
    checkDigit(line.slice(0, 29)) === line[29]
  )
}

/**
 * Whether a text looks like an MRZ, valid or not: it must then never be taken for a card. No card's number has a filler
 * in it.
 */
export function looksLikeMrz(text: string): boolean {
  const squeezed = text.replace(/\s/g, '')
  return (
    (squeezed.length >= 28 && squeezed.includes('<')) ||
    (squeezed.length === 30 && (beginsTd1(squeezed) || isDrivingLicence(squeezed)))
  )
}

/** Passport, identity card or residence permit by the document code (9303 part 3 section 4.2.2.1, parts 5 and 6). */
function kindOf(format: string, code: string): DocumentKind | null {
  if (format === 'TD3') return code.startsWith('P') ? 'passport' : null
  // V in the second place is a visa's, or nothing (9303 parts 5 and 6, section 4.2.2).
  if (code[1] === 'V') return null
  // The European uniform format for residence permits (Regulation (EC) 1030/2002) carries IR, AR or CR.
  if (/^[IAC]R/.test(code)) return 'residence-permit'
  if (/^[IAC]/.test(code)) return 'identity-card'
  return null
}

type Parsed = ReturnType<typeof parse>
type Field = Parsed['details'][number]

/**
 * Fields that are read here, by what the specification lets them say; the library's own verdict on them is too narrow.
 */
const readHere: ReadonlySet<Field['field']> = new Set([
  'issuingState',
  'nationality',
  'lastName',
  'firstName',
  'birthDate',
  'expirationDate',
  'sex',
])

/** A digit of an empty field may be a filler like the field itself: both weigh nothing (9303 part 3 section 4.9). */
function emptyField({ ranges }: Field, lines: readonly string[]): boolean {
  const [digit, ...over] = ranges.map((range) => cutOut(lines, range))
  return digit === '<' && over.length > 0 && over.every((text) => /^<*$/.test(text))
}

const cutOut = (lines: readonly string[], { line, start, end }: Field['ranges'][number]) =>
  lines[line]?.slice(start, end) ?? ''

function digitsHold({ details }: Parsed, lines: readonly string[]): boolean {
  return details.every((detail) => detail.valid || readHere.has(detail.field) || emptyField(detail, lines))
}

function rawOf({ details }: Parsed, lines: readonly string[], field: Field['field']): string {
  const range = details.find((detail) => detail.field === field)?.ranges[0]
  return range === undefined ? '' : cutOut(lines, range)
}

/**
 * Names: primary identifier, `<<`, secondary identifier; a single `<` is a space (9303 part 3 section 4.6). null: no
 * name at all, or a digit in it.
 */
function namesOf(field: string): Pick<MachineReadDocument, 'family' | 'given' | 'truncated'> | null {
  const [primary = '', ...rest] = field.split('<<')
  const words = (part: string) => part.split('<').filter(Boolean).join(' ')
  const family = words(primary)
  const given = words(rest.join('<'))
  if (!/^[A-Z<]+$/.test(field) || (family === '' && given === '')) return null
  return { family, given, truncated: !field.endsWith('<') }
}

/**
 * The French card of 1988 to 2021: family name in the first line, given names in the second, each in a field of its
 * own.
 */
function frenchNames(parsed: Parsed, lines: readonly string[]): ReturnType<typeof namesOf> {
  const [family, given] = [rawOf(parsed, lines, 'lastName'), rawOf(parsed, lines, 'firstName')]
  const read = namesOf(`${family.replace(/<+/g, '<').replace(/<$/, '')}<<${given}`)
  return read === null ? null : { ...read, truncated: !family.endsWith('<') || !given.endsWith('<') }
}

/**
 * Fails with L-303 (unreadable or a wrong check digit), L-304 (a kind of document that proves nothing here) or L-325
 * (an issuer that nobody knows). `today` is `YYYY-MM-DD`.
 */
export function readMrz(lines: readonly string[], today: string): Result<MachineReadDocument> {
  let parsed: Parsed
  try {
    parsed = parse([...lines], { autocorrect: false })
  } catch {
    // The library throws on shapes it does not know.
    return fail(failures.documentUnreadable)
  }
  const { format } = parsed
  if (format !== 'TD1' && format !== 'TD2' && format !== 'TD3' && format !== 'FRENCH_NATIONAL_ID')
    return fail(failures.documentNotAccepted)
  const [first = '', , third = ''] = lines
  const kind = kindOf(format, first.slice(0, 2))
  if (kind === null) return fail(failures.documentNotAccepted)
  if (!digitsHold(parsed, lines)) return fail(failures.documentUnreadable)
  const french = format === 'FRENCH_NATIONAL_ID'
  const issuerCountry = first.slice(2, 5).replace(/<+$/, '')
  if (french && issuerCountry !== 'FRA') return fail(failures.documentUnreadable)
  const birth = birthOf(rawOf(parsed, lines, 'birthDate'), today)
  // The French card’s zone has the month of issue and no expiry.
  const expiry: DocumentExpiry | null = french
    ? { kind: 'none' }
    : expiryOf(rawOf(parsed, lines, 'expirationDate'), today)
  const names = french ? frenchNames(parsed, lines) : namesOf(format === 'TD1' ? third : first.slice(5))
  const nationality = rawOf(parsed, lines, 'nationality')
  if (birth === null || expiry === null || names === null || !/^(?:[A-Z]{1,3}<{0,2}|<{3})?$/.test(nationality))
    return fail(failures.documentUnreadable)
  if (!isIssuer(issuerCountry)) return fail(failures.issuerUnknown)
  return ok({ format, kind, issuerCountry, ...names, ...birth, expiry })
}

/** What the document's expiry says at the desk's date. */
export function expiryOn(document: Pick<MachineReadDocument, 'expiry'>, today: string): ExpirySeen {
  return expirySeen(document.expiry, today)
}

/** A document is valid through its date of expiry. One without a date, or without limit, has not expired. */
export function documentExpired(document: Pick<MachineReadDocument, 'expiry'>, today: string): boolean {
  return expiryOn(document, today) === 'expired'
}
