/**
 * Requests filed at a kiosk: "deliver to this desk". Nobody has verified who asks, so one opens nothing: it lies in the
 * hub's inbox until an agent decides.
 */
import { z } from 'zod'
import { Instant, RequestId, StaffId } from '../../domain/index.ts'
import { Tag } from '../words.ts'
import { none, route } from '../route.ts'

export const RequestState = z.enum(['waiting', 'approved', 'declined'])
export type RequestState = z.infer<typeof RequestState>

/** Why an agent declined, in words that the kiosk has in three languages. */
export const DeclineReason = z.enum([
  'unknown-person',
  'no-account',
  'collect-elsewhere',
  'use-self-service',
  'ask-contact-person',
  'duplicate',
])
export type DeclineReason = z.infer<typeof DeclineReason>

/** What became of a request, as its kiosk is told. */
export const RequestDecision = z.object({
  request: RequestId,
  state: RequestState,
  reason: DeclineReason.nullable(),
  /** The request reference, once approved. */
  reference: z.string().max(60).nullable(),
})
export type RequestDecision = z.infer<typeof RequestDecision>

export const requestRoutes = {
  /**
   * By the card's tag under this kiosk's own key, or by an account that staff typed; never an identity code. The same
   * request again changes nothing and answers where it stands. L-236: too many for one card or account.
   */
  fileRequest: route('POST', '/v1/requests', 'kiosk', {
    query: none,
    body: z
      .strictObject({
        request: RequestId,
        cardTag: Tag.nullable(),
        account: z.string().min(1).max(120).nullable(),
        staff: StaffId.nullable(),
        filedAt: Instant,
      })
      .refine(({ cardTag, account }) => (cardTag === null) !== (account === null)),
    reply: RequestDecision,
  }),
} as const
