/** From the cache's rows to what a window may see. */
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PickupView, SlipView } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { decideHere, sponsorHere, type Place } from '../identity/index.ts'
import { fullName, initials, type Pickup, type PickupCache } from '../pickups/index.ts'
import { printsThatMayFail, type Slip, type Slips } from '../release/index.ts'
import type { Roster } from '../staff/index.ts'

export type { Place }

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
  // Verified before closing may finish; whether a colleague has confirmed shows later.
  const closed = pickupCan.finishAfterClosing(pickup.state) ? null : parts.closed()
  const allowed = decideHere(parts.place(), pickup, { kind: 'release', closed, witnessed: true }, parts.now())
  if (!allowed.ok) return allowed.failure
  if (parts.slips.wasted(pickup.id, pickup.epoch) >= printsThatMayFail) return { code: failures.noFurtherSlip }
  return null
}

export function pickupView(parts: ViewParts, pickup: Pickup): PickupView {
  const { person } = pickup
  return {
    id: pickup.id,
    state: pickup.state,
    name: fullName(person.name),
    initials: initials(person.name),
    recipientClass: pickup.recipientClass,
    account: person.account,
    secretKind: pickup.secretKind,
    language: person.language,
    requestReference: person.requestReference,
    sponsor: sponsorHere(parts.place(), pickup, parts.now()),
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
    name: pickup === null ? '' : fullName(pickup.person.name),
    intendedAt: slip.intendedAt,
    staffName: parts.roster.get(slip.staff)?.name ?? '',
    reason: slip.code === null ? null : { code: slip.code },
  }
}
