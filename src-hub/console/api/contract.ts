/** What the console asks of the hub: the agents' routes, those of the hub API and those of the console's own groups. */
import type { z } from 'zod'
import { administrationRoutes } from '../../../src-shared/hub-api/agent/administration.ts'
import { queryRoutes } from '../../../src-shared/hub-api/agent/queries.ts'
import { auditRoutes } from '../../../src-shared/hub-api/agent/audit.ts'
import { routingRoutes } from '../../../src-shared/hub-api/agent/routing.ts'
import { accountRoutes, sessionRoutes } from '../../../src-shared/hub-api/agent/session.ts'
import { setupRoutes } from '../../../src-shared/hub-api/agent/setup.ts'
import { healthRoutes } from '../../../src-shared/hub-api/agent/health.ts'
import { hubApi } from '../../../src-shared/hub-api/index.ts'

export const consoleApi = {
  ...hubApi,
  ...sessionRoutes,
  ...accountRoutes,
  ...queryRoutes,
  ...healthRoutes,
  ...routingRoutes,
  ...auditRoutes,
  ...administrationRoutes,
  ...setupRoutes,
} as const
export type ConsoleApi = typeof consoleApi
export type ConsoleRoute = keyof ConsoleApi
export type ConsoleReply<R extends ConsoleRoute> = z.infer<ConsoleApi[R]['reply']>
/** As written by the caller: defaults may be left out. */
export type ConsoleQuery<R extends ConsoleRoute> = z.input<ConsoleApi[R]['query']>
export type ConsoleBody<R extends ConsoleRoute> = z.input<ConsoleApi[R]['body']>
