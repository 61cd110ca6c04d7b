/** Setting an institution up. */
import type { setupRoutes } from '../../../src-shared/hub-api/agent/setup.ts'
import { ok } from '../../../src-shared/failures/result.ts'
import { readContact, readSetup, saveContact, saveSetup } from '../../setup/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function setupHandlers(parts: RouteParts): SomeHandlers<keyof typeof setupRoutes> {
  const { db, now } = parts
  return {
    setup: async () => ok(await readSetup(db, now())),
    saveSetup: async ({ body, agent }) => {
      await saveSetup(db, now(), agent.name, body)
      return ok({ saved: true as const })
    },
    contact: async () => ok(await readContact(db)),
    saveContact: async ({ body, agent }) => {
      await saveContact(db, now(), agent.name, body)
      return ok({ saved: true as const })
    },
  }
}
