/** The words of the design as types. One zod schema per word; the TypeScript type is derived from it. */
import { z } from 'zod'
import { Ordinal } from './bounds.ts'
import { OpeningHours } from './opening-hours.ts'
import { SlipLogo, SlipNote } from './slip-logo.ts'

/** Opaque ids: 16 random bytes as base64url, so that nothing about a person can be read from a ledger. */
const opaqueId = z.string().regex(/^[A-Za-z0-9_-]{22}$/)

export const PickupId = opaqueId.brand<'PickupId'>()
export type PickupId = z.infer<typeof PickupId>
export const RecipientId = opaqueId.brand<'RecipientId'>()
export type RecipientId = z.infer<typeof RecipientId>
export const DeskId = opaqueId.brand<'DeskId'>()
export type DeskId = z.infer<typeof DeskId>
export const UnitId = opaqueId.brand<'UnitId'>()
export type UnitId = z.infer<typeof UnitId>
export const KioskId = opaqueId.brand<'KioskId'>()
export type KioskId = z.infer<typeof KioskId>
export const StaffId = opaqueId.brand<'StaffId'>()
export type StaffId = z.infer<typeof StaffId>
export const VerificationId = opaqueId.brand<'VerificationId'>()
export type VerificationId = z.infer<typeof VerificationId>
/** One person served without a pickup made beforehand, from the proof of identity to the slip. */
export const WalkInId = opaqueId.brand<'WalkInId'>()
export type WalkInId = z.infer<typeof WalkInId>
/** One try to identify a recipient electronically, on their own phone. */
export const EIdAttemptId = opaqueId.brand<'EIdAttemptId'>()
export type EIdAttemptId = z.infer<typeof EIdAttemptId>
export const ApprovalId = opaqueId.brand<'ApprovalId'>()
export type ApprovalId = z.infer<typeof ApprovalId>
export const RequestId = opaqueId.brand<'RequestId'>()
export type RequestId = z.infer<typeof RequestId>
export const SlipId = opaqueId.brand<'SlipId'>()
export type SlipId = z.infer<typeof SlipId>
/** One call for staff from a check-in screen or an unattended desk. */
export const CallId = opaqueId.brand<'CallId'>()
export type CallId = z.infer<typeof CallId>
export const Incarnation = opaqueId.brand<'Incarnation'>()
export type Incarnation = z.infer<typeof Incarnation>

export { Instant, StoredInstant } from './bounds.ts'

/** Calendar date, `YYYY-MM-DD`. */
export const DateText = z.iso.date()

export const Language = z.enum(['fi', 'sv', 'en'])
export type Language = z.infer<typeof Language>
export const languages = Language.options

/** A text in the three languages of the house. */
export const Localized = z.object({ fi: z.string(), sv: z.string(), en: z.string() })
export type Localized = z.infer<typeof Localized>

export const DeskKind = z.enum(['helpdesk', 'student-affairs', 'hr', 'porter', 'post-room'])
export type DeskKind = z.infer<typeof DeskKind>

/** A desk's one kiosk that serves, or a screen where people only check in (docs/architecture.md#words). */
export const KioskKind = z.enum(['desk', 'check-in'])
export type KioskKind = z.infer<typeof KioskKind>

/** How a pickup is delivered: one of the desk kinds, or a registered letter. */
export const Channel = z.enum(['helpdesk', 'student-affairs', 'hr', 'porter', 'registered-letter'])
export type Channel = z.infer<typeof Channel>

export const RecipientClass = z.enum(['student', 'staff', 'partner', 'external', 'training'])
export type RecipientClass = z.infer<typeof RecipientClass>

export const SecretKind = z.enum(['password', 'activation-code'])
export type SecretKind = z.infer<typeof SecretKind>

export const StaffRole = z.enum(['porter', 'counter', 'hr', 'post-room', 'supervisor'])
export type StaffRole = z.infer<typeof StaffRole>

/** Kinds of proof of identity (docs/architecture.md#identity). */
export const ProofKind = z.enum(['passport', 'identity-card', 'residence-permit', 'driving-licence', 'e-id'])
export type ProofKind = z.infer<typeof ProofKind>

