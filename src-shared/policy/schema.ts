/**
 * Policy is data from the hub (docs/architecture.md#identity and #channels-and-rules-of-the-institution): which
 * recipient classes may collect through which channel at which kind of desk, what proves identity there, who issues,
 * and what else the institution's rules ask for. `decide` is the only reader. What an older policy does not speak of
 * has a default, so that it goes on being understood.
 */
import { z } from 'zod'
import { Count } from '../domain/bounds.ts'
import { Channel, DeskKind, IssuerCountry, ProofKind, RecipientClass } from '../domain/index.ts'
import { AgentRole } from '../hub-api/agent/words.ts'
import { greaterHelsinki, PostalRange } from './postal.ts'

export const PolicyRule = z.object({
  recipientClass: RecipientClass,
  channel: Channel,
  deskKind: DeskKind,
  proofs: z.array(ProofKind),
  /** Only what a ticket has asked for in advance. */
  needsRequestReference: z.boolean(),
  /** The sponsor is shown at every pickup, not only when the account has ended. */
  showSponsor: z.boolean(),
  /** A second member of staff confirms the verification with badge and PIN before anything prints. */
  fourEyes: z.boolean().default(false),
  /** May be issued in advance. */
  prepared: z.boolean().default(true),
  /** May be issued while the recipient stands at the desk. By default at helpdesk, student affairs and HR. */
  walkIn: z.boolean().optional(),
  /** By default `hr` issues for staff, `agent` for all others, and `supervisor` for everybody. */
  issuedBy: z.array(AgentRole).optional(),
})
export type PolicyRule = z.infer<typeof PolicyRule>

/** What holds for a class wherever it goes. */
export const ClassRule = z.object({
  /** false: there is no pickup for this class; its passwords are reset at `resetAddress`. */
  pickup: z.boolean(),
  resetAddress: z.url().nullable(),
  /** Bank ID or mobile certificate self-service. */
  selfService: z.boolean(),
  /** Strong e-ID as proof at a desk. */
  eId: z.boolean(),
  /** Whether a secret may still go to someone whose account has ended. */
  endedAccount: z.enum(['refuse', 'allow']),
})
export type ClassRule = z.infer<typeof ClassRule>

/** Which issuers a kind of proof is accepted from. */
export const ProofRule = z.object({ issuers: z.union([z.literal('any'), z.array(IssuerCountry).max(300)]) })
export type ProofRule = z.infer<typeof ProofRule>

/** Four hours. */
export const longestBadgeResume = 240

export const Policy = z.object({
  version: Count,
  rules: z.array(PolicyRule),
  classes: z.partialRecord(RecipientClass, ClassRule.partial()).default({}),
  proofRules: z.partialRecord(ProofKind, ProofRule).default({}),
  /** Registered letters go only to addresses outside these postal codes. */
  letters: z.object({ inside: z.array(PostalRange).max(200) }).default({ inside: [...greaterHelsinki] }),
  /** Life of a verification, and of a dispatch approval, in seconds. */
  verificationSeconds: z.number().int().positive().max(3600),
  /** Days after which an unclaimed pickup goes back. */
  pickupDays: z.number().int().min(1).max(365).default(45),
  /** Days for which a secret that was handed over stays good beyond the last day on which it could be collected. */
  secretDays: z.number().int().min(0).max(365).default(0),
  /**
   * Minutes for which the badge alone signs in again after an idle lock; 0: a PIN each time. A badge's id can be copied
   * by whoever has held it for a moment.
   */
  badgeResumeMinutes: z.number().int().min(0).max(longestBadgeResume).default(0),
  /** Whether a slip shows the whole account name or a masked one. */
  accountOnSlip: z.enum(['full', 'masked']),
})
export type Policy = z.infer<typeof Policy>

const usual: ClassRule = { pickup: true, resetAddress: null, selfService: true, eId: true, endedAccount: 'refuse' }
const usualOf: Readonly<Record<RecipientClass, ClassRule>> = {
  student: usual,
  staff: usual,
  partner: usual,
  external: { ...usual, selfService: false, eId: false },
  training: { ...usual, pickup: false, selfService: false, eId: false },
}

/** A class's rule, with what the policy says in place of what is usual. */
export function classRule(policy: Policy, recipientClass: RecipientClass): ClassRule {
  const said = policy.classes[recipientClass] ?? {}
  const base = usualOf[recipientClass]
  return {
    pickup: said.pickup ?? base.pickup,
    resetAddress: said.resetAddress ?? base.resetAddress,
    selfService: said.selfService ?? base.selfService,
    eId: said.eId ?? base.eId,
    endedAccount: said.endedAccount ?? base.endedAccount,
  }
}

export function walkInAt(rule: PolicyRule): boolean {
  return rule.walkIn ?? (rule.deskKind !== 'porter' && rule.deskKind !== 'post-room')
}

export function issuersOf(rule: PolicyRule): readonly AgentRole[] {
  return rule.issuedBy ?? [rule.recipientClass === 'staff' ? 'hr' : 'agent', 'supervisor']
}

/** European Union and EEA by ICAO 9303 part 3 section 5; Germany is `D` in documents, and `DEU` where people key it. */
const eea: readonly string[] = (
  'AUT BEL BGR HRV CYP CZE DNK EST FIN FRA D DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE ' +
  'ISL LIE NOR'
).split(' ')
const usualProofs: Readonly<Record<ProofKind, ProofRule>> = {
  passport: { issuers: 'any' },
  'identity-card': { issuers: [...eea] },
  // The states of the uniform format (Regulation (EC) 1030/2002): what a reader knows as a residence permit.
  'residence-permit': { issuers: [...eea, 'CHE'] },
  'driving-licence': { issuers: ['FIN'] },
  'e-id': { issuers: ['FIN'] },
}
/** The specimen country of ICAO 9303: its documents prove nothing, whatever a policy says. */
const specimenIssuers: ReadonlySet<string> = new Set(['UTO'])

export function proofRule(policy: Policy, kind: ProofKind): ProofRule {
  return policy.proofRules[kind] ?? usualProofs[kind]
}

/** Whether a kind of proof is accepted from this issuer (ICAO 9303 part 3 section 5). */
export function acceptsIssuer(policy: Policy, kind: ProofKind, issuerCountry: string): boolean {
  const { issuers } = proofRule(policy, kind)
  return !specimenIssuers.has(issuerCountry) && (issuers === 'any' || issuers.includes(issuerCountry))
}
