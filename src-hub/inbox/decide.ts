/**
 * An agent decides on a request: it is issued under a reference of its own, or declined with a reason; its kiosk is
 * told by feed.
 */
import { sql } from 'kysely'
import { DeskId, DeskKind, PickupId } from '../../src-shared/domain/index.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { dateAt } from '../../src-shared/domain/opening-hours.ts'
import { channelOf } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { issuePickup, type GrantParts } from '../pickups/index.ts'
import { decisionOf } from './file.ts'

/** An approval takes a moment; one that has taken this long has come to nothing. */
const halfwayMs = 60_000

interface ByAgent {
  readonly name: string
  readonly role: AgentRole
}

/** `LR-2026-000123`: a running number of the institution's year. A number that came to nothing stays unused. */
async function nextReference(db: Db, now: number): Promise<string> {
  const year = Number(dateAt(now).slice(0, 4))
  const { n } = await db
    .insertInto('request_number')
    .values({ year, n: 1 })
    .onConflict((conflict) => conflict.column('year').doUpdateSet({ n: sql`request_number.n + 1` }))
    .returning('n')
    .executeTakeFirstOrThrow()
  return `LR-${year}-${String(n).padStart(6, '0')}`
}

/** The account an approval is for: named, typed at the kiosk, or the card holder's only one. */
async function accountOf(
  db: Db,
  row: { account: string | null; recipient: string | null },
  named: string | null,
): Promise<string | null> {
  if (named !== null || row.account !== null) return named ?? row.account
  const own =
    row.recipient === null
      ? []
      : await db.selectFrom('account').select('account').where('recipient', '=', row.recipient).limit(2).execute()
  return own.length === 1 ? (own[0]?.account ?? null) : null
}

async function tell(tx: Tx, id: string): Promise<void> {
  const row = await tx.selectFrom('delivery_request').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  await appendToFeed(tx, row.desk, [{ kind: 'request-decided', decision: decisionOf(row) }])
}

/**
 * A hub that ended between issuing and saying so: what was issued under the reference is taken up; what was not waits
 * again.
 */
async function finishHalfway(
  db: Db,
  now: number,
  row: {
    id: string
    desk: string
    state: string
    reference: string | null
    pickup: string | null
    decided_at: number | null
  },
  agent: ByAgent,
): Promise<Result<HubReply<'approveRequest'>> | null> {
  if (row.state !== 'approved' || row.pickup !== null || row.reference === null) return null
  const found = await db
    .selectFrom('pickup')
    .select('id')
    .where('request_reference', '=', row.reference)
    .where('desk', '=', row.desk)
    .executeTakeFirst()
  if (found === undefined) {
    // Another agent may be at it this very moment.
    if (now - Number(row.decided_at ?? 0) > halfwayMs)
      await db
        .updateTable('delivery_request')
        .set({ state: 'waiting', reference: null, decided_at: null, decided_by: null })
        .where('id', '=', row.id)
        .where('pickup', 'is', null)
        .execute()
    return fail(failures.requestDecided)
  }
  return ok(await approved(db, now, row.id, PickupId.parse(found.id), row.reference, row.desk, agent))
}

async function approved(
  db: Db,
  now: number,
  id: string,
  pickup: PickupId,
  reference: string,
  desk: string,
  agent: ByAgent,
): Promise<HubReply<'approveRequest'>> {
  await transact(db, async (tx) => {
    await tx.updateTable('delivery_request').set({ pickup }).where('id', '=', id).execute()
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor: agent.name,
        act: 'request-approved',
        pickup,
        desk,
        detail: JSON.stringify({ reference }),
      })
      .execute()
    await tell(tx, id)
  })
  return { pickup, reference }
}

/** Fails with L-237 (decided already, or no account), L-609, or as issuing does; the request then goes on waiting. */
export async function approveRequest(
  db: Db,
  parts: GrantParts,
  body: HubBody<'approveRequest'>,
  agent: ByAgent,
): Promise<Result<HubReply<'approveRequest'>>> {
  const row = await db.selectFrom('delivery_request').selectAll().where('id', '=', body.request).executeTakeFirst()
  if (row === undefined) return fail(failures.notFound, { what: 'request' })
  const half = await finishHalfway(db, parts.now(), row, agent)
  if (half !== null) return half
  const account = await accountOf(db, row, body.account)
  if (row.state !== 'waiting' || account === null) return fail(failures.requestDecided)
  const { kind } = await db.selectFrom('desk').select('kind').where('id', '=', row.desk).executeTakeFirstOrThrow()
  const now = parts.now()
  const reference = await nextReference(db, now)
  // Taken first: of two agents who approve at once, one issues.
  const taken = await db
    .updateTable('delivery_request')
    .set({ state: 'approved', reference, account, decided_at: now, decided_by: agent.name })
    .where('id', '=', row.id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  if (Number(taken.numUpdatedRows) !== 1) return fail(failures.requestDecided)
  const request = {
    account,
    desk: DeskId.parse(row.desk),
    channel: channelOf(DeskKind.parse(kind)),
    requestReference: reference,
    secretKind: body.secretKind,
  }
  let issued: Awaited<ReturnType<typeof issuePickup>> | null = null
  try {
    issued = await issuePickup(db, parts, request, agent.name, agent.role)
  } finally {
    // Refused, or the database went away: the request waits again.
    if (issued?.ok !== true)
      await db
        .updateTable('delivery_request')
        .set({ state: 'waiting', reference: null, account: row.account, decided_at: null, decided_by: null })
        .where('id', '=', row.id)
        .where('pickup', 'is', null)
        .execute()
  }
  if (!issued.ok) return issued
  return ok(await approved(db, now, row.id, PickupId.parse(issued.value.pickup), reference, row.desk, agent))
}

/** Fails with L-237 (decided already). */
export async function declineRequest(
  db: Db,
  now: number,
  body: HubBody<'declineRequest'>,
  agent: ByAgent,
): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('delivery_request')
      .set({ state: 'declined', reason: body.reason, decided_at: now, decided_by: agent.name })
      .where('id', '=', body.request)
      .where('state', '=', 'waiting')
      .returning('desk')
      .executeTakeFirst()
    if (row === undefined) return fail(failures.requestDecided)
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor: agent.name,
        act: 'request-declined',
        pickup: null,
        desk: row.desk,
        detail: JSON.stringify({ reason: body.reason }),
      })
      .execute()
    await tell(tx, body.request)
    return ok(null)
  })
}
