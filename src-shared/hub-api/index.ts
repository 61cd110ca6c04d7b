/**
 * The hub API over HTTPS (docs/architecture.md#ledger-and-sync). One value holds every route: the hub derives its
 * validation and handler types from it, the kiosk its client and the tests their doubles.
 */
import { z } from 'zod'
import { Count, Fact, FailureParams, Ordinal, QueryCount, instantRange } from '../domain/bounds.ts'
import { carryRoutes } from './agent/carry.ts'
import { apiTokenRoutes } from './agent/api-tokens.ts'
import { importRoutes } from './agent/imports.ts'
import { openingKeyRoutes } from './agent/opening-keys.ts'
import { operationsRoutes } from './agent/operations.ts'
import { inboxRoutes } from './agent/inbox.ts'
import { letterRoutes } from './agent/letters.ts'
import { webhookRoutes } from './agent/webhooks.ts'
import { noBody, none, route } from './route.ts'
import { listRoutes } from './agent/queries.ts'
import { routingRoutes } from './agent/routing.ts'
import { watchRoutes } from './agent/health.ts'
import { administerRoutes } from './agent/administration.ts'
import { setupRoutes } from './agent/setup.ts'
import { proveRoutes } from './agent/audit.ts'
import { accountRoutes, sessionRoutes } from './agent/session.ts'
import { HubPickupState } from './agent/words.ts'
import {
  Channel,
  DateText,
  Desk,
  DeskId,
  DeskKind,
  Epoch,
  Incarnation,
  CallId,
  Instant,
  StoredInstant,
  KioskId,
  KioskKind,
  Language,
  Localized,
  PickupId,
  RecipientClass,
  RecipientId,
  SecretKind,
  StaffId,
  StaffRole,
  WalkInId,
} from '../domain/index.ts'
import { DirectoryDesk, directoryLimit, Policy, PostalAddress } from '../policy/index.ts'
import { isErrorCode, type ErrorCode } from '../failures/codes.ts'
import { base64url, Nonce, OpeningLinkText, PersonName, PublicKey, Tag } from './words.ts'
import { RequestDecision, requestRoutes } from './kiosk/requests.ts'
import { statusRoutes, StatusSince } from './kiosk/status.ts'
import { checkInRoutes } from './kiosk/check-in.ts'
import { eIdRoutes } from './kiosk/e-id.ts'
import { walkInRoutes } from './kiosk/walk-in.ts'
import { LedgerHash, WireEntry } from './ledger-entry.ts'

export type { RouteAuth } from './route.ts'
export { HubPickupState } from './agent/words.ts'
export * from './words.ts'

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

export const HubFailure = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})

export const TimelineEvent = z.object({
  /** null: what is stored is no time that could be one. */
  time: StoredInstant,
  kind: z.string(),
  desk: z.string().nullable(),
  actor: z.string().nullable(),
  detail: z.record(z.string(), Fact),
})
export type TimelineEvent = z.infer<typeof TimelineEvent>

const closing = { closedAt: StoredInstant, closedBy: z.string().nullable() }

/** Old keys' links are kept for a hub that was put back from a backup; so many go with one request. */
export const maxOpeningLinks = 50

