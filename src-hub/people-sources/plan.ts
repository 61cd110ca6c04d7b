/**
 * What a source's word comes to: who is new, who changes, who has gone, and which rows cannot be carried out. Pure: the
 * people on record come in, and so does the function that makes blind indexes.
 */
import { hasName } from '../../src-shared/domain/person-name.ts'
import { mostCards } from '../../src-shared/hub-api/agent/words.ts'
import type { PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PersonFacts } from '../people/index.ts'

/** What a source says of one account. */
export interface Said {
  /** What the source calls the person, for good. */
  readonly key: string
  /** Row, DN or id: where whoever keeps the source finds it. */
  readonly place: string
  readonly account: string
  readonly facts: PersonFacts
}

/** A row that cannot be read; empty `key` and `account`: nobody knows whose it is. */
export interface Unread {
  readonly key: string
  readonly place: string
  readonly account: string
  readonly failure: Failure
}

export interface Reading {
  readonly said: readonly Said[]
  readonly unread: readonly Unread[]
  /** It is everybody: who is not in it has gone. */
  readonly whole: boolean
}

/** An account on record and its person; what is sealed by its blind index, in hexadecimal. */
export interface Present {
  readonly account: string
  readonly recipient: string
  readonly class: string
  readonly family: string
  readonly given: string
  readonly formerNames: readonly PersonName[]
  readonly language: string
  readonly birth: string | null
  readonly identity: string | null
  readonly sponsor: string | null
  readonly validUntil: string | null
  readonly cards: ReadonlySet<string>
}

/** Somebody whom this source has brought. */
export interface Link {
  readonly key: string
  readonly account: string
  readonly recipient: string
  readonly gone: boolean
  /** The end of the account until they were gone. */
  readonly before: string | null
}

export interface World {
  /** By account, in small letters: a directory looks at no case. */
  readonly people: ReadonlyMap<string, Present>
  /** By the source's key. */
  readonly links: ReadonlyMap<string, Link>
  /** Whose card it is, by its blind index. */
  readonly owners: ReadonlyMap<string, string>
  /** Accounts, in small letters, that another source still has. */
  readonly elsewhere: ReadonlySet<string>
  /** How many people this source has. */
  readonly known: number
}

export interface Blinds {
  readonly birth: (date: string) => string
  readonly identity: (code: string) => string
  readonly card: (card: string) => string
}

interface Row {
  readonly key: string
  readonly place: string
  /** In the hub's spelling. */
  readonly account: string
}
export type PlannedRow =
  | (Row & {
      readonly what: 'add' | 'change'
      /** null: somebody new. */
      readonly recipient: string | null
      readonly fields: readonly PersonField[]
      /** Of a change only what changes. */
      readonly facts: PersonFacts
      readonly renamedFrom: string | null
    })
  | (Row & { readonly what: 'end'; readonly recipient: string })
export type RefusedRow = Row & { readonly what: 'refused'; readonly failure: Failure }

export interface Plan {
  /** In the order in which they are carried out. */
  readonly rows: readonly PlannedRow[]
  readonly refused: readonly RefusedRow[]
  readonly unchanged: number
  /** People on record whom the source has from now on, though nothing of them changes. */
  readonly adopted: readonly { readonly key: string; readonly account: string; readonly recipient: string }[]
  /** Keys of who is gone here and still at another source. */
  readonly left: readonly string[]
  /** Rows that do not show whose they are: while there are any, nobody is taken for gone. */
  readonly heldBack: number
}

const low = (account: string) => account.toLowerCase()
const sameNames = (a: readonly PersonName[], b: readonly PersonName[]) =>
  a.length === b.length && a.every((name, i) => name.family === b[i]?.family && name.given === b[i]?.given)

/** Indexes of rows by what they share, for what more than one has. */
function shared<T>(rows: readonly T[], of: (row: T) => Iterable<string>): ReadonlyMap<number, number> {
  const first = new Map<string, number>()
  const other = new Map<number, number>()
  rows.forEach((row, i) => {
    for (const value of new Set(of(row))) {
      const before = first.get(value)
      if (before === undefined) first.set(value, i)
      else {
        if (!other.has(i)) other.set(i, before)
        if (!other.has(before)) other.set(before, i)
      }
    }
  })
  return other
}

/** Who a row is about. */
interface Aim {
  readonly said: Said
  readonly target: Present | null
  readonly link: Link | null
  readonly renamedFrom: string | null
  readonly blinds: readonly string[] | null
}

