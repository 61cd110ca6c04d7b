/**
 * Policy at this desk: the one decision of src-shared/policy, asked about a pickup that is here. Every refusal explains
 * itself (docs/architecture.md#identity).
 */
import type { AgentRole } from '../../src-shared/hub-api/agent/words.ts'
import type { Desk, DeskKind } from '../../src-shared/domain/index.ts'
import {
  accountEnded,
  channelOf,
  decide,
  failureOf,
  policyCaseOf,
  showsSponsor,
  type Allowed,
  type DirectoryDesk,
  type Policy,
  type PolicyCase,
} from '../../src-shared/policy/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
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

const askedFor = ({ recipientClass, channel, person }: Pick<Decided, 'recipientClass' | 'channel' | 'person'>) => ({
  ...person,
  recipientClass,
  channel,
})

/** Whether policy lets this kind of desk have a pickup that is at another; none is sent on to become a letter. */
export function routeHere(
  { policy }: Place,
  pickup: Pick<Decided, 'recipientClass' | 'person'>,
  deskKind: DeskKind,
  now: number,
): boolean {
  const asked = { ...askedFor({ ...pickup, channel: channelOf(deskKind) }), address: null }
  return decide(policy, policyCaseOf(policy, asked, deskKind, { kind: 'route' }, now)).allowed
}

/** The contact person, where the staff are to see one. */
export function sponsorHere({ policy }: Place, pickup: Decided, now: number): string | null {
  const over = accountEnded(pickup.person.accountValidUntil, now)
  return showsSponsor(policy, pickup.recipientClass, pickup.channel, over) ? pickup.person.sponsor : null
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
  if (pickup.revokePending) return fail(failures.pickupRevoked)
  if (pickup.expiresAt <= now) return fail(failures.pickupExpired)
  const decision = decide(policy, policyCaseOf(policy, askedFor(pickup), desk.kind, actOf(act), now))
  if (decision.allowed) return ok(decision)
  if (
    act.closed !== null &&
    (decision.code === failures.deskClosed || decision.code === failures.deskClosedUntilFurtherNotice)
  )
    return { ok: false, failure: act.closed }
  return { ok: false, failure: failureOf(decision, directory, now, { desk: desk.id }) }
}
