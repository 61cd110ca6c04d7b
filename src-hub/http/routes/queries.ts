/** Lists of the console. */
import type { queryRoutes } from '../../../src-shared/hub-api/agent/queries.ts'
import { ok } from '../../../src-shared/failures/result.ts'
import { browseAudit, browseLedger, countPickups, listPickups, pickupDetail } from '../../queries/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function queryHandlers({ db, keys, readings }: RouteParts): SomeHandlers<keyof typeof queryRoutes> {
  return {
    pickups: async ({ query, agent }) => {
      const found = await listPickups(db, query)
      const recipients = found.pickups.map(({ recipient }) => recipient)
      // Without a text it is the list of work; with one, somebody looks for somebody.
      if (query.text !== undefined) await readings?.record(agent.name, { act: 'people-searched', recipients })
      return ok(found)
    },
    countPickups: async ({ query }) => ok(await countPickups(db, query)),
    pickup: async ({ query, agent }) => {
      const found = await pickupDetail(db, keys, query.pickup, agent.role)
      if (found.ok) await readings?.record(agent.name, { act: 'pickup-read', pickup: query.pickup })
      return found
    },
    ledgerEntries: async ({ query }) => ok(await browseLedger(db, query)),
    auditTrail: async ({ query }) => ok(await browseAudit(db, query)),
  }
}
