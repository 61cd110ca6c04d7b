/** People as agents find and keep them. Birth dates and card ids are written and never read back. */
import { sql } from 'kysely'
import type { z } from 'zod'
import { RecipientView } from '../../src-shared/hub-api/agent/routing.ts'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { mostCards } from '../../src-shared/hub-api/agent/words.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { searchTsquery } from '../../src-shared/protocol/search-text.ts'
import { normaliseCardId } from '../../src-shared/protocol/tags.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { issuesFor } from '../queries/index.ts'

type View = z.infer<typeof RecipientView>

async function views(db: Db | Tx, ids: readonly string[]): Promise<View[]> {
  if (ids.length === 0) return []
  const people = await db.selectFrom('recipient').selectAll().where('id', 'in', ids).execute()
  const accounts = await db.selectFrom('account').selectAll().where('recipient', 'in', ids).orderBy('account').execute()
  const cards = await db.selectFrom('card').select('recipient').where('recipient', 'in', ids).execute()
  const byId = new Map(people.map((person) => [person.id, person]))
  return ids.flatMap((id) => {
    const person = byId.get(id)
    if (person === undefined) return []
    return [
      RecipientView.parse({
        id,
        class: person.class,
        name: { family: person.family, given: person.given },
        formerNames: person.former_names,
        language: person.language,
        sponsor: person.sponsor,
        accounts: accounts
          .filter((each) => each.recipient === id)
          .map((each) => ({ account: each.account, validUntil: each.valid_until })),
        hasBirthDate: person.birth_date !== null,
        cards: cards.filter((each) => each.recipient === id).length,
      }),
    ]
  })
}

