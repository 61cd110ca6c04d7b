/** Imports as agents see them: made, sent in parts, looked at, carried out, called off. */
import { z } from 'zod'
import { PickupId } from '../../src-shared/domain/index.ts'
import { Import, importMaxBytes, importPartBytes } from '../../src-shared/hub-api/agent/imports.ts'
import type { HubBody, HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { isErrorCode, type ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import { keep, transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'

const Problem = Import.shape.problem
const Code = z.custom<ErrorCode>(isErrorCode)

export async function createImport(
  db: Db,
  body: HubBody<'createImport'>,
  actor: string,
  role: AgentRole,
  now: number,
): Promise<HubReply<'createImport'>> {
  const id = newId()
  await db
    .insertInto('import')
    .values({
      id,
      name: body.name,
      state: 'uploading',
      created_at: now,
      created_by: actor,
      role,
      supersede: body.supersede,
    })
    .execute()
  await audit(db, now, actor, 'import-made', id)
  return { id }
}

async function audit(db: Db | Tx, now: number, actor: string, act: string, id: string): Promise<void> {
  await db
    .insertInto('audit')
    .values({ at: now, actor, act, pickup: null, desk: null, detail: JSON.stringify({ import: id }) })
    .execute()
}

/** Fails with L-609, L-618 (another's), L-638 (not uploading, or a part out of order), L-631 (too large). */
export async function takePart(
  db: Db,
  keys: HubKeys,
  body: HubBody<'importPart'>,
  actor: string,
  now: number,
): Promise<Result<HubReply<'importPart'>>> {
  const bytes = Buffer.from(body.bytes, 'base64')
  const tooLarge = fail(failures.fileTooLarge, { max: importMaxBytes / 1024 / 1024 })
  if (bytes.length > importPartBytes) return tooLarge
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('import')
      .select(['state', 'bytes', 'parts', 'created_by'])
      .where('id', '=', body.id)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'import' })
    if (row.created_by !== actor) return fail(failures.roleNotAllowed)
    const received = Number(row.parts)
    // Sent again because the answer was lost.
    if (body.part < received && (row.state === 'uploading' || body.part === received - 1)) return ok({ received })
    if (row.state !== 'uploading' || body.part !== received) return fail(failures.importAtAnotherStage)
    if (Number(row.bytes) + bytes.length > importMaxBytes) {
      await tx
        .updateTable('import')
        .set({ state: 'refused', problem: JSON.stringify(tooLarge.failure), ended_at: now })
        .where('id', '=', body.id)
        .execute()
      return keep(tooLarge)
    }
    await tx
      .insertInto('import_part')
      .values({ import: body.id, part: body.part, sealed: keys.seal(bytes.toString('base64')) })
      .execute()
    await tx
      .updateTable('import')
      .set({
        bytes: Number(row.bytes) + bytes.length,
        parts: received + 1,
        ...(body.last ? { state: 'checking' } : {}),
      })
      .where('id', '=', body.id)
      .execute()
    return ok({ received: received + 1 })
  })
}

type Row = Awaited<ReturnType<typeof readImports>>[number]
function readImports(db: Db, id: string | null) {
  const rows = db
    .selectFrom('import')
    .select([
      'id',
      'name',
      'state',
      'created_at',
      'created_by',
      'supersede',
      'bytes',
      'rows',
      'ready',
      'refused',
      'done',
      'problem',
    ])
    .orderBy('created_at', 'desc')
    .limit(100)
  return (id === null ? rows : rows.where('id', '=', id)).execute()
}

type Counted = Pick<HubReply<'import'>, 'problems' | 'warnings'>
function shown(row: Row, counted: Counted): HubReply<'import'> {
  return {
    id: row.id,
    name: row.name,
    state: Import.shape.state.parse(row.state),
    createdAt: Number(row.created_at),
    createdBy: row.created_by,
    supersede: row.supersede,
    bytes: Number(row.bytes),
    rows: Number(row.rows),
    ready: Number(row.ready),
    refused: Number(row.refused),
    done: Number(row.done),
    problem: Problem.parse(row.problem),
    ...counted,
  }
}

/** Newest first; what is wrong with rows is only counted in `oneImport`. */
export async function listImports(db: Db): Promise<HubReply<'imports'>> {
  return { imports: (await readImports(db, null)).map((row) => shown(row, { problems: [], warnings: [] })) }
}

/** Fails with L-609. */
export async function oneImport(db: Db, id: string): Promise<Result<HubReply<'import'>>> {
  const [row] = await readImports(db, id)
  if (row === undefined) return fail(failures.notFound, { what: 'import' })
  const counted = await db
    .selectFrom('import_row')
    .select((e) => ['state', 'problem', e.fn.countAll<number>().as('n')])
    .where('import', '=', id)
    // By the index of states: a page asks this twice a second while a long file is carried out, when nothing is warned
    // of any longer.
    .where('state', 'in', row.state === 'checked' ? ['refused', 'ready'] : ['refused'])
    .where('problem', 'is not', null)
    .groupBy(['state', 'problem'])
    .execute()
  const those = (state: string) =>
    counted
      .filter((each) => each.state === state)
      .map(({ problem, n }) => ({ code: Code.parse(problem), rows: Number(n) }))
  return ok(shown(row, { problems: those('refused'), warnings: those('ready') }))
}

const callsOff: ReadonlySet<AgentRole> = new Set(['supervisor', 'administrator'])

/**
 * From `checked` to `running`, by its maker alone: what is issued is issued in their name and by their role; or called
 * off before it is done, by them or by who supervises. Fails with L-609, L-618, L-638.
 */
export async function moveImport(
  db: Db,
  id: string,
  to: 'running' | 'cancelled',
  agent: { readonly name: string; readonly role: AgentRole },
  now: number,
): Promise<Result<HubReply<'runImport'>>> {
  const from = to === 'running' ? ['checked'] : ['uploading', 'checking', 'checked', 'running']
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('import')
      .select(['state', 'created_by'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'import' })
    if (row.created_by !== agent.name && !(to === 'cancelled' && callsOff.has(agent.role)))
      return fail(failures.roleNotAllowed)
    if (row.state === to) return ok({ state: to })
    if (!from.includes(row.state)) return fail(failures.importAtAnotherStage)
    await tx
      .updateTable('import')
      .set({ state: to, lease: null, ...(to === 'cancelled' ? { ended_at: now } : {}) })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, agent.name, to === 'running' ? 'import-run' : 'import-cancelled', id)
    return ok({ state: to })
  })
}

/** A page in the order of the file. */
export async function importRows(db: Db, query: HubQuery<'importRows'>): Promise<HubReply<'importRows'>> {
  let rows = db
    .selectFrom('import_row')
    .select(['line', 'account', 'state', 'problem', 'params', 'issued'])
    .where('import', '=', query.id)
    .where('line', '>', query.after)
    .orderBy('line')
    .limit(query.limit)
  if (query.state !== undefined) rows = rows.where('state', '=', query.state)
  const found = await rows.execute()
  return {
    rows: found.map((row) => ({
      line: Number(row.line),
      account: row.account,
      state: row.state as 'ready' | 'refused' | 'done',
      problem:
        row.problem === null
          ? null
          : { code: Code.parse(row.problem), params: (row.params ?? {}) as Record<string, string | number> },
      pickup: row.issued === null ? null : PickupId.parse(row.issued),
    })),
    after: found.length === query.limit ? Number(found.at(-1)?.line) : null,
  }
}