function aim(world: World, blinds: Blinds, said: Said, goneOnes: ReadonlyMap<string, Link>): Aim | Failure {
  // Who comes back may have another key: their entry was made anew.
  const link = world.links.get(said.key) ?? goneOnes.get(low(said.account)) ?? null
  const byLink = link === null ? null : (world.people.get(low(link.account)) ?? null)
  const byAccount = world.people.get(low(said.account)) ?? null
  const moved = byLink !== null && low(byLink.account) !== low(said.account)
  if (moved && byAccount !== null && byAccount.recipient !== byLink.recipient)
    return fail(failures.accountTaken).failure
  return {
    said,
    link: byLink === null && byAccount === null ? null : link,
    target: moved ? { ...byLink, account: byAccount?.account ?? said.account } : byAccount,
    renamedFrom: moved ? byLink.account : null,
    blinds: said.facts.cards === undefined ? null : [...new Set(said.facts.cards.map(blinds.card))],
  }
}

/** What of the facts is otherwise than on record. */
function changed(aimed: Aim, blinds: Blinds): PersonFacts {
  const { target, link } = aimed
  const { facts } = aimed.said
  if (target === null) return facts
  const index = (value: string | null, make: (text: string) => string) => (value === null ? null : make(value))
  const differs: Readonly<Record<PersonField, boolean>> = {
    class: facts.class !== undefined && facts.class !== target.class,
    family: facts.family !== undefined && facts.family !== target.family,
    given: facts.given !== undefined && facts.given !== target.given,
    formerNames: facts.formerNames !== undefined && !sameNames(facts.formerNames, target.formerNames),
    language: facts.language !== undefined && facts.language !== target.language,
    birthDate: facts.birthDate !== undefined && index(facts.birthDate, blinds.birth) !== target.birth,
    identityCode: facts.identityCode !== undefined && index(facts.identityCode, blinds.identity) !== target.identity,
    sponsor: facts.sponsor !== undefined && facts.sponsor !== target.sponsor,
    validUntil: facts.validUntil !== undefined && facts.validUntil !== target.validUntil,
    cards:
      aimed.blinds !== null &&
      (aimed.blinds.length !== target.cards.size || aimed.blinds.some((blind) => !target.cards.has(blind))),
  }
  const kept = Object.fromEntries(Object.entries(facts).filter(([name]) => differs[name as PersonField]))
  // Who comes back has the end that they had before they went, unless the source says one.
  const back = link?.gone === true && facts.validUntil === undefined && target.validUntil !== link.before
  return back ? { ...kept, validUntil: link.before } : kept
}

/** What stands against a row by itself. */
function unusable({ said, target, blinds }: Aim): Failure | null {
  const lacking = (field: PersonField) => fail(failures.attributeUnusable, { field }).failure
  if (target === null && said.facts.class === undefined) return lacking('class')
  const name = {
    family: said.facts.family ?? target?.family ?? '',
    given: said.facts.given ?? target?.given ?? '',
  }
  if (!hasName(name)) return lacking('family')
  return (blinds?.length ?? 0) > mostCards ? fail(failures.tooManyCards, { max: mostCards }).failure : null
}

/** Rows with a card of somebody's who does not give it up in the same reading. */
function refuseTaken(world: World, aims: readonly Aim[], refused: Map<Aim, Failure>): void {
  const byRecipient = new Map(aims.flatMap((each) => (each.target === null ? [] : [[each.target.recipient, each]])))
  for (let more = true; more;) {
    more = false
    for (const each of aims) {
      if (refused.has(each)) continue
      const taken = (each.blinds ?? []).some((blind) => {
        const owner = world.owners.get(blind)
        if (owner === undefined || owner === each.target?.recipient) return false
        const giver = byRecipient.get(owner)
        return giver === undefined || refused.has(giver) || giver.blinds === null || giver.blinds.includes(blind)
      })
      if (!taken) continue
      refused.set(each, fail(failures.cardTaken).failure)
      more = true
    }
  }
}

/** Who has gone, where the reading is of everybody and each of its rows shows whose it is. */
function gone({ said, unread, whole }: Reading, world: World): { readonly ends: Link[]; readonly left: string[] } {
  const ends: Link[] = []
  const left: string[] = []
  if (!whole || unread.some(({ key, account }) => key === '' && account === '')) return { ends, left }
  const keys = new Set([...said, ...unread].map(({ key }) => key))
  const accounts = new Set([...said, ...unread].map(({ account }) => low(account)))
  for (const link of world.links.values()) {
    if (link.gone || keys.has(link.key) || accounts.has(low(link.account))) continue
    if (!world.people.has(low(link.account)) || world.elsewhere.has(low(link.account))) left.push(link.key)
    else ends.push(link)
  }
  return { ends, left }
}

