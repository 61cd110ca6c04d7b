/**
 * What may be done with a pickup in which state (docs/architecture.md#one-handover-end-to-end and #ledger-and-sync,
 * point 6): one table for the desk and one for the hub, which every room asks instead of naming states itself.
 */
import { HubPickupState } from '../hub-api/agent/words.ts'
import type { PickupState } from './index.ts'
import * as failures from '../failures/named.ts'

/** How a pickup ended at a desk; null while it lives. */
type DeskEnd = 'handed-over' | 'dispatched' | 'burned' | 'revoked' | 'returned'
const deskEnds: Readonly<Record<PickupState, DeskEnd | null>> = {
  waiting: null,
  arrived: null,
  verified: null,
  printing: null,
  printed: null,
  failed: null,
  uncertain: null,
  'handed-over': 'handed-over',
  dispatched: 'dispatched',
  burned: 'burned',
  revoked: 'revoked',
  returned: 'returned',
}
/** What a desk says of a pickup that has ended. */
const saidOfEnd = {
  'handed-over': failures.alreadyHandedOver,
  dispatched: failures.alreadyHandedOver,
  burned: failures.secretDisabled,
  revoked: failures.pickupRevoked,
  returned: failures.pickupRevoked,
} as const satisfies Record<DeskEnd, string>
export type SaidOfEnd = (typeof saidOfEnd)[DeskEnd]

/** The secret is in somebody's hand, in the post, or burned: no grant and no request of the hub undoes that. */
const goneFromDesk = (state: PickupState): boolean =>
  [failures.alreadyHandedOver, failures.secretDisabled].includes(saidWhere(state) ?? '')

function saidWhere(state: PickupState): SaidOfEnd | null {
  const end = deskEnds[state]
  return end === null ? null : saidOfEnd[end]
}

/** At a desk. */
export const pickupCan = {
  /** Something is still to be done with it here. */
  beServed: (state: PickupState): boolean => deskEnds[state] === null,
  /** L-204, L-208 or L-203: why it cannot be served any more; null while it can. */
  notBeServedFor: saidWhere,
  /** The proof or the approval stands that a release spends. */
  release: (state: PickupState): boolean => state === 'verified',
  /** Proved before the desk closed may still be printed. */
  finishAfterClosing: (state: PickupState): boolean => state === 'verified',
  /** Another desk may have it: live, and the caller has seen that no paper of it is unaccounted for. */
  beSentElsewhere: (state: PickupState): boolean => deskEnds[state] === null,
  /** The recipient's coming can be noted. */
  arrive: (state: PickupState): boolean => state === 'waiting',
  /** An arrival that was another person's can be taken back: nothing has been proved or printed since. */
  unarrive: (state: PickupState): boolean => state === 'arrived',
  /** The hub's request to give it back still has something to answer. */
  beAskedBack: (state: PickupState): boolean => !goneFromDesk(state) && state !== 'revoked',
  /** The hub's word that it is over elsewhere ends it here. */
  beClosed: (state: PickupState): boolean => !goneFromDesk(state),
  /** What is corrected about its person is taken in: also while paper of it is out. */
  beCorrected: (state: PickupState): boolean => deskEnds[state] === null,
  /** A new grant may take its place: never over paper, and never again once the secret is gone. */
  beGrantedAgain: (state: PickupState): boolean =>
    !goneFromDesk(state) && state !== 'printing' && state !== 'printed' && state !== 'uncertain',
} as const

const hubEnds: Readonly<Record<HubPickupState, 'live' | 'out-of-hands' | 'came-to-nothing'>> = {
  unassigned: 'live',
  granted: 'live',
  revoking: 'live',
  'handed-over': 'out-of-hands',
  dispatched: 'out-of-hands',
  delivered: 'out-of-hands',
  'returned-by-post': 'out-of-hands',
  burned: 'out-of-hands',
  revoked: 'came-to-nothing',
  returned: 'came-to-nothing',
}
const hubEnd = (state: string) => hubEnds[HubPickupState.parse(state)]

/** At the hub, of a state as its tables have it. */
export const hubPickupCan = {
  /** Somebody waits for it. */
  beServed: (state: string): boolean => hubEnd(state) === 'live',
  /**
   * An acknowledgement sets it free, and a report of it is taken up: not once the secret is out of the hub's hands for
   * good, or burned.
   */
  beFreed: (state: string): boolean => hubEnd(state) !== 'out-of-hands',
  /** Another may be issued in its place: it came to nothing. */
  beReissued: (state: string): boolean =>
    hubEnd(state) === 'came-to-nothing' || state === 'burned' || state === 'returned-by-post',
} as const
