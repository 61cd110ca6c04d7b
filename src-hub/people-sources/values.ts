/** What a source's own words mean: texts, as directories and files have them, become facts. Pure. */
import { z } from 'zod'
import { BirthDate, withoutUnknown } from '../../src-shared/domain/birth-date.ts'
import { failureOfText, HumanText } from '../../src-shared/domain/human-text.ts'
import { dateAt } from '../../src-shared/domain/opening-hours.ts'
import { DateText, Language, RecipientClass } from '../../src-shared/domain/index.ts'
import { hasName } from '../../src-shared/domain/person-name.ts'
import { mostCards, plainAccount } from '../../src-shared/hub-api/agent/words.ts'
import type { PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PersonFacts } from '../people/index.ts'

/** Values of each field that the source speaks of; none: it is empty there. */
export type RawFacts = Readonly<Partial<Record<PersonField, readonly string[]>>>

/** `20. 3. 1991`, `19910320`, generalized time (RFC 4517, 3.3.13), ISO 8601. */
function dayOf(text: string): string {
  const dotted = /^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})$/.exec(text)
  if (dotted !== null) {
    const [, day = '', month = '', year = ''] = dotted
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  }
  return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text
}

/** 100 ns since 1601-01-01 ([MS-DTYP] 2.3.3); two values mean that an account never ends. */
const never = new Set(['0', '9223372036854775807'])
const fileTimeEpoch = 11_644_473_600_000

/** An end that is an instant: the last day that the account still has some of. */
function endDay(text: string): string | null {
  if (never.has(text)) return null
  if (/^\d{16,19}$/.test(text)) return dateAt(Number(BigInt(text) / 10_000n) - fileTimeEpoch - 1)
  const general = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?Z$/.exec(text)
  if (general !== null) {
    const [, year, month, day, hour, minute = '00', second = '00'] = general
    const at = Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute}:${second}Z`)
    return Number.isNaN(at) ? text : dateAt(at - 1)
  }
  if (/^\d{4}-\d\d-\d\dT/.test(text)) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? text : dateAt(at - 1)
  }
  return dayOf(text)
}

const Name = HumanText(120)
/** `Family, Given`; one name alone is a family name. */
const Former = z.string().transform((text, context) => {
  const [family = '', given = '', ...more] = text.split(',').map((half) => half.trim())
  const name = { family, given }
  if (more.length > 0 || !hasName(name) || !Name.safeParse(family).success || !Name.safeParse(given).success)
    context.addIssue({ code: 'custom' })
  return name
})
const Card = z
  .string()
  .transform((text) => text.replaceAll(/[\s:-]/g, '').toUpperCase())
  .pipe(z.string().regex(/^[0-9A-F]{8,20}$/))
const Birth = z
  .string()
  .transform((text) => withoutUnknown(dayOf(text)))
  .pipe(BirthDate)
const IdentityCode = z
  .string()
  .transform((text) => text.toUpperCase())
  .pipe(z.string().regex(/^[0-9A-Z+-]{6,20}$/))

const wrong = (field: PersonField): Result<never> => fail(failures.attributeUnusable, { field })

function one<T>(field: PersonField, schema: z.ZodType<T>, values: readonly string[]): Result<T> {
  const read = schema.safeParse(values[0])
  if (read.success) return ok(read.data)
  const text = failureOfText(read.error.issues[0])
  return text === null ? wrong(field) : fail(text.code, { ...text.params, where: field })
}

function many<T>(field: PersonField, schema: z.ZodType<T>, values: readonly string[]): Result<T[]> {
  const read = z.array(schema).safeParse(values)
  return read.success ? ok(read.data) : wrong(field)
}

/** A language that the hub does not speak is served in English. */
function languageOf(text: string): Language | null {
  const tag = /^([A-Za-z]{2,3})(?:[-_;,].*)?$/.exec(text.trim())?.[1]?.toLowerCase()
  if (tag === undefined) return null
  const known = Language.safeParse(tag)
  return known.success ? known.data : 'en'
}

/** One field with a value. */
function factOf(field: PersonField, values: readonly string[]): Result<PersonFacts> {
  const as = <K extends PersonField, T>(
    read: Result<T>,
    of: (value: T) => PersonFacts & Partial<Record<K, unknown>>,
  ) => (read.ok ? ok(of(read.value)) : read)
  switch (field) {
    case 'class':
      return as(one(field, RecipientClass, values), (value) => ({ class: value }))
    case 'family':
      return as(one(field, Name, values), (family) => ({ family }))
    case 'given':
      return as(one(field, Name, values), (given) => ({ given }))
    case 'formerNames': {
      const names = many(field, Former, values)
      return names.ok && names.value.length > 10 ? wrong(field) : as(names, (formerNames) => ({ formerNames }))
    }
    case 'language': {
      const language = languageOf(values[0] ?? '')
      return language === null ? wrong(field) : ok({ language })
    }
    case 'birthDate':
      return as(one(field, Birth, values), (birthDate) => ({ birthDate }))
    case 'identityCode':
      return as(one(field, IdentityCode, values), (identityCode) => ({ identityCode }))
    case 'sponsor':
      return as(one(field, HumanText(200), values), (sponsor) => ({ sponsor }))
    case 'validUntil': {
      const day = endDay(values[0] ?? '')
      return day === null ? ok({ validUntil: null }) : as(one(field, DateText, [day]), (validUntil) => ({ validUntil }))
    }
    case 'cards': {
      const cards = many(field, Card, values)
      if (cards.ok && new Set(cards.value).size > mostCards) return fail(failures.tooManyCards, { max: mostCards })
      return as(cards, (all) => ({ cards: [...new Set(all)] }))
    }
  }
}

/** What an empty field of the source's own becomes. A class and a language are never cleared. */
const cleared: Readonly<Record<PersonField, PersonFacts>> = {
  class: {},
  language: {},
  family: { family: '' },
  given: { given: '' },
  formerNames: { formerNames: [] },
  birthDate: { birthDate: null },
  identityCode: { identityCode: null },
  sponsor: { sponsor: null },
  validUntil: { validUntil: null },
  cards: { cards: [] },
}

/**
 * Fails with L-349 naming the field, never its value; L-720 to L-722 of a text; L-247 for too many cards. A field that
 * is empty changes nothing, unless it is the source's `own`: then it clears.
 */
export function readFacts(raw: RawFacts, own: readonly PersonField[]): Result<PersonFacts> {
  let facts: PersonFacts = {}
  for (const [name, given] of Object.entries(raw)) {
    const field = name as PersonField
    const values = given.map((text) => text.trim().normalize('NFC')).filter((text) => text !== '')
    if (values.length === 0) {
      if (own.includes(field)) facts = { ...facts, ...cleared[field] }
      continue
    }
    const fact = factOf(field, values)
    if (!fact.ok) return fact
    facts = { ...facts, ...fact.value }
  }
  return ok(facts)
}

/** The name of an account as it is compared everywhere; null: it cannot be one. */
export function accountOf(text: string): string | null {
  const account = text.trim().normalize('NFC')
  return account.length > 0 && account.length <= 120 && plainAccount(account) ? account : null
}