/** Those who give cards up before those who may be given them, and the new ones last. */
const order = (row: PlannedRow) =>
  row.what === 'end' ? 0 : row.what === 'add' ? 3 : row.fields.includes('cards') ? 1 : 2

export function planPeople(reading: Reading, world: World, blinds: Blinds): Plan {
  const { said, unread } = reading
  const place = ({ key, place: at, account }: Said | Unread) => ({ key, place: at, account })
  const refused: RefusedRow[] = unread.map((row) => ({ ...place(row), what: 'refused', failure: row.failure }))
  const refuse = (row: Said, failure: Failure) => refused.push({ ...place(row), what: 'refused', failure })

  const byKey = shared(said, (row) => [row.key])
  const byAccount = shared(said, (row) => [low(row.account)])
  const goneOnes = new Map([...world.links.values()].flatMap((link) => (link.gone ? [[low(link.account), link]] : [])))
  const aims: Aim[] = []
  said.forEach((row, i) => {
    const other = byKey.get(i) ?? byAccount.get(i)
    if (other !== undefined) return refuse(row, fail(failures.personTwice, { other: said[other]?.place ?? '' }).failure)
    const aimed = aim(world, blinds, row, goneOnes)
    if ('code' in aimed) return refuse(row, aimed)
    aims.push(aimed)
  })

  const against = new Map<Aim, Failure>()
  const samePerson = shared(aims, ({ target }) => (target === null ? [] : [target.recipient]))
  const sameCard = shared(aims, (each) => each.blinds ?? [])
  const at = (i: number) => aims[i]?.said.place ?? ''
  aims.forEach((each, i) => {
    const person = samePerson.get(i)
    const card = sameCard.get(i)
    const failure =
      person !== undefined
        ? fail(failures.personTwice, { other: at(person) }).failure
        : card !== undefined
          ? fail(failures.cardOfTwo, { other: at(card) }).failure
          : unusable(each)
    if (failure !== null) against.set(each, failure)
  })
  refuseTaken(world, aims, against)

  const planned: PlannedRow[] = []
  const adopted: Plan['adopted'][number][] = []
  let unchanged = 0
  for (const each of aims) {
    const failure = against.get(each)
    if (failure !== undefined) {
      refuse(each.said, failure)
      continue
    }
    const facts = changed(each, blinds)
    const fields = Object.keys(facts).filter((name) => facts[name as PersonField] !== undefined) as PersonField[]
    const { target, renamedFrom, link } = each
    const row = { ...place(each.said), account: target?.account ?? each.said.account }
    if (target === null) planned.push({ ...row, what: 'add', recipient: null, fields, facts, renamedFrom: null })
    else if (fields.length > 0 || renamedFrom !== null || link?.gone === true)
      planned.push({ ...row, what: 'change', recipient: target.recipient, fields, facts, renamedFrom })
    else {
      unchanged += 1
      if (link?.account !== target.account || link.recipient !== target.recipient)
        adopted.push({ key: row.key, account: target.account, recipient: target.recipient })
    }
  }
  const { ends, left } = gone(reading, world)
  for (const { key, account, recipient } of ends) planned.push({ what: 'end', key, place: key, account, recipient })
  return {
    rows: planned.sort((a, b) => order(a) - order(b)),
    refused,
    unchanged,
    adopted,
    left,
    heldBack: reading.whole ? unread.filter(({ key, account }) => key === '' && account === '').length : 0,
  }
}

/** One person alone never is a source gone wrong. */
const atLeast = 2

/**
 * Whether more people would change or go than `percent` of those whom the source has, or would have: then a person
 * looks first (L-345). New people are not counted.
 */
export function brake(plan: Plan, known: number, percent: number): Failure | null {
  const count = plan.rows.filter(({ what }) => what !== 'add').length
  const met = plan.unchanged + plan.rows.filter(({ what }) => what === 'change').length
  const of = Math.max(known, met, 1)
  return count >= atLeast && count * 100 > of * percent
    ? fail(failures.sourceBraked, { count, of, percent }).failure
    : null
}
