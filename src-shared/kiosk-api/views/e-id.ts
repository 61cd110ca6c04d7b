/** What the window sees of a recipient being identified on their own phone. */
import { z } from 'zod'
import { Instant, PickupId } from '../../domain/index.ts'

export const EIdView = z.object({
  /** `opened`: the person is with the identification service. */
  state: z.enum(['waiting', 'opened']),
  /** For the QR code: one-time, says nothing about anyone. */
  address: z.url().max(300),
  expiresAt: Instant,
})
export type EIdView = z.infer<typeof EIdView>

export const EIdPickup = z.object({ pickup: PickupId })
