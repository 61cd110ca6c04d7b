/** Webhooks, by administrators. */
import { ok } from '../../../src-shared/failures/result.ts'
import {
  addWebhook,
  listDeliveries,
  listWebhooks,
  queueTest,
  removeWebhook,
  retryDelivery,
} from '../../webhooks/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

type Routes = 'webhooks' | 'addWebhook' | 'removeWebhook' | 'testWebhook' | 'webhookDeliveries' | 'retryWebhook'

export function webhookHandlers({
  db,
  keys,
  now,
  webhookGuard = { hosts: [], loopback: false },
}: RouteParts): SomeHandlers<Routes> {
  return {
    webhooks: async () => ok(await listWebhooks(db)),
    addWebhook: async ({ body, agent }) => addWebhook(db, keys, webhookGuard, body, agent.name, now()),
    removeWebhook: async ({ body, agent }) => {
      const done = await removeWebhook(db, body.id, agent.name, now())
      return done.ok ? ok({ removed: true as const }) : done
    },
    testWebhook: async ({ body, agent }) => {
      const done = await queueTest(db, body.id, agent.name, now())
      return done.ok ? ok({ queued: true as const }) : done
    },
    webhookDeliveries: async ({ query }) => ok(await listDeliveries(db, query)),
    retryWebhook: async ({ body, agent }) => {
      const done = await retryDelivery(db, body.event, body.id, agent.name, now())
      return done.ok ? ok({ queued: true as const }) : done
    },
  }
}
