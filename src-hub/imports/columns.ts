/** The columns of an import, and what a row of text says. Pure; the hub's own data comes in. */
import { z } from 'zod'
import { BirthDate, withoutUnknown } from '../../src-shared/domain/birth-date.ts'
import { mostCards, plainAccount } from '../../src-shared/hub-api/agent/words.ts'
import { Channel, DateText, Language, RecipientClass, SecretKind } from '../../src-shared/domain/index.ts'
import { failureOfText, HumanText, shownText } from '../../src-shared/domain/human-text.ts'
import { hasName } from '../../src-shared/domain/person-name.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { columnOf, isCellError, valueOf, type Column } from './headers.ts'

const personal: readonly Column[] = [
  'class',
  'family',
  'given',
  'former_names',
  'language',
  'birth_date',
  'sponsor',
  'valid_until',
  'cards',
]

/** Of what is not a name: no control characters, which would travel on to slips and exports. */
// eslint-disable-next-line no-control-regex
const Plain = z.string().regex(/^[^\0-\x1f\x7f]*$/)
const Account = Plain.min(1).max(120).refine(plainAccount)
/** `Family, Given` and `|` between two; one name alone is a family name, and `, Given` a given name alone. */
const former = HumanText(1000).transform((text, context) => {
  const names = text
    .split('|')
    .filter((part) => part.trim() !== '')
    .map((part) => part.split(',').map((half) => half.trim()))
  const pairs = names.map(([family = '', given = '']) => ({ family, given }))
  const fits = HumanText(120)
  const bad = names.some((name) => name.length > 2 || name.some((half) => !fits.safeParse(half).success))
  if (bad || names.length > 10 || !pairs.every(hasName)) context.addIssue({ code: 'custom' })
  return pairs
})
const cards = Plain.max(4000).transform((text, context) => {
  const ids = text
    .split('|')
    .flatMap((part) => (part.trim() === '' ? [] : [part.replaceAll(/[\s:-]/g, '').toUpperCase()]))
  if (!ids.every((id) => /^[0-9A-F]{8,20}$/.test(id))) context.addIssue({ code: 'custom' })
  return ids
})

/** What is not there stays as the hub has it. A person who is new needs a class and a name: `lacks` tells. */
const Person = z.object({
  class: RecipientClass.optional(),
  family: HumanText(120).optional(),
  given: HumanText(120).optional(),
  former_names: former.default([]),
  language: Language.optional(),
  /** A year, or a year and a month, where nobody knows the rest: `1985`, `1985-07`, or with zeros. */
  birth_date: z.string().transform(withoutUnknown).pipe(BirthDate).optional(),
  sponsor: HumanText(200).optional(),
  valid_until: DateText.optional(),
  cards: cards.default([]),
})
export type ImportPerson = z.infer<typeof Person>

const Pickup = z.object({
  desk: Plain.max(120),
  channel: Channel.optional(),
  request_reference: HumanText(60).optional(),
  secret_kind: SecretKind.default('password'),
})
export type ImportPickup = z.infer<typeof Pickup>

export interface ReadRow {
  readonly account: string
  /** null: nothing is issued, the person alone is brought. */
  readonly pickup: ImportPickup | null
  /** null: whoever the account is of already. */
  readonly person: ImportPerson | null
}

/** The column that somebody new lacks; null: nothing. */
export function lacks(person: ImportPerson): 'class' | 'family' | null {
  if (person.class === undefined) return 'class'
  return hasName({ family: person.family ?? '', given: person.given ?? '' }) ? null : 'family'
}

/** The header's columns by their place. L-634 for one that is unknown (a password's, say), twice there, or missing. */
export function readHeader(cells: readonly string[]): Result<readonly Column[]> {
  const read = cells.map(columnOf)
  const unknown = read.find(({ column }) => column === null)
  if (unknown !== undefined)
    return fail(failures.columnUnusable, { column: [...shownText(unknown.named)].slice(0, 40).join('') })
  const named = read.flatMap(({ column }) => column ?? [])
  const twice = named.find((name, i) => named.indexOf(name) !== i)
  if (twice !== undefined) return fail(failures.columnUnusable, { column: twice })
  const needed: readonly Column[] = personal.some((name) => named.includes(name)) ? ['account'] : ['account', 'desk']
  const missing = needed.find((name) => !named.includes(name))
  return missing === undefined ? ok(named) : fail(failures.columnUnusable, { column: missing })
}

/** Whether a file brings people: what proves somebody's identity is not every agent's to change. */
export function bringsPeople(header: readonly Column[]): boolean {
  return header.some((name) => personal.includes(name))
}

/** What is wrong with a column, never its value. */
function refusedBy({ issues }: z.ZodError): Result<never> {
  const issue = issues[0]
  const where = String(issue?.path[0] ?? 'row')
  const text = failureOfText(issue)
  return text === null ? fail(failures.valueUnusable, { column: where }) : fail(text.code, { ...text.params, where })
}

/**
 * One row. L-635, or L-720 to L-722 of a name, naming the column and never its value; L-247 for more cards than a
 * person may have.
 */
export function readRow(header: readonly Column[], cells: readonly string[]): Result<ReadRow> {
  // An empty cell is one that is not there.
  const values: Partial<Record<Column, string>> = {}
  header.forEach((name, i) => {
    const text = (cells[i] ?? '').trim().normalize('NFC')
    if (text !== '') values[name] = valueOf(name, text)
  })
  const broken = header.find((name) => isCellError(values[name] ?? ''))
  if (broken !== undefined) return fail(failures.valueUnusable, { column: broken })
  const account = Account.safeParse(values.account)
  if (!account.success) return fail(failures.valueUnusable, { column: 'account' })
  const person = personal.some((name) => values[name] !== undefined) ? Person.safeParse(values) : null
  if (person?.success === false) return refusedBy(person.error)
  if (new Set(person?.data.cards).size > mostCards) return fail(failures.tooManyCards, { max: mostCards })
  const pickup = values.desk === undefined ? null : Pickup.safeParse(values)
  if (pickup?.success === false) return refusedBy(pickup.error)
  if (pickup === null && person === null) return fail(failures.valueUnusable, { column: 'desk' })
  return ok({ account: account.data, pickup: pickup?.data ?? null, person: person?.data ?? null })
}