export const hubApi = {
  /** The hub's certificate authority, so that the code's fingerprint can be checked before anything is sent. */
  authority: route('GET', '/v1/authority', 'open', { query: none, body: noBody, reply: z.object({ pem: z.string() }) }),
  health: route('GET', '/v1/health', 'open', {
    query: none,
    body: noBody,
    reply: z.object({ status: z.literal('ok'), hubTime: Instant }),
  }),
  /**
   * Uses up the code. `sealTo` is an ephemeral X25519 key: the lookup key comes back sealed to it (HPKE, info
   * `lodge/enrol/1`, aad = kiosk id).
   */
  enrol: route('POST', '/v1/enrol', 'code', {
    query: none,
    body: z.object({ token: z.string().max(64), nonce: Nonce, signKey: PublicKey, sealTo: PublicKey }),
    reply: z.object({
      kiosk: KioskId,
      desk: DeskId,
      kind: KioskKind.default('desk'),
      incarnation: Incarnation,
      hubTime: Instant,
      lookupKey: base64url,
    }),
  }),
  /**
   * Tells the hub of the kiosk's opening key (X25519), and asks how it stands. The signing key alone, which works
   * unattended, puts no key in force: `links` that lead from the one in force to it do (each countersigned by an older
   * key, which a badge and PIN opened), or else a supervisor's word at the console; until then it `waits`, and nothing
   * is granted to its desk. L-431: it was refused. L-432: another one waits.
   */
  openingKey: route('POST', '/v1/opening-key', 'kiosk', {
    query: none,
    body: z.object({
      nonce: Nonce,
      openingKey: PublicKey,
      links: z.array(OpeningLinkText).max(maxOpeningLinks).optional(),
    }),
    reply: z.object({ registered: z.literal(true), state: z.enum(['in-force', 'waits']).default('in-force') }),
  }),
  feed: route('GET', '/v1/feed', 'kiosk', {
    query: z.object({
      incarnation: Incarnation,
      cursor: QueryCount,
      /** Newest ledger entry that this incarnation has acknowledged: a hub that has less has gone back in time. */
      acked: QueryCount.optional(),
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
  /**
   * The exact signed bytes, in order; the last with its signature, which covers all before it. `head` is the hash of
   * the newest entry the hub holds. L-607 for another incarnation than the kiosk knows: a restored hub has forgotten
   * entries, and that gap is not the kiosk's doing. L-643 (`from`) for a batch that begins after an entry which the hub
   * has not got: the kiosk asks by a report where the hub stands and sends again from there.
   */
  ledger: route('POST', '/v1/ledger', 'kiosk', {
    query: none,
    body: z.object({
      entries: z.array(WireEntry).min(1).max(5000),
      incarnation: Incarnation.optional(),
      /** With `incarnation`: how far the kiosk has come with it, its ledger and its feed. */
      acked: Count.optional(),
      cursor: Count.optional(),
    }),
    reply: z.object({ acked: Count, head: LedgerHash, hubTime: Instant }),
  }),
  /**
   * Who the kiosk is by now: starts so far, and the ends of its ledger. `grants` (live ones, or with an unsettled slip)
   * only when the hub's incarnation is new to it, after its ledger is through. `acked` says from where to send. A
   * report that looks like an old disk's is asked for again (L-680, with a `challenge`) before it freezes anyone: one
   * that was long on its way looks the same.
   */
  report: route('POST', '/v1/report', 'kiosk', {
    query: none,
    body: z.object({
      generation: Count,
      seq: Count,
      acked: Count,
      ackedHash: LedgerHash,
      /** What the hub asked for with L-680: only a report made since then can carry it, and it counts once. */
      challenge: Nonce.optional(),
      /**
       * With `grants`: which hub it was made for. One that has been put back since must not take it for what is held by
       * now.
       */
      incarnation: Incarnation.optional(),
      /**
       * Which incarnation `acked`, and `cursor` of its feed, are of: a hub of that one that has less has gone back in
       * time.
       */
      ackedBy: Incarnation.optional(),
      cursor: Count.optional(),
      grants: z
        .array(z.object({ pickup: PickupId, epoch: Epoch }))
        .max(150_000)
        .nullable(),
    }),
    reply: z.object({
      incarnation: Incarnation,
      acked: Count,
      head: LedgerHash,
      hubTime: Instant,
      /** The hub's own key: what a new opening key is vouched for with is sealed to it. */
      countersignTo: PublicKey.optional(),
    }),
  }),
  ...walkInRoutes,
  ...checkInRoutes,
  ...eIdRoutes,
  /**
   * A lost kiosk: every secret granted there is burned and replaced. `left`: how many it still holds, which follow by
   * themselves; asked again, the answer says how far it has come.
   */
  writeOff: route('POST', '/v1/agent/kiosks/write-off', 'agent', {
    query: none,
    body: z.object({ kiosk: KioskId }),
    reply: z.object({ burned: Count, reissued: Count, left: Count.optional() }),
  }),
  unfreeze: route('POST', '/v1/agent/kiosks/unfreeze', 'agent', {
    query: none,
    body: z.object({ kiosk: KioskId }),
    /** `left`: pickups that wait to be granted to it, which follow by themselves. */
    reply: z.object({ unfrozen: z.literal(true), left: Count.optional() }),
  }),
  ...openingKeyRoutes,
  /** What needs a person's eye. */
  alarms: route('GET', '/v1/agent/alarms', 'agent', {
    query: z.object({ open: z.enum(['0', '1']).default('1'), limit: z.coerce.number().int().min(1).max(500) }),
    body: noBody,
    reply: z.object({
      alarms: z.array(
        z.object({
          id: Count,
          kind: z.string(),
          kiosk: KioskId.nullable(),
          pickup: PickupId.nullable(),
          detail: z.string(),
          /** Of `sent-away`: what the kiosk gave up, newest first. */
          pickups: z.array(PickupId).default([]),
          at: StoredInstant,
          ...closing,
        }),
      ),
      disputes: z.array(
        z.object({
          id: Count,
          pickup: PickupId,
          kiosk: KioskId,
          seq: Count,
          at: StoredInstant,
          ...closing,
        }),
      ),
    }),
  }),
  closeAlarm: route('POST', '/v1/agent/alarms/close', 'agent', {
    query: none,
    body: z.object({ what: z.enum(['alarm', 'dispute']), id: Ordinal }),
    reply: z.object({ closed: z.literal(true) }),
  }),
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
  desks: route('GET', '/v1/agent/desks', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      desks: z.array(
        z.object({
          id: DeskId,
          kind: DeskKind,
          name: Localized,
          unit: Localized,
          kiosk: KioskId.nullable(),
          ready: z.boolean(),
          lastContactAt: StoredInstant,
          acked: Count,
          frozen: z.boolean(),
          /** What the kiosk's engine was when it last started, and how its last update ended. */
          version: z.string().nullable(),
          update: z.enum(['installed', 'rolled-back']).nullable(),
          /** How its kiosk stands, and since when; null until it has said so. */
          status: StatusSince.nullable().optional(),
        }),
      ),
    }),
  }),
  /**
   * A one-time enrolment code for a desk's kiosk, or for one more check-in screen there, as text `TOKEN.FINGERPRINT`.
   */
  enrolmentCode: route('POST', '/v1/agent/enrolment-codes', 'agent', {
    query: none,
    body: z.object({ desk: DeskId, kind: KioskKind.optional() }),
    reply: z.object({ code: z.string() }),
  }),
  ...apiTokenRoutes,
  ...carryRoutes,
  ...sessionRoutes,
  ...accountRoutes,
  ...listRoutes,
  ...webhookRoutes,
  ...operationsRoutes,
  ...routingRoutes,
  ...watchRoutes,
  ...statusRoutes,
  ...importRoutes,
  ...proveRoutes,
  ...letterRoutes,
  ...requestRoutes,
  ...inboxRoutes,
  ...administerRoutes,
  ...setupRoutes,
} as const
export type HubApi = typeof hubApi
export type HubRoute = keyof HubApi
export type HubQuery<R extends HubRoute> = z.infer<HubApi[R]['query']>
export type HubBody<R extends HubRoute> = z.infer<HubApi[R]['body']>
export type HubReply<R extends HubRoute> = z.infer<HubApi[R]['reply']>

/** Headers of a signed request (docs/architecture.md#ledger-and-sync, point 2). */
export const signatureHeaders = { kiosk: 'lodge-kiosk', time: 'lodge-time', signature: 'lodge-signature' } as const
/**
 * Of a request with a body of some length, beside those: the SHA-256 of the body as it goes on the line, base64url, and
 * a signature over the head (`signHead`), so that the hub knows who is calling before it reads the body, let alone
 * unpacks it. Kiosks of 0.1 do not send them, and are served within smaller limits.
 */
export const headHeaders = { body: 'lodge-body', signature: 'lodge-head' } as const
/** Hub time on every reply, ms. */
export const hubTimeHeader = 'lodge-hub-time'
/**
 * With a page of the feed or of a snapshot that is not the last: where the next one begins, so that it can be asked for
 * before this one is read.
 */
export const nextPageHeader = 'lodge-next'
/** A signed request's time may differ from hub time by this much, ms. */
export const requestTimeWindow = 300_000
/** `GET /v1/hint`: server-sent events that only say "pull now". */
export const hintPath = '/v1/hint'
