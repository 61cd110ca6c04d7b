/** A document as the window sees it. */
import { z } from 'zod'
import { IssuerCountry, ProofExpiry, ProofKind } from '../../domain/index.ts'

/** What a machine-read document said, without its number, its image or the birth date. */
export const DocumentView = z.object({
  kind: ProofKind,
  issuerCountry: IssuerCountry,
  /** One that has expired is never shown as read. `none`, `permanent`: the machine could not compare; staff look. */
  expiry: ProofExpiry.extract(['valid', 'none', 'permanent']),
  /** `exact`: same name; `tolerant`: same after transliteration, order, hyphens, former names or truncation. */
  nameMatch: z.enum(['exact', 'tolerant']),
})
export type DocumentView = z.infer<typeof DocumentView>
