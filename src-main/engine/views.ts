/** From the cache's rows to what a window may see. */
import type { Desk, Policy } from '../../src-shared/domain.ts'
import type { Failure } from '../../src-shared/result.ts'
import type { PickupView, SlipView } from '../../src-shared/kiosk-api.ts'
import { mayReleaseHere } from '../identity/index.ts'
import { displayName, initials, type Pickup, type PickupCache } from '../pickups/index.ts'
import { printsThatMayFail, type Slip, type Slips } from '../release/index.ts'
import type { Roster } from '../staff/index.ts'

export interface Place {
  readonly desk: Desk
  readonly policy: Policy
}

export interface ViewParts {
  readonly pickups: PickupCache
  readonly slips: Slips
  readonly roster: Roster
  readonly now: () => number
  readonly place: () => Place
  /** Why the desk does not serve at this hour, or null. */
  readonly closed: () => Failure | null
}

/** Why a pickup cannot be released here now, or null. */
export function blockedBy(parts: ViewParts, pickup: Pickup): Failure | null {
  const { policy, desk } = parts.place()
  const allowed = mayReleaseHere(policy, desk.kind, pickup, parts.now())
  if (!allowed.ok) return allowed.failure
  // Verified before closing may finish.
  const closed = pickup.state === 'verified' ? null : parts.closed()
  if (closed !== null) return closed
  if (parts.slips.wasted(pickup.id, pickup.epoch) >= printsThatMayFail) return { code: 'L-512' }
  return null
}

export function pickupView(parts: ViewParts, pickup: Pickup): PickupView {
  const { person } = pickup
  const rule = parts.place().policy.rules.find((r) => r.recipientClass === pickup.recipientClass && r.channel === pickup.channel)
  return {
    id: pickup.id,
    state: pickup.state,
    name: displayName(person.name),
    initials: initials(person.name),
    recipientClass: pickup.recipientClass,
    account: person.account,
    secretKind: pickup.secretKind,
    language: person.language,
    requestReference: person.requestReference,
    sponsor: rule?.showSponsor === true ? person.sponsor : null,
    arrivedAt: pickup.arrivedAt,
    issuedAt: pickup.issuedAt,
    expiresAt: pickup.expiresAt,
    blocked: blockedBy(parts, pickup),
  }
}

export function slipView(parts: ViewParts, slip: Slip): SlipView {
  const pickup = parts.pickups.get(slip.pickup)
  return {
    id: slip.id,
    number: slip.number,
    // An intent whose outcome could not be written is as uncertain as any.
    state: slip.state === 'intended' ? 'uncertain' : slip.state,
    pickup: slip.pickup,
    name: pickup === null ? '' : displayName(pickup.person.name),
    intendedAt: slip.intendedAt,
    staffName: parts.roster.get(slip.staff)?.name ?? '',
    reason: slip.code === null ? null : { code: slip.code },
  }
}
