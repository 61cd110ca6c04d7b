/**
 * What the hub holds of one person: all of it told, or all of it erased. The ledger keeps its opaque ids, which then
 * lead nowhere.
 */
import { sql } from 'kysely'
import type { Language } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { shownText } from '../../src-shared/domain/human-text.ts'
import { zoned } from '../../src-shared/domain/zone.ts'
import { fullName } from '../../src-shared/domain/person-name.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { appendOnly, keep, transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { pickupTimeline } from '../pickups/index.ts'
import { cancelActs, endBeforeErasure } from '../secret-jobs/index.ts'

/** In place of an erased person, for what must keep pointing somewhere. */
const erased = { recipient: 'erased'.padEnd(22, '_'), account: 'erased' }

export interface Column {
  readonly table: string
  readonly column: 'account' | 'recipient' | 'pickup'
}

/**
 * Every table that names an account, a person or a pickup, whoever made it: nothing is forgotten because it was added
 * later.
 */
export async function columnsAbout(db: Db | Tx): Promise<Column[]> {
  const { rows } =
    await sql<Column>`SELECT c.table_name AS "table", c.column_name AS "column" FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name IN ('account','recipient','pickup') AND c.data_type = 'text'
    ORDER BY 1, 2`.execute(db)
  return rows
}

/** Keys and hashes are named, not shown; what is sealed is shown where it is the person's own. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? '(sealed)' : value]),
  )
}

/** Fails with L-609. */
export async function dataSubject(
  db: Db,
  keys: HubKeys,
  now: number,
  actor: string,
  recipient: string,
): Promise<Result<HubReply<'dataSubject'>>> {
  const person = await db.selectFrom('recipient').selectAll().where('id', '=', recipient).executeTakeFirst()
  if (person === undefined || recipient === erased.recipient) return fail(failures.notFound, { what: 'recipient' })
  const accounts = await db.selectFrom('account').selectAll().where('recipient', '=', recipient).execute()
  const cards = await db.selectFrom('card').select('sealed').where('recipient', '=', recipient).execute()
  const pickups = await db
    .selectFrom('pickup')
    .selectAll()
    .where('recipient', '=', recipient)
    .orderBy('issued_at')
    .execute()
  const ids = pickups.map((pickup) => pickup.id)
  const names = { account: accounts.map((each) => each.account), recipient: [recipient], pickup: ids }
  const others: Record<string, unknown[]> = {}
  for (const { table, column } of await columnsAbout(db)) {
    if (['recipient', 'account', 'card', 'pickup', 'pickup_search'].includes(table) || names[column].length === 0)
      continue
    const found = await sql<
      Record<string, unknown>
    >`SELECT * FROM ${sql.table(table)} WHERE ${sql.ref(column)} = ANY(${names[column]}::text[]) LIMIT 5000`.execute(db)
    if (found.rows.length > 0) others[table] = [...(others[table] ?? []), ...found.rows.map(plain)]
  }
  const about = await sql<
    Record<string, unknown>
  >`SELECT * FROM audit WHERE detail->>'recipient' = ${recipient} ORDER BY id LIMIT 5000`.execute(db)
  if (about.rows.length > 0) others.audit = [...(others.audit ?? []), ...about.rows]
  const timelines = []
  for (const pickup of pickups) timelines.push({ pickup: pickup.id, events: await pickupTimeline(db, pickup.id) })
  const { birth_date: birthDate, ...rest } = person
  const data = {
    person: { ...plain(rest), birth_date: birthDate === null ? null : keys.open(birthDate) },
    accounts,
    cards: cards.map((card) => keys.open(card.sealed)),
    pickups: pickups.map((pickup) => ({ ...plain({ ...pickup }), pickup_code: keys.open(pickup.pickup_code) })),
    timelines,
    others,
  }
  await db
    .insertInto('audit')
    .values({
      at: now,
      actor,
      act: 'data-subject-report',
      pickup: null,
      desk: null,
      detail: JSON.stringify({ recipient }),
    })
    .execute()
  const text = (language: Language) => inWords(language, now, data)
  return ok({
    madeAt: now,
    data: JSON.parse(JSON.stringify(data)) as Record<string, unknown>,
    text: { fi: text('fi'), sv: text('sv'), en: text('en') },
  })
}

const words = {
  fi: {
    title: 'Tiedot, jotka palvelussa on sinusta',
    made: 'Laadittu',
    name: 'Nimi',
    birth: 'Syntymäaika',
    none: 'ei tallennettu',
    unknown: 'aika ei tiedossa',
    accounts: 'Käyttäjätunnukset',
    cards: 'Kortit',
    pickups: 'Noudettavat',
    others: 'Muut merkinnät',
    language: 'Kieli',
    sponsor: 'Yhteyshenkilö',
  },
  sv: {
    title: 'Uppgifter om dig i tjänsten',
    made: 'Gjord',
    name: 'Namn',
    birth: 'Födelsedatum',
    none: 'inte sparat',
    unknown: 'okänd tid',
    accounts: 'Användarkonton',
    cards: 'Kort',
    pickups: 'Ärenden',
    others: 'Andra anteckningar',
    language: 'Språk',
    sponsor: 'Kontaktperson',
  },
  en: {
    title: 'What the service holds about you',
    made: 'Made',
    name: 'Name',
    birth: 'Birth date',
    none: 'not recorded',
    unknown: 'time unknown',
    accounts: 'Accounts',
    cards: 'Cards',
    pickups: 'Pickups',
    others: 'Other records',
    language: 'Language',
    sponsor: 'Contact person',
  },
} as const

