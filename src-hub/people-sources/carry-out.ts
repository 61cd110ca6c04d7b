/**
 * One run of a source: it is read to its end, planned, and carried out piece by piece. A run that dies while it reads
 * begins again; one that dies while it is carried out goes on behind the last piece.
 */
import type { Failure } from '../../src-shared/failures/result.ts'
import type { SourceSettings } from '../../src-shared/hub-api/agent/people-sources.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { CardRace, endPeople, keepPeople, type Keeping } from '../people/index.ts'
import { createStride, usualPace, type GrantParts } from '../pickups/index.ts'
import { raiseSourceAlarm } from './alarm.ts'
import { link, unlink } from './links.ts'
import { brake, planPeople, type Plan } from './plan.ts'
import { LeaseLost } from '../worker-loop.ts'
import { keepRows, nextRows, settleRows, type NextRow, type Outcome, type RunLease } from './runs.ts'
import { readerOf, type SourcePlaces } from './readers.ts'
import { blindsOf, worldOf } from './world.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { fail } from '../../src-shared/failures/result.ts'

export interface RunParts extends GrantParts {
  readonly places: SourcePlaces
}

/** Rows that one transaction carries out at most, and about how long it may take, ms: kiosks' requests come between. */
const mostRows = 500
const batchMs = 100

export const actorOf = (source: { readonly name: string }) => `source:${source.name}`

const sourceOf = (db: Db, id: string) =>
  db.selectFrom('people_source').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

/** Counts of a plan, for the report. */
const counts = (plan: Plan, read: number) => ({
  read,
  unchanged: plan.unchanged,
  adds: plan.rows.filter(({ what }) => what === 'add').length,
  changes: plan.rows.filter(({ what }) => what === 'change').length,
  ends: plan.rows.filter(({ what }) => what === 'end').length,
  refused: plan.refused.length,
})

async function failRun(db: Db, held: RunLease, now: number, name: string, failure: Failure): Promise<void> {
  await transact(db, async (tx) => {
    await held.keep(tx)
    await tx
      .updateTable('people_run')
      .set({ state: 'failed', ended_at: now, problem: JSON.stringify(failure), lease: null, lease_until: null })
      .where('id', '=', held.run)
      .execute()
    if (failure.code !== failures.sourceFileUnchanged) await raiseSourceAlarm(tx, now, name, failure)
  })
}

/** From `waiting` or `reading` to what comes of it. */
export async function readRun(db: Db, parts: RunParts, held: RunLease): Promise<void> {
  const { keys, now } = parts
  const run = await db.selectFrom('people_run').selectAll().where('id', '=', held.run).executeTakeFirstOrThrow()
  const source = await sourceOf(db, held.source)
  const secret = source.sealed === null ? '' : keys.open(source.sealed)
  const reader = readerOf(source.settings as SourceSettings, secret, parts.places)
  const read = await reader.read(run.reading === 'full' ? null : source.mark)
  if (!read.ok) return failRun(db, held, now(), source.name, read.failure)
  const reading = read.value
  const blinds = blindsOf(keys)
  const world = await worldOf(db, blinds, source.id, reading)
  const plan = planPeople(reading, world, blinds)
  const preview = run.kind === 'preview'
  await keepRows(db, keys, held, plan, !preview)
  const braked = brake(plan, world.known, Number(source.brake_percent))
  const problem = braked ?? (plan.heldBack > 0 ? fail(failures.goneHeldBack, { count: plan.heldBack }).failure : null)
  const at = now()
  const over = preview || braked !== null
  await transact(db, async (tx) => {
    await held.keep(tx)
    await tx
      .updateTable('people_run')
      .set({
        ...counts(plan, reading.said.length + reading.unread.length),
        reading: reading.whole ? 'full' : 'delta',
        state: preview ? 'done' : braked === null ? 'applying' : 'braked',
        problem: problem === null ? null : JSON.stringify(problem),
        mark: reading.mark,
        ...(over ? { lease: null, lease_until: null } : {}),
        ...(preview ? { ended_at: at } : {}),
      })
      .where('id', '=', held.run)
      .execute()
    if (preview) return
    await link(tx, source.id, at, plan.adopted)
    if (braked === null) await unlink(tx, source.id, at, plan.left)
    if (problem !== null) await raiseSourceAlarm(tx, at, source.name, problem)
  })
}

async function writeRows(
  tx: Tx,
  keys: HubKeys,
  source: string,
  keeping: Keeping,
  rows: readonly NextRow[],
): Promise<Outcome[]> {
  const ending = rows.flatMap(({ what, key, account, recipient }) =>
    what === 'end' && recipient !== null ? [{ key, account, recipient }] : [],
  )
  await unlink(
    tx,
    source,
    keeping.now,
    ending.map(({ key }) => key),
  )
  await endPeople(tx, keeping, ending)
  const keeps = rows.filter(({ what }) => what !== 'end')
  const kept = await keepPeople(tx, keys, keeping, keeps)
  const links = keeps.flatMap(({ key, account }) => {
    const one = kept.get(account)
    return one !== undefined && 'recipient' in one ? [{ key, account, recipient: one.recipient }] : []
  })
  await link(tx, source, keeping.now, links)
  return rows.map(({ n, what, account }) => {
    const one = what === 'end' ? undefined : kept.get(account)
    return { n, failure: one !== undefined && 'failure' in one ? one.failure : null }
  })
}

/** The next `limit` rows. false: nothing is left, and the run is over. */
async function piece(db: Db, parts: RunParts, held: RunLease, limit: number): Promise<boolean> {
  return transact(db, async (tx) => {
    await held.keep(tx)
    const run = await tx.selectFrom('people_run').selectAll().where('id', '=', held.run).executeTakeFirstOrThrow()
    if (run.state !== 'applying') throw new LeaseLost()
    const source = await tx
      .selectFrom('people_source')
      .selectAll()
      .where('id', '=', held.source)
      .executeTakeFirstOrThrow()
    const now = parts.now()
    const rows = await nextRows(tx, parts.keys, held.run, limit)
    if (rows.length === 0) {
      await tx
        .updateTable('people_run')
        .set({ state: 'done', ended_at: now, lease: null, lease_until: null })
        .where('id', '=', held.run)
        .execute()
      const full = run.reading === 'full' ? { full_at: now } : {}
      await tx
        .updateTable('people_source')
        .set({ mark: run.mark, ...full })
        .where('id', '=', held.source)
        .execute()
      return false
    }
    const keeping = { now, actor: actorOf(source), from: { source: source.id, run: run.id } }
    await settleRows(tx, held.run, await writeRows(tx, parts.keys, held.source, keeping, rows))
    return true
  })
}

/** From `applying` to `done`. */
export async function applyRun(db: Db, parts: RunParts, held: RunLease, stopped: () => boolean): Promise<void> {
  const pace = { ...(parts.pace ?? usualPace), batchMs }
  const stride = createStride(pace, mostRows)
  for (;;) {
    if (stopped()) return
    const from = pace.clock()
    try {
      if (!(await piece(db, parts, held, stride.rows))) return
    } catch (error) {
      // Looked at anew: the card is somebody's by now.
      if (!(error instanceof CardRace)) throw error
      continue
    }
    await stride.took(from)
  }
}
