/** What the cache knows of a recipient, sealed at rest under the cache key and opened only to be shown or compared. */
import { z } from 'zod'
import { DateText, Language, RecipientId } from '../../src-shared/domain.ts'
import { PersonName } from '../../src-shared/hub-api.ts'
import { PostalAddress } from '../../src-shared/policy/index.ts'
import { DamagedRow } from '../storage/index.ts'
import { unwrap, type WrapKey } from '../vault/index.ts'
import { personLabel } from './prepared.ts'

const Person = z.object({
  recipient: RecipientId,
  name: PersonName,
  formerNames: z.array(PersonName),
  language: Language,
  account: z.string(),
  sponsor: z.string().nullable(),
  accountValidUntil: DateText.nullable(),
  requestReference: z.string().nullable(),
  address: PostalAddress.nullable().default(null),
})
export type Person = z.infer<typeof Person>

/** Throws when the row was tampered with: a person nobody sealed must not be shown. */
export function openPerson(cacheKey: WrapKey, pickup: string, sealed: Uint8Array): Person {
  const bytes = unwrap(cacheKey, personLabel(pickup), sealed)
  if (bytes === null) throw new DamagedRow('a cached person does not open')
  return Person.parse(JSON.parse(bytes.toString('utf8')))
}

export function displayName(name: PersonName): string {
  return `${name.given} ${name.family}`.trim()
}

/** Letters that no decomposition takes a mark off. */
const plain: Readonly<Record<string, string>> = {
  ø: 'o',
  æ: 'ae',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ß: 'ss',
  þ: 'th',
  ı: 'i',
  œ: 'oe',
  ħ: 'h',
  ŋ: 'n',
}

/** For tolerant search: lower case, marks removed (å/a, ö/o, ø/o), hyphens and punctuation as spaces. */
export function foldForSearch(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[øæđðłßþıœħŋ]/g, (letter) => plain[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
