/** Who is told: added and removed by administrators; the key that signs is sealed under the hub's master key. */
import { z } from 'zod'
import { PickupId } from '../../src-shared/domain/index.ts'
import { WebhookEvent } from '../../src-shared/hub-api/agent/webhooks.ts'
import type { HubBody, HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { mayCallAddress, type Guard } from './guard.ts'
import { newSigningKey } from './sign.ts'

const Events = z.array(WebhookEvent)

const audit = (at: number, actor: string, act: string, detail: object) => ({
  at,
  actor,
  act,
  pickup: null,
  desk: null,
  detail: JSON.stringify(detail),
})

/** Fails with L-639 for an address that the hub may not call. */
export async function addWebhook(
  db: Db,
  keys: HubKeys,
  guard: Guard,
  body: HubBody<'addWebhook'>,
  actor: string,
  now: number,
): Promise<Result<HubReply<'addWebhook'>>> {
  if (!mayCallAddress(body.url, guard)) return fail(failures.addressForbidden)
  const id = newId()
  const key = newSigningKey()
  await transact(db, async (tx) => {
    const events = JSON.stringify([...new Set(body.events)])
    await tx
      .insertInto('webhook_target')
      .values({ id, url: body.url, sealed: keys.seal(key), events, created_at: now, created_by: actor })
      .execute()
    await tx
      .insertInto('audit')
      .values(audit(now, actor, 'webhook-added', { id }))
      .execute()
  })
  return ok({ id, key })
}

/** Fails with L-609. What still waited for it is not sent any more. */
export async function removeWebhook(db: Db, id: string, actor: string, now: number): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('webhook_target')
      .set({ removed_at: now, removed_by: actor })
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'webhook' })
    await tx.deleteFrom('webhook_delivery').where('target', '=', id).where('state', '=', 'pending').execute()
    await tx
      .insertInto('audit')
      .values(audit(now, actor, 'webhook-removed', { id }))
      .execute()
    return ok(null)
  })
}

export async function listWebhooks(db: Db): Promise<HubReply<'webhooks'>> {
  const rows = await db
    .selectFrom('webhook_target as t')
    .select((e) => [
      't.id',
      't.url',
      't.events',
      't.created_at',
      't.created_by',
      e
        .selectFrom('webhook_delivery')
        .select((c) => c.fn.countAll<number>().as('n'))
        .whereRef('target', '=', 't.id')
        .where('state', '=', 'pending')
        .as('waiting'),
      e
        .selectFrom('webhook_delivery')
        .select((c) => c.fn.countAll<number>().as('n'))
        .whereRef('target', '=', 't.id')
        .where('state', '=', 'dead')
        .as('dead'),
    ])
    .where('t.removed_at', 'is', null)
    .orderBy('t.created_at')
    .execute()
  return {
    webhooks: rows.map((row) => ({
      id: row.id,
      url: row.url,
      events: Events.parse(row.events),
      createdAt: Number(row.created_at),
      createdBy: row.created_by,
      waiting: Number(row.waiting),
      dead: Number(row.dead),
    })),
  }
}

/** Fails with L-609. */
export async function queueTest(db: Db, id: string, actor: string, now: number): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('webhook_target')
      .select('id')
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'webhook' })
    await tx
      .insertInto('webhook_event')
      .values({ kind: 'test', pickup: null, desk: null, target: id, at: now })
      .execute()
    await tx
      .insertInto('audit')
      .values(audit(now, actor, 'webhook-tested', { id }))
      .execute()
    return ok(null)
  })
}

/** Newest first. */
export async function listDeliveries(
  db: Db,
  query: HubQuery<'webhookDeliveries'>,
): Promise<HubReply<'webhookDeliveries'>> {
  let rows = db
    .selectFrom('webhook_delivery as d')
    .innerJoin('webhook_event as e', 'e.id', 'd.event')
    .select([
      'd.event',
      'd.target',
      'd.state',
      'd.attempts',
      'd.not_before',
      'd.status',
      'd.error',
      'e.kind',
      'e.pickup',
      'e.at',
    ])
    .orderBy('d.event', 'desc')
    .limit(query.limit)
  if (query.id !== undefined) rows = rows.where('d.target', '=', query.id)
  if (query.state !== undefined) rows = rows.where('d.state', '=', query.state)
  return {
    deliveries: (await rows.execute()).map((row) => ({
      event: Number(row.event),
      id: row.target,
      type: row.kind,
      pickup: row.pickup === null ? null : PickupId.parse(row.pickup),
      at: Number(row.at),
      state: row.state,
      attempts: Number(row.attempts),
      nextAt: row.state === 'pending' ? Number(row.not_before) : null,
      status: row.status === null ? null : Number(row.status),
      error: row.error,
    })),
  }
}

/** Fails with L-609 unless it is dead. */
export async function retryDelivery(
  db: Db,
  event: number,
  target: string,
  actor: string,
  now: number,
): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('webhook_delivery')
      .set({ state: 'pending', attempts: 0, not_before: now, lease_until: null, ended_at: null })
      .where('event', '=', event)
      .where('target', '=', target)
      .where('state', '=', 'dead')
      .returning('event')
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'delivery' })
    await tx
      .insertInto('audit')
      .values(audit(now, actor, 'webhook-retried', { id: target, event }))
      .execute()
    return ok(null)
  })
}
