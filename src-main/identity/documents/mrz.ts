/**
 * Machine-readable zones of travel documents (ICAO Doc 9303 parts 3-6: TD1, TD2, TD3). The `mrz` library checks format
 * and every check digit; its guesses (autocorrect) stay off. The document number is dropped here and goes no further.
 */
import { parse } from 'mrz'
import type { ProofKind } from '../../../src-shared/domain.ts'
import { fail, ok, type Result } from '../../../src-shared/result.ts'

export interface MachineReadDocument {
  readonly format: 'TD1' | 'TD2' | 'TD3'
  readonly kind: ProofKind
  /** ICAO 9303 part 3 section 5: one to three letters. */
  readonly issuerCountry: string
  /** As in the MRZ: A-Z and spaces, perhaps truncated at the field's end. */
  readonly family: string
  readonly given: string
  /** Name field reached its end: names may be cut short. */
  readonly truncated: boolean
  /** `YYYY-MM-DD` */
  readonly birthDate: string
  readonly expiryDate: string
}

const lineLengths: Readonly<Record<number, readonly number[]>> = { 88: [44, 44], 72: [36, 36], 90: [30, 30, 30] }

/**
 * Splits what a reader sent into lines, upper case; null when it is no MRZ at all. Lines may end in CR, LF or both, or stand joined.
 * All lower case is a wedge with Caps Lock on, and the check digits still hold; a mixture is a misread.
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

/** Whether a text looks like an MRZ, valid or not: it must then never be taken for a card. */
export function looksLikeMrz(text: string): boolean {
  const squeezed = text.replace(/\s/g, '')
  return squeezed.length >= 28 && squeezed.includes('<<')
}

/** Passport, identity card or residence permit by the document code (9303 part 3 section 4.2.2.1, parts 5 and 6). */
function kindOf(format: string, code: string): ProofKind | null {
  if (format === 'TD3') return code.startsWith('P') ? 'passport' : null
  // The European uniform format for residence permits (Regulation (EC) 1030/2002) carries IR, AR or CR.
  if (/^[IAC]R/.test(code)) return 'residence-permit'
  if (/^[IAC]/.test(code)) return 'identity-card'
  return null
}

/**
 * Two-digit years: a birth date is never in the future; an expiry lies within fifty years either way of the desk's
 * date. `today` is `YYYY-MM-DD`.
 */
function fullDate(yymmdd: string, today: string, what: 'birth' | 'expiry'): string | null {
  if (!/^\d{6}$/.test(yymmdd)) return null
  const year = Number(today.slice(0, 4))
  const short = Number(yymmdd.slice(0, 2))
  const rest = `-${yymmdd.slice(2, 4)}-${yymmdd.slice(4, 6)}`
  const century = Math.floor(year / 100) * 100
  let full = century + short
  if (what === 'birth') {
    if (`${full}${rest}` > today) full -= 100
  } else if (full - year > 50) full -= 100
  else if (year - full > 50) full += 100
  const text = `${full}${rest}`
  const date = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text
}

/** Fails with L-303 (unreadable or a wrong check digit) or L-304 (a kind of document that proves nothing here). */
export function readMrz(lines: readonly string[], today: string): Result<MachineReadDocument> {
  let result: ReturnType<typeof parse>
  try {
    result = parse([...lines], { autocorrect: false })
  } catch {
    // The library throws on shapes it does not know.
    return fail('L-303')
  }
  const { format, fields } = result
  if (format !== 'TD1' && format !== 'TD2' && format !== 'TD3') return fail('L-304')
  if (!result.valid) return fail('L-303')
  const birthDate = fullDate(fields.birthDate ?? '', today, 'birth')
  const expiryDate = fullDate(fields.expirationDate ?? '', today, 'expiry')
  const issuerCountry = (lines[0] ?? '').slice(2, 5).replaceAll('<', '')
  if (birthDate === null || expiryDate === null || !/^[A-Z]{1,3}$/.test(issuerCountry)) return fail('L-303')
  const kind = kindOf(format, fields.documentCode ?? lines[0]?.slice(0, 2) ?? '')
  if (kind === null) return fail('L-304')
  const nameField = format === 'TD1' ? (lines[2] ?? '') : (lines[0] ?? '').slice(5)
  const [family = '', given = ''] = splitNames(nameField)
  if (family === '') return fail('L-303')
  return ok({ format, kind, issuerCountry, family, given, truncated: !nameField.endsWith('<'), birthDate, expiryDate })
}

/** Names: primary identifier, `<<`, secondary identifier; a single `<` is a space (9303 part 3 section 4.6). */
function splitNames(field: string): string[] {
  const [primary = '', secondary = ''] = field.split('<<')
  const words = (part: string) => part.split('<').filter(Boolean).join(' ')
  return [words(primary), words(secondary)]
}

/** A document is valid through its date of expiry. */
export function documentExpired(document: MachineReadDocument, today: string): boolean {
  return document.expiryDate < today
}
