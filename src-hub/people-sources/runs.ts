/** Runs of a source and their rows, as the database keeps them: asked for, planned, carried out, reported. */
import { sql } from 'kysely'
import type { PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { PersonFacts } from '../people/index.ts'
import type { Plan } from './plan.ts'

export const underWay = ['waiting', 'reading', 'applying'] as const

const audit = (at: number, actor: string, act: string, detail: object) => ({
  at,
  actor,
  act,
  pickup: null,
  desk: null,
  detail: JSON.stringify(detail),
})

/** Fails with L-609; with L-348 while the source is being read. What the brake held is planned anew by this. */
export async function askRun(
  db: Db,
  {
    source,
    kind,
    full,
    by,
    now,
  }: {
    readonly source: string
    readonly kind: 'preview' | 'run'
    readonly full: boolean
    readonly by: string
    readonly now: number
  },
): Promise<Result<string>> {
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('people_source')
      .select(['id', 'mark'])
      .where('id', '=', source)
      .where('removed_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'source' })
    const open = await tx
      .selectFrom('people_run')
      .select('id')
      .where('source', '=', source)
      .where('state', 'in', underWay)
      .executeTakeFirst()
    if (open !== undefined) return fail(failures.sourceBusy)
    if (kind === 'run') await dropBraked(tx, source, now)
    const id = newId()
    const reading = full || row.mark === null ? 'full' : 'delta'
    await tx
      .insertInto('people_run')
      .values({ id, source, kind, reading, state: 'waiting', started_at: now, by })
      .execute()
    await tx
      .insertInto('audit')
      .values(audit(now, by, 'people-source-read', { source, run: id, kind }))
      .execute()
    return ok(id)
  })
}

async function dropBraked(tx: Tx, source: string, now: number): Promise<void> {
  const rows = await tx
    .updateTable('people_run')
    .set({ state: 'cancelled', ended_at: now })
    .where('source', '=', source)
    .where('state', '=', 'braked')
    .returning('id')
    .execute()
  await forgetSealed(
    tx,
    rows.map(({ id }) => id),
  )
}

/** What is personal of rows that are not carried out any more. */
async function forgetSealed(tx: Tx, runs: readonly string[]): Promise<void> {
  await sql`UPDATE people_run_row SET sealed = NULL WHERE run = ANY(${[...runs]}::text[]) AND sealed IS NOT NULL`.execute(
    tx,
  )
}

/** Fails with L-609, L-348. What was planned is carried out as it was planned. */
export async function confirmRun(db: Db, run: string, by: string, now: number): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('people_run')
      .select(['state', 'source', 'reading'])
      .where('id', '=', run)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'run' })
    const open = await tx
      .selectFrom('people_run')
      .select('id')
      .where('source', '=', row.source)
      .where('state', 'in', underWay)
      .executeTakeFirst()
    if (row.state !== 'braked' || open !== undefined) return fail(failures.sourceBusy)
    // What a program puts in comes again by itself, and is let through from now on.
    const next = row.reading === 'push' ? { state: 'done', ended_at: now } : { state: 'applying', ended_at: null }
    await tx
      .updateTable('people_run')
      .set({ ...next, confirmed_by: by, problem: null, lease: null, lease_until: null })
      .where('id', '=', run)
      .execute()
    await tx
      .insertInto('audit')
      .values(audit(now, by, 'people-run-confirmed', { source: row.source, run }))
      .execute()
    return ok(null)
  })
}

/** Fails with L-609, L-348. What has been carried out stays. */
export async function cancelRun(db: Db, run: string, by: string, now: number): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('people_run')
      .set({ state: 'cancelled', ended_at: now, lease: null, lease_until: null })
      .where('id', '=', run)
      .where('state', 'in', [...underWay, 'braked'])
      .returning('source')
      .executeTakeFirst()
    if (row === undefined) {
      const known = await tx.selectFrom('people_run').select('id').where('id', '=', run).executeTakeFirst()
      return known === undefined ? fail(failures.notFound, { what: 'run' }) : fail(failures.sourceBusy)
    }
    await forgetSealed(tx, [run])
    await tx
      .insertInto('audit')
      .values(audit(now, by, 'people-run-cancelled', { source: row.source, run }))
      .execute()
    return ok(null)
  })
}

/** Every transaction of a run renews its lease; throws `LeaseLost` when another process has taken the run over. */
export interface RunLease {
  readonly run: string
  readonly source: string
  keep(tx: Tx): Promise<void>
}

