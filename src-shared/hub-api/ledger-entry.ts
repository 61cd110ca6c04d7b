/** The ledger's entries (docs/architecture.md#ledger-and-sync): facts with opaque ids only. */
import { z } from 'zod'
import { Count, Ordinal } from '../domain/bounds.ts'
import { longestKept } from '../protocol/entry-limits.ts'
import { TrackingNumber } from '../domain/tracking-number.ts'
import {
  ApprovalId,
  CallId,
  DeskId,
  EIdAttemptId,
  Epoch,
  Instant,
  IssuerCountry,
  KioskId,
  Language,
  NoSlipReason,
  OverrideReason,
  PauseReason,
  PickupId,
  ProofExpiry,
  ProofKind,
  ProofMethod,
  RecipientId,
  SendReason,
  SlipId,
  StaffId,
  StaffRole,
  ToldApart,
  VerificationId,
  WalkInId,
} from '../domain/index.ts'

const Code = z.string().regex(/^L-\d{3}$/)

/**
 * Counts what entries may say. A hub refuses a fact that it does not know (a poison entry), so a kiosk writes new ones
 * only once its hub has said that it takes them. 2: `expiry` of a verification. 3: `hub-time-accepted`. 4: `toldApart`.
 * 5: `keys-not-vouched`.
 */
export const ledgerFactsNow = 5

/** Facts by kind of entry. `.strict()`: an unknown fact is a poison entry, not something to ignore. */
export const ledgerFacts = {
  'kiosk-enrolled': z.strictObject({ kiosk: KioskId, desk: DeskId }),
  'engine-started': z.strictObject({
    version: z.string().max(40),
    generation: Count,
    /** A version that proved itself, or the old one put back. */
    update: z.enum(['installed', 'rolled-back']).optional(),
  }),
  'staff-enrolled': z.strictObject({ staff: StaffId, role: StaffRole }),
  'staff-signed-in': z.strictObject({ role: StaffRole, means: z.enum(['badge-and-pin', 'badge']).optional() }),
  'staff-signed-out': z.strictObject({ cause: z.enum(['asked', 'switched', 'locked', 'restarted', 'removed']) }),
  'sign-in-refused': z.strictObject({ staff: StaffId, attemptsLeft: Count }),
  'pin-changed': z.strictObject({}),
  'staff-pin-removed': z.strictObject({ staff: StaffId, reason: z.enum(['badge-lost', 'pin-forgotten', 'left']) }),
  'opening-key-rotated': z.strictObject({}),
  /**
   * Nothing that a badge and a PIN opened vouches for the public keys of these members of staff; `openingKey`: nor for
   * the newest opening key.
   */
  'keys-not-vouched': z.strictObject({ staff: z.array(StaffId).max(50), openingKey: z.boolean() }),
  /** A supervisor lets the desk serve outside its hours until then. */
  'hours-overridden': z.strictObject({ reason: OverrideReason, until: Instant }),
  'desk-paused': z.strictObject({ reason: PauseReason, until: Instant }),
  /** Before its time; a pause that ran out says so itself. */
  'desk-resumed': z.strictObject({}),
  /** The opening checklist: what stood open, by code. */
  'desk-opened': z.strictObject({ light: z.enum(['green', 'amber', 'red']), codes: z.array(Code).max(20) }),
  /** A slip without a secret. */
  'printer-tested': z.strictObject({ outcome: z.enum(['printed', 'failed', 'uncertain']), code: Code.optional() }),
  'shift-ended': z.strictObject({
    next: z.enum(['hand-over', 'close']),
    handedOver: Count,
    unsettled: Count,
    unsent: Count,
    printer: z.string().max(20),
  }),
  'staff-called': z.strictObject({ call: CallId }),
  'staff-call-answered': z.strictObject({ call: CallId }),
  arrival: z.strictObject({ by: z.enum(['card', 'document', 'pickup-code', 'staff', 'check-in-screen']) }),
  /** The wrong person was checked in. */
  'arrival-undone': z.strictObject({}),
  verification: z.strictObject({
    verification: VerificationId,
    proof: ProofKind,
    method: ProofMethod,
    issuerCountry: IssuerCountry,
    /** Of a kiosk before version 0.2, or one whose hub does not know `expiry` yet: what the staff stated. */
    expiryValid: z.literal(true).optional(),
    /** What was seen. */
    expiry: ProofExpiry.optional(),
    expiresAt: Instant,
    /** Proved before there was a pickup: the walk-in that this one was issued for. */
    walkIn: WalkInId.optional(),
    /** The e-ID that the hub saw. */
    eId: EIdAttemptId.optional(),
    /** Somebody else here has this name and birth date. */
    toldApart: ToldApart.optional(),
  }),
  /** Someone without a pickup has proved who they are; what the hub issues, it issues against this entry. */
  'walk-in-verified': z.strictObject({
    walkIn: WalkInId,
    recipient: RecipientId,
    proof: ProofKind,
    method: ProofMethod,
    issuerCountry: IssuerCountry,
    /** Of a kiosk before version 0.2, or one whose hub does not know `expiry` yet: what the staff stated. */
    expiryValid: z.literal(true).optional(),
    /** What was seen. */
    expiry: ProofExpiry.optional(),
    expiresAt: Instant,
    /** Somebody else on record has this name and birth date. */
    toldApart: ToldApart.optional(),
  }),
  /** It came to nothing: whatever was issued for it is disabled. */
  'walk-in-abandoned': z.strictObject({ walkIn: WalkInId, code: Code }),
  /** The actor is the second member of staff. */
  'verification-witnessed': z.strictObject({ verification: VerificationId }),
  'verification-refused': z.strictObject({ code: Code }),
  'no-slip': z.strictObject({ reason: NoSlipReason }),
  /** Two members of staff have approved the dispatch of a letter: the actor, and the witness by badge and PIN. */
  'dispatch-approved': z.strictObject({ approval: ApprovalId, witness: StaffId, expiresAt: Instant }),
  /** Spends a verification; of a letter, a dispatch approval. */
  'slip-intended': z.strictObject({
    slip: SlipId,
    number: z.string().max(24),
    verification: VerificationId.optional(),
    approval: ApprovalId.optional(),
    language: Language,
    further: z.boolean(),
  }),
  'slip-printed': z.strictObject({ slip: SlipId }),
  'slip-failed': z.strictObject({ slip: SlipId, code: Code }),
  'slip-uncertain': z.strictObject({ slip: SlipId, code: Code }),
  'handed-over': z.strictObject({ slip: SlipId }),
  'slip-spoiled': z.strictObject({ slip: SlipId }),
  'slip-missing': z.strictObject({ slip: SlipId }),
  'slip-nothing-came-out': z.strictObject({ slip: SlipId }),
  /**
   * The actor has compared a hub time that was far from every clock of the desk's own, and let it count: from the
   * desk's time to the hub's.
   */
  'hub-time-accepted': z.strictObject({ from: Instant, to: Instant }),
  /** What the hub had not acknowledged was written to a memory stick. */
  'ledger-carried': z.strictObject({}),
  'ledger-receipt-taken': z.strictObject({ acked: Ordinal }),
  /** The letter has gone to the post, under this number of the postal operator's. */
  dispatched: z.strictObject({ slip: SlipId, tracking: TrackingNumber }),
  'letter-delivered': z.strictObject({}),
  /** It came back: the secret is burned. */
  'letter-returned': z.strictObject({}),
  'revoke-acknowledged': z.strictObject({}),
  /** An acknowledgement that nobody asked for: the pickup has ended here, and the hub is to issue it at that desk. */
  'sent-elsewhere': z.strictObject({ to: DeskId, reason: SendReason }),
  'revoke-pending': z.strictObject({ slip: SlipId }),
} as const
export type LedgerKind = keyof typeof ledgerFacts
export type LedgerFacts<K extends LedgerKind> = z.infer<(typeof ledgerFacts)[K]>

