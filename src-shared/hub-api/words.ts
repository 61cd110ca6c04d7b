/** Words that several groups of hub routes share. */
import { z } from 'zod'
import { Count } from '../domain/bounds.ts'
import { StaffId } from '../domain/index.ts'

export { PersonName } from './agent/words.ts'

export const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/)
/** Keyed tag: 16 bytes of HMAC-SHA256 under the kiosk's lookup key, base64url. */
export const Tag = z.string().regex(/^[A-Za-z0-9_-]{22}$/)
export type Tag = z.infer<typeof Tag>
/** A raw 32-byte public key, base64url. */
export const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
/** 16 random bytes, base64url; enrolment and key rotation are not idempotent and carry one. */
export const Nonce = z.string().regex(/^[A-Za-z0-9_-]{22}$/)
/** One opening key vouched for by an older one (src-shared/protocol/opening-link.ts). */
export const OpeningLinkText = z.object({
  from: PublicKey,
  to: PublicKey,
  countersignature: z.string().regex(/^[A-Za-z0-9_-]{64}$/),
})
export type OpeningLinkText = z.infer<typeof OpeningLinkText>
const Proof = z.string().regex(/^[A-Za-z0-9_-]{64}$/)
/** Who holds an opening key, and what proves that (src-shared/protocol/opening-holders.ts). */
export const OpeningHoldersText = z.object({
  n: Count,
  by: StaffId,
  holders: z
    .array(z.object({ staff: StaffId, key: PublicKey }))
    .min(1)
    .max(500),
  byKey: Proof,
  byPerson: Proof,
})
export type OpeningHoldersText = z.infer<typeof OpeningHoldersText>
