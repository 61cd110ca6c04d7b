/** What others are told of: rows in the outbox, written in the transaction of the change. */
import type { WebhookEvent } from '../../src-shared/hub-api/agent/webhooks.ts'
import type { Tx } from '../database/index.ts'

export interface NewEvent {
  readonly kind: WebhookEvent
  readonly pickup: string
  readonly desk: string | null
}

/** Costs one look where nobody is to be told. */
export async function recordEvents(tx: Tx, now: number, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const someone = await tx
    .selectFrom('webhook_target')
    .select('id')
    .where('removed_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  if (someone === undefined) return
  await tx
    .insertInto('webhook_event')
    .values(events.map((event) => ({ ...event, at: now })))
    .execute()
}

const outcomes: Readonly<Record<string, WebhookEvent>> = {
  'handed-over': 'handed-over',
  burned: 'burned',
  'returned-by-post': 'burned',
  returned: 'returned',
  dispatched: 'letter-dispatched',
}

/** What follows from the states that a ledger has brought pickups to. */
export async function recordOutcomes(
  tx: Tx,
  now: number,
  desk: string,
  changed: readonly { readonly id: string; readonly state: string }[],
): Promise<void> {
  const events = changed.flatMap(({ id, state }) => {
    const kind = outcomes[state]
    return kind === undefined ? [] : [{ kind, pickup: id, desk }]
  })
  await recordEvents(tx, now, events)
}