/** `prev` is the hash of the entry before, hex; 64 zeros for the first. */
export const LedgerHash = z.string().regex(/^[0-9a-f]{64}$/)
export const genesisHash = '0'.repeat(64)

const head = {
  seq: Ordinal,
  time: Instant,
  pickup: PickupId.nullable(),
  epoch: Epoch.nullable(),
  actor: StaffId.nullable(),
  prev: LedgerHash,
}

/** One entry as signed: the canonical bytes are RFC 8785 JSON of exactly this object. */
export type LedgerEntry = {
  [K in LedgerKind]: {
    seq: number
    time: number
    kind: K
    pickup: PickupId | null
    epoch: Epoch | null
    actor: StaffId | null
    facts: LedgerFacts<K>
    prev: string
  }
}[LedgerKind]

const kinds = Object.keys(ledgerFacts) as LedgerKind[]

/** Parses an entry whose kind is known; an unknown kind or fact fails (a poison entry for the hub). */
export const LedgerEntry = z.discriminatedUnion(
  'kind',
  // zod wants the union's members as a tuple, and a map over keys has no such type.
  // eslint-disable-next-line no-restricted-syntax
  kinds.map((kind) => z.strictObject({ ...head, kind: z.literal(kind), facts: ledgerFacts[kind] })) as unknown as [
    z.ZodObject<{ kind: z.ZodLiteral<LedgerKind> }>,
  ],
  // eslint-disable-next-line no-restricted-syntax -- as above
) as unknown as z.ZodType<LedgerEntry>

/** The part without which an entry has no place in the chain. Whatever else it says may be a poison entry's. */
export const LedgerHead = z.object({ seq: head.seq, prev: LedgerHash })
export type LedgerHead = z.infer<typeof LedgerHead>

/**
 * As the kiosk keeps it: the exact signed bytes as text, and the Ed25519 signature over the entry's hash, base64url.
 * What is longer than any entry (`longestEntry`) is taken in all the same, to be kept as a poison entry.
 */
export const SignedEntry = z.object({
  bytes: z.string().max(longestKept),
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
})
export type SignedEntry = z.infer<typeof SignedEntry>

/**
 * On the wire only the last entry of a batch must bring its signature: its hash covers every entry before it. The
 * length of `bytes` is not the contract's to refuse: a refused batch would come again for ever without anybody hearing
 * of it.
 */
export const WireEntry = z.object({ bytes: z.string(), signature: SignedEntry.shape.signature.optional() })
export type WireEntry = z.infer<typeof WireEntry>
