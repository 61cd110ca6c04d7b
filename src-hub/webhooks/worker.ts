/**
 * Sends what waits in the outbox: at least once, each under a lease, with longer and longer pauses, until it is
 * delivered or dead. Safe in several hub processes.
 */
import { sql } from 'kysely'
import { secretEnd } from '../../src-shared/domain/secret-end.ts'
import { WebhookBody } from '../../src-shared/hub-api/agent/webhooks.ts'
import { usualAnd } from '../../src-shared/outgoing/index.ts'
import { transact, type Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import type { Guard } from './guard.ts'
import { signedPost } from './post.ts'

export interface WebhookParts {
  readonly keys: HubKeys
  readonly now: () => number
  readonly guard: Guard
  /** PEM of an authority to trust beside the usual ones. */
  readonly ca?: string
  /** Longest that one try may take, ms; by default ten seconds. Shorter than a lease. */
  readonly timeoutMs?: number
  /** Aborts when a stopping hub has waited long enough for what is out. */
  readonly stop?: AbortSignal
}

const usualTimeoutMs = 10_000
const leaseMs = 60_000
const pollMs = 1000
/** Requests that may be out to one target at a time. */
const lanesOfTarget = 3
/** After each of ten tries; the eleventh, 21 hours after the first, is the last. */
const pauses = [10, 30, 90, 270, 800, 2400, 7200, 21_600, 21_600, 21_600].map((seconds) => seconds * 1000)

export interface WebhookWorker {
  start(): void
  stop(): Promise<void>
  /** Sends what is due until nothing is; returns how many tries it made. */
  run(): Promise<number>
}

interface Delivery {
  readonly event: number
  readonly target: string
  readonly attempts: number
}

/** What a body says, as the pickup stands now; one whose data has been purged brings its id alone. */
async function bodyOf(db: Db, keys: HubKeys, event: number): Promise<WebhookBody> {
  const row = await db.selectFrom('webhook_event').selectAll().where('id', '=', event).executeTakeFirstOrThrow()
  const type = WebhookBody.shape.type.parse(row.kind)
  const timestamp = Number(row.at)
  if (row.pickup === null) return { type, timestamp, data: {} }
  const pickup = await db
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .select([
      'pickup.id',
      'pickup.account',
      'pickup.channel',
      'pickup.request_reference',
      'pickup.pickup_code',
      'pickup.expires_at',
      'pickup.secret_days',
      'recipient.language',
    ])
    .where('pickup.id', '=', row.pickup)
    .executeTakeFirst()
  const desk =
    row.desk === null
      ? undefined
      : await db
          .selectFrom('desk')
          .innerJoin('unit', 'unit.id', 'desk.unit')
          .select(['desk.id', 'desk.name', 'unit.name as unit', 'unit.address'])
          .where('desk.id', '=', row.desk)
          .executeTakeFirst()
  // The schema is strict: nothing but what it names can be sent.
  return WebhookBody.parse({
    type,
    timestamp,
    data: {
      pickup: row.pickup,
      ...(pickup === undefined
        ? {}
        : {
            account: pickup.account,
            language: pickup.language,
            channel: pickup.channel,
            requestReference: pickup.request_reference,
            ...(type === 'ready' || type === 'moved' || type === 'expiring'
              ? { expiresAt: Number(pickup.expires_at), pickupCode: keys.open(pickup.pickup_code) }
              : type === 'secret-expiring'
                ? { expiresAt: secretEnd(Number(pickup.expires_at), Number(pickup.secret_days)) }
                : {}),
          }),
      ...(desk === undefined ? {} : { desk }),
      ...(type === 'handed-over' ? { notYou: true } : {}),
    },
  })
}

/** What waits to be sent, and how. */
interface Outbox {
  readonly db: Db
  readonly parts: WebhookParts
}

export function createWebhookWorker(
  db: Db,
  parts: WebhookParts,
  onBug: (job: string, error: unknown) => void,
): WebhookWorker {
  let timer: NodeJS.Timeout | null = null
  let turning: Promise<unknown> = Promise.resolve()
  let stopped = false
  const outbox: Outbox = { db, parts }
  const serving = new Map<string, Promise<number>>()

  async function lane(target: string): Promise<number> {
    let tries = 0
    for (; !stopped; tries++) {
      const delivery = await claim(outbox, target)
      if (delivery === null) break
      await deliver(outbox, delivery)
    }
    return tries
  }

  /** What is due for one target; a target that is being served already is left to who serves it. */
  function serve(target: string): Promise<number> {
    const already = serving.get(target)
    if (already !== undefined) return already
    const all = Promise.all(Array.from({ length: lanesOfTarget }, () => lane(target)))
      .then((tries) => tries.reduce((sum, n) => sum + n, 0))
      .finally(() => serving.delete(target))
    serving.set(target, all)
    return all
  }

  /** Begins what is due; of each target by itself, so that one that is slow or silent delays no other. */
  async function begin(): Promise<Promise<number>[]> {
    await fan(outbox)
    return (await dueTargets(outbox)).map(serve)
  }

  const bug = (error: unknown) => onBug('webhooks', error)
  return {
    async run() {
      return (await Promise.all(await begin())).reduce((sum, n) => sum + n, 0)
    },
    start() {
      const turn = () => {
        turning = begin().then((begun) => {
          for (const one of begun) one.catch(bug)
        }, bug)
        void turning.then(() => {
          if (!stopped) timer = setTimeout(turn, pollMs)
        })
      }
      turn()
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await turning
      await Promise.allSettled(serving.values())
    },
  }
}

/** One delivery for each event and each target that asked for its kind. */
async function fan(outbox: Outbox): Promise<void> {
  await transact(outbox.db, async (tx) => {
    const { rows } = await sql<{
      id: number
    }>`SELECT id FROM webhook_event WHERE NOT fanned ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED`.execute(tx)
    if (rows.length === 0) return
    const ids = sql.join(rows.map(({ id }) => sql`${id}::bigint`))
    await sql`INSERT INTO webhook_delivery (event, target, not_before)
      SELECT e.id, t.id, ${outbox.parts.now()} FROM webhook_event e JOIN webhook_target t ON t.removed_at IS NULL
        AND (e.target = t.id OR (e.target IS NULL AND t.events ? e.kind)) WHERE e.id IN (${ids}) ON CONFLICT DO NOTHING`.execute(
      tx,
    )
    await sql`UPDATE webhook_event SET fanned = true WHERE id IN (${ids})`.execute(tx)
  })
}

/** Targets for which something is due. */
async function dueTargets(outbox: Outbox): Promise<string[]> {
  const now = outbox.parts.now()
  const { rows } = await sql<{
    id: string
  }>`SELECT t.id FROM webhook_target t WHERE EXISTS (SELECT 1 FROM webhook_delivery d
    WHERE d.target = t.id AND d.state = 'pending' AND d.not_before <= ${now} AND coalesce(d.lease_until, 0) < ${now})`.execute(
    outbox.db,
  )
  return rows.map(({ id }) => id)
}

async function claim(outbox: Outbox, target: string): Promise<Delivery | null> {
  const now = outbox.parts.now()
  const { rows } =
    await sql<Delivery>`UPDATE webhook_delivery d SET lease_until = ${now + leaseMs}, attempts = d.attempts + 1
    FROM (SELECT event, target FROM webhook_delivery WHERE target = ${target} AND state = 'pending' AND not_before <= ${now}
      AND coalesce(lease_until, 0) < ${now} ORDER BY not_before, event LIMIT 1 FOR UPDATE SKIP LOCKED) o
    WHERE d.event = o.event AND d.target = o.target RETURNING d.event, d.target, d.attempts`.execute(outbox.db)
  return rows[0] ?? null
}

async function deliver(outbox: Outbox, { event, target, attempts }: Delivery): Promise<void> {
  const to = await outbox.db
    .selectFrom('webhook_target')
    .select(['url', 'sealed', 'removed_at'])
    .where('id', '=', target)
    .executeTakeFirst()
  if (to === undefined || to.removed_at !== null) {
    await outbox.db.deleteFrom('webhook_delivery').where('event', '=', event).where('target', '=', target).execute()
    return
  }
  const body = Buffer.from(JSON.stringify(await bodyOf(outbox.db, outbox.parts.keys, event)))
  const { guard, keys, now } = outbox.parts
  // The id stays the same over all tries: a receiver drops what it has seen.
  const posted = await signedPost({
    url: to.url,
    key: keys.open(to.sealed),
    id: `evt_${event}`,
    at: now(),
    body,
    guard,
    timeoutMs: outbox.parts.timeoutMs ?? usualTimeoutMs,
    ...(outbox.parts.ca === undefined ? {} : { ca: usualAnd(outbox.parts.ca) }),
    ...(outbox.parts.stop === undefined ? {} : { stop: outbox.parts.stop }),
  })
  // Cut short by this hub's own stop: it counts as no try, and whoever runs next asks again at once.
  if ('error' in posted && outbox.parts.stop?.aborted === true) {
    await outbox.db
      .updateTable('webhook_delivery')
      .set({ attempts: attempts - 1, not_before: now(), lease_until: null })
      .where('event', '=', event)
      .where('target', '=', target)
      .where('state', '=', 'pending')
      .execute()
    return
  }
  const status = 'status' in posted ? posted.status : null
  const pause = pauses[attempts - 1]
  const delivered = status !== null && status >= 200 && status < 300
  // 410 is the receiver's word that it wants no more of these.
  const dead = !delivered && (pause === undefined || status === 410)
  await outbox.db
    .updateTable('webhook_delivery')
    .set({
      state: delivered ? 'delivered' : dead ? 'dead' : 'pending',
      not_before: now() + (pause ?? 0),
      lease_until: null,
      status,
      error: 'error' in posted ? posted.error : null,
      ended_at: delivered || dead ? now() : null,
    })
    .where('event', '=', event)
    .where('target', '=', target)
    .where('state', '=', 'pending')
    .execute()
}
