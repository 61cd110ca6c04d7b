/**
 * Whether whoever identified on the phone is the recipient on record: by the identity code's keyed hash where there is
 * one, else by birth date and name.
 */
import { timingSafeEqual } from 'node:crypto'
import { BirthDate, bearsOut, withoutUnknown } from '../../src-shared/domain/birth-date.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import { fullName, hasName } from '../../src-shared/domain/person-name.ts'
import { asDocumentNames, matchName, needsEye } from '../../src-shared/protocol/names.ts'
import { searchText } from '../../src-shared/protocol/search-text.ts'
import type { HubKeys } from '../keys/index.ts'

export interface OnRecord {
  readonly name: PersonName
  readonly formerNames: readonly PersonName[]
  /** Sealed; null: none on record. */
  readonly birthDate: Buffer | null
  /** Blind index of the identity code; null: none on record. */
  readonly identityBlind: Buffer | null
}

/** A longer claim is nobody's name, number or date, and is not looked at. */
const longestClaim = 300

type Claims = Readonly<Record<string, unknown>>

/** Names that Finnish brokers give to the same thing. */
const identityCodes = ['urn:oid:1.2.246.21', 'nationalIdentityNumber', 'national_identification_number', 'hetu']
const birthDates = ['birthdate', 'urn:oid:1.3.6.1.4.1.25178.1.2.3']
const familyNames = ['family_name', 'urn:oid:2.5.4.4']
const givenNames = ['given_name', 'urn:oid:1.2.246.517.2002.2.2', 'urn:oid:2.5.4.42']

function first(claims: Claims, names: readonly string[]): string | null {
  for (const name of names) {
    const value = claims[name]
    if (typeof value === 'string' && value.trim() !== '' && value.length <= longestClaim) return value.trim()
  }
  return null
}

function birthDateOf(claims: Claims): string | null {
  const text = first(claims, birthDates)?.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') ?? null
  const known = text === null ? null : withoutUnknown(text)
  return known !== null && BirthDate.safeParse(known).success ? known : null
}

/** An identity code on record decides alone when the broker gives one; else birth date and name must both match. */
export function isRecipient(keys: HubKeys, claims: Claims, record: OnRecord): boolean {
  const code = first(claims, identityCodes)
  if (code !== null && record.identityBlind !== null)
    return timingSafeEqual(keys.blind('identity-code', code.toUpperCase()), record.identityBlind)
  const birthDate = birthDateOf(claims)
  const family = first(claims, familyNames)
  const given = first(claims, givenNames)
  if (record.birthDate === null || birthDate === null) return false
  if (!bearsOut(birthDate, keys.open(record.birthDate))) return false
  // Somebody with one name has one claim; in letters that an MRZ lacks a name is compared as it is written.
  const claimed = { family: family ?? '', given: given ?? '' }
  if (!hasName(claimed)) return false
  const same = (name: PersonName) => searchText(fullName(name)) === searchText(fullName(claimed))
  return (
    asDocumentNames(claimed).some((name) => matchName(name, record.name, record.formerNames) !== null) ||
    (needsEye(claimed) && [record.name, ...record.formerNames].some(same))
  )
}
