/**
 * The hub API over HTTPS (docs/architecture.md#ledger-and-sync). One value holds every route: the hub derives its
 * validation and handler types from it, the kiosk its client and the tests their doubles.
 */
import { z } from 'zod'
import { FailureParams } from '../domain/bounds.ts'
import { carryRoutes } from './agent/carry.ts'
import { apiTokenRoutes } from './agent/api-tokens.ts'
import { importRoutes } from './agent/imports.ts'
import { openingKeyRoutes } from './agent/opening-keys.ts'
import { operationsRoutes } from './agent/operations.ts'
import { inboxRoutes } from './agent/inbox.ts'
import { letterRoutes } from './agent/letters.ts'
import { webhookRoutes } from './agent/webhooks.ts'
import { queryRoutes } from './agent/queries.ts'
import { routingRoutes } from './agent/routing.ts'
import { healthRoutes } from './agent/health.ts'
import { administrationRoutes } from './agent/administration.ts'
import { setupRoutes } from './agent/setup.ts'
import { auditRoutes } from './agent/audit.ts'
import { accountRoutes, sessionRoutes } from './agent/session.ts'
import { isErrorCode, type ErrorCode } from '../failures/codes.ts'
import { requestRoutes } from './kiosk/requests.ts'
import { statusRoutes } from './kiosk/status.ts'
import { checkInRoutes } from './kiosk/check-in.ts'
import { eIdRoutes } from './kiosk/e-id.ts'
import { enrolmentRoutes } from './kiosk/enrolment.ts'
import { feedRoutes } from './kiosk/feed.ts'
import { ledgerRoutes } from './kiosk/ledger.ts'
import { alarmRoutes } from './agent/alarms.ts'
import { kioskRoutes } from './agent/kiosks.ts'
import { peopleSourceRoutes } from './agent/people-sources.ts'
import { pickupRoutes } from './agent/pickups.ts'
import { walkInRoutes } from './kiosk/walk-in.ts'

export type { RouteAuth } from './route.ts'
export { HubPickupState } from './agent/words.ts'
export * from './words.ts'

export * from './headers.ts'
export { TimelineEvent } from './agent/pickups.ts'
export { maxOpeningLinks } from './kiosk/enrolment.ts'
export { FeedChange, FeedPage, GrantedPickup, LaterChange, SnapshotPage, StaffRecord } from './kiosk/feed.ts'

export const HubFailure = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})

export const hubApi = {
  ...enrolmentRoutes,
  ...feedRoutes,
  ...ledgerRoutes,
  ...walkInRoutes,
  ...checkInRoutes,
  ...eIdRoutes,
  ...kioskRoutes,
  ...openingKeyRoutes,
  ...alarmRoutes,
  ...pickupRoutes,
  ...apiTokenRoutes,
  ...carryRoutes,
  ...sessionRoutes,
  ...accountRoutes,
  ...queryRoutes,
  ...webhookRoutes,
  ...operationsRoutes,
  ...routingRoutes,
  ...healthRoutes,
  ...statusRoutes,
  ...importRoutes,
  ...peopleSourceRoutes,
  ...auditRoutes,
  ...letterRoutes,
  ...requestRoutes,
  ...inboxRoutes,
  ...administrationRoutes,
  ...setupRoutes,
} as const
export type HubApi = typeof hubApi
export type HubRoute = keyof HubApi
export type HubQuery<R extends HubRoute> = z.infer<HubApi[R]['query']>
export type HubBody<R extends HubRoute> = z.infer<HubApi[R]['body']>
export type HubReply<R extends HubRoute> = z.infer<HubApi[R]['reply']>
