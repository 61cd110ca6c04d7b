/** Asking for delivery to this desk: where nothing waits for a card, one tap files a request for the hub's inbox. */
import { z } from 'zod'
import { command } from '../contract.ts'
import { DeclineReason, RequestState } from '../../hub-api/kiosk/requests.ts'

export const RequestView = z.object({
  /** `may-file`: none has been made, or the last one is over. */
  state: z.union([z.literal('may-file'), RequestState]),
  /** It has reached the hub; until then it waits here, also over a restart. */
  sent: z.boolean(),
  reason: DeclineReason.nullable(),
  reference: z.string().nullable(),
})
export type RequestView = z.infer<typeof RequestView>

export const requestMethods = {
  /** For whoever's card has just been scanned and found nothing. Asked again it is the same request. L-235, L-236. */
  requestDelivery: command(z.object({}), RequestView),
  /** For an account that staff type: the person stands there without a card. L-235, L-236. */
  requestFor: command(z.object({ account: z.string().trim().min(2).max(120) }), RequestView),
} as const