interface Told {
  readonly person: Record<string, unknown>
  readonly accounts: readonly { readonly account: string; readonly valid_until: string | null }[]
  readonly cards: readonly string[]
  readonly timelines: readonly {
    readonly pickup: string
    readonly events: readonly { readonly time: number | null; readonly kind: string; readonly desk: string | null }[]
  }[]
  readonly others: Readonly<Record<string, readonly unknown[]>>
}

/** The same for the person to read. */
function inWords(language: Language, now: number, told: Told): string {
  const w = words[language]
  const at = (time: number | null) =>
    time === null
      ? w.unknown
      : zoned({ fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }[language], { dateStyle: 'medium', timeStyle: 'short' }).format(
          time,
        )
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const said = (value: unknown) => (typeof value === 'string' && value !== '' ? shownText(value) : w.none)
  const lines = [
    w.title,
    `${w.made}: ${at(now)}`,
    '',
    `${w.name}: ${said(fullName({ given: text(told.person.given), family: text(told.person.family) }))}`,
    `${w.birth}: ${said(told.person.birth_date)}`,
    `${w.language}: ${said(told.person.language)}`,
    `${w.sponsor}: ${said(told.person.sponsor)}`,
    `${w.accounts}: ${told.accounts.map((each) => each.account).join(', ') || w.none}`,
    `${w.cards}: ${told.cards.join(', ') || w.none}`,
    '',
    `${w.pickups}: ${told.timelines.length}`,
  ]
  for (const { pickup, events } of told.timelines)
    lines.push(
      `- ${pickup}`,
      ...events.map((event) => `    ${at(event.time)}  ${event.kind}${event.desk === null ? '' : `, ${event.desk}`}`),
    )
  lines.push('', `${w.others}:`, ...Object.entries(told.others).map(([table, rows]) => `- ${table}: ${rows.length}`))
  return lines.join('\n')
}

/**
 * Fails with L-609, L-660 (a pickup of theirs is live), L-352 (`source`: the hub has one, and it is still owed an act
 * for their accounts, such as the end of an unused secret; erase again when it has answered). Returns how many pickups
 * are nobody's now.
 */
export async function erasePerson(
  db: Db,
  { now, actor, source }: { readonly now: number; readonly actor: string; readonly source: boolean },
  recipient: string,
): Promise<Result<number>> {
  if (recipient === erased.recipient) return fail(failures.notFound, { what: 'recipient' })
  return transact(db, async (tx) => {
    const person = await tx
      .selectFrom('recipient')
      .select('id')
      .where('id', '=', recipient)
      .forUpdate()
      .executeTakeFirst()
    if (person === undefined) return fail(failures.notFound, { what: 'recipient' })
    const accounts = (
      await tx.selectFrom('account').select('account').where('recipient', '=', recipient).forUpdate().execute()
    ).map((row) => row.account)
    const pickups = await tx
      .selectFrom('pickup')
      .select(['id', 'state'])
      .where('recipient', '=', recipient)
      .orderBy('id')
      .forUpdate()
      .execute()
    if (pickups.some(({ state }) => ['unassigned', 'granted', 'revoking'].includes(state)))
      return fail(failures.livePickupExists)
    const ids = pickups.map((pickup) => pickup.id)
    if (source && !(await endBeforeErasure(tx, now, actor, ids))) return keep(fail(failures.secretStillEnding))
    await erase(tx, now, recipient, accounts, ids)
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor,
        act: 'erased',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ recipient, pickups: pickups.length }),
      })
      .execute()
    return ok(pickups.length)
  })
}

