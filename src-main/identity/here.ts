/**
 * Policy at this desk: the one decision of src-shared/policy, asked about a pickup that is here. Every refusal explains
 * itself (docs/architecture.md#identity).
 */
import type { AgentRole } from '../../src-shared/agent-api/words.ts'
import type { Desk } from '../../src-shared/domain.ts'
import { dateAt } from '../../src-shared/opening-hours.ts'
import {
  decide,
  failureOf,
  postalArea,
  showsSponsor,
  type Allowed,
  type DirectoryDesk,
  type Policy,
  type PolicyCase,
} from '../../src-shared/policy/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/result.ts'
import type { Pickup } from '../pickups/index.ts'
import type { Proof } from './verification.ts'

/** The desk, its policy, and the other desks of the institution. */
export interface Place {
  readonly desk: Desk
  readonly policy: Policy
  readonly directory: readonly DirectoryDesk[]
}

/**
 * What is to be done. `closed`: why the desk does not serve now, null when it does or when what was begun before
 * closing may finish.
 */
export type ActHere =
  | { readonly kind: 'check-in'; readonly closed: Failure | null }
  | { readonly kind: 'verify'; readonly closed: Failure | null; readonly proof: Pick<Proof, 'kind' | 'issuerCountry'> }
  | { readonly kind: 'release'; readonly closed: Failure | null; readonly witnessed: boolean }
  /** On the spot, by whoever is signed in. */
  | { readonly kind: 'issue'; readonly closed: null; readonly by: AgentRole }

export type Decided = Pick<Pickup, 'recipientClass' | 'channel' | 'person' | 'expiresAt' | 'revokePending'>

const closedOf = (failure: Failure | null) => {
  const opensAt = failure?.params?.opensAt
  return failure === null ? null : { opensAt: typeof opensAt === 'number' ? opensAt : null }
}

function actOf(act: ActHere): PolicyCase['act'] {
  if (act.kind === 'issue') return { kind: 'issue', how: 'walk-in', by: act.by }
  const closed = closedOf(act.closed)
  if (act.kind === 'verify')
    return { kind: 'verify', closed, proof: { kind: act.proof.kind, issuerCountry: act.proof.issuerCountry } }
  return { ...act, closed }
}

function ended(pickup: Decided, now: number): boolean {
  const { accountValidUntil } = pickup.person
  return accountValidUntil !== null && accountValidUntil < dateAt(now)
}

/** The contact person, where the staff are to see one. */
export function sponsorHere({ policy }: Place, pickup: Decided, now: number): string | null {
  return showsSponsor(policy, pickup.recipientClass, pickup.channel, ended(pickup, now)) ? pickup.person.sponsor : null
}

/**
 * Fails with L-203 (revoked), L-205 (time ended), the desk's own word for closed, or a code of policy (`policyCodes`)
 * with where to go instead.
 */
export function decideHere(
  { desk, policy, directory }: Place,
  pickup: Decided,
  act: ActHere,
  now: number,
): Result<Allowed> {
  if (pickup.revokePending) return fail('L-203')
  if (pickup.expiresAt <= now) return fail('L-205')
  const { requestReference, sponsor } = pickup.person
  const decision = decide(policy, {
    recipientClass: pickup.recipientClass,
    channel: pickup.channel,
    deskKind: desk.kind,
    requestReference,
    accountEnded: ended(pickup, now),
    sponsor,
    postalArea: postalArea(pickup.person.address, policy.letters.inside),
    act: actOf(act),
  })
  if (decision.allowed) return ok(decision)
  if (act.closed !== null && (decision.code === 'L-210' || decision.code === 'L-211'))
    return { ok: false, failure: act.closed }
  return { ok: false, failure: failureOf(decision, directory, now, { desk: desk.id }) }
}
