/**
 * The dry run: reads an uploaded file once, says of every row whether it could be carried out now, and keeps the rows.
 */
import { sql } from 'kysely'
import { RecipientClass } from '../../src-shared/domain/index.ts'
import { mostCards } from '../../src-shared/hub-api/agent/words.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { fail, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { openAddress, livePickups, loadRules, mayIssue, type GrantParts, type Rules } from '../pickups/index.ts'
import { bringsPeople, lacks, readHeader, readRow, type ReadRow } from './columns.ts'
import type { Column } from './headers.ts'
import { FileRefused, refusable } from './refused.ts'
import { rowsOf } from './rows-of.ts'
import { createSurvey, type Survey } from './survey.ts'

const batch = 2000
const mayBringPeople: ReadonlySet<string> = new Set(['supervisor', 'administrator'] satisfies AgentRole[])

/** A row as it is kept: its person and what is in it sealed. */
interface Kept {
  readonly line: number
  readonly account: string
  readonly read: ReadRow | null
  readonly failure: Failure | null
  /** Of a row that can be carried out all the same. */
  readonly warning: Failure | null
}

/** Blind indexes of the cards that this file has given each person so far. */
type Added = Map<string, Set<string>>

interface How {
  readonly role: AgentRole
  readonly supersede: boolean
  readonly added: Added
}

/** By id, by slip prefix, and by name in any language where only one desk has it. */
export async function deskNames(db: Db | Tx): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('desk').select(['id', 'slip_prefix', 'name']).execute()
  const names = new Map<string, string | null>()
  for (const { id, slip_prefix: prefix, name } of rows)
    for (const key of new Set([
      id,
      ...[prefix, ...Object.values(name as Record<string, string>)].map((text) => text.toLowerCase()),
    ]))
      names.set(key, names.has(key) && names.get(key) !== id ? null : id)
  return new Map([...names].flatMap(([key, id]) => (id === null ? [] : [[key, id]])))
}

export function deskOf(names: ReadonlyMap<string, string>, text: string): string | null {
  return names.get(text) ?? names.get(text.toLowerCase()) ?? null
}

async function* partsOf(db: Db, parts: GrantParts, id: string): AsyncIterable<Buffer> {
  for (let part = 0; ; part++) {
    const row = await db
      .selectFrom('import_part')
      .select('sealed')
      .where('import', '=', id)
      .where('part', '=', part)
      .executeTakeFirst()
    if (row === undefined) return
    // Sealed as text: base64 of the bytes as they came.
    yield Buffer.from(parts.keys.open(row.sealed), 'base64')
  }
}

export interface Lease {
  readonly id: string
  readonly lease: string
  /** Keeps it; throws when another process has taken it over. */
  keep(tx: Tx): Promise<void>
}

/** The lease is renewed after so many rows. */
const keepEvery = 20_000

/** L-634, L-618. */
function headerOf(cells: readonly string[], role: string): readonly Column[] {
  const header = readHeader(cells)
  if (!header.ok) throw new FileRefused(header.failure)
  if (bringsPeople(header.value) && !mayBringPeople.has(role))
    throw new FileRefused(fail(failures.roleNotAllowed).failure)
  return header.value
}

/**
 * Reads the file through once: one that is refused as a whole, for its size or its form, is refused before a row of it
 * is judged or kept. And what only the whole file tells is known before its first row is judged.
 */
async function readThrough(db: Db, parts: GrantParts, held: Lease, role: string): Promise<Survey> {
  const survey = createSurvey()
  let header: readonly Column[] | null = null
  let rows = 0
  for await (const { line, cells } of rowsOf(() => partsOf(db, parts, held.id))) {
    if (header === null) {
      header = headerOf(cells, role)
      continue
    }
    const read = readRow(header, cells)
    if (read.ok) survey.take(line, read.value)
    rows += 1
    if (rows % keepEvery === 0) await transact(db, (tx) => held.keep(tx))
  }
  if (header === null) throw new FileRefused(fail(failures.columnUnusable, { column: 'account' }).failure)
  return survey.done(db)
}

/** What stands against a row by the file alone. */
function ofTheFile(read: Result<ReadRow>, before: number | undefined, survey: Survey): Failure | null {
  if (!read.ok) return read.failure
  if (before !== undefined) return fail(failures.accountTwice, { row: before }).failure
  const other = survey.otherHolder(read.value)
  return other === null ? null : fail(failures.cardTwice, { row: other }).failure
}

