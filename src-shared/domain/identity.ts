/** Words about a recipient and the proof of who they are. */
import { z } from 'zod'

export const RecipientClass = z.enum(['student', 'staff', 'partner', 'external', 'training'])
export type RecipientClass = z.infer<typeof RecipientClass>

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
