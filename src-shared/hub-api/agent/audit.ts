/** Proof: chains, exports, what is held of one person, and erasing it. */
import { z } from 'zod'
import { Count, PeriodEnd, QueryCount } from '../../domain/bounds.ts'
import {
  DeskId,
  Instant,
  StoredInstant,
  KioskId,
  KioskKind,
  Localized,
  PickupId,
  RecipientId,
} from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'

/** `?kiosk=`: answers JSON lines, each a ChainProgress, while it checks. */
export const chainPath = '/v1/agent/prove/chain'
export const ChainProgress = z.discriminatedUnion('t', [
  z.object({ t: z.literal('progress'), checked: Count, of: Count }),
  /** `signatures`: how many were checked; each vouches for every entry before it. */
  z.object({
    t: z.literal('intact'),
    checked: Count,
    signatures: Count,
    head: z.string(),
    lastSignedSeq: Count,
  }),
  z.object({
    t: z.literal('broken'),
    seq: Count,
    why: z.enum(['missing', 'hash', 'prev', 'signature', 'head', 'unsigned-end']),
    receivedAt: StoredInstant,
  }),
])
export type ChainProgress = z.infer<typeof ChainProgress>

/**
 * `?from=&to=&format=csv|jsonl` (ms; by when the hub received an entry): a file. JSON lines are signed and checked by
 * `resources/verify-export.mjs`; CSV is for people and spreadsheets.
 */
export const exportPath = '/v1/agent/export'
export const ExportQuery = z.object({
  from: PeriodEnd,
  to: PeriodEnd,
  format: z.enum(['csv', 'jsonl']),
})

export const RetentionSettings = z.object({
  /** Personal data of an ended pickup is erased after so many days; null: never by itself. */
  personalDataDays: z.number().int().min(1).max(3650).nullable(),
})

export const auditRoutes = {
  /** Who can be verified, with what is known of each chain. */
  chains: route('GET', '/v1/agent/prove/chains', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      kiosks: z.array(
        z.object({
          kiosk: KioskId,
          desk: z.object({ id: DeskId, name: Localized, unit: Localized }),
          kind: KioskKind.default('desk'),
          state: z.enum(['active', 'replaced', 'written-off']),
          frozen: z.boolean(),
          entries: Count,
          head: z.string(),
          lastContactAt: StoredInstant,
          /** Signed entries of it that are kept beside its ledger. */
          apart: Count.default(0),
        }),
      ),
    }),
  }),
  /**
   * What kiosks have validly signed and their ledgers have no place for, newest first: sent while frozen (`frozen`), or
   * not continuing what the hub holds (`apart`). `effect`: what a handover in it came to. `after` is the `id` of the
   * last one shown.
   */
  quarantine: route('GET', '/v1/agent/prove/quarantine', 'agent', {
    query: z.object({
      kiosk: KioskId.optional(),
      pickup: PickupId.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
      after: QueryCount.optional(),
    }),
    body: noBody,
    reply: z.object({
      entries: z.array(
        z.object({
          id: Count,
          kiosk: KioskId,
          desk: z.object({ id: DeskId, name: Localized, unit: Localized }).nullable(),
          seq: Count,
          kind: z.string(),
          pickup: PickupId.nullable(),
          time: StoredInstant,
          receivedAt: Instant,
          reason: z.enum(['frozen', 'apart']),
          /** It has joined the ledger since. */
          joined: z.boolean(),
          effect: z.enum(['handover', 'dispute']).nullable(),
          hash: z.string(),
        }),
      ),
      next: Count.nullable(),
    }),
  }),
  /**
   * The public half of the key that signs exports: Ed25519, 32 bytes, base64url, and its SHA-256 as people compare it.
   */
  exportKey: route('GET', '/v1/export-key', 'open', {
    query: none,
    body: noBody,
    reply: z.object({ key: z.string(), fingerprint: z.string() }),
  }),
  /** Everything the hub holds of one person, as JSON and as text for them. Recorded. */
  dataSubject: route('POST', '/v1/agent/data-subject', 'agent', {
    query: none,
    body: z.object({ recipient: RecipientId }),
    reply: z.object({
      madeAt: Instant,
      data: z.record(z.string(), z.unknown()),
      text: z.object({ fi: z.string(), sv: z.string(), en: z.string() }),
    }),
  }),
  /**
   * Deletes the person; the ledger keeps opaque ids that lead nowhere. L-660 while a pickup of theirs is live; L-352
   * while the source of secrets is owed an act for their account: called again when it has answered.
   */
  erase: route('POST', '/v1/agent/erase', 'agent', {
    query: none,
    body: z.object({ recipient: RecipientId, confirm: z.literal(true) }),
    reply: z.object({ erased: z.literal(true), pickups: Count }),
  }),
  retention: route('GET', '/v1/agent/retention', 'agent', { query: none, body: noBody, reply: RetentionSettings }),
  saveRetention: route('POST', '/v1/agent/retention', 'agent', {
    query: none,
    body: RetentionSettings,
    reply: z.object({ saved: z.literal(true) }),
  }),
} as const
