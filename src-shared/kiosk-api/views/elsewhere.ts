/** Sending a pickup to another desk: the printer is dead here, or the person wants to go there. */
import { z } from 'zod'
import { command, query } from '../contract.ts'
import { DeskId, PickupId, SendReason } from '../../domain/index.ts'
import { PlaceNow } from '../../policy/places.ts'

export const elsewhereMethods = {
  /** Desks that may have this pickup by policy, open ones and the nearest first. */
  destinations: query(z.object({ pickup: PickupId }), z.object({ desks: z.array(PlaceNow) })),
  /** Ends it here; the hub issues it there with a fresh secret. Never while paper of it is unaccounted for. */
  sendElsewhere: command(z.object({ pickup: PickupId, to: DeskId, reason: SendReason }), z.null()),
} as const
