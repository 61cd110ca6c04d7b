/** Brings the people of a chunk of rows: new accounts with their persons, changes to known ones, cards. */
import { sql } from 'kysely'
import { mostCards } from '../../src-shared/hub-api/agent/words.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { ImportPerson } from './columns.ts'

interface Brought {
  readonly account: string
  readonly person: ImportPerson
}

interface Placed extends Brought {
  readonly recipient: string
  /** Not known to the hub yet. */
  readonly fresh: boolean
  /** By the cards' blind indexes, each once. */
  readonly cards: ReadonlyMap<string, string>
}

/** Blind indexes and whose they are. */
async function ownersOf(tx: Tx, blinds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ blind: string; recipient: string }>`SELECT encode(blind, 'hex') AS blind, recipient
    FROM card WHERE blind IN (SELECT decode(b, 'hex') FROM unnest(${[...blinds]}::text[]) AS t(b))`.execute(tx)
  return new Map(rows.map(({ blind, recipient }) => [blind, recipient]))
}

/** People in the order of the file, with their ids. Those that are known are locked: their cards stay as many. */
async function place(tx: Tx, keys: HubKeys, people: readonly Brought[]): Promise<Placed[]> {
  const { rows: known } = await sql<{
    account: string
    recipient: string
  }>`SELECT account, recipient FROM account WHERE account = ANY(${people.map(({ account }) => account)}::text[])`.execute(
    tx,
  )
  const recipients = new Map(known.map((row) => [row.account, row.recipient]))
  await sql`SELECT id FROM recipient WHERE id = ANY(${[...recipients.values()]}::text[]) ORDER BY id FOR NO KEY UPDATE`.execute(
    tx,
  )
  return people.map(({ account, person }) => ({
    account,
    person,
    recipient: recipients.get(account) ?? newId(),
    fresh: !recipients.has(account),
    cards: new Map(person.cards.map((card) => [keys.blindIndex(card).toString('hex'), card])),
  }))
}

/**
 * Which cards each person gains: those that they do not hold already. A row with a card of somebody else's is refused
 * (L-658), and so is one that would give a person more cards than they may have (L-247).
 */
async function gainsOf(tx: Tx, people: readonly Placed[], refused: Map<string, Failure>) {
  const owners = await ownersOf(
    tx,
    people.flatMap(({ cards }) => [...cards.keys()]),
  )
  const { rows } = await sql<{ recipient: string; n: number }>`SELECT recipient, count(*) AS n FROM card
    WHERE recipient = ANY(${people.map(({ recipient }) => recipient)}::text[]) GROUP BY recipient`.execute(tx)
  const held = new Map(rows.map(({ recipient, n }) => [recipient, Number(n)]))
  const gains: {
    readonly account: string
    readonly recipient: string
    readonly blind: string
    readonly card: string
  }[] = []
  for (const { account, recipient, cards } of people) {
    const fresh = [...cards].filter(([blind]) => !owners.has(blind))
    const count = (held.get(recipient) ?? 0) + fresh.length
    if ([...cards.keys()].some((blind) => (owners.get(blind) ?? recipient) !== recipient))
      refused.set(account, fail(failures.cardTaken).failure)
    else if (fresh.length > 0 && count > mostCards)
      refused.set(account, fail(failures.tooManyCards, { max: mostCards }).failure)
    else {
      held.set(recipient, count)
      for (const [blind, card] of fresh) {
        owners.set(blind, recipient)
        gains.push({ account, recipient, blind, card })
      }
    }
  }
  return gains
}

/**
 * Adds the cards. One that somebody else was given at the same moment refuses its row (L-658), and the row's other
 * cards are taken back.
 */
