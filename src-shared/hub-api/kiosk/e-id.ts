/** Routes of a kiosk that asks the hub to have a recipient identified electronically, on their own phone. */
import { z } from 'zod'
import { EIdAttemptId, Instant, PickupId, StaffId } from '../../domain/index.ts'
import { isErrorCode, type ErrorCode } from '../../failures/codes.ts'
import { none, route } from '../route.ts'

/** `waiting`: nobody has opened the address. `opened`: the person is with the broker. */
export const EIdState = z.enum(['waiting', 'opened', 'proved', 'failed'])
export type EIdState = z.infer<typeof EIdState>

export const eIdRoutes = {
  /**
   * Begins a try for a pickup that this kiosk holds; an earlier one of the same pickup ends. `address`: one-time, for
   * the phone.
   */
  beginEId: route('POST', '/v1/e-id', 'kiosk', {
    query: none,
    body: z.strictObject({ staff: StaffId, pickup: PickupId }),
    reply: z.object({ attempt: EIdAttemptId, address: z.url().max(300), expiresAt: Instant }),
  }),
  eIdState: route('POST', '/v1/e-id/state', 'kiosk', {
    query: none,
    body: z.strictObject({ attempt: EIdAttemptId }),
    reply: z.object({ state: EIdState, code: z.custom<ErrorCode>(isErrorCode).nullable() }),
  }),
  /** The desk has left it: the address and whatever comes of it are worth nothing. */
  cancelEId: route('POST', '/v1/e-id/cancel', 'kiosk', {
    query: none,
    body: z.strictObject({ attempt: EIdAttemptId }),
    reply: z.object({ cancelled: z.literal(true) }),
  }),
} as const
