/** Policies to begin with: what an institution chooses in set-up, and changes afterwards as any other policy. */
import { channelOf } from './decide.ts'
import { Policy, type PolicyRule } from './schema.ts'
import type { DeskKind, ProofKind, RecipientClass } from '../domain/index.ts'

const documents: readonly ProofKind[] = ['passport', 'identity-card', 'residence-permit', 'driving-licence']

function rule(recipientClass: RecipientClass, deskKind: DeskKind): PolicyRule {
  const inAdvance = deskKind === 'porter' || deskKind === 'post-room'
  // Strong e-ID is not for external accounts; what opens a letter at the door is the post's to check.
  const proofs =
    deskKind === 'post-room' ? [] : recipientClass === 'external' ? [...documents] : [...documents, 'e-id' as const]
  return {
    recipientClass,
    channel: channelOf(deskKind),
    deskKind,
    proofs,
    needsRequestReference: inAdvance,
    showSponsor: recipientClass === 'partner' || recipientClass === 'external',
    fourEyes: deskKind === 'post-room',
    prepared: true,
    walkIn: !inAdvance,
  }
}

const everywhere: readonly DeskKind[] = ['helpdesk', 'student-affairs', 'porter', 'post-room']

/**
 * The rules of the institution (docs/architecture.md): students, partners and externals at any of its desks, staff at
 * human resources alone.
 */
const universityOfAppliedSciences: Policy = Policy.parse({
  version: 1,
  rules: [
    ...(['student', 'partner', 'external'] as const).flatMap((who) =>
      everywhere.map((deskKind) => rule(who, deskKind)),
    ),
    rule('staff', 'hr'),
  ],
  classes: {
    external: { selfService: false, eId: false },
    training: { pickup: false, selfService: false, eId: false },
  },
  verificationSeconds: 300,
  accountOnSlip: 'full',
})

/** Nobody is served anywhere until somebody says who. */
const blank: Policy = Policy.parse({
  version: 1,
  rules: [],
  classes: { training: { pickup: false } },
  verificationSeconds: 300,
  accountOnSlip: 'full',
})

export const policyTemplates = { 'applied-sciences': universityOfAppliedSciences, blank } as const
export type PolicyTemplate = keyof typeof policyTemplates
export const policyTemplateNames = Object.keys(policyTemplates) as PolicyTemplate[]
