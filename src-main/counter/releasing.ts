/** Printing the slip of an open pickup, and saying what became of it. */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { pickupView, slipView, type Services } from '../desk/index.ts'
import type { Pickup } from '../pickups/index.ts'
import { settleSlip, type ReleaseRequest, type Slip } from '../release/index.ts'
import type { Session } from '../staff/index.ts'
import type { Counter } from './counter.ts'
import { doneStep } from './done-step.ts'
import { openable } from './proving.ts'
import type { Acting } from './session.ts'
import type { Showing } from './showing.ts'
import { narrowed } from './visit.ts'

export interface ReleasingParts {
  readonly services: Services
  readonly counter: Counter
  readonly acting: Acting
  /** Where a PIN is worth less than this, envelopes are opened only while the hub is there. */
  readonly floorYears: number
  readonly activity: () => void
}

interface Parts extends ReleasingParts {
  readonly showing: Showing
  readonly doneMs: number
}

/** Whoever prints. L-401; L-411 where their PIN alone is worth too little and the hub is away. */
export function whoPrints({ services, acting, floorYears }: ReleasingParts): Result<Session> {
  const session = acting()
  if (session.ok && session.value.searchYears < floorYears && services.sync.status().state !== 'online')
    return fail(failures.pinTooShortOffline)
  return session
}

/**
 * Runs a release with its phases on the counter. The value is how the slip ended and the pickup as it is then; a slip
 * that failed for certain is a failure. `pickup` of a failure is for whoever shows it anew.
 */
export async function runRelease(
  { services, counter, activity }: ReleasingParts,
  request: ReleaseRequest,
  session: Session,
  shown: Pickup,
): Promise<{ readonly pickup: Pickup; readonly result: Result<Slip> }> {
  const { release, pickups, sync, views } = services
  const view = pickupView(views, shown)
  const result = await release.run(request, session, services.requirePlace(), (slip, phase) => {
    counter.go({ step: 'printing', pickup: view, slip, phase })
  })
  activity()
  sync.nudge()
  const pickup = pickups.get(request.pickup)
  if (pickup === null) throw new Error('a pickup vanished during its release')
  return result.ok && result.value.state === 'failed'
    ? { pickup, result: { ok: false, failure: { code: result.value.code ?? failures.printerSilent } } }
    : { pickup, result }
}

type Handlers = Pick<KioskHandlers, 'openPickup' | 'release' | 'instructions' | 'settle'>

export function createReleasing(parts: Parts): Handlers {
  const { services, counter, showing, acting } = parts
  const { pickups, slips, release, views } = services

  /** Whoever acts while no slip is moving. */
  function settled(): Result<Session> {
    const session = acting()
    return session.ok && release.busy() ? fail(failures.printerBusy) : session
  }

  return {
    openPickup({ pickup: id }) {
      const session = settled()
      if (!session.ok) return session
      const pickup = pickups.get(id)
      if (pickup === null) return fail(failures.pickupNotHere)
      // A blocked pickup is shown with its reason; one that has ended, or that is asked back, is not.
      const allowed = slips.unsettledOf(id) === null ? openable(services, id) : ok(pickup)
      if (!allowed.ok && (pickup.revokePending || !pickupCan.beServed(pickup.state))) return allowed
      const { recipient } = pickup.person
      const step = counter.step()
      const said = step.step === 'choose' && step.namesakes && step.pickups.some((each) => each.id === id)
      const document = showing.inHand(id)
      showing.show(pickup, said ? narrowed(document, recipient, showing.ownerOf) : document, null)
      if (said) counter.hold({ apart: { recipient, by: 'account' } })
      return ok(null)
    },

    async release(request) {
      const session = whoPrints(parts)
      if (!session.ok) return session
      const before = counter.step()
      if (before.step !== 'verify' || before.pickup.id !== request.pickup) return fail(failures.pickupInAnotherState)
      if (before.verification !== request.verification) return fail(failures.verificationSpent)
      const opened = pickups.get(request.pickup)
      if (opened === null) return fail(failures.pickupNotHere)
      const { pickup, result } = await runRelease(parts, request, session.value, opened)
      if (result.ok) {
        const { series } = before
        counter.go({
          ...{ step: 'hand-over', pickup: pickupView(views, pickup), slip: slipView(views, result.value) },
          ...(series === undefined ? {} : { series }),
        })
        return ok({ slip: result.value.id })
      }
      // Refused before anything was spent: the verification still stands, and the staff see why.
      if (counter.step().step === 'verify') showing.say(result.failure)
      else showing.show(pickup, null, result.failure)
      return result
    },

    async instructions(request) {
      const session = settled()
      if (!session.ok) return session
      const step = counter.step()
      if (step.step !== 'hand-over' || step.slip.id !== request.slip) return fail(failures.pickupInAnotherState)
      return services.instructions(request, services.requirePlace().desk)
    },

    settle({ slip: id, settlement }) {
      const session = settled()
      if (!session.ok) return session
      const done = settleSlip(services, id, settlement, session.value.staff)
      if (!done.ok) return done
      services.sync.nudge()
      const pickup = pickups.get(done.value.pickup)
      if (pickup === null) throw new Error('a slip without its pickup')
      const again = settlement === 'spoiled' || settlement === 'nothing-came-out'
      const next = again && pickup.state === 'arrived' ? { pickup, document: null } : null
      const theirs = settlement === 'handed-over' ? nextOfPerson(parts, pickup) : null
      const shown = next ?? theirs
      if (shown !== null) showing.show(shown.pickup, shown.document, null)
      else counter.go(doneStep(settlement, pickup.person, services.now() + parts.doneMs), parts.doneMs)
      return ok(null)
    },
  }
}

/**
 * The same person's next pickup, for whom the document is still in hand: it needs a verification of its own and no
 * second scan.
 */
function nextOfPerson({ services, counter, showing }: Parts, { person }: Pickup) {
  const { document } = counter.held()
  for (const id of document?.pickups ?? []) {
    const pickup = showing.inHand(id) === null ? null : openable(services, id)
    if (pickup?.ok === true && pickup.value.person.recipient === person.recipient)
      return { pickup: pickup.value, document }
  }
  return null
}
