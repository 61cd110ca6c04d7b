/** Pickups, for people: issued, sent elsewhere or revoked, and followed from request to handover. */
import { z } from 'zod'
import { Fact } from '../../domain/bounds.ts'
import { Channel, DeskId, StoredInstant, PickupId, SecretKind } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'
import { HubPickupState } from './words.ts'

export const TimelineEvent = z.object({
  /** null: what is stored is no time that could be one. */
  time: StoredInstant,
  kind: z.string(),
  desk: z.string().nullable(),
  actor: z.string().nullable(),
  detail: z.record(z.string(), Fact),
})
export type TimelineEvent = z.infer<typeof TimelineEvent>

export const pickupRoutes = {
  /**
   * Agents: issue one secret for a recipient (by account) to a desk. The secret is generated unless given, sealed in
   * the same request, and never stored.
   */
  issue: route('POST', '/v1/agent/pickups', 'agent', {
    query: none,
    body: z.object({
      account: z.string().max(120),
      desk: DeskId,
      channel: Channel,
      requestReference: z.string().max(60).nullable(),
      secretKind: SecretKind,
      secret: z.string().min(1).max(120).optional(),
    }),
    reply: z.object({ pickup: PickupId, state: HubPickupState, pickupCode: z.string() }),
  }),
  /** Re-route or revoke; the answer tells the truth about where it stands. */
  revoke: route('POST', '/v1/agent/pickups/revoke', 'agent', {
    query: none,
    body: z.object({ pickup: PickupId, reason: z.enum(['re-routed', 'revoked', 'blocked']), to: DeskId.nullable() }),
    reply: z.object({ state: HubPickupState }),
  }),
  /** One pickup from request to handover, for people: who, which desk, which kind of proof. */
  timeline: route('GET', '/v1/agent/timeline', 'agent', {
    query: z.object({ pickup: PickupId }),
    body: noBody,
    reply: z.object({ events: z.array(TimelineEvent) }),
  }),
} as const