/** Ends in `checked` or `refused`. Begins anew when it was cut off: a file is read in seconds. */
export async function checkImport(db: Db, parts: GrantParts, held: Lease): Promise<void> {
  const { id } = held
  const { role, supersede } = await db
    .selectFrom('import')
    .select(['role', 'supersede'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  await transact(db, async (tx) => {
    await held.keep(tx)
    await tx.deleteFrom('import_row').where('import', '=', id).execute()
    await tx.updateTable('import').set({ rows: 0, ready: 0, refused: 0 }).where('id', '=', id).execute()
  })
  const rules = await loadRules(db)
  const names = await deskNames(db)
  const seen = new Map<string, number>()
  const added: Added = new Map()
  const read = await refusable(async () => {
    const survey = await readThrough(db, parts, held, role)
    let header: readonly Column[] | null = null
    let rows: Kept[] = []
    const keep = () => keepRows(db, parts, held, rules, names, rows, { role: role as AgentRole, supersede, added })
    for await (const { line, cells } of rowsOf(() => partsOf(db, parts, id))) {
      if (header === null) {
        header = headerOf(cells, role)
        continue
      }
      const one = readRow(header, cells)
      const account = one.ok ? one.value.account : ''
      // A directory looks at no case.
      const before = seen.get(account.toLowerCase())
      if (one.ok && before === undefined) seen.set(account.toLowerCase(), line)
      const failure = ofTheFile(one, before, survey)
      const warning = one.ok && survey.lostZeros(one.value) ? fail(failures.cardLostZeros).failure : null
      rows.push({ line, account, read: one.ok ? one.value : null, failure, warning })
      if (rows.length < batch) continue
      await keep()
      rows = []
    }
    await keep()
  })
  await transact(db, async (tx) => {
    await held.keep(tx)
    await tx.deleteFrom('import_part').where('import', '=', id).execute()
    if (!read.ok) await tx.deleteFrom('import_row').where('import', '=', id).execute()
    await tx
      .updateTable('import')
      .set(
        read.ok
          ? { state: 'checked', lease: null }
          : {
              state: 'refused',
              rows: 0,
              ready: 0,
              refused: 0,
              problem: JSON.stringify(read.failure),
              lease: null,
              ended_at: parts.now(),
            },
      )
      .where('id', '=', id)
      .where('state', '=', 'checking')
      .execute()
  })
}

/** How many cards each of these people has. */
async function cardsHeld(db: Db, recipients: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ recipient: string; n: number }>`SELECT recipient, count(*) AS n FROM card
    WHERE recipient = ANY(${[...recipients]}::text[]) GROUP BY recipient`.execute(db)
  return new Map(rows.map(({ recipient, n }) => [recipient, Number(n)]))
}

/** What stands against each row, with the hub's own data for all of them at once. */
async function judge(
  db: Db,
  parts: GrantParts,
  rules: Rules,
  names: ReadonlyMap<string, string>,
  rows: readonly Kept[],
  { role, supersede, added }: How,
) {
  const accounts = rows.flatMap(({ read, failure }) => (read === null || failure !== null ? [] : [read.account]))
  const lower = accounts.map((account) => account.toLowerCase())
  const { rows: known } = await sql<{
    account: string
    class: string
    sponsor: string | null
    valid_until: string | null
    recipient: string
    address: Buffer | null
  }>`
    SELECT a.account, a.valid_until, a.recipient, r.class, r.sponsor, r.address FROM account a JOIN recipient r ON r.id = a.recipient
    WHERE a.account = ANY(${accounts}::text[]) OR lower(a.account) = ANY(${lower}::text[])`.execute(db)
  const holders = new Map(known.map((row) => [row.account, row]))
  const alike = new Set(known.map((row) => row.account.toLowerCase()))
  const live = new Set(
    (await livePickups(db, accounts)).flatMap((row) =>
      row.state === 'revoking' && row.moving_to === null ? [] : [row.account],
    ),
  )
  const blinds = rows.flatMap(
    ({ read }) => read?.person?.cards.map((card) => parts.keys.blindIndex(card).toString('hex')) ?? [],
  )
  const { rows: cards } = await sql<{
    blind: string
    recipient: string
  }>`SELECT encode(blind, 'hex') AS blind, recipient FROM card
    WHERE blind IN (SELECT decode(b, 'hex') FROM unnest(${blinds}::text[]) AS t(b))`.execute(db)
  const owners = new Map(cards.map((row) => [row.blind, row.recipient]))
  const held = await cardsHeld(
    db,
    known.map((row) => row.recipient),
  )
  const now = parts.now()
  return rows.map(({ read, failure }): Failure | null => {
    if (failure !== null || read === null) return failure
    const holder = holders.get(read.account)
    const { person, pickup } = read
    if (holder === undefined && person === null) return fail(failures.notFound, { what: 'account' }).failure
    if (holder === undefined && alike.has(read.account.toLowerCase())) return fail(failures.accountTaken).failure
    const taken = person?.cards.some((card) => {
      const owner = owners.get(parts.keys.blindIndex(card).toString('hex'))
      return owner !== undefined && owner !== holder?.recipient
    })
    if (taken === true) return fail(failures.cardTaken).failure
    if (person !== null && holder === undefined) {
      const column = lacks(person)
      if (column !== null) return fail(failures.valueUnusable, { column }).failure
    }
    const fresh = (person?.cards ?? [])
      .map((card) => parts.keys.blindIndex(card).toString('hex'))
      .filter((blind) => !owners.has(blind))
    const whose = holder?.recipient ?? read.account
    const gains = new Set([...(added.get(whose) ?? []), ...fresh])
    if ((held.get(whose) ?? 0) + gains.size > mostCards) return fail(failures.tooManyCards, { max: mostCards }).failure
    added.set(whose, gains)
    if (pickup === null) return null
    if (!supersede && live.has(read.account)) return fail(failures.pickupWaitsAlready).failure
    const desk = deskOf(names, pickup.desk)
    if (desk === null) return fail(failures.notFound, { what: 'desk' }).failure
    const wanted = {
      account: read.account,
      desk,
      channel: pickup.channel ?? null,
      requestReference: pickup.request_reference ?? null,
      secretKind: pickup.secret_kind,
    }
    const allowed = mayIssue(
      rules,
      wanted,
      {
        class: person?.class ?? RecipientClass.parse(holder?.class),
        sponsor: person?.sponsor ?? holder?.sponsor ?? null,
        validUntil: person?.valid_until ?? holder?.valid_until ?? null,
        address: openAddress(parts.keys, holder?.address ?? null),
      },
      role,
      now,
    )
    return allowed.ok ? null : allowed.failure
  })
}

async function keepRows(
  db: Db,
  parts: GrantParts,
  held: Lease,
  rules: Rules,
  names: ReadonlyMap<string, string>,
  rows: readonly Kept[],
  how: How,
): Promise<void> {
  if (rows.length === 0) return
  const judged = await judge(db, parts, rules, names, rows, how)
  const text = JSON.stringify(
    rows.map(({ line, account, read, warning }, i) => {
      const failure = judged[i] ?? null
      const said = failure ?? warning
      return {
        line,
        account,
        pickup: read?.pickup ?? null,
        // A refused row is not carried out: what is personal in it is not kept.
        person:
          read === null || read.person === null || failure !== null
            ? null
            : parts.keys.seal(JSON.stringify(read.person)).toString('hex'),
        state: failure === null ? 'ready' : 'refused',
        problem: said?.code ?? null,
        params: said?.params ?? null,
      }
    }),
  )
  const refused = judged.filter((failure) => failure !== null).length
  await transact(db, async (tx) => {
    await held.keep(tx)
    await sql`INSERT INTO import_row (import, line, account, pickup, person, state, problem, params)
      SELECT ${held.id}, line, account, pickup, decode(person, 'hex'), state, problem, params
      FROM jsonb_to_recordset(${text}::jsonb) AS t(line bigint, account text, pickup jsonb, person text, state text, problem text, params jsonb)`.execute(
      tx,
    )
    await sql`UPDATE import SET rows = rows + ${rows.length}, refused = refused + ${refused}, ready = ready + ${rows.length - refused} WHERE id = ${held.id}`.execute(
      tx,
    )
  })
}
