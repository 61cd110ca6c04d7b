/**
 * The door for many people at once: what a source says is written in a few statements, blind indexes with their values,
 * an audit row for each person. Every row is written whole or refused whole.
 */
import { sql } from 'kysely'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { dateAt, startOfDate } from '../../src-shared/domain/opening-hours.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { PersonFacts } from './facts.ts'

export interface Keeping {
  readonly now: number
  /** Under whose name the audit has it. */
  readonly actor: string
  /** Where it came from, for the audit: opaque ids. */
  readonly from: Readonly<Record<string, string>>
}

export interface KeptPerson {
  readonly account: string
  /** null: somebody new. */
  readonly recipient: string | null
  /** The account that they had until now. */
  readonly renamedFrom: string | null
  readonly facts: PersonFacts
}

export type Kept = { readonly recipient: string } | { readonly failure: Failure }

/** Somebody else was given one of the cards at the same moment: the transaction is taken back and made again. */
export class CardRace extends Error {}

interface Placed extends KeptPerson {
  readonly id: string
  readonly fresh: boolean
  /** By blind index, in hexadecimal; null: cards are not spoken of. */
  readonly cards: ReadonlyMap<string, string> | null
}

/** The last day on which an account that ends now was valid. */
export const endedBefore = (now: number): string => dateAt(startOfDate(now) - 1)

