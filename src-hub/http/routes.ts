/** The handlers of the hub API, one per route of the contract: each group is in the file of its noun. */
import type { RouteHandlers, RouteParts } from './handlers.ts'
import { administrationHandlers } from './routes/administration.ts'
import { alarmHandlers } from './routes/alarms.ts'
import { apiTokenHandlers } from './routes/api-tokens.ts'
import { auditHandlers } from './routes/audit.ts'
import { carryHandlers } from './routes/carry.ts'
import { checkInHandlers } from './routes/check-in.ts'
import { eIdHandlers } from './routes/e-id.ts'
import { healthHandlers } from './routes/health.ts'
import { importHandlers } from './routes/imports.ts'
import { inboxHandlers } from './routes/inbox.ts'
import { kioskStatusHandlers } from './routes/kiosk-status.ts'
import { kioskHandlers } from './routes/kiosks.ts'
import { letterHandlers } from './routes/letters.ts'
import { peopleSourceHandlers } from './routes/people-sources.ts'
import { openingKeyHandlers } from './routes/opening-keys.ts'
import { operationsHandlers } from './routes/operations.ts'
import { pickupHandlers } from './routes/pickups.ts'
import { queryHandlers } from './routes/queries.ts'
import { routingHandlers } from './routes/routing.ts'
import { setupHandlers } from './routes/setup.ts'
import { signInHandlers } from './routes/sign-in.ts'
import { syncHandlers } from './routes/sync.ts'
import { walkInHandlers } from './routes/walk-in.ts'
import { webhookHandlers } from './routes/webhooks.ts'

export function createRoutes(parts: RouteParts): RouteHandlers {
  return {
    ...administrationHandlers(parts),
    ...alarmHandlers(parts),
    ...apiTokenHandlers(parts),
    ...carryHandlers(parts),
    ...peopleSourceHandlers(parts),
    ...checkInHandlers(parts),
    ...eIdHandlers(parts),
    ...importHandlers(parts),
    ...inboxHandlers(parts),
    ...kioskHandlers(parts),
    ...letterHandlers(parts),
    ...queryHandlers(parts),
    ...openingKeyHandlers(parts),
    ...operationsHandlers(parts),
    ...pickupHandlers(parts),
    ...auditHandlers(parts),
    ...routingHandlers(parts),
    ...setupHandlers(parts),
    ...signInHandlers(parts),
    ...kioskStatusHandlers(parts),
    ...syncHandlers(parts),
    ...walkInHandlers(parts),
    ...healthHandlers(parts),
    ...webhookHandlers(parts),
  }
}
