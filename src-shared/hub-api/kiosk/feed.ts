/**
 * What the hub tells a kiosk: the feed of its desk, and a snapshot to begin from
 * (docs/architecture.md#ledger-and-sync).
 */
import { z } from 'zod'
import { Count, Ordinal, QueryCount, instantRange } from '../../domain/bounds.ts'
import {
  Channel,
  DateText,
  Desk,
  Epoch,
  Incarnation,
  CallId,
  Instant,
  Language,
  PickupId,
  RecipientClass,
  RecipientId,
  SecretKind,
  StaffId,
  StaffRole,
  WalkInId,
} from '../../domain/index.ts'
import { DirectoryDesk, directoryLimit, Policy, PostalAddress } from '../../policy/index.ts'
import { base64url, PersonName, PublicKey, Tag } from '../words.ts'
import { noBody, route } from '../route.ts'
import { RequestDecision } from './requests.ts'

/** A pickup as granted to one kiosk. `envelope` is HPKE enc (32 bytes) then ciphertext, base64url. */
export const GrantedPickup = z.object({
  id: PickupId,
  epoch: Epoch,
  envelope: base64url.max(1024),
  /** The opening key it was sealed to: an old key dies with its last envelope. */
  sealedTo: PublicKey.optional(),
  secretKind: SecretKind,
  channel: Channel,
  requestReference: z.string().max(60).nullable(),
  recipient: RecipientId,
  recipientClass: RecipientClass,
  name: PersonName,
  formerNames: z.array(PersonName).max(10),
  language: Language,
  account: z.string().max(120),
  sponsor: z.string().max(200).nullable(),
  accountValidUntil: DateText.nullable(),
  /** Where a registered letter goes; told to its post room alone. */
  address: PostalAddress.nullable().optional(),
  /** null: no birth date on record, so only the helpdesk can prove identity by eye. */
  birthTag: Tag.nullable(),
  cardTags: z.array(Tag).max(20),
  pickupCodeTag: Tag,
  // What was stored with an absurd time must not keep every other pickup of its page from the desk.
  issuedAt: Instant.catch(instantRange.from),
  expiresAt: Instant.catch(instantRange.to),
  /** The secret's last day, for the slip; without: the pickup's own end. */
  secretUntil: Instant.optional().catch(undefined),
  /** Issued against the proof of somebody who stands at the desk. */
  walkIn: WalkInId.optional(),
  /** Somebody else on record has this name and birth date: a document alone does not say whose pickup it is. */
  namesake: z.literal(true).optional(),
})
export type GrantedPickup = z.infer<typeof GrantedPickup>

/** A member of staff as the desk's kiosk knows them. */
export const StaffRecord = z.object({
  id: StaffId,
  name: z.string().max(200),
  role: StaffRole,
  badgeTags: z.array(Tag).max(5),
})
export type StaffRecord = z.infer<typeof StaffRecord>

export const FeedChange = z.discriminatedUnion('kind', [
  z.object({ seq: Ordinal, kind: z.literal('pickup-granted'), pickup: GrantedPickup }),
  /** A request: the kiosk answers in its ledger. */
  z.object({
    seq: Ordinal,
    kind: z.literal('pickup-revoke'),
    pickup: PickupId,
    epoch: Epoch,
    reason: z.enum(['re-routed', 'revoked', 'superseded', 'returned', 'blocked']),
  }),
  /** Settled at the hub: the kiosk may forget the pickup's personal data. */
  z.object({ seq: Ordinal, kind: z.literal('pickup-closed'), pickup: PickupId, epoch: Epoch }),
  z.object({ seq: Ordinal, kind: z.literal('staff-changed'), staff: StaffRecord }),
  z.object({ seq: Ordinal, kind: z.literal('staff-removed'), staff: StaffId }),
  z.object({ seq: Ordinal, kind: z.literal('desk-changed'), desk: Desk }),
  z.object({ seq: Ordinal, kind: z.literal('policy-changed'), policy: Policy }),
  /** Where else people can go, and when. */
  z.object({
    seq: Ordinal,
    kind: z.literal('directory-changed'),
    desks: z.array(DirectoryDesk).max(directoryLimit),
  }),
  /** A request filed at this desk has been approved or declined. */
  z.object({ seq: Ordinal, kind: z.literal('request-decided'), decision: RequestDecision }),
  /** The recipient checked in at a check-in screen of this desk. */
  z.object({
    seq: Ordinal,
    kind: z.literal('pickup-arrived'),
    pickup: PickupId,
    epoch: Epoch,
    at: Instant.catch(instantRange.from),
  }),
  /** Someone calls for staff at a check-in screen of this desk. */
  z.object({ seq: Ordinal, kind: z.literal('staff-called'), call: CallId, at: Instant.catch(instantRange.from) }),
])
export type FeedChange = z.infer<typeof FeedChange>

/**
 * The newest changes of the feed that this program's kiosk takes, as it says with each poll. 2: a grant that it holds
 * already comes again, under the same epoch, with what has been corrected about its person. A kiosk that says nothing
 * (1) takes only a new end from that; it is asked to give the grant back, and gets another.
 */
export const feedChangesNow = 2

const knownKinds: ReadonlySet<string> = new Set(FeedChange.options.map((option) => option.shape.kind.value))
/**
 * Of a hub that is newer than this kiosk: it counts, and says nothing. A hub sends new kinds only where an old kiosk
 * may go without.
 */
export const LaterChange = z
  .object({ seq: Ordinal, kind: z.string().refine((kind) => !knownKinds.has(kind)) })
  .transform(({ seq }) => ({ seq, kind: 'later' as const }))

export const FeedPage = z.object({
  incarnation: Incarnation,
  next: Count,
  more: z.boolean(),
  /** Where the feed ends by now: what a long pull has still before it. */
  head: Count.optional(),
  hubTime: Instant,
  /** The newest facts of ledger entries that this hub takes (`ledgerFactsNow`); not there: the first. */
  facts: Ordinal.optional(),
  changes: z.array(z.union([FeedChange, LaterChange])),
})
export type FeedPage = z.infer<typeof FeedPage>

/**
 * Snapshot resync, in pages by pickup id. `head` is the feed position the snapshot of the first page was taken at; the
 * feed is replayed from there.
 */
export const SnapshotPage = z.object({
  incarnation: Incarnation,
  head: Count,
  hubTime: Instant,
  /** How many pickups in all, on the first page. */
  total: Count.nullable(),
  desk: Desk,
  policy: Policy,
  staff: z.array(StaffRecord),
  /** On the first page. */
  directory: z.array(DirectoryDesk).max(directoryLimit).optional(),
  pickups: z.array(GrantedPickup),
  after: PickupId.nullable(),
})
export type SnapshotPage = z.infer<typeof SnapshotPage>

export const feedRoutes = {
  feed: route('GET', '/v1/feed', 'kiosk', {
    query: z.object({
      incarnation: Incarnation,
      cursor: QueryCount,
      /** Newest ledger entry that this incarnation has acknowledged: a hub that has less has gone back in time. */
      acked: QueryCount.optional(),
      /** `feedChangesNow` of the kiosk; not there: 1. */
      changes: QueryCount.optional(),
      /** SHA-256 of the newest authority of the hub's that the kiosk trusts, hexadecimal. */
      trusts: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(5000),
    }),
    body: noBody,
    reply: FeedPage,
  }),
  snapshot: route('GET', '/v1/snapshot', 'kiosk', {
    query: z.object({ after: PickupId.optional(), limit: z.coerce.number().int().min(1).max(5000) }),
    body: noBody,
    reply: SnapshotPage,
  }),
} as const
