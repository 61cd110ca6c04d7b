/** Users of a source, as a program makes, reads, changes and ends them. Each call is one transaction. */
import { patchBodyValidation, ScimError, scimPatch, type ScimPatch } from 'scim-patch'
import { sql } from 'kysely'
import { accountEnded } from '../../src-shared/policy/index.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { scimExtension, scimMessages, scimUser } from '../../src-shared/hub-api/scim.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { endedBefore } from '../people/index.ts'
import { endOne, pushOne } from '../people-sources/index.ts'
import { refusalOf, ScimRefusal } from './errors.ts'
import { readFilter } from './filter.ts'
import { factsOf, readUser, resourceOf, spelled, type StoredUser, type UserResource } from './resource.ts'
import { mostResults } from './schema.ts'

export interface ScimParts {
  readonly db: Db
  readonly keys: HubKeys
  readonly now: () => number
}
export interface ScimCall {
  readonly source: string
  /** The service's address, without a final slash. */
  readonly base: string
}

interface Row {
  key: string
  account: string
  external_id: string | null
  recipient: string
  class: string
  family: string
  given: string
  former_names: PersonName[]
  language: string
  sponsor: string | null
  valid_until: string | null
  made_at: number
  changed_at: number
}

const stored = (row: Row): StoredUser => ({
  id: row.key,
  userName: row.account,
  externalId: row.external_id,
  recipient: row.recipient,
  class: row.class,
  family: row.family,
  given: row.given,
  formerNames: row.former_names,
  language: row.language,
  sponsor: row.sponsor,
  validUntil: row.valid_until,
  madeAt: Number(row.made_at),
  changedAt: Number(row.changed_at),
})

const columns = sql.raw(
  'l.key, l.account, l.external_id, l.recipient, l.made_at, l.changed_at, r.class, r.family, r.given, r.former_names, r.language, r.sponsor, a.valid_until',
)
const tables = sql.raw('people_link l JOIN account a ON a.account = l.account JOIN recipient r ON r.id = l.recipient')

async function oneUser(db: Db | Tx, source: string, id: string): Promise<StoredUser> {
  const { rows } = await sql<Row>`SELECT ${columns} FROM ${tables}
    WHERE l.source = ${source} AND l.key = ${id} AND l.gone_at IS NULL`.execute(db)
  if (rows[0] === undefined) throw new ScimRefusal(404, 'no such user')
  return stored(rows[0])
}

const show = (parts: ScimParts, call: ScimCall, user: StoredUser): UserResource =>
  resourceOf(user, accountEnded(user.validUntil, parts.now()), call.base)

export async function getUser(parts: ScimParts, call: ScimCall, id: string): Promise<UserResource> {
  return show(parts, call, await oneUser(parts.db, call.source, id))
}

function refusedWrite(failure: Failure): ScimRefusal {
  switch (failure.code) {
    case failures.sourceBraked:
      return refusalOf(failure, 403, null)
    case failures.accountTaken:
    case failures.cardTaken:
      return refusalOf(failure, 409, 'uniqueness')
    default:
      return refusalOf(failure)
  }
}

async function write(
  tx: Tx,
  parts: ScimParts,
  call: ScimCall,
  id: string,
  json: unknown,
  before: UserResource | null,
): Promise<UserResource> {
  const body = readUser(json)
  const now = parts.now()
  const { account, facts } = factsOf(body, before, endedBefore(now))
  const done = await pushOne(tx, parts, call.source, { key: id, place: id, account, facts })
  if (!done.ok) throw refusedWrite(done.failure)
  await tx
    .updateTable('people_link')
    .set({ external_id: body.externalId ?? null })
    .where('source', '=', call.source)
    .where('key', '=', id)
    .execute()
  return show(parts, call, await oneUser(tx, call.source, id))
}

export async function createUser(parts: ScimParts, call: ScimCall, json: unknown): Promise<UserResource> {
  const { userName } = readUser(json)
  return transact(parts.db, async (tx) => {
    const { rows } = await sql`SELECT 1 FROM people_link WHERE source = ${call.source} AND gone_at IS NULL
      AND lower(account) = ${userName.trim().toLowerCase()}`.execute(tx)
    if (rows.length > 0) throw new ScimRefusal(409, 'userName is taken', 'uniqueness')
    return write(tx, parts, call, newId(), json, null)
  })
}

export async function replaceUser(parts: ScimParts, call: ScimCall, id: string, json: unknown): Promise<UserResource> {
  return transact(parts.db, async (tx) => {
    const before = show(parts, call, await oneUser(tx, call.source, id))
    return write(tx, parts, call, id, json, before)
  })
}

/** What is written and never told, opened for the patch alone: `cards` may be added to. */
async function withUntold(tx: Tx, keys: HubKeys, user: StoredUser, resource: UserResource) {
  const person = await tx
    .selectFrom('recipient')
    .select('birth_date')
    .where('id', '=', user.recipient)
    .executeTakeFirstOrThrow()
  const cards = await tx.selectFrom('card').select('sealed').where('recipient', '=', user.recipient).execute()
  const extension = resource[scimExtension] as object
  return {
    ...resource,
    [scimExtension]: {
      ...extension,
      ...(person.birth_date === null ? {} : { birthDate: keys.open(person.birth_date) }),
      cards: cards.map(({ sealed }) => keys.open(sealed)),
    },
  }
}

