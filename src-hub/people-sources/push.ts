/**
 * What a program puts in, one person at a time: planned and written by the same rules as what is read. Within an hour
 * it is one run, with its report and its brake: where more people have changed or gone than the brake allows, what
 * follows is refused until somebody confirms it.
 */
import { sql } from 'kysely'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { endPeople, keepPeople } from '../people/index.ts'
import { raiseSourceAlarm } from './alarm.ts'
import { link, unlink } from './links.ts'
import { planPeople, type Said } from './plan.ts'
import { blindsOf, worldOf } from './world.ts'

export interface PushParts {
  readonly keys: HubKeys
  readonly now: () => number
}

const hourMs = 3_600_000
/** So few are never too many. */
const atLeast = 10

type What = 'add' | 'change' | 'end'
const counter = { add: 'adds', change: 'changes', end: 'ends' } as const

interface PushRun {
  readonly id: string
  readonly actor: string
  /** L-345 while the brake is on. */
  readonly braked: Result<null>
}

/** The source's run of this hour. Locks it: what is put in at one source comes one after another. */
async function runOf(tx: Tx, source: string, key: string, what: What, now: number): Promise<PushRun> {
  const of = await tx
    .selectFrom('people_source')
    .select(['name', 'brake_percent'])
    .where('id', '=', source)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const actor = `source:${of.name}`
  const open = await tx
    .selectFrom('people_run')
    .selectAll()
    .where('source', '=', source)
    .where('reading', '=', 'push')
    .where((e) =>
      e.or([e('state', '=', 'braked'), e.and([e('state', '=', 'done'), e('started_at', '>', now - hourMs)])]),
    )
    .orderBy('started_at', 'desc')
    .executeTakeFirst()
  const id = open?.id ?? newId()
  if (open === undefined)
    await tx
      .insertInto('people_run')
      .values({ id, source, kind: 'run', reading: 'push', state: 'done', started_at: now, ended_at: now, by: actor })
      .execute()
  if (what === 'add' || (open?.confirmed_by ?? null) !== null) return { id, actor, braked: ok(null) }
  const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM people_link
    WHERE source = ${source} AND (gone_at IS NULL OR gone_at > ${now - hourMs})`.execute(tx)
  const known = Math.max(1, Number(rows[0]?.n ?? 0))
  // People, however often each is changed.
  const others = await sql<{ n: number }>`SELECT count(DISTINCT key) AS n FROM people_run_row
    WHERE run = ${id} AND what IN ('change','end') AND key <> ${key}`.execute(tx)
  const count = Number(others.rows[0]?.n ?? 0) + 1
  const percent = Number(of.brake_percent)
  const stop = open?.state === 'braked' || (count > atLeast && count * 100 > known * percent)
  return { id, actor, braked: stop ? fail(failures.sourceBraked, { count, of: known, percent }) : ok(null) }
}

async function reportOne(
  tx: Tx,
  run: string,
  what: What,
  row: {
    readonly key: string
    readonly account: string
    readonly recipient: string
    readonly fields: readonly PersonField[]
  },
  now: number,
): Promise<void> {
  const { rows } = await sql<{
    n: number
  }>`SELECT coalesce(max(n), 0) + 1 AS n FROM people_run_row WHERE run = ${run}`.execute(tx)
  await tx
    .insertInto('people_run_row')
    .values({
      run,
      n: Number(rows[0]?.n ?? 1),
      what,
      place: row.key,
      key: row.key,
      account: row.account,
      recipient: row.recipient,
      fields: JSON.stringify(row.fields),
      sealed: null,
      state: 'done',
      problem: null,
    })
    .execute()
  const column = sql.ref(counter[what])
  await sql`UPDATE people_run SET read = read + 1, applied = applied + 1, ended_at = ${now}, ${column} = ${column} + 1
    WHERE id = ${run}`.execute(tx)
}

/** Fails as a row that is read would, and with L-345. */
export async function pushOne(tx: Tx, parts: PushParts, source: string, said: Said): Promise<Result<string>> {
  const now = parts.now()
  const blinds = blindsOf(parts.keys)
  const reading = { said: [said], unread: [], whole: false }
  const plan = planPeople(reading, await worldOf(tx, blinds, source, reading), blinds)
  const [refused] = plan.refused
  if (refused !== undefined) return { ok: false, failure: refused.failure }
  const [row] = plan.rows
  const [adopted] = plan.adopted
  if (row === undefined || row.what === 'end') {
    await link(tx, source, now, plan.adopted)
    return ok(adopted?.recipient ?? '')
  }
  const { id: run, actor, braked } = await runOf(tx, source, row.key, row.what, now)
  if (!braked.ok) return braked
  const kept = (await keepPeople(tx, parts.keys, { now, actor, from: { source, run } }, [row])).get(row.account)
  if (kept === undefined || 'failure' in kept)
    return kept === undefined ? fail(failures.bug) : { ok: false, failure: kept.failure }
  const { recipient } = kept
  await link(tx, source, now, [{ key: row.key, account: row.account, recipient }])
  await reportOne(tx, run, row.what, { ...row, recipient }, now)
  return ok(recipient)
}

/** Fails with L-345. */
export async function endOne(
  tx: Tx,
  parts: PushParts,
  source: string,
  gone: { readonly key: string; readonly account: string; readonly recipient: string },
): Promise<Result<null>> {
  const now = parts.now()
  const { id: run, actor, braked } = await runOf(tx, source, gone.key, 'end', now)
  if (!braked.ok) return braked
  await unlink(tx, source, now, [gone.key])
  await endPeople(tx, { now, actor, from: { source, run } }, [gone])
  await reportOne(tx, run, 'end', { ...gone, fields: ['validUntil'] }, now)
  return ok(null)
}

/** The refusal has taken its transaction back: that the run waits for somebody is written apart from it. */
export async function brakePush(db: Db, source: string, now: number, failure: Failure): Promise<void> {
  await transact(db, async (tx) => {
    const run = await tx
      .updateTable('people_run')
      .set({ state: 'braked', problem: JSON.stringify(failure), ended_at: null })
      .where('source', '=', source)
      .where('reading', '=', 'push')
      .where('state', '=', 'done')
      .where('confirmed_by', 'is', null)
      .where('started_at', '>', now - hourMs)
      .returning('id')
      .executeTakeFirst()
    if (run === undefined) return
    const { name } = await tx
      .selectFrom('people_source')
      .select('name')
      .where('id', '=', source)
      .executeTakeFirstOrThrow()
    await raiseSourceAlarm(tx, now, name, failure)
  })
}
