/** Registered letters, for agents: where they go and where they are. */
import { z } from 'zod'
import { PickupId, StoredInstant } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'
import { AddressOnRecord } from '../../policy/postal.ts'

export const letterRoutes = {
  /**
   * Written, never read back whole; `null` forgets it. A letter that has not gone is granted anew with it (its post
   * room acknowledges first), or asked back where the new address is no address for a letter.
   */
  setAddress: route('POST', '/v1/agent/recipients/address', 'agent', {
    query: none,
    body: z.object({ account: z.string().max(120), address: AddressOnRecord.nullable() }),
    reply: z.object({ area: z.enum(['inside', 'outside', 'unknown']), letter: z.enum(['none', 'moved', 'revoked']) }),
  }),
  /** Letters that have gone, newest first. */
  letters: route('GET', '/v1/agent/letters', 'agent', {
    query: z.object({ limit: z.coerce.number().int().min(1).max(500) }),
    body: noBody,
    reply: z.object({
      letters: z.array(
        z.object({
          pickup: PickupId,
          tracking: z.string(),
          at: StoredInstant,
          ended: z.enum(['delivered', 'returned-by-post']).nullable(),
          endedAt: StoredInstant,
        }),
      ),
    }),
  }),
} as const
