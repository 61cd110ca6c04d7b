/**
 * A second pair of eyes: a colleague confirms with badge and PIN what is open on the counter, the identity of a
 * person or the address of a letter, while whoever serves stays signed in. And the way back from whatever is open.
 */
import type { StaffId } from '../../src-shared/domain/index.ts'
import type { Attested, CounterStep, KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Services } from '../desk/index.ts'
import type { Pickup } from '../pickups/index.ts'
import { onDisk } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import { letterView } from './letters-view.ts'
import { endApproval, endVerification } from './proof-ends.ts'
import { byOf } from './session.ts'
import { awaitsColleague, type StepOf } from './steps.ts'

/** A step that a colleague confirms. */
type Confirmed = StepOf<'verify' | 'letter'>

export interface Witnessing {
  /** What is open on the counter has yet to be confirmed by a colleague. */
  awaits(): boolean
  /** What a colleague confirms, and the step to come back to. L-307: what was proved is over by now; said. */
  ask(): { readonly attests: Attested; readonly behind: Confirmed } | null
  /** A colleague has proved badge and PIN. L-311 (oneself), L-307 (the verification is over by now). */
  readonly confirm: (staff: StaffId) => Result<null>
  readonly dismiss: KioskHandlers['dismiss']
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly activity: () => void
  readonly show: (pickup: Pickup, notice: Failure | null) => void
  /** What was kept while a PIN was asked for may be out of date. */
  readonly redecide: () => void
}

const pickupOf = (step: Confirmed) => (step.step === 'verify' ? step.pickup.id : step.letter.id)
/** The verification or the approval that is confirmed. */
const confirmable = (step: Confirmed) => (step.step === 'verify' ? step.verification : step.approval)

/** Where "back" leads from a step. */
export type Back = { readonly to: 'idle' } | { readonly to: 'step'; readonly step: Confirmed }

/** `signedIn`: a cancelled PIN leads back to what was open only for whoever opened it. */
export function wayBack(step: CounterStep, behind: Confirmed | null, signedIn: boolean): Back {
  const cancelled = step.step === 'pin' && step.purpose === 'witness' && behind !== null && signedIn
  return cancelled ? { to: 'step', step: behind } : { to: 'idle' }
}

/** A confirmed step, back on the counter. */
export function confirmed(step: Confirmed, letter: StepOf<'letter'>['letter'] | null): Confirmed {
  if (step.step === 'verify') return { ...step, fourEyes: 'given', notice: null }
  return { ...step, letter: letter ?? step.letter, fourEyes: 'given', notice: null }
}

export function createWitnessing({ services, counter, activity, show, redecide }: Parts): Witnessing {
  const { pickups, signIn, verifications, store, sync, release, now } = services

  function confirm(staff: StaffId): Result<null> {
    const step = counter.held().behind
    const session = signIn.session()
    if (session === null) return fail(failures.notSignedIn)
    if (session.staff === staff) return fail(failures.needsSomebodyElse)
    const pickup = step === null ? null : pickups.get(pickupOf(step))
    if (step === null || pickup === null || confirmable(step) === null) return fail(failures.verificationSpent)
    return onDisk(() => {
      if (!store.transact(() => confirmIn(services, step, pickup, byOf(session), staff))) {
        show(pickup, { code: failures.verificationSpent })
        return fail(failures.verificationSpent)
      }
      sync.nudge()
      const after = pickups.get(pickup.id) ?? pickup
      counter.go(confirmed(step, step.step === 'letter' ? letterView(services.views, after, null) : null))
      redecide()
      return ok(null)
    })
  }

  /** What was proved for the open step, or approved, dies with it. */
  function leave(step: CounterStep): void {
    if (step.step === 'verify' && step.verification !== null)
      store.transact(() => endVerification(services, step.pickup.id))
    if (step.step === 'letter' && step.approval !== null) store.transact(() => endApproval(services, step.letter.id))
  }

  return {
    awaits: () => awaitsColleague(counter.step()),
    ask() {
      const step = counter.step()
      const session = signIn.session()
      if (session === null || !awaitsColleague(step)) return null
      if (step.step === 'letter')
        return { attests: { what: 'address', name: step.letter.name, lines: step.letter.address }, behind: step }
      const { verification, pickup } = step
      const open = verification === null ? null : verifications.open(verification, pickup.id, byOf(session), now())
      if (open !== null)
        return { attests: { what: 'identity', name: pickup.name, proof: open.proof.kind }, behind: step }
      counter.amend({ ...step, notice: { code: failures.verificationSpent } })
      return null
    },
    confirm,
    dismiss() {
      activity()
      if (release.busy()) return fail(failures.printerBusy)
      const back = wayBack(counter.step(), counter.held().behind, signIn.session() !== null)
      if (back.to === 'step') {
        counter.go(back.step)
        redecide()
        return ok(null)
      }
      return onDisk(() => {
        leave(counter.step())
        counter.idle()
        return ok(null)
      })
    },
  }
}

/** Inside the caller's transaction; false where the verification or the approval is not open any more. */
function confirmIn(
  { verifications, approvals, now }: Services,
  step: Confirmed,
  pickup: Pickup,
  by: ReturnType<typeof byOf>,
  colleague: StaffId,
): boolean {
  if (step.step === 'verify') {
    const open = step.verification === null ? null : verifications.open(step.verification, pickup.id, by, now())
    if (step.verification === null || open === null) return false
    verifications.witness(step.verification, pickup, colleague)
    return true
  }
  const open = step.approval === null ? null : approvals.open(step.approval, pickup.id, by, now())
  if (step.approval === null || open === null) return false
  approvals.confirm(step.approval, pickup, by.staff, colleague)
  return true
}
