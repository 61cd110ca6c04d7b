/** What the window sees of serving someone without a pickup: issued on the spot, against a proof that comes first. */
import { z } from 'zod'
import { BirthDate } from '../../domain/birth-date.ts'
import { IssuerCountry, Language, Localized, NoSlipReason, ProofKind, RecipientClass } from '../../domain/index.ts'
import { DocumentView } from './document.ts'
import { FailureView } from './failure.ts'

/** An account that was found at the hub. */
export const AccountView = z.object({
  account: z.string(),
  name: z.string(),
  recipientClass: RecipientClass,
  language: Language,
  sponsor: z.string().nullable(),
  /** A pickup of this account waits already: here, or at the desk named. */
  live: z.object({ here: z.boolean(), desk: Localized.nullable() }).nullable(),
  /** Why nothing may be issued for it here, if so. */
  blocked: FailureView.nullable(),
})
export type AccountView = z.infer<typeof AccountView>

export const WalkInStep = z.object({
  step: z.literal('walk-in'),
  /** `asked-back`: a pickup at another desk has been asked back, and issuing waits for that desk’s answer. */
  phase: z.enum(['looking', 'choose', 'prove', 'issuing', 'asked-back']),
  accounts: z.array(AccountView),
  /** More were found than are shown: search more narrowly. */
  more: z.boolean(),
  chosen: AccountView.nullable(),
  /** Set once a document was read that matches the chosen account. */
  document: DocumentView.nullable(),
  proofs: z.array(ProofKind),
  birthDateOnRecord: z.boolean(),
  fourEyes: z.boolean(),
  notice: FailureView.nullable(),
})
export type WalkInStep = z.infer<typeof WalkInStep>

export const WalkInSearch = z.object({ search: z.string().min(3).max(80) })
export const WalkInNoSlip = z.object({ account: z.string().max(120), reason: NoSlipReason })
export const WalkInChoice = z.object({ account: z.string().max(120) })
/**
 * `byEye`: no machine reading: kind and country, and the birth date keyed from the document; else the document on
 * screen is the proof.
 */
export const WalkInIssue = z.object({
  account: z.string().max(120),
  language: Language,
  byEye: z
    .object({ kind: ProofKind, issuerCountry: IssuerCountry, birthDate: BirthDate, statement: z.literal(true) })
    .nullable(),
})
