/** Lists of the console. */
import type { listRoutes } from '../../../src-shared/agent-api/lists.ts'
import { ok } from '../../../src-shared/result.ts'
import { browseAudit, browseLedger, countPickups, listPickups, pickupDetail } from '../../lists/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function listHandlers({ db, keys }: RouteParts): SomeHandlers<keyof typeof listRoutes> {
  return {
    pickups: async ({ query }) => ok(await listPickups(db, query)),
    countPickups: async ({ query }) => ok(await countPickups(db, query)),
    pickup: async ({ query, agent }) => pickupDetail(db, keys, query.pickup, agent.role),
    ledgerEntries: async ({ query }) => ok(await browseLedger(db, query)),
    auditTrail: async ({ query }) => ok(await browseAudit(db, query)),
  }
}
