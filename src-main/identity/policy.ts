/** Policy is data from the hub; this is the pure decision over it, and every refusal explains itself (DESIGN section 6). */
import type { DeskKind, Policy, PolicyRule, ProofKind } from '../../src-shared/domain.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { Pickup } from '../pickups/index.ts'

/** Fails with L-206 (another desk), L-207 (a porter needs a request), L-205 (time ended), L-203 (revoked). */
export function mayReleaseHere(
  policy: Policy,
  deskKind: DeskKind,
  pickup: Pick<Pickup, 'recipientClass' | 'channel' | 'person' | 'expiresAt' | 'revokePending'>,
  now: number,
): Result<PolicyRule> {
  if (pickup.revokePending) return fail('L-203')
  if (pickup.expiresAt <= now) return fail('L-205')
  const rule = policy.rules.find((r) => r.recipientClass === pickup.recipientClass && r.channel === pickup.channel && r.deskKind === deskKind)
  if (rule === undefined) return fail('L-206', { where: desksFor(policy, pickup.recipientClass) })
  if (rule.needsRequestReference && pickup.person.requestReference === null) return fail('L-207')
  return ok(rule)
}

/** Kinds of desk that may serve a class, as words of the design (the window translates them). */
function desksFor(policy: Policy, recipientClass: PolicyRule['recipientClass']): string {
  const kinds = new Set(policy.rules.filter((r) => r.recipientClass === recipientClass).map((r) => r.deskKind))
  return kinds.size === 0 ? 'helpdesk' : [...kinds].join(', ')
}

/** Fails with L-304 when this kind of proof is not on the rule's list. */
export function acceptsProof(rule: PolicyRule, proof: ProofKind): Result<true> {
  return rule.proofs.includes(proof) ? ok(true) : fail('L-304')
}