/** How the proof was read: by machine (MRZ), by the eyes of staff, or through the e-ID broker. */
export const ProofMethod = z.enum(['machine-read', 'by-eye', 'e-id'])
export type ProofMethod = z.infer<typeof ProofMethod>

/**
 * What was seen of a proof's expiry. By machine: a date that has not passed, none in the machine-readable zone, or one
 * that says "without limit"; the last two, and `by-eye`, are what the staff's statement "not expired" rests on.
 * `no-document`: nothing that could expire was shown (e-ID).
 */
export const ProofExpiry = z.enum(['valid', 'none', 'permanent', 'by-eye', 'no-document'])
export type ProofExpiry = z.infer<typeof ProofExpiry>

/** ICAO 9303 part 3 section 5: issuing State or organization, one to three letters (`D` is Germany). */
export const IssuerCountry = z.string().regex(/^[A-Z]{1,3}$/)

/**
 * What told a person from their namesakes: a card or a pickup code that was read, or the account's name as they said
 * it.
 */
export const ToldApart = z.enum(['card', 'pickup-code', 'account'])
export type ToldApart = z.infer<typeof ToldApart>

/** States of a pickup at a desk (docs/architecture.md#one-handover-end-to-end). */
export const PickupState = z.enum([
  'waiting',
  'arrived',
  'verified',
  'printing',
  'printed',
  'failed',
  'uncertain',
  'handed-over',
  'returned',
  'revoked',
  'burned',
  'dispatched',
])
export type PickupState = z.infer<typeof PickupState>

/** What became of one slip. `printed` and `uncertain` are unsettled until a person settles them. */
export const SlipState = z.enum([
  'intended',
  'printed',
  'failed',
  'uncertain',
  'handed-over',
  'spoiled',
  'missing',
  'nothing-came-out',
  'dispatched',
])
export type SlipState = z.infer<typeof SlipState>

/** How a person settles a slip. */
export const Settlement = z.enum(['handed-over', 'spoiled', 'missing', 'nothing-came-out'])
export type Settlement = z.infer<typeof Settlement>

/** Why no slip was printed although someone stood at the desk (docs/architecture.md#identity). */
export const NoSlipReason = z.enum([
  'no-id-with-them',
  'expired',
  'photo-differs',
  'name-differs',
  'someone-elses-errand',
])
export type NoSlipReason = z.infer<typeof NoSlipReason>

/** A grant's epoch: `n` counts grants of one pickup within one incarnation of the hub. */
export const Epoch = z.object({ incarnation: Incarnation, n: Ordinal })
export type Epoch = z.infer<typeof Epoch>

export function sameEpoch(a: Epoch, b: Epoch): boolean {
  return a.incarnation === b.incarnation && a.n === b.n
}

/** A desk as its own kiosk knows it. */
export const Desk = z.object({
  id: DeskId,
  kind: DeskKind,
  name: Localized,
  unit: Localized,
  address: z.string(),
  /** Short prefix of slip numbers, e.g. `MYL`. */
  slipPrefix: z.string().regex(/^[A-Z]{2,4}$/),
  organisation: Localized,
  /** Where the recipient changes the password, printed on the slip as text and QR. */
  changeAddress: z.url(),
  /** Offered first on the idle screen: self-service with a bank ID or a mobile certificate. */
  selfServiceAddress: z.url(),
  /** null: open at all times. */
  hours: OpeningHours.nullable().default(null),
  /** The institution's own words on slips, and its logo; not there: none. */
  slipNote: SlipNote.optional(),
  slipLogo: SlipLogo.optional(),
})

/** Why a desk serves nobody for a while. */
export const PauseReason = z.enum(['break', 'meeting', 'on-an-errand', 'equipment', 'emergency'])
export type PauseReason = z.infer<typeof PauseReason>

/** Why a pickup is sent to another desk. */
export const SendReason = z.enum(['printer', 'person-asks', 'wrong-desk'])
export type SendReason = z.infer<typeof SendReason>

/** Why a supervisor lets a desk serve outside its hours. */
export const OverrideReason = z.enum(['people-still-queueing', 'event', 'urgent-need', 'hours-are-wrong'])
export type OverrideReason = z.infer<typeof OverrideReason>
export type Desk = z.infer<typeof Desk>
