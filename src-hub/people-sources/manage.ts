/** Sources as administrators see them: made, changed, taken away; their runs and rows. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { z } from 'zod'
import { PeopleRun, PersonField, RunState, SourceSettings } from '../../src-shared/hub-api/agent/people-sources.ts'
import type { HubBody, HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import { isErrorCode, type ErrorCode } from '../../src-shared/failures/codes.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { SourcePlaces } from './readers.ts'

const Code = z.custom<ErrorCode>(isErrorCode)
const Fields = z.array(PersonField)

const runColumns = [
  'id',
  'source',
  'kind',
  'reading',
  'state',
  'started_at',
  'ended_at',
  'by',
  'confirmed_by',
  'read',
  'unchanged',
  'adds',
  'changes',
  'ends',
  'refused',
  'applied',
  'problem',
] as const

type RunRow = Awaited<ReturnType<typeof selectRuns>>[number]
const selectRuns = (db: Db, source: string, limit: number) =>
  db
    .selectFrom('people_run')
    .select(runColumns)
    .where('source', '=', source)
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()

function shownRun(row: RunRow): PeopleRun {
  const number = (value: number | string) => Number(value)
  return {
    id: row.id,
    source: row.source,
    kind: PeopleRun.shape.kind.parse(row.kind),
    reading: PeopleRun.shape.reading.parse(row.reading),
    state: RunState.parse(row.state),
    startedAt: number(row.started_at),
    endedAt: row.ended_at === null ? null : number(row.ended_at),
    by: row.by,
    confirmedBy: row.confirmed_by,
    read: number(row.read),
    unchanged: number(row.unchanged),
    adds: number(row.adds),
    changes: number(row.changes),
    ends: number(row.ends),
    refused: number(row.refused),
    applied: number(row.applied),
    problem: PeopleRun.shape.problem.parse(row.problem ?? null),
  }
}

export async function listSources(db: Db, places: SourcePlaces): Promise<HubReply<'peopleSources'>> {
  const rows = await db
    .selectFrom('people_source')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const { rows: counted } = await sql<{ source: string; n: number }>`SELECT source, count(*) AS n FROM people_link
    WHERE gone_at IS NULL GROUP BY source`.execute(db)
  const people = new Map(counted.map(({ source, n }) => [source, Number(n)]))
  const sources = []
  for (const row of rows) {
    const [last] = await selectRuns(db, row.id, 1)
    sources.push({
      id: row.id,
      name: row.name,
      enabled: row.enabled,
      everyMinutes: row.every_minutes === null ? null : Number(row.every_minutes),
      brakePercent: Number(row.brake_percent),
      settings: SourceSettings.parse(row.settings),
      hasSecret: row.sealed !== null,
      createdAt: Number(row.created_at),
      createdBy: row.created_by,
      nextAt: !row.enabled || row.every_minutes === null || row.next_at === null ? null : Number(row.next_at),
      people: people.get(row.id) ?? 0,
      last: last === undefined ? null : shownRun(last),
    })
  }
  return { sources, folder: places.folder }
}

/** What makes marks of the last reading mean something else. */
const reads = ({ settings }: { settings: unknown }) => JSON.stringify(settings)

/** Fails with L-609; with L-608 where a secret is missing, or the kind would change. */
export async function saveSource(
  db: Db,
  keys: HubKeys,
  places: SourcePlaces,
  body: HubBody<'savePeopleSource'>,
  actor: string,
  now: number,
): Promise<Result<string>> {
  const { settings, secret } = body
  return transact(db, async (tx) => {
    const known =
      body.id === undefined
        ? null
        : await tx
            .selectFrom('people_source')
            .selectAll()
            .where('id', '=', body.id)
            .where('removed_at', 'is', null)
            .forUpdate()
            .executeTakeFirst()
    if (known === undefined) return fail(failures.notFound, { what: 'source' })
    const before = known === null ? null : SourceSettings.parse(known.settings)
    if (before !== null && before.kind !== settings.kind) return fail(failures.requestMalformed, { where: 'kind' })
    // A password is sent to the server that it was given for, and to no other.
    const elsewhere =
      before?.kind === 'ldap' && settings.kind === 'ldap' && new URL(before.url).host !== new URL(settings.url).host
    const sealed = secret !== undefined ? keys.seal(secret) : elsewhere ? null : (known?.sealed ?? null)
    if (settings.kind === 'ldap' && sealed === null) return fail(failures.requestMalformed, { where: 'secret' })
    const values = {
      name: body.name,
      enabled: body.enabled,
      every_minutes: body.everyMinutes,
      brake_percent: body.brakePercent,
      settings: JSON.stringify(settings),
      sealed,
    }
    const id = known?.id ?? newId()
    if (known === null)
      await tx
        .insertInto('people_source')
        .values({ id, ...values, created_at: now, created_by: actor })
        .execute()
    else {
      const same = before !== null && reads({ settings: before }) === reads({ settings })
      await tx
        .updateTable('people_source')
        .set({ ...values, next_at: now, ...(same ? {} : { mark: null, full_at: null }) })
        .where('id', '=', id)
        .execute()
    }
    if (settings.kind === 'folder') mkdirSync(join(places.folder, settings.folder), { recursive: true, mode: 0o770 })
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor,
        act: known === null ? 'people-source-made' : 'people-source-changed',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ source: id }),
      })
      .execute()
    return ok(id)
  })
}

/** Fails with L-609. People stay as they are; a run that is under way ends. */
export async function removeSource(db: Db, id: string, actor: string, now: number): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('people_source')
      .set({ removed_at: now, removed_by: actor, enabled: false, sealed: null, mark: null })
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'source' })
    const ended = await tx
      .updateTable('people_run')
      .set({ state: 'cancelled', ended_at: now, lease: null, lease_until: null })
      .where('source', '=', id)
      .where('state', 'in', ['waiting', 'reading', 'applying', 'braked'])
      .returning('id')
      .execute()
    await sql`UPDATE people_run_row SET sealed = NULL WHERE run = ANY(${ended.map((run) => run.id)}::text[])`.execute(
      tx,
    )
    await tx.deleteFrom('people_link').where('source', '=', id).execute()
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor,
        act: 'people-source-removed',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ source: id }),
      })
      .execute()
    return ok(null)
  })
}

export async function listRuns(db: Db, query: HubQuery<'peopleRuns'>): Promise<HubReply<'peopleRuns'>> {
  return { runs: (await selectRuns(db, query.source, query.limit)).map(shownRun) }
}

export async function listRunRows(db: Db, query: HubQuery<'peopleRunRows'>): Promise<HubReply<'peopleRunRows'>> {
  let rows = db
    .selectFrom('people_run_row')
    .select(['n', 'what', 'place', 'account', 'fields', 'state', 'problem', 'params'])
    .where('run', '=', query.run)
    .where('n', '>', query.after)
    .orderBy('n')
    .limit(query.limit)
  // A row that could not be carried out is among the refused ones.
  if (query.what === 'refused') rows = rows.where('state', '=', 'refused')
  else if (query.what !== undefined) rows = rows.where('what', '=', query.what)
  const found = await rows.execute()
  return {
    rows: found.map((row) => ({
      n: Number(row.n),
      what: row.what as 'add' | 'change' | 'end' | 'refused',
      place: row.place,
      account: row.account,
      fields: Fields.parse(row.fields),
      state: row.state as 'planned' | 'done' | 'refused',
      problem:
        row.problem === null
          ? null
          : { code: Code.parse(row.problem), params: (row.params ?? {}) as Record<string, string | number> },
    })),
    after: found.length === query.limit ? Number(found.at(-1)?.n) : null,
  }
}
