/**
 * Lists over a million pickups and five million ledger entries: pages by key, never by number, and counts that stop
 * counting.
 */
import { z } from 'zod'
import { Count, PeriodEnd } from '../../domain/bounds.ts'
import {
  Channel,
  DeskId,
  DeskKind,
  StoredInstant,
  KioskId,
  Language,
  Localized,
  PickupId,
  RecipientClass,
  RecipientId,
  SecretKind,
} from '../../domain/index.ts'
import { noBody, route } from '../route.ts'
import { HubPickupState, PageMark } from './words.ts'

const limit = z.coerce.number().int().min(1).max(500)
const when = PeriodEnd

/**
 * `text`: words of a name in any order and without accents, an account, a request reference, or a pickup's id; each the
 * beginning of a word.
 */
export const PickupFilters = z.object({
  text: z.string().max(200).optional(),
  desk: DeskId.optional(),
  /** Several by commas. */
  state: z
    .string()
    .regex(/^[a-z,-]{1,120}$/)
    .transform((text) => text.split(','))
    .pipe(z.array(HubPickupState))
    .optional(),
  channel: Channel.optional(),
  recipientClass: RecipientClass.optional(),
  /** Issued from (included) and to (not included), ms. */
  issuedFrom: when.optional(),
  issuedTo: when.optional(),
})
export type PickupFilters = z.infer<typeof PickupFilters>

/** Where it stands, truthfully: whom it waits for, and when that kiosk was last heard. */
export const Standing = z.object({
  /**
   * `no-kiosk`: its desk has none that can open. `held`: an alarm stops it. `hub-holding`: after a restore. `at-desk`:
   * the desk's kiosk may release it. `sent`: granted, and the kiosk has not been heard since.
   * `awaiting-acknowledgement`: asked back. `ended`.
   */
  what: z.enum(['no-kiosk', 'held', 'hub-holding', 'sent', 'at-desk', 'awaiting-acknowledgement', 'ended']),
  desk: z.object({ id: DeskId, name: Localized, unit: Localized }).nullable(),
  /** The desk it goes to once acknowledged. */
  movingTo: z.object({ id: DeskId, name: Localized, unit: Localized }).nullable(),
  lastContactAt: StoredInstant,
})
export type Standing = z.infer<typeof Standing>

export const PickupRow = z.object({
  id: PickupId,
  account: z.string(),
  name: z.string(),
  recipient: RecipientId,
  recipientClass: RecipientClass,
  desk: DeskId.nullable(),
  channel: Channel,
  requestReference: z.string().nullable(),
  state: HubPickupState,
  issuedAt: StoredInstant,
  expiresAt: StoredInstant,
})
export type PickupRow = z.infer<typeof PickupRow>

export const queryRoutes = {
  /** Newest first. `next` is null on the last page. */
  pickups: route('GET', '/v1/agent/pickups', 'agent', {
    query: PickupFilters.extend({ limit, after: PageMark.optional() }),
    body: noBody,
    reply: z.object({ pickups: z.array(PickupRow), next: PageMark.nullable() }),
  }),
  /**
   * How many there are: exact below a thousand, else `more`; without a filter an estimate. null when counting took too
   * long.
   */
  countPickups: route('GET', '/v1/agent/pickups/count', 'agent', {
    query: PickupFilters,
    body: noBody,
    reply: z.object({ count: Count.nullable(), more: z.boolean(), estimate: z.boolean() }),
  }),
  /** One pickup, without its timeline (`timeline`). The pickup code is for the notice. */
  pickup: route('GET', '/v1/agent/pickup', 'agent', {
    query: z.object({ pickup: PickupId }),
    body: noBody,
    reply: PickupRow.extend({
      standing: Standing,
      secretKind: SecretKind,
      pickupCode: z.string(),
      language: Language,
      sponsor: z.string().nullable(),
      accountValidUntil: z.string().nullable(),
      hasBirthDate: z.boolean(),
      cards: Count,
      replacedBy: PickupId.nullable(),
      replaces: PickupId.nullable(),
      handedOver: z.object({ at: StoredInstant, desk: Localized.nullable(), slip: z.string() }).nullable(),
      disputes: Count,
      /** What this agent may do with it now. */
      may: z.object({ reroute: z.boolean(), revoke: z.boolean(), extend: z.boolean(), reissue: z.boolean() }),
    }),
  }),
  /** Newest received first. Times are when the hub received an entry; `time` is the kiosk's own. */
  ledgerEntries: route('GET', '/v1/agent/ledger', 'agent', {
    query: z.object({
      kiosk: KioskId.optional(),
      desk: DeskId.optional(),
      kind: z
        .string()
        .regex(/^[a-z-]{1,40}$/)
        .optional(),
      pickup: PickupId.optional(),
      receivedFrom: when.optional(),
      receivedTo: when.optional(),
      limit,
      after: PageMark.optional(),
    }),
    body: noBody,
    reply: z.object({
      entries: z.array(
        z.object({
          kiosk: KioskId,
          desk: z.object({ id: DeskId, name: Localized, unit: Localized }).nullable(),
          seq: Count,
          kind: z.string(),
          time: StoredInstant,
          receivedAt: StoredInstant,
          pickup: PickupId.nullable(),
          /** A member of staff's name, if they are still on record. */
          actor: z.string().nullable(),
          facts: z.record(z.string(), z.unknown()),
          hash: z.string(),
          poison: z.boolean(),
        }),
      ),
      next: PageMark.nullable(),
    }),
  }),
  /** What agents, administrators and the hub did. Newest first. */
  auditTrail: route('GET', '/v1/agent/audit', 'agent', {
    query: z.object({
      actor: z.string().max(120).optional(),
      act: z.string().max(60).optional(),
      pickup: PickupId.optional(),
      limit,
      after: PageMark.optional(),
    }),
    body: noBody,
    reply: z.object({
      acts: z.array(
        z.object({
          id: Count,
          at: StoredInstant,
          actor: z.string(),
          act: z.string(),
          pickup: PickupId.nullable(),
          desk: z.object({ id: DeskId, kind: DeskKind, name: Localized, unit: Localized }).nullable(),
          detail: z.record(z.string(), z.unknown()),
        }),
      ),
      next: PageMark.nullable(),
    }),
  }),
} as const
