/** A document as the window sees it. */
import { z } from 'zod'
import { IssuerCountry, ProofKind } from '../domain.ts'

/** What a machine-read document said, without its number, its image or the birth date. */
export const DocumentView = z.object({
  kind: ProofKind,
  issuerCountry: IssuerCountry,
  expiryValid: z.boolean(),
  /** `exact`: same name; `tolerant`: same after transliteration, order, hyphens, former names or truncation. */
  nameMatch: z.enum(['exact', 'tolerant']),
})
export type DocumentView = z.infer<typeof DocumentView>