/** Paths in the schema's spelling, without the core schema's name. */
function operationsOf(json: unknown): ScimPatch {
  const body = spelled(json) as { schemas?: unknown; Operations?: { op?: unknown; path?: unknown; value?: unknown }[] }
  if (!Array.isArray(body.Operations)) throw new ScimRefusal(400, 'Operations are missing', 'invalidSyntax')
  const core = `${scimUser.toLowerCase()}:`
  const operations = body.Operations.map((each) => {
    const path = typeof each.path === 'string' ? each.path : undefined
    const bare = path?.toLowerCase().startsWith(core) === true ? path.slice(core.length) : path
    const op = typeof each.op === 'string' ? each.op.toLowerCase() : each.op
    return { ...each, op, ...(bare === undefined ? {} : { path: spelledPath(bare) }) }
  })
  const patch = { schemas: body.schemas ?? [scimMessages.patch], Operations: operations }
  return patch as ScimPatch
}
function spelledPath(path: string): string {
  const [key] = Object.keys(spelled({ [path.split(/[.[]/)[0] ?? '']: null }) as object)
  if (path.toLowerCase().startsWith(scimExtension.toLowerCase())) {
    const rest = path.slice(scimExtension.length)
    return rest === ''
      ? scimExtension
      : `${scimExtension}:${String(Object.keys(spelled({ [rest.slice(1)]: null }) as object)[0] ?? '')}`
  }
  return `${key ?? ''}${path.slice((path.split(/[.[]/)[0] ?? '').length)}`
}

export async function patchUser(parts: ScimParts, call: ScimCall, id: string, json: unknown): Promise<UserResource> {
  return transact(parts.db, async (tx) => {
    const user = await oneUser(tx, call.source, id)
    const before = show(parts, call, user)
    const full = await withUntold(tx, parts.keys, user, before)
    let patched: unknown
    try {
      const patch = operationsOf(json)
      patchBodyValidation(patch)
      const dated = { ...full, meta: { created: new Date(user.madeAt), lastModified: new Date(user.changedAt) } }
      patched = scimPatch(dated, [...patch.Operations], { mutateDocument: false, treatMissingAsAdd: true })
    } catch (error) {
      if (error instanceof ScimRefusal) throw error
      if (!(error instanceof ScimError)) throw error
      const type =
        error.scimCode === 'noTarget' ? 'noTarget' : error.scimCode === 'invalidPath' ? 'invalidPath' : 'invalidSyntax'
      throw new ScimRefusal(400, error.message, type)
    }
    const extension = (patched as { [scimExtension]?: Record<string, unknown> })[scimExtension]
    // What was there and was taken away is cleared.
    const said = {
      ...(patched as object),
      [scimExtension]: { birthDate: null, cards: [], ...extension },
    }
    return write(tx, parts, call, id, said, before)
  })
}

/** The account has ended; the person, and what waits for them, stay on record. */
export async function deleteUser(parts: ScimParts, call: ScimCall, id: string): Promise<void> {
  await transact(parts.db, async (tx) => {
    const user = await oneUser(tx, call.source, id)
    const done = await endOne(tx, parts, call.source, { key: id, account: user.userName, recipient: user.recipient })
    if (!done.ok) throw refusalOf(done.failure, 403, null)
  })
}

export interface ListQuery {
  readonly filter: string
  readonly startIndex: number
  readonly count: number
}

/** Pages are counted from 1 (RFC 7644, 3.4.2.4). */
export async function listUsers(parts: ScimParts, call: ScimCall, query: ListQuery) {
  const wanted = query.filter === '' ? null : readFilter(query.filter)
  const start = Math.max(1, query.startIndex)
  const count = Math.max(0, Math.min(mostResults, query.count))
  const only = wanted?.only ?? null
  const where =
    only === null
      ? sql`true`
      : only.by === 'id'
        ? sql`l.key = ${only.value}`
        : only.by === 'externalid'
          ? sql`l.external_id = ${only.value}`
          : sql`lower(l.account) = ${only.value}`
  const resources: UserResource[] = []
  let total = 0
  for (let after = ''; ;) {
    const { rows } = await sql<Row>`SELECT ${columns} FROM ${tables} WHERE l.source = ${call.source}
      AND l.gone_at IS NULL AND l.key > ${after} AND ${where} ORDER BY l.key LIMIT 1000`.execute(parts.db)
    for (const row of rows) {
      const resource = show(parts, call, stored(row))
      if (wanted !== null && !wanted.matches(resource)) continue
      total += 1
      if (total >= start && resources.length < count) resources.push(resource)
    }
    if (rows.length < 1000) break
    after = rows.at(-1)?.key ?? ''
  }
  return { total, start, resources }
}
