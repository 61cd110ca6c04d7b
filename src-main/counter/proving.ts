/** Proving an identity: by a document that was read, by eye, or by the recipient's phone; or no slip at all. */
import type { EIdAttemptId, PickupId } from '../../src-shared/domain/index.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Proof } from '../identity/index.ts'
import type { Pickup } from '../pickups/index.ts'
import { blockedBy, type Services } from '../desk/index.ts'
import type { Session } from '../staff/index.ts'
import { onDisk } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import { doneStep } from './done-step.ts'
import { endVerification } from './proof-ends.ts'
import { byOf, type Acting } from './session.ts'
import { showRecorded, type Showing } from './showing.ts'
import type { StepOf } from './steps.ts'
import { judges } from './verifying.ts'
import { narrowed } from './visit.ts'

export interface Proving {
  /** The hub saw the recipient identified on their phone: recorded as the signed-in member of staff's verification. */
  proveByEId(pickup: PickupId, attempt: EIdAttemptId): void
  /** It did not come to that; recorded and said. */
  refuseEId(pickup: PickupId, failure: Failure): void
  readonly handlers: Pick<KioskHandlers, 'verifyDocument' | 'verifyByEye' | 'noSlip'>
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly showing: Showing
  readonly acting: Acting
  readonly doneMs: number
}

/**
 * A pickup that may be proved and released here now. Fails with L-201 (not here), L-214 (its slip is unsettled), what
 * it ended as (L-203, L-204, L-208), or what blocks it.
 */
export function openable({ pickups, slips, views }: Services, id: PickupId): Result<Pickup> {
  const pickup = pickups.get(id)
  if (pickup === null) return fail(failures.pickupNotHere)
  if (slips.unsettledOf(id) !== null) return fail(failures.slipUnsettled)
  const over = pickupCan.notBeServedFor(pickup.state)
  if (over !== null) return fail(over)
  const blocked = blockedBy(views, pickup)
  return blocked === null ? ok(pickup) : { ok: false, failure: blocked }
}

export function createProving({ services, counter, showing, acting, doneMs }: Parts): Proving {
  const { pickups, signIn, birthDates } = services

  /** The step of the pickup that is open on the counter, or null. */
  function open(id: PickupId): StepOf<'verify'> | null {
    const step = counter.step()
    return step.step === 'verify' && step.pickup.id === id ? step : null
  }

  const record = (pickup: Pickup, shown: Proof, session: Session, birthDate: string | null = null) =>
    recordProof({ services, counter, showing }, pickup, shown, session, birthDate)

  return {
    proveByEId(id, attempt) {
      const session = signIn.session()
      const pickup = openable(services, id)
      // Finnish means of strong identification: the authority behind them is Finland's.
      const proof: Proof = { kind: 'e-id', method: 'e-id', issuerCountry: 'FIN', expiry: 'no-document', eId: attempt }
      const recorded =
        session === null ? fail(failures.notSignedIn) : pickup.ok ? record(pickup.value, proof, session) : pickup
      if (!recorded.ok) showing.say(recorded.failure)
    },
    refuseEId(id, failure) {
      const pickup = pickups.get(id)
      if (pickup !== null) showing.say(showing.writeDown(pickup, failure, signIn.session()))
    },
    handlers: {
      verifyDocument({ pickup: id }) {
        const session = acting()
        if (!session.ok) return session
        const document = open(id)?.document ?? null
        if (document === null || showing.inHand(id) === null) return fail(failures.documentUnreadable)
        const pickup = openable(services, id)
        if (!pickup.ok) return pickup
        const { kind, issuerCountry, expiry } = document
        return record(pickup.value, { kind, method: 'machine-read', issuerCountry, expiry }, session.value)
      },
      verifyByEye({ pickup: id, kind, issuerCountry, birthDate }) {
        const session = acting()
        if (!session.ok) return session
        if (open(id) === null) return fail(failures.pickupInAnotherState)
        const found = openable(services, id)
        if (!found.ok) return found
        const pickup = found.value
        if (pickup.birthTag === null) return fail(failures.noBirthDate)
        const right = birthDates.check(pickup.person.recipient, birthDate, pickup.birthTag)
        if (right.ok)
          return record(pickup, { kind, method: 'by-eye', issuerCountry, expiry: 'by-eye' }, session.value, birthDate)
        const said = showing.writeDown(pickup, right.failure, session.value)
        showing.say(said)
        return { ok: false, failure: said }
      },
      noSlip({ pickup: id, reason }) {
        const session = acting()
        if (!session.ok) return session
        if (services.release.busy()) return fail(failures.printerBusy)
        const pickup = openable(services, id)
        if (!pickup.ok) return pickup
        return onDisk(() => {
          noteNoSlip(services, pickup.value, reason, session.value)
          services.sync.nudge()
          counter.go(doneStep('no-slip', pickup.value.person, services.now() + doneMs), doneMs)
          return ok(null)
        })
      },
    },
  }
}

/**
 * Records a proof as whoever is signed in verified it, if it is one, and shows it or why not. `birthDate`: as it was
 * keyed from a document.
 */
function recordProof(
  { services, counter, showing }: Pick<Parts, 'services' | 'counter' | 'showing'>,
  pickup: Pickup,
  shown: Proof,
  session: Session,
  birthDate: string | null,
) {
  const { store, verifications, sync, now } = services
  const place = services.requirePlace()
  return onDisk(() => {
    const others = showing.others(pickup, birthDate)
    const judged = judges(
      { pickup, place, now: now() },
      {
        proof: shown,
        others: {
          bornThatDay: others.bornThatDay.map(({ person }) => person),
          alsoMatched: others.alsoMatched.map(({ person }) => person),
        },
        apart: counter.held().apart,
        closed: services.opening.closed(),
      },
    )
    switch (judged.is) {
      case 'ask-which':
        showing.askWhich(pickup, birthDate)
        return { ok: false, failure: judged.failure }
      case 'refuse':
        return { ok: false, failure: judged.failure }
      case 'write-down': {
        const said = showing.writeDown(pickup, judged.failure, session)
        showing.say(said)
        return { ok: false, failure: said }
      }
      case 'proof': {
        const { proof, fourEyes } = judged
        const seconds = place.policy.verificationSeconds
        const recorded = store.transact(() =>
          verifications.record(pickup, proof, byOf(session), now(), seconds, fourEyes),
        )
        sync.nudge()
        counter.hold({ document: narrowed(counter.held().document, pickup.person.recipient, showing.ownerOf) })
        showRecorded(services, counter, pickup.id, recorded, fourEyes)
        return ok({ verification: recorded.id })
      }
    }
  })
}

/** Why no slip was printed although somebody stood at the desk, in one transaction. */
function noteNoSlip(
  { store, pickups, ledger }: Services,
  { id, epoch }: Pickup,
  reason: Parameters<KioskHandlers['noSlip']>[0]['reason'],
  { staff }: Session,
): void {
  store.transact(() => {
    endVerification({ pickups }, id)
    ledger.append({ kind: 'no-slip', pickup: id, epoch, actor: staff, facts: { reason } })
  })
}
