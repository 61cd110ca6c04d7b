/**
 * Webhooks: who is told of what happens to pickups. Never a secret: what a body may hold is this schema, and nothing
 * else.
 */
import { z } from 'zod'
import { Count, Ordinal } from '../../domain/bounds.ts'
import { Channel, DeskId, Instant, StoredInstant, Language, Localized, PickupId } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'

export const WebhookEvent = z.enum([
  'ready',
  'moved',
  'expiring',
  'handed-over',
  'burned',
  'returned',
  'letter-dispatched',
  'secret-expiring',
])
export type WebhookEvent = z.infer<typeof WebhookEvent>

/**
 * The body of a webhook. The pickup code identifies at check-in and proves nothing; `ready` and `moved` bring it for
 * the notice.
 */
export const WebhookBody = z.strictObject({
  type: z.enum(['test', ...WebhookEvent.options]),
  timestamp: Instant,
  data: z.strictObject({
    pickup: PickupId.optional(),
    account: z.string().optional(),
    language: Language.optional(),
    channel: Channel.optional(),
    requestReference: z.string().nullable().optional(),
    pickupCode: z.string().optional(),
    expiresAt: Instant.optional(),
    desk: z.strictObject({ id: DeskId, name: Localized, unit: Localized, address: z.string() }).optional(),
    /** For the notice: "not you? call". */
    notYou: z.literal(true).optional(),
  }),
})
export type WebhookBody = z.infer<typeof WebhookBody>

export const webhookRoutes = {
  webhooks: route('GET', '/v1/agent/webhooks', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      webhooks: z.array(
        z.object({
          id: z.string(),
          url: z.string(),
          events: z.array(WebhookEvent),
          createdAt: Instant,
          createdBy: z.string(),
          waiting: Count,
          dead: Count,
        }),
      ),
    }),
  }),
  /** `key` signs every request to it; it is in this reply and nowhere else. */
  addWebhook: route('POST', '/v1/agent/webhooks', 'agent', {
    query: none,
    body: z.object({ url: z.url().max(500), events: z.array(WebhookEvent).min(1) }),
    reply: z.object({ id: z.string(), key: z.string() }),
  }),
  removeWebhook: route('POST', '/v1/agent/webhooks/remove', 'agent', {
    query: none,
    body: z.object({ id: z.string().max(40) }),
    reply: z.object({ removed: z.literal(true) }),
  }),
  /** Sends one event of type `test`; how it ended is among the deliveries. */
  testWebhook: route('POST', '/v1/agent/webhooks/test', 'agent', {
    query: none,
    body: z.object({ id: z.string().max(40) }),
    reply: z.object({ queued: z.literal(true) }),
  }),
  webhookDeliveries: route('GET', '/v1/agent/webhooks/deliveries', 'agent', {
    query: z.object({
      id: z.string().max(40).optional(),
      state: z.enum(['pending', 'delivered', 'dead']).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    body: noBody,
    reply: z.object({
      deliveries: z.array(
        z.object({
          event: Count,
          id: z.string(),
          type: z.string(),
          pickup: PickupId.nullable(),
          at: Instant,
          state: z.enum(['pending', 'delivered', 'dead']),
          attempts: Count,
          nextAt: StoredInstant,
          status: Count.nullable(),
          error: z.string().nullable(),
        }),
      ),
    }),
  }),
  /** A dead one is tried again, from the start. */
  retryWebhook: route('POST', '/v1/agent/webhooks/retry', 'agent', {
    query: none,
    body: z.object({ event: Ordinal, id: z.string().max(40) }),
    reply: z.object({ queued: z.literal(true) }),
  }),
} as const