/** A row's person, as it is kept until the row is carried out. */
interface Sealed {
  readonly facts: PersonFacts
  readonly renamedFrom: string | null
}

const rowsAtOnce = 2000

/**
 * Keeps the rows of a plan; personal parts only where they are `carriedOut`. Rows of an earlier try of the same run go.
 */
export async function keepRows(db: Db, keys: HubKeys, held: RunLease, plan: Plan, carriedOut: boolean): Promise<void> {
  const rows = [
    ...plan.rows.map((row) => ({
      what: row.what,
      place: row.place,
      key: row.key,
      account: row.account,
      recipient: row.recipient,
      fields: row.what === 'end' ? ['validUntil'] : row.fields,
      state: 'planned',
      sealed: row.what === 'end' ? null : { facts: row.facts, renamedFrom: row.renamedFrom },
      failure: null as Failure | null,
    })),
    ...plan.refused.map((row) => ({
      what: 'refused',
      place: row.place,
      key: row.key,
      account: row.account,
      recipient: null,
      fields: [] as readonly PersonField[],
      state: 'refused',
      sealed: null,
      failure: row.failure,
    })),
  ]
  await transact(db, async (tx) => {
    await held.keep(tx)
    await tx.deleteFrom('people_run_row').where('run', '=', held.run).execute()
  })
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const text = JSON.stringify(
      rows.slice(from, from + rowsAtOnce).map(({ sealed, failure, ...row }, i) => ({
        ...row,
        n: from + i + 1,
        sealed:
          sealed === null || !carriedOut ? null : keys.seal(JSON.stringify(sealed satisfies Sealed)).toString('hex'),
        problem: failure?.code ?? null,
        params: failure?.params ?? null,
      })),
    )
    await transact(db, async (tx) => {
      await held.keep(tx)
      await sql`INSERT INTO people_run_row (run, n, what, place, key, account, recipient, fields, sealed, state, problem, params)
        SELECT ${held.run}, n, what, place, key, account, recipient, fields, decode(sealed, 'hex'), state, problem, params
        FROM jsonb_to_recordset(${text}::jsonb) AS t(n bigint, what text, place text, key text, account text,
          recipient text, fields jsonb, sealed text, state text, problem text, params jsonb)`.execute(tx)
    })
  }
}

export interface NextRow {
  readonly n: number
  readonly what: 'add' | 'change' | 'end'
  readonly key: string
  readonly account: string
  readonly recipient: string | null
  readonly facts: PersonFacts
  readonly renamedFrom: string | null
}

/** The next rows to carry out, in their order. */
export async function nextRows(tx: Tx, keys: HubKeys, run: string, limit: number): Promise<NextRow[]> {
  const rows = await tx
    .selectFrom('people_run_row')
    .select(['n', 'what', 'key', 'account', 'recipient', 'sealed'])
    .where('run', '=', run)
    .where('state', '=', 'planned')
    .orderBy('n')
    .limit(limit)
    .execute()
  return rows.map(({ sealed, n, what, ...row }) => {
    const kept: Sealed = sealed === null ? { facts: {}, renamedFrom: null } : (JSON.parse(keys.open(sealed)) as Sealed)
    return { ...row, n: Number(n), what: what as NextRow['what'], ...kept }
  })
}

export interface Outcome {
  readonly n: number
  readonly failure: Failure | null
}

/** What is personal leaves with the row's carrying out. */
export async function settleRows(tx: Tx, run: string, outcomes: readonly Outcome[]): Promise<void> {
  const text = JSON.stringify(
    outcomes.map(({ n, failure }) => ({ n, problem: failure?.code ?? null, params: failure?.params ?? null })),
  )
  await sql`UPDATE people_run_row r SET state = CASE WHEN t.problem IS NULL THEN 'done' ELSE 'refused' END,
      problem = t.problem, params = t.params, sealed = NULL
    FROM jsonb_to_recordset(${text}::jsonb) AS t(n bigint, problem text, params jsonb)
    WHERE r.run = ${run} AND r.n = t.n`.execute(tx)
  const refused = outcomes.filter(({ failure }) => failure !== null).length
  await sql`UPDATE people_run SET applied = applied + ${outcomes.length - refused}, refused = refused + ${refused}
    WHERE id = ${run}`.execute(tx)
}
