/**
 * Routes of a kiosk that serves someone without a pickup: the accounts of a person, and one secret against a proof that
 * the ledger holds.
 */
import { z } from 'zod'
import { BirthDate } from '../../domain/birth-date.ts'
import {
  DateText,
  Language,
  Localized,
  PickupId,
  RecipientClass,
  RecipientId,
  StaffId,
  WalkInId,
} from '../../domain/index.ts'
import { PersonName, Tag } from '../words.ts'
import { none, route } from '../route.ts'

export const CardQuery = z.strictObject({ by: z.literal('card'), card: z.string().min(1).max(64) })
/** A name in the letters of a machine-readable zone. */
export const DocumentQuery = z.strictObject({
  by: z.literal('document'),
  /** As far as the document gives it. */
  birthDate: BirthDate,
  family: z.string().max(60),
  given: z.string().max(60),
  truncated: z.boolean(),
})

/**
 * What a kiosk looks for. It crosses sealed under a key that this kiosk and the hub share, inside TLS, and is kept by
 * neither.
 */
export const AccountQuery = z.discriminatedUnion('by', [
  CardQuery,
  DocumentQuery,
  /** The beginning of a name or of an account. */
  z.strictObject({ by: z.literal('search'), text: z.string().min(3).max(80) }),
])
export type AccountQuery = z.infer<typeof AccountQuery>

/** An account that a kiosk may issue for, in answer to a look-up. Never stored at the kiosk. */
export const FoundAccount = z.object({
  account: z.string().max(120),
  recipient: RecipientId,
  recipientClass: RecipientClass,
  name: PersonName,
  formerNames: z.array(PersonName).max(10),
  language: Language,
  sponsor: z.string().max(200).nullable(),
  accountValidUntil: DateText.nullable(),
  /** Under the asking kiosk's own lookup key; null: no birth date on record. */
  birthTag: Tag.nullable(),
  /** A live pickup of this account: at this very desk, or at another. */
  live: z.object({ pickup: PickupId, here: z.boolean(), desk: Localized.nullable() }).nullable(),
})
export type FoundAccount = z.infer<typeof FoundAccount>

/** At most this many accounts are told at once: a look-up is not a directory. */
export const accountsAtOnce = 8

export const walkInRoutes = {
  /** `query`: an AccountQuery, sealed (base64url). `staff`: who is signed in and asks. */
  findAccounts: route('POST', '/v1/walk-in/accounts', 'kiosk', {
    query: none,
    body: z.strictObject({ staff: StaffId, query: z.string().max(1024) }),
    reply: z.object({ accounts: z.array(FoundAccount).max(accountsAtOnce), more: z.boolean() }),
  }),
  /**
   * Issues against the `walk-in-verified` entry that the hub already holds. Asked again for the same walk-in it answers
   * the same.
   */
  walkIn: route('POST', '/v1/walk-in', 'kiosk', {
    query: none,
    body: z.strictObject({ walkIn: WalkInId, account: z.string().max(120) }),
    reply: z.object({ pickup: PickupId }),
  }),
} as const
