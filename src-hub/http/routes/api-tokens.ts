/** Tokens of programs, by administrators. */
import { ok } from '../../../src-shared/failures/result.ts'
import { createToken, listTokens, revokeToken } from '../../api-tokens/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function apiTokenHandlers({ db, now }: RouteParts): SomeHandlers<'tokens' | 'createToken' | 'revokeToken'> {
  return {
    tokens: async () => ok(await listTokens(db)),
    createToken: async ({ body, agent }) => ok(await createToken(db, body, agent.name, now())),
    revokeToken: async ({ body, agent }) => {
      const done = await revokeToken(db, body.id, agent.name, now())
      return done.ok ? ok({ revoked: true as const }) : done
    },
  }
}