const texts = (values: readonly string[]) => sql`${[...values]}::text[]`
const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`

/** People who are there no longer, and accounts that are somebody's already. Known people are locked. */
async function refuseUnplaced(tx: Tx, people: readonly Placed[], refused: Map<string, Failure>): Promise<void> {
  const known = people.flatMap(({ fresh, id }) => (fresh ? [] : [id]))
  const { rows: there } = await sql<{ id: string }>`SELECT id FROM recipient WHERE id = ANY(${texts(known)})
    ORDER BY id FOR NO KEY UPDATE`.execute(tx)
  const ids = new Set(there.map(({ id }) => id))
  const making = people.filter(({ fresh, renamedFrom }) => fresh || renamedFrom !== null)
  const { rows: alike } = await sql<{ account: string; recipient: string }>`SELECT lower(account) AS account, recipient
    FROM account WHERE lower(account) = ANY(${texts(making.map(({ account }) => account.toLowerCase()))})`.execute(tx)
  const taken = new Map(alike.map((row) => [row.account, row.recipient]))
  for (const { account, id, fresh } of people)
    if (!fresh && !ids.has(id)) refused.set(account, fail(failures.notFound, { what: 'recipient' }).failure)
  for (const { account, id } of making)
    if ((taken.get(account.toLowerCase()) ?? id) !== id) refused.set(account, fail(failures.accountTaken).failure)
}

/** Refuses rows with a card of somebody's who does not give it up in the same transaction (L-658). */
async function refuseTaken(tx: Tx, people: readonly Placed[], refused: Map<string, Failure>): Promise<void> {
  const blinds = people.flatMap(({ cards }) => [...(cards?.keys() ?? [])])
  const { rows } = await sql<{ blind: string; recipient: string }>`SELECT encode(blind, 'hex') AS blind, recipient
    FROM card WHERE blind IN (SELECT decode(b, 'hex') FROM unnest(${texts(blinds)}) AS t(b))`.execute(tx)
  const owners = new Map(rows.map(({ blind, recipient }) => [blind, recipient]))
  const byId = new Map(people.map((person) => [person.id, person]))
  // Who is refused gives nothing up.
  for (let more = true; more;) {
    more = false
    for (const { account, id, cards } of people) {
      if (refused.has(account)) continue
      const taken = [...(cards?.keys() ?? [])].some((blind) => {
        const owner = owners.get(blind)
        if (owner === undefined || owner === id) return false
        const giver = byId.get(owner)
        return giver === undefined || refused.has(giver.account) || giver.cards === null || giver.cards.has(blind)
      })
      if (!taken) continue
      refused.set(account, fail(failures.cardTaken).failure)
      more = true
    }
  }
}

async function writeCards(tx: Tx, keys: HubKeys, people: readonly Placed[]): Promise<void> {
  const spoken = people.filter(({ cards }) => cards !== null)
  const all = spoken.flatMap(({ id, cards }) => [...(cards ?? [])].map(([blind, card]) => ({ id, blind, card })))
  await sql`DELETE FROM card c WHERE c.recipient = ANY(${texts(spoken.map(({ id }) => id))})
    AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(${json(all.map(({ id, blind }) => ({ id, blind })))})
      AS t(id text, blind text) WHERE t.id = c.recipient AND decode(t.blind, 'hex') = c.blind)`.execute(tx)
  const { rows: held } = await sql<{ blind: string }>`SELECT encode(blind, 'hex') AS blind FROM card
    WHERE recipient = ANY(${texts(spoken.map(({ id }) => id))})`.execute(tx)
  const there = new Set(held.map(({ blind }) => blind))
  const fresh = all.filter(({ blind }) => !there.has(blind))
  const rows = fresh.map(({ id, blind, card }) => ({ id, blind, sealed: keys.seal(card).toString('hex') }))
  const { rows: added } = await sql`INSERT INTO card (recipient, sealed, blind)
    SELECT id, decode(sealed, 'hex'), decode(blind, 'hex') FROM jsonb_to_recordset(${json(rows)})
      AS t(id text, blind text, sealed text) ORDER BY blind
    ON CONFLICT (blind) DO NOTHING RETURNING 1`.execute(tx)
  if (added.length < fresh.length) throw new CardRace()
}

/** Facts as the statements take them: what is not said is not there. */
function columns(keys: HubKeys, { facts }: Placed) {
  const { cards: _, birthDate, identityCode, ...rest } = facts
  const hex = (value: string | null, make: (text: string) => Buffer) =>
    value === null ? null : make(value).toString('hex')
  return {
    ...rest,
    ...(birthDate === undefined
      ? {}
      : {
          birth: hex(birthDate, (text) => keys.seal(text)),
          born: hex(birthDate, (text) => keys.blind('birth', text)),
        }),
    ...(identityCode === undefined ? {} : { code: hex(identityCode, (text) => keys.blind('identity-code', text)) }),
  }
}

async function writePeople(tx: Tx, keys: HubKeys, now: number, people: readonly Placed[]): Promise<void> {
  const rows = people.map((person) => ({
    account: person.account,
    id: person.id,
    fresh: person.fresh,
    renamed: person.renamedFrom,
    f: columns(keys, person),
  }))
  const of = sql`jsonb_to_recordset(${json(rows)}) AS t(account text, id text, fresh boolean, renamed text, f jsonb)`
  await sql`INSERT INTO recipient (id, class, family, given, former_names, language, birth_date, birth_blind,
      identity_blind, sponsor)
    SELECT id, f->>'class', coalesce(f->>'family', ''), coalesce(f->>'given', ''), coalesce(f->'formerNames', '[]'),
      coalesce(f->>'language', 'fi'), decode(f->>'birth', 'hex'), decode(f->>'born', 'hex'), decode(f->>'code', 'hex'),
      f->>'sponsor' FROM ${of} WHERE fresh`.execute(tx)
  await sql`UPDATE recipient r SET class = coalesce(f->>'class', r.class), family = coalesce(f->>'family', r.family),
      given = coalesce(f->>'given', r.given), language = coalesce(f->>'language', r.language),
      former_names = coalesce(f->'formerNames', r.former_names),
      birth_date = CASE WHEN f ? 'birth' THEN decode(f->>'birth', 'hex') ELSE r.birth_date END,
      birth_blind = CASE WHEN f ? 'birth' THEN decode(f->>'born', 'hex') ELSE r.birth_blind END,
      identity_blind = CASE WHEN f ? 'code' THEN decode(f->>'code', 'hex') ELSE r.identity_blind END,
      sponsor = CASE WHEN f ? 'sponsor' THEN f->>'sponsor' ELSE r.sponsor END
    FROM ${of} WHERE NOT fresh AND f - 'validUntil' <> '{}' AND r.id = t.id`.execute(tx)
  await sql`INSERT INTO account (account, recipient, valid_until)
    SELECT t.account, t.id, CASE WHEN f ? 'validUntil' THEN f->>'validUntil' ELSE o.valid_until END
    FROM ${of} LEFT JOIN account o ON o.account = t.renamed
    WHERE (fresh OR renamed IS NOT NULL) ON CONFLICT (account) DO NOTHING`.execute(tx)
  await sql`UPDATE account a SET valid_until = f->>'validUntil' FROM ${of}
    WHERE NOT fresh AND renamed IS NULL AND f ? 'validUntil' AND a.account = t.account`.execute(tx)
  const old = people.flatMap(({ renamedFrom }) => renamedFrom ?? [])
  if (old.length > 0) await endAccounts(tx, now, old)
}

/** An account that has ended already keeps its end. */
async function endAccounts(tx: Tx, now: number, accounts: readonly string[]): Promise<void> {
  const end = endedBefore(now)
  await sql`UPDATE account SET valid_until = ${end} WHERE account = ANY(${texts(accounts)})
    AND (valid_until IS NULL OR valid_until > ${end})`.execute(tx)
}

async function record(
  tx: Tx,
  { now, actor, from }: Keeping,
  rows: readonly { readonly act: string; readonly recipient: string }[],
): Promise<void> {
  const all = rows.map(({ act, recipient }) => ({ act, detail: { recipient, ...from } }))
  await sql`INSERT INTO audit (at, actor, act, detail) SELECT ${now}, ${actor}, act, detail
    FROM jsonb_to_recordset(${json(all)}) AS t(act text, detail jsonb)`.execute(tx)
}

/**
 * Writes each person, or refuses their row whole: L-609 (erased meanwhile), L-666 (the account is somebody else's),
 * L-658 (a card is). Accounts are those of the hub's spelling, each once. Throws `CardRace`.
 */
export async function keepPeople(
  tx: Tx,
  keys: HubKeys,
  keeping: Keeping,
  people: readonly KeptPerson[],
): Promise<ReadonlyMap<string, Kept>> {
  if (people.length === 0) return new Map()
  const placed = people.map((person): Placed => {
    const { cards } = person.facts
    return {
      ...person,
      id: person.recipient ?? RecipientId.parse(newId()),
      fresh: person.recipient === null,
      cards:
        cards === undefined
          ? null
          : new Map(cards.map((card) => [keys.blindIndex(card).toString('hex'), card] as const)),
    }
  })
  const refused = new Map<string, Failure>()
  await refuseUnplaced(tx, placed, refused)
  await refuseTaken(tx, placed, refused)
  const good = placed.filter(({ account }) => !refused.has(account))
  await writePeople(tx, keys, keeping.now, good)
  await writeCards(tx, keys, good)
  await record(
    tx,
    keeping,
    good.map(({ id, fresh }) => ({ act: fresh ? 'recipient-made' : 'recipient-changed', recipient: id })),
  )
  return new Map(
    placed.map(({ account, id }) => {
      const failure = refused.get(account)
      return [account, failure === undefined ? { recipient: id } : { failure }]
    }),
  )
}

/** Somebody has gone: the account has ended, and the person and what waits for them stay on record. */
export async function endPeople(
  tx: Tx,
  keeping: Keeping,
  people: readonly { readonly account: string; readonly recipient: string }[],
): Promise<void> {
  if (people.length === 0) return
  await endAccounts(
    tx,
    keeping.now,
    people.map(({ account }) => account),
  )
  await record(
    tx,
    keeping,
    people.map(({ recipient }) => ({ act: 'account-ended', recipient })),
  )
}
