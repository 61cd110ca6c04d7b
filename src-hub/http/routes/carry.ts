/** Ledgers that come on memory sticks. */
import type { carryRoutes } from '../../../src-shared/hub-api/agent/carry.ts'
import { takeCarried } from '../../ledger/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function carryHandlers(parts: RouteParts): SomeHandlers<keyof typeof carryRoutes> {
  return { importLedger: ({ body, agent }) => takeCarried(parts.db, parts, body.file, agent.name) }
}
