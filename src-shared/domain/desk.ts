/** Words about desks, how a pickup reaches them, and who serves there. */
import { z } from 'zod'
import { DeskId } from './ids.ts'
import { Localized } from './language.ts'
import { OpeningHours } from './opening-hours.ts'
import { TimeZone } from './zone.ts'
import { SlipLogo, SlipNote } from './slip-logo.ts'

export const DeskKind = z.enum(['helpdesk', 'student-affairs', 'hr', 'porter', 'post-room'])
export type DeskKind = z.infer<typeof DeskKind>

/** A desk's one kiosk that serves, or a screen where people only check in (docs/architecture.md#words). */
export const KioskKind = z.enum(['desk', 'check-in'])
export type KioskKind = z.infer<typeof KioskKind>

/** How a pickup is delivered: one of the desk kinds, or a registered letter. */
export const Channel = z.enum(['helpdesk', 'student-affairs', 'hr', 'porter', 'registered-letter'])
export type Channel = z.infer<typeof Channel>

export const SecretKind = z.enum(['password', 'activation-code'])
export type SecretKind = z.infer<typeof SecretKind>

export const StaffRole = z.enum(['porter', 'counter', 'hr', 'post-room', 'supervisor'])
export type StaffRole = z.infer<typeof StaffRole>

/** The hub's next certificate authority, PEM: its own certificate, and the same key as the present one signs it. */
export const NextAuthority = z.object({ certificate: z.string().max(4000), cross: z.string().max(4000) })
export type NextAuthority = z.infer<typeof NextAuthority>

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
  /** The institution's; without: the usual one, as hubs before this setting mean it. */
  timeZone: TimeZone.optional().catch(undefined),
  /** The newest but the first; the kiosk trusts it from then on, if an authority that it trusts has signed it. */
  nextAuthority: NextAuthority.optional().catch(undefined),
})
export type Desk = z.infer<typeof Desk>
