/** The people on record that a reading speaks of, for planning. */
import { sql } from 'kysely'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import type { Db, Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { Blinds, Link, Present, Reading, World } from './plan.ts'

export function blindsOf(keys: HubKeys): Blinds {
  return {
    birth: (date) => keys.blind('birth', date).toString('hex'),
    identity: (code) => keys.blind('identity-code', code).toString('hex'),
    card: (card) => keys.blindIndex(card).toString('hex'),
  }
}

interface PersonRow {
  account: string
  recipient: string
  class: string
  family: string
  given: string
  former_names: PersonName[]
  language: string
  birth: string | null
  identity: string | null
  sponsor: string | null
  valid_until: string | null
  cards: string[] | null
}

/** Accounts in small letters. */
export async function peopleNamed(db: Db | Tx, accounts: readonly string[]): Promise<Map<string, Present>> {
  const { rows } = await sql<PersonRow>`SELECT a.account, a.valid_until, r.id AS recipient, r.class, r.family, r.given,
      r.former_names, r.language, encode(r.birth_blind, 'hex') AS birth, encode(r.identity_blind, 'hex') AS identity,
      r.sponsor, (SELECT array_agg(encode(c.blind, 'hex')) FROM card c WHERE c.recipient = r.id) AS cards
    FROM account a JOIN recipient r ON r.id = a.recipient WHERE lower(a.account) = ANY(${[...accounts]}::text[])`.execute(
    db,
  )
  return new Map(
    rows.map(({ cards, valid_until: validUntil, former_names: formerNames, ...row }) => [
      row.account.toLowerCase(),
      { ...row, formerNames, validUntil, cards: new Set(cards ?? []) },
    ]),
  )
}

interface LinkRow {
  key: string
  account: string
  recipient: string
  gone_at: number | null
  before: string | null
}

/** Of a reading of everybody all links of the source; else those of the people it names. */
async function linksOf(db: Db | Tx, source: string, { said, whole }: Reading): Promise<Map<string, Link>> {
  const all = db
    .selectFrom('people_link')
    .select(['key', 'account', 'recipient', 'gone_at', 'before'])
    .where('source', '=', source)
  const rows: LinkRow[] = whole
    ? await all.execute()
    : await all
        .where(
          sql<boolean>`(key = ANY(${said.map(({ key }) => key)}::text[])
            OR lower(account) = ANY(${said.map(({ account }) => account.toLowerCase())}::text[]))`,
        )
        .execute()
  return new Map(
    rows.map(({ key, account, recipient, gone_at: goneAt, before }) => [
      key,
      { key, account, recipient, gone: goneAt !== null, before },
    ]),
  )
}

export async function worldOf(db: Db | Tx, blinds: Blinds, source: string, reading: Reading): Promise<World> {
  const links = await linksOf(db, source, reading)
  const accounts = [...new Set([...reading.said, ...links.values()].map(({ account }) => account.toLowerCase()))]
  const people = await peopleNamed(db, accounts)
  const cards = [...new Set(reading.said.flatMap(({ facts }) => facts.cards?.map(blinds.card) ?? []))]
  const owners = await sql<{ blind: string; recipient: string }>`SELECT encode(blind, 'hex') AS blind, recipient
    FROM card WHERE blind IN (SELECT decode(b, 'hex') FROM unnest(${cards}::text[]) AS t(b))`.execute(db)
  const elsewhere = await sql<{ account: string }>`SELECT lower(l.account) AS account FROM people_link l
    JOIN people_source s ON s.id = l.source AND s.removed_at IS NULL AND s.enabled
    WHERE l.source <> ${source} AND l.gone_at IS NULL AND lower(l.account) = ANY(${accounts}::text[])`.execute(db)
  const known = await sql<{ n: number }>`SELECT count(*) AS n FROM people_link
    WHERE source = ${source} AND gone_at IS NULL`.execute(db)
  return {
    people,
    links,
    owners: new Map(owners.rows.map(({ blind, recipient }) => [blind, recipient])),
    elsewhere: new Set(elsewhere.rows.map(({ account }) => account)),
    known: Number(known.rows[0]?.n ?? 0),
  }
}