/** Makes pickups nobody's: what leads from them to a person is deleted, wherever it is. `about`: `columnsAbout`. */
export async function detachPickups(
  tx: Tx,
  now: number,
  about: readonly Column[],
  pickups: readonly string[],
): Promise<void> {
  await cancelActs(tx, now, pickups)
  await sql`INSERT INTO recipient (id, class, family, given, former_names, language) VALUES (${erased.recipient}, 'external', '', '', '[]', 'fi') ON CONFLICT DO NOTHING`.execute(
    tx,
  )
  await sql`INSERT INTO account (account, recipient) VALUES (${erased.account}, ${erased.recipient}) ON CONFLICT DO NOTHING`.execute(
    tx,
  )
  await sql`UPDATE pickup SET account = ${erased.account}, recipient = ${erased.recipient}, request_reference = NULL WHERE id = ANY(${pickups}::text[])`.execute(
    tx,
  )
  // What was told to kiosks: the grants, and the feed that a kiosk far behind may still read. Those end there as
  // closed.
  await sql`UPDATE "grant" SET record = '' WHERE pickup = ANY(${pickups}::text[])`.execute(tx)
  // In the words of the index `feed_granted`, and by it: PostgreSQL thinks too little of reading the JSON of every
  // change.
  await sql`SET LOCAL enable_seqscan = off`.execute(tx)
  const told = await sql<{
    desk: string
    seq: number
    body: string
  }>`SELECT desk, seq, body FROM feed WHERE body LIKE '%"kind":"pickup-granted"%'
    AND (body::json->'pickup'->>'id') = ANY(${pickups}::text[])`.execute(tx)
  await sql`SET LOCAL enable_seqscan = on`.execute(tx)
  const closed = told.rows.map(({ desk, seq, body }) => {
    const { pickup } = JSON.parse(body) as { pickup: { id: string; epoch: unknown } }
    return { desk, seq: Number(seq), kind: 'pickup-closed', pickup: pickup.id, epoch: pickup.epoch }
  })
  const bodies = closed.map(({ desk: _, ...body }) => JSON.stringify(body))
  await sql`UPDATE feed f SET body = t.body FROM unnest(${closed.map(({ desk }) => desk)}::text[], ${closed.map(({ seq }) => seq)}::bigint[],
    ${bodies}::text[]) AS t(desk, seq, body) WHERE f.desk = t.desk AND f.seq = t.seq`.execute(tx)
  // By whose card or account it was asked for, and by which row of a file.
  await sql`UPDATE delivery_request SET subject = ${erased.account} WHERE pickup = ANY(${pickups}::text[])`.execute(tx)
  await sql`UPDATE import_row SET account = ${erased.account}, pickup = NULL, person = NULL WHERE issued = ANY(${pickups}::text[])`.execute(
    tx,
  )
  // Other tables that name a pickup and its person side by side.
  for (const { table, column } of about) {
    if (column === 'pickup' || ['recipient', 'account', 'card', 'pickup', ...appendOnly].includes(table)) continue
    if (!about.some((other) => other.table === table && other.column === 'pickup')) continue
    const to = column === 'account' ? erased.account : erased.recipient
    await sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${to} WHERE pickup = ANY(${pickups}::text[])`.execute(
      tx,
    )
  }
}

async function erase(
  tx: Tx,
  now: number,
  recipient: string,
  accounts: readonly string[],
  pickups: readonly string[],
): Promise<void> {
  const about = await columnsAbout(tx)
  await detachPickups(tx, now, about, pickups)
  await tx.deleteFrom('card').where('recipient', '=', recipient).execute()
  await sql`UPDATE delivery_request SET subject = ${erased.account} WHERE recipient = ${recipient} OR account = ANY(${accounts}::text[])`.execute(
    tx,
  )
  await forgetRows(tx, accounts)
  for (const { table, column } of about) {
    if (
      column === 'pickup' ||
      ['recipient', 'account', 'card', 'pickup', 'pickup_search', ...appendOnly].includes(table)
    )
      continue
    const [from, to] = column === 'account' ? [accounts, erased.account] : [[recipient], erased.recipient]
    await sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${to} WHERE ${sql.ref(column)} = ANY(${from}::text[])`.execute(
      tx,
    )
  }
  await tx.deleteFrom('account').where('recipient', '=', recipient).execute()
  await tx.deleteFrom('recipient').where('id', '=', recipient).execute()
}

/**
 * A row that waits to be carried out would bring the person back, and make them whoever has been erased; what other
 * rows say of them goes too.
 */
async function forgetRows(tx: Tx, accounts: readonly string[]): Promise<void> {
  // What a source calls them may name them.
  await sql`DELETE FROM people_link WHERE account = ANY(${accounts}::text[])`.execute(tx)
  await sql`UPDATE people_run_row SET key = '', place = '', sealed = NULL, state = CASE state WHEN 'planned' THEN 'refused' ELSE state END,
    problem = coalesce(problem, CASE state WHEN 'planned' THEN 'L-609' END) WHERE account = ANY(${accounts}::text[])`.execute(
    tx,
  )
  await sql`WITH gone AS (UPDATE import_row SET state = 'refused' WHERE account = ANY(${accounts}::text[]) AND state = 'ready' RETURNING import)
    UPDATE import i SET ready = i.ready - g.n, refused = i.refused + g.n FROM (SELECT import, count(*) AS n FROM gone GROUP BY import) g WHERE i.id = g.import`.execute(
    tx,
  )
  await sql`UPDATE import_row SET pickup = NULL, person = NULL, problem = CASE state WHEN 'refused' THEN 'L-609' END,
    params = CASE state WHEN 'refused' THEN '{"what":"account"}'::jsonb END WHERE account = ANY(${accounts}::text[])`.execute(
    tx,
  )
}
