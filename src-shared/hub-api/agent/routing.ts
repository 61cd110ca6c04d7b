/** Issuing and routing from the console: who could be served where, extending, and what a write-off would do. */
import { z } from 'zod'
import { BirthDate } from '../../domain/birth-date.ts'
import { Count, FailureParams } from '../../domain/bounds.ts'
import {
  Channel,
  DateText,
  DeskId,
  DeskKind,
  Instant,
  StoredInstant,
  KioskId,
  Language,
  Localized,
  PickupId,
  ProofKind,
  RecipientClass,
  RecipientId,
} from '../../domain/index.ts'
import { isErrorCode, type ErrorCode } from '../../failures/codes.ts'
import { HumanText } from '../../domain/human-text.ts'
import { noBody, none, route } from '../route.ts'
import { HubPickupState, NameOnRecord, PersonName, plainAccount } from './words.ts'

const Why = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})

export const RecipientView = z.object({
  id: RecipientId,
  class: RecipientClass,
  name: PersonName,
  formerNames: z.array(PersonName),
  language: Language,
  sponsor: z.string().nullable(),
  accounts: z.array(z.object({ account: z.string(), validUntil: DateText.nullable() })),
  /** Never the date or a number: they are written and not read. */
  hasBirthDate: z.boolean(),
  cards: Count,
})
export type RecipientView = z.infer<typeof RecipientView>

const Account = z.string().trim().min(1).max(120).refine(plainAccount)

export const routingRoutes = {
  /** By words of the name in any order, without accents, or by the beginning of an account. */
  recipients: route('GET', '/v1/agent/recipients', 'agent', {
    query: z.object({ text: z.string().min(1).max(200), limit: z.coerce.number().int().min(1).max(50).default(20) }),
    body: noBody,
    reply: z.object({ recipients: z.array(RecipientView), more: z.boolean() }),
  }),
  recipient: route('GET', '/v1/agent/recipient', 'agent', {
    query: z.object({ recipient: RecipientId }),
    body: noBody,
    reply: RecipientView,
  }),
  /** Makes (no `id`) or changes a person. Issued pickups keep what their kiosk was told; the next grant tells anew. */
  saveRecipient: route('POST', '/v1/agent/recipients', 'agent', {
    query: none,
    body: z.object({
      id: RecipientId.optional(),
      class: RecipientClass,
      name: NameOnRecord,
      formerNames: z.array(NameOnRecord).max(10).default([]),
      language: Language,
      sponsor: HumanText(200).nullable().default(null),
      accounts: z
        .array(z.object({ account: Account, validUntil: DateText.nullable().default(null) }))
        .min(1)
        .max(10),
    }),
    reply: z.object({ recipient: RecipientId }),
  }),
  /** Written, never read. null takes it off the record. */
  setBirthDate: route('POST', '/v1/agent/recipients/birth-date', 'agent', {
    query: none,
    body: z.object({ recipient: RecipientId, birthDate: BirthDate.nullable() }),
    reply: z.object({ saved: z.literal(true) }),
  }),
  /** Written, never read. L-658 when another person has the card. */
  addCard: route('POST', '/v1/agent/recipients/cards', 'agent', {
    query: none,
    body: z.object({ recipient: RecipientId, card: z.string().min(4).max(64) }),
    reply: z.object({ cards: Count }),
  }),
  /** One by its id, or all (`null`). */
  removeCard: route('POST', '/v1/agent/recipients/cards/remove', 'agent', {
    query: none,
    body: z.object({ recipient: RecipientId, card: z.string().min(4).max(64).nullable() }),
    reply: z.object({ cards: Count }),
  }),
  /** May this agent issue for this account, to which desks, by which channels; and where not, why. */
  mayIssue: route('GET', '/v1/agent/may-issue', 'agent', {
    query: z.object({
      account: z.string().max(120),
      requestReference: z.string().max(60).optional(),
      /** ISO 3166 letters and a postal code, for a registered letter. */
      country: z.string().max(2).optional(),
      postalCode: z.string().max(12).optional(),
    }),
    body: noBody,
    reply: z.object({
      recipient: RecipientView,
      validUntil: DateText.nullable(),
      /** The account has ended: the sponsor is the one to ask. */
      ended: z.boolean(),
      /** A live pickup of this account; issuing another supersedes it. */
      live: z.object({ pickup: PickupId, desk: DeskId.nullable(), state: HubPickupState }).nullable(),
      /** Why nothing at all can be issued, if so. */
      why: Why.nullable(),
      options: z.array(
        z.object({
          channel: Channel,
          allowed: z.boolean(),
          why: Why.nullable(),
          needsRequestReference: z.boolean(),
          showSponsor: z.boolean(),
          proofs: z.array(ProofKind),
          desks: z.array(
            z.object({
              id: DeskId,
              kind: DeskKind,
              name: Localized,
              unit: Localized,
              ready: z.boolean(),
              lastContactAt: StoredInstant,
            }),
          ),
        }),
      ),
    }),
  }),
  /**
   * A later end. Its kiosk is told with the feed. L-659 for one that has ended, or an end in the past or a year away.
   */
  extend: route('POST', '/v1/agent/pickups/extend', 'agent', {
    query: none,
    body: z.object({ pickup: PickupId, expiresAt: Instant }),
    reply: z.object({ expiresAt: Instant }),
  }),
  /**
   * A fresh pickup for one that was burned, returned or revoked: same person, channel and reference. L-659 for a live
   * one.
   */
  reissue: route('POST', '/v1/agent/pickups/reissue', 'agent', {
    query: none,
    body: z.object({ pickup: PickupId, desk: DeskId }),
    reply: z.object({ pickup: PickupId, state: HubPickupState, pickupCode: z.string() }),
  }),
  /** "Re-issue 14": what a write-off of this kiosk would do. */
  writeOffPreview: route('GET', '/v1/agent/kiosks/write-off', 'agent', {
    query: z.object({ kiosk: KioskId }),
    body: noBody,
    reply: z.object({
      kiosk: KioskId,
      desk: z.object({ id: DeskId, name: Localized, unit: Localized }),
      state: z.enum(['active', 'replaced', 'written-off']),
      lastContactAt: StoredInstant,
      /** Secrets granted there: all are burned. */
      burn: Count,
      /** Of those, the ones issued anew; the rest were being revoked. */
      reissue: Count,
      /** The first few, newest first. */
      pickups: z.array(z.object({ id: PickupId, account: z.string(), name: z.string(), issuedAt: StoredInstant })),
    }),
  }),
} as const