async function addCards(
  tx: Tx,
  keys: HubKeys,
  people: readonly Placed[],
  refused: Map<string, Failure>,
): Promise<void> {
  const gains = await gainsOf(tx, people, refused)
  const text = JSON.stringify(
    gains.map(({ recipient, blind, card }) => ({ recipient, blind, sealed: keys.seal(card).toString('hex') })),
  )
  // Always in the same order: two that add the same cards wait for one another and do not block each other.
  const { rows } = await sql<{ blind: string }>`INSERT INTO card (recipient, sealed, blind)
    SELECT recipient, decode(sealed, 'hex'), decode(blind, 'hex')
    FROM jsonb_to_recordset(${text}::jsonb) AS t(recipient text, sealed text, blind text) ORDER BY blind
    ON CONFLICT (blind) DO NOTHING RETURNING encode(blind, 'hex') AS blind`.execute(tx)
  const added = new Set(rows.map(({ blind }) => blind))
  const missed = gains.filter(({ blind }) => !added.has(blind))
  if (missed.length === 0) return
  const owners = await ownersOf(
    tx,
    missed.map(({ blind }) => blind),
  )
  for (const { account, recipient, blind } of missed)
    if (owners.get(blind) !== recipient) refused.set(account, fail(failures.cardTaken).failure)
  const back = gains.flatMap(({ account, blind }) => (refused.has(account) && added.has(blind) ? [blind] : []))
  await sql`DELETE FROM card WHERE blind IN (SELECT decode(b, 'hex') FROM unnest(${back}::text[]) AS t(b))`.execute(tx)
}

const recordset = (rows: readonly unknown[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS t(account text, recipient text, fresh boolean, class text,
    family text, given text, former_names jsonb, language text, birth text, born text, sponsor text, valid_until text)`

/**
 * What is empty in the file stays as the hub has it. Returns the accounts whose rows are refused, with the reason:
 * nothing of such a row is brought.
 */
export async function bringPeople(
  tx: Tx,
  keys: HubKeys,
  people: readonly Brought[],
): Promise<ReadonlyMap<string, Failure>> {
  const refused = new Map<string, Failure>()
  if (people.length === 0) return refused
  const placed = await place(tx, keys, people)
  const rows = placed.map(({ account, person, recipient, fresh }) => ({
    account,
    recipient,
    fresh,
    class: person.class ?? null,
    family: person.family ?? null,
    given: person.given ?? null,
    former_names: person.former_names,
    language: person.language ?? null,
    birth: person.birth_date === undefined ? null : keys.seal(person.birth_date).toString('hex'),
    born: person.birth_date === undefined ? null : keys.blind('birth', person.birth_date).toString('hex'),
    sponsor: person.sponsor ?? null,
    valid_until: person.valid_until ?? null,
  }))
  await sql`INSERT INTO recipient (id, class, family, given, former_names, language, birth_date, birth_blind, sponsor)
    SELECT recipient, class, coalesce(family, ''), coalesce(given, ''), former_names, coalesce(language, 'fi'),
    decode(birth, 'hex'), decode(born, 'hex'), sponsor FROM ${recordset(rows)} WHERE fresh`.execute(tx)
  await addCards(tx, keys, placed, refused)
  const nobody = placed.flatMap(({ account, recipient, fresh }) => (fresh && refused.has(account) ? [recipient] : []))
  await sql`DELETE FROM recipient WHERE id = ANY(${nobody}::text[])`.execute(tx)
  const of = recordset(rows.filter(({ account }) => !refused.has(account)))
  await sql`INSERT INTO account (account, recipient, valid_until)
    SELECT account, recipient, valid_until FROM ${of} WHERE fresh`.execute(tx)
  await sql`UPDATE recipient r SET class = coalesce(t.class, r.class), family = coalesce(t.family, r.family),
    given = coalesce(t.given, r.given), language = coalesce(t.language, r.language), sponsor = coalesce(t.sponsor, r.sponsor),
    former_names = CASE WHEN jsonb_array_length(t.former_names) = 0 THEN r.former_names ELSE t.former_names END,
    birth_date = coalesce(decode(t.birth, 'hex'), r.birth_date), birth_blind = coalesce(decode(t.born, 'hex'), r.birth_blind) FROM ${of} WHERE r.id = t.recipient AND NOT t.fresh`.execute(
    tx,
  )
  await sql`UPDATE account a SET valid_until = coalesce(t.valid_until, a.valid_until) FROM ${of} WHERE a.account = t.account AND NOT t.fresh`.execute(
    tx,
  )
  return refused
}