/** By the beginning of an account, or the words of a name or an account in any order and without accents. */
export async function findRecipients(
  db: Db,
  text: string,
  limit: number,
): Promise<{ recipients: View[]; more: boolean }> {
  const beginning = `${text
    .trim()
    .toLowerCase()
    .replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<{ id: string }>`SELECT id FROM (
      (SELECT recipient AS id, 0 AS rank, account AS name FROM account WHERE lower(account) LIKE ${beginning} ORDER BY lower(account) LIMIT ${limit + 1})
      UNION ALL
      (SELECT id, 1, trim(family || ' ' || given) FROM recipient WHERE search @@ ${searchTsquery(text)}::tsquery
        ORDER BY coalesce(nullif(family, ''), given), given LIMIT ${limit + 1})
    ) found GROUP BY id ORDER BY min(rank), min(name), id LIMIT ${limit + 1}`.execute(db)
  return {
    recipients: await views(
      db,
      rows.slice(0, limit).map((row) => row.id),
    ),
    more: rows.length > limit,
  }
}

/** Fails with L-609. */
export async function recipientView(db: Db | Tx, id: string): Promise<Result<View>> {
  const [view] = await views(db, [id])
  return view === undefined ? fail(failures.notFound, { what: 'recipient' }) : ok(view)
}

interface Acting {
  readonly name: string
  readonly role: AgentRole
}

const record = (tx: Tx, at: number, actor: string, act: string, recipient: string, detail: object = {}) =>
  tx
    .insertInto('audit')
    .values({ at, actor, act, pickup: null, desk: null, detail: JSON.stringify({ recipient, ...detail }) })
    .execute()

/**
 * Whoever issues for a class keeps its people (docs/architecture.md#channels-and-rules-of-the-institution). L-618,
 * L-609.
 */
export async function mayKeep(tx: Tx, id: string, role: AgentRole): Promise<Result<null>> {
  const person = await tx.selectFrom('recipient').select('class').where('id', '=', id).forUpdate().executeTakeFirst()
  if (person === undefined) return fail(failures.notFound, { what: 'recipient' })
  return issuesFor(await policyRecord(tx), person.class, role) ? ok(null) : fail(failures.roleNotAllowed)
}

/** Fails with L-609, L-618 (another role keeps people of this class), L-666 (an account is someone else's). */
export async function saveRecipient(
  db: Db,
  now: number,
  agent: Acting,
  body: HubBody<'saveRecipient'>,
): Promise<Result<RecipientId>> {
  return transact(db, async (tx) => {
    if (!issuesFor(await policyRecord(tx), body.class, agent.role)) return fail(failures.roleNotAllowed)
    const values = {
      class: body.class,
      family: body.name.family,
      given: body.name.given,
      former_names: JSON.stringify(body.formerNames),
      language: body.language,
      sponsor: body.sponsor,
    }
    const id = body.id ?? RecipientId.parse(newId())
    if (body.id === undefined) {
      await tx
        .insertInto('recipient')
        .values({ id, ...values, birth_date: null })
        .execute()
    } else {
      const may = await mayKeep(tx, id, agent.role)
      if (!may.ok) return may
      await tx.updateTable('recipient').set(values).where('id', '=', id).execute()
    }
    for (const { account, validUntil } of body.accounts) {
      // A directory looks at no case: it would take this one for that.
      const { rows: alike } =
        await sql`SELECT 1 FROM account WHERE lower(account) = ${account.toLowerCase()} AND account <> ${account} LIMIT 1`.execute(
          tx,
        )
      if (alike.length > 0) return fail(failures.accountTaken)
      const kept = await tx
        .insertInto('account')
        .values({ account, recipient: id, valid_until: validUntil })
        .onConflict((conflict) =>
          conflict.column('account').doUpdateSet({ valid_until: validUntil }).where('account.recipient', '=', id),
        )
        .returning('account')
        .executeTakeFirst()
      if (kept === undefined) return fail(failures.accountTaken)
    }
    await record(tx, now, agent.name, body.id === undefined ? 'recipient-made' : 'recipient-changed', id)
    return ok(id)
  })
}

/** Fails with L-609, L-618. */
export async function setBirthDate(
  db: Db,
  keys: HubKeys,
  now: number,
  agent: Acting,
  recipient: string,
  birthDate: string | null,
): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const may = await mayKeep(tx, recipient, agent.role)
    if (!may.ok) return may
    await tx
      .updateTable('recipient')
      .set(
        birthDate === null
          ? { birth_date: null, birth_blind: null }
          : // A person is found by the new date, and by the old one no longer.
            { birth_date: keys.seal(birthDate), birth_blind: keys.blind('birth', birthDate) },
      )
      .where('id', '=', recipient)
      .execute()
    await record(tx, now, agent.name, birthDate === null ? 'birth-date-removed' : 'birth-date-set', recipient)
    return ok(null)
  })
}

const cardsOf = async (tx: Tx, recipient: string) =>
  (await tx.selectFrom('card').select('blind').where('recipient', '=', recipient).execute()).length

/**
 * Fails with L-609, L-618, L-658 (someone else's), L-247 (too many), L-608 (no letters or digits in it). Returns how
 * many there are.
 */
export async function addCard(
  db: Db,
  keys: HubKeys,
  now: number,
  agent: Acting,
  recipient: string,
  card: string,
): Promise<Result<number>> {
  if (normaliseCardId(card).length < 4) return fail(failures.requestMalformed, { where: 'card' })
  return transact(db, async (tx) => {
    const may = await mayKeep(tx, recipient, agent.role)
    if (!may.ok) return may
    const blind = keys.blindIndex(card)
    const known = await tx.selectFrom('card').select('recipient').where('blind', '=', blind).executeTakeFirst()
    if (known === undefined && (await cardsOf(tx, recipient)) >= mostCards)
      return fail(failures.tooManyCards, { max: mostCards })
    await tx
      .insertInto('card')
      .values({ recipient, sealed: keys.seal(normaliseCardId(card)), blind })
      .onConflict((conflict) => conflict.column('blind').doNothing())
      .execute()
    const owner = await tx.selectFrom('card').select('recipient').where('blind', '=', blind).executeTakeFirstOrThrow()
    if (owner.recipient !== recipient) return fail(failures.cardTaken)
    await record(tx, now, agent.name, 'card-added', recipient)
    return ok(await cardsOf(tx, recipient))
  })
}

/** Fails with L-609, L-618. Returns how many are left. */
export async function removeCard(
  db: Db,
  keys: HubKeys,
  now: number,
  agent: Acting,
  recipient: string,
  card: string | null,
): Promise<Result<number>> {
  return transact(db, async (tx) => {
    const may = await mayKeep(tx, recipient, agent.role)
    if (!may.ok) return may
    let gone = tx.deleteFrom('card').where('recipient', '=', recipient)
    if (card !== null) gone = gone.where('blind', '=', keys.blindIndex(card))
    const removed = await gone.returning('recipient').execute()
    if (card !== null && removed.length === 0) return fail(failures.notFound, { what: 'card' })
    await record(tx, now, agent.name, 'cards-removed', recipient, { count: removed.length })
    return ok(await cardsOf(tx, recipient))
  })
}
