/**
 * Carries a checked import out, chunk by chunk, each chunk one transaction with its own place in the file: what was cut
 * off goes on from there.
 */
import { Channel, SecretKind } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { sql } from 'kysely'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { issueMany, type GrantParts } from '../pickups/index.ts'
import { deskNames, deskOf, type Lease } from './check.ts'
import type { ImportPerson, ImportPickup } from './columns.ts'
import { bringPeople } from './people.ts'

/** The next `chunk` rows. false: nothing is left. */
export async function runChunk(db: Db, parts: GrantParts, held: Lease, chunk: number): Promise<boolean> {
  return transact(db, async (tx) => {
    await held.keep(tx)
    const { id } = held
    const batch = await tx
      .selectFrom('import')
      .select(['state', 'created_by', 'role', 'supersede'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (batch.state !== 'running') return false
    const rows = await tx
      .selectFrom('import_row')
      .select(['line', 'account', 'pickup', 'person'])
      .where('import', '=', id)
      .where('state', '=', 'ready')
      .orderBy('line')
      .limit(chunk)
      .execute()
    if (rows.length === 0) {
      await tx
        .updateTable('import')
        .set({ state: 'done', ended_at: parts.now(), lease: null })
        .where('id', '=', id)
        .execute()
      return false
    }
    const unbrought = await bringPeople(
      tx,
      parts.keys,
      rows.flatMap(({ account, person }) =>
        person === null ? [] : [{ account, person: JSON.parse(parts.keys.open(person)) as ImportPerson }],
      ),
    )
    const names = await deskNames(tx)
    const issuing = rows.flatMap(({ line, account, pickup }) => {
      if (pickup === null || unbrought.has(account)) return []
      const { desk, channel, request_reference: reference, secret_kind: kind } = pickup as ImportPickup
      const wanted = {
        account,
        desk: deskOf(names, desk) ?? '',
        channel: channel === undefined ? null : Channel.parse(channel),
        requestReference: reference ?? null,
        secretKind: SecretKind.parse(kind),
      }
      return [{ line: Number(line), wanted }]
    })
    const issued = await issueMany(
      tx,
      parts,
      issuing.map(({ wanted }) => wanted),
      batch.created_by,
      batch.role as AgentRole,
      batch.supersede,
    )
    const outcomes = new Map<number, { pickup: string | null; failure: Failure | null }>(
      rows.map(({ line, account }) => [Number(line), { pickup: null, failure: unbrought.get(account) ?? null }]),
    )
    issuing.forEach(({ line }, i) => {
      const result = issued[i] ?? fail(failures.bug)
      outcomes.set(
        line,
        result.ok ? { pickup: result.value, failure: null } : { pickup: null, failure: result.failure },
      )
    })
    await settle(tx, id, outcomes)
    return true
  })
}

async function settle(
  tx: Tx,
  id: string,
  outcomes: ReadonlyMap<number, { readonly pickup: string | null; readonly failure: Failure | null }>,
): Promise<void> {
  const text = JSON.stringify(
    [...outcomes].map(([line, { pickup, failure }]) => ({
      line,
      issued: pickup,
      problem: failure?.code ?? null,
      params: failure?.params ?? null,
    })),
  )
  // What is personal leaves with the row's carrying out.
  await sql`UPDATE import_row r SET state = CASE WHEN t.problem IS NULL THEN 'done' ELSE 'refused' END, issued = t.issued, problem = t.problem, params = t.params, person = NULL
    FROM jsonb_to_recordset(${text}::jsonb) AS t(line bigint, issued text, problem text, params jsonb) WHERE r.import = ${id} AND r.line = t.line`.execute(
    tx,
  )
  const refused = [...outcomes.values()].filter(({ failure }) => failure !== null).length
  await sql`UPDATE import SET ready = ready - ${outcomes.size}, done = done + ${outcomes.size - refused}, refused = refused + ${refused} WHERE id = ${id}`.execute(
    tx,
  )
}
