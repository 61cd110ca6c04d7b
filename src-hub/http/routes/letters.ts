/** Registered letters, for agents. */
import { ok } from '../../../src-shared/failures/result.ts'
import { listLetters, setAddress } from '../../letters/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function letterHandlers(parts: RouteParts): SomeHandlers<'setAddress' | 'letters'> {
  return {
    setAddress: async ({ body, agent }) => setAddress(parts.db, parts, body, agent),
    letters: async ({ query }) => ok(await listLetters(parts.db, query.limit)),
  }
}
