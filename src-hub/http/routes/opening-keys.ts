/** A kiosk tells its opening key; a supervisor confirms or refuses one that nothing vouches for. */
import type { openingKeyRoutes } from '../../../src-shared/hub-api/agent/opening-keys.ts'
import { ok } from '../../../src-shared/failures/result.ts'
import { confirmOpeningKey, refuseOpeningKey, registerOpeningKey } from '../../kiosks/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function openingKeyHandlers(parts: RouteParts): SomeHandlers<keyof typeof openingKeyRoutes | 'openingKey'> {
  const { db } = parts
  return {
    openingKey: async ({ body, kiosk }) => {
      const told = await registerOpeningKey(db, parts, kiosk, body)
      if (!told.ok) return told
      const { state, holders } = told.value
      return ok({ registered: true as const, state, ...(holders === undefined ? {} : { holders }) })
    },
    confirmOpeningKey: async ({ body, agent }) => {
      const done = await confirmOpeningKey(db, parts, body.kiosk, body.fingerprint, agent.name)
      return done.ok ? ok({ confirmed: true as const }) : done
    },
    refuseOpeningKey: async ({ body, agent }) => {
      const done = await refuseOpeningKey(db, parts, body.kiosk, agent.name)
      return done.ok ? ok({ refused: true as const }) : done
    },
  }
}
