/** Brings the people of a chunk of rows: new accounts with their persons, changes to known ones, cards. */
import { sql } from 'kysely'
import { mostCards } from '../../src-shared/agent-api/words.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { ImportPerson } from './columns.ts'

/** What is empty in the file stays as the hub has it. */
export async function bringPeople(
  tx: Tx,
  keys: HubKeys,
  people: readonly { readonly account: string; readonly person: ImportPerson }[],
): Promise<void> {
  if (people.length === 0) return
  const accounts = people.map(({ account }) => account)
  const { rows: known } = await sql<{
    account: string
    recipient: string
  }>`SELECT account, recipient FROM account WHERE account = ANY(${accounts}::text[])`.execute(tx)
  const recipients = new Map(known.map((row) => [row.account, row.recipient]))
  const text = JSON.stringify(
    people.map(({ account, person }) => ({
      account,
      recipient: recipients.get(account) ?? newId(),
      fresh: !recipients.has(account),
      class: person.class ?? null,
      family: person.family ?? null,
      given: person.given ?? null,
      former_names: person.former_names,
      language: person.language ?? null,
      birth: person.birth_date === undefined ? null : keys.seal(person.birth_date).toString('hex'),
      born: person.birth_date === undefined ? null : keys.blind('birth', person.birth_date).toString('hex'),
      sponsor: person.sponsor ?? null,
      valid_until: person.valid_until ?? null,
      cards: person.cards.map((card) => ({
        sealed: keys.seal(card).toString('hex'),
        blind: keys.blindIndex(card).toString('hex'),
      })),
    })),
  )
  const of = sql`jsonb_to_recordset(${text}::jsonb) AS t(account text, recipient text, fresh boolean, class text, family text, given text, former_names jsonb,
    language text, birth text, born text, sponsor text, valid_until text, cards jsonb)`
  await sql`INSERT INTO recipient (id, class, family, given, former_names, language, birth_date, birth_blind, sponsor)
    SELECT recipient, class, coalesce(family, ''), coalesce(given, ''), former_names, coalesce(language, 'fi'), decode(birth, 'hex'), decode(born, 'hex'), sponsor FROM ${of} WHERE fresh`.execute(
    tx,
  )
  await sql`INSERT INTO account (account, recipient, valid_until) SELECT account, recipient, valid_until FROM ${of} WHERE fresh`.execute(
    tx,
  )
  await sql`UPDATE recipient r SET class = coalesce(t.class, r.class), family = coalesce(t.family, r.family),
    given = coalesce(t.given, r.given), language = coalesce(t.language, r.language), sponsor = coalesce(t.sponsor, r.sponsor),
    former_names = CASE WHEN jsonb_array_length(t.former_names) = 0 THEN r.former_names ELSE t.former_names END,
    birth_date = coalesce(decode(t.birth, 'hex'), r.birth_date), birth_blind = coalesce(decode(t.born, 'hex'), r.birth_blind) FROM ${of} WHERE r.id = t.recipient AND NOT t.fresh`.execute(
    tx,
  )
  await sql`UPDATE account a SET valid_until = coalesce(t.valid_until, a.valid_until) FROM ${of} WHERE a.account = t.account AND NOT t.fresh`.execute(
    tx,
  )
  await sql`INSERT INTO card (recipient, sealed, blind) SELECT t.recipient, decode(c.c->>'sealed', 'hex'), decode(c.c->>'blind', 'hex')
    FROM ${of}, jsonb_array_elements(t.cards) WITH ORDINALITY AS c(c, n)
    WHERE (SELECT count(*) FROM card k WHERE k.recipient = t.recipient) + c.n <= ${mostCards} ON CONFLICT (blind) DO NOTHING`.execute(
    tx,
  )
}
