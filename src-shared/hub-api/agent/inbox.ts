/** The inbox: requests filed at kiosks, unverified until an agent has looked. */
import { z } from 'zod'
import { Count } from '../../domain/bounds.ts'
import { DeskId, DeskKind, StoredInstant, Localized, PickupId, RequestId, SecretKind } from '../../domain/index.ts'
import { none, route, noBody } from '../route.ts'
import { DeclineReason, RequestState } from '../kiosk/requests.ts'

export const InboxRequest = z.object({
  id: RequestId,
  desk: z.object({ id: DeskId, kind: DeskKind, name: Localized, unit: Localized }),
  state: RequestState,
  filedAt: StoredInstant,
  receivedAt: StoredInstant,
  /** The account that staff typed, or whose card it was; null: a card that nobody on record has. */
  account: z.string().nullable(),
  name: z.string().nullable(),
  /** Filed by staff who typed the account, rather than by a card. */
  byStaff: z.string().nullable(),
  reason: DeclineReason.nullable(),
  reference: z.string().nullable(),
  pickup: PickupId.nullable(),
  decidedAt: StoredInstant,
  decidedBy: z.string().nullable(),
})
export type InboxRequest = z.infer<typeof InboxRequest>

export const inboxRoutes = {
  /** Oldest first while they wait, newest first once decided. `waiting`: how many wait in all. */
  inbox: route('GET', '/v1/agent/inbox', 'agent', {
    query: z.object({ state: RequestState.default('waiting'), limit: z.coerce.number().int().min(1).max(500) }),
    body: noBody,
    reply: z.object({ requests: z.array(InboxRequest), waiting: Count }),
  }),
  /**
   * Issues to the desk where it was filed, under a fresh request reference (`LR-2026-000123`). `account`: for a card
   * with several accounts, or with none on record. L-237: decided already, or no account. Fails as issuing does, and
   * the request goes on waiting.
   */
  approveRequest: route('POST', '/v1/agent/inbox/approve', 'agent', {
    query: none,
    body: z.object({
      request: RequestId,
      account: z.string().max(120).nullable().default(null),
      secretKind: SecretKind.default('password'),
    }),
    reply: z.object({ pickup: PickupId, reference: z.string() }),
  }),
  declineRequest: route('POST', '/v1/agent/inbox/decline', 'agent', {
    query: none,
    body: z.object({ request: RequestId, reason: DeclineReason }),
    reply: z.object({ declined: z.literal(true) }),
  }),
} as const
