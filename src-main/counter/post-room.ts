/**
 * The post room: a letter is approved by two, printed, put in its envelope, and goes under the postal operator's
 * number; later it may come back. `letter-steps.ts` is its rules.
 */
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { readTrackingNumber, type TrackingNumber } from '../../src-shared/domain/tracking-number.ts'
import type { Pickup } from '../pickups/index.ts'
import { dispatchLetter, endLetter } from '../release/index.ts'
import { onDisk } from '../storage/index.ts'
import { blockedBy, slipView, type Services } from '../desk/index.ts'
import type { Counter } from './counter.ts'
import { doneStep } from './done-step.ts'
import { endApproval } from './proof-ends.ts'
import { approved, letterRefused, numberScanned, opensLetter, redecidesLetter } from './letter-steps.ts'
import { letterView } from './letters-view.ts'
import { runRelease, whoPrints, type ReleasingParts } from './releasing.ts'
import { byOf } from './session.ts'

export type LetterHandlers = Pick<
  KioskHandlers,
  'letters' | 'openLetter' | 'approveDispatch' | 'printLetter' | 'dispatchLetter' | 'endLetter'
>

export interface PostRoom {
  /** Shows a letter: its unsettled slip first. */
  readonly show: (letter: Pickup, notice: Failure | null) => void
  /** A scan that is a postal operator's number, at a post room: true when it was taken. */
  readonly onScan: (text: string) => boolean
  /** The policy, the hours or the letters may have changed: what is open is decided again. */
  readonly redecide: () => void
  readonly handlers: LetterHandlers
}

interface Parts extends ReleasingParts {
  readonly doneMs: number
  readonly notify: (failure: Failure) => void
}

/** Letters that have gone, in the list under those that wait. */
const sentShown = 40

export function createPostRoom(parts: Parts): PostRoom {
  const { services, counter } = parts
  const { store, pickups, slips, letters, approvals, signIn, views, now } = services

  function show(letter: Pickup, notice: Failure | null): void {
    const slip = slips.unsettledOf(letter.id)
    const further = slips.wasted(letter.id, letter.epoch) > 0
    const view = letterView(views, letter, null)
    counter.go(opensLetter(view, slip === null ? null : slipView(views, slip), further, notice))
  }

  return {
    show,
    onScan(text) {
      const place = services.place()
      if (place === null || place.desk.kind !== 'post-room' || signIn.session() === null) return false
      const read = readTrackingNumber(text)
      if (read === null) return false
      parts.activity()
      const sent = read.ok ? letters.byTracking(read.value) : null
      const letter = sent === null ? null : pickups.get(sent.pickup)
      const next = numberScanned(counter.step(), {
        read,
        known: sent !== null,
        sent: letter === null ? null : letterView(views, letter, sent),
      })
      if (next.do === 'tell') parts.notify(next.failure)
      if (next.do === 'amend') counter.amend(next.step)
      if (next.do === 'go') counter.go(next.step)
      return true
    },
    redecide() {
      const step = counter.step()
      const session = signIn.session()
      if (step.step !== 'letter' || session === null) return
      const letter = pickups.get(step.letter.id)
      const { approval } = step
      const over: Failure['code'] | null =
        letter === null ? failures.pickupNotHere : pickupCan.notBeServedFor(letter.state)
      const stands =
        approval !== null && over === null && approvals.open(approval, step.letter.id, byOf(session), now()) !== null
      const view = letter === null ? step.letter : letterView(views, letter, null)
      const next = redecidesLetter(step, over === null ? view : { ...view, blocked: { code: over } }, stands)
      if (next === null) return
      if (approval !== null && over === null && !stands) store.transact(() => endApproval(services, step.letter.id))
      counter.amend(next)
    },
    handlers: { ...listing(parts, show), ...printing(parts, show), ...posting(parts) },
  }
}

function letterOf({ pickups }: Services, id: PickupId): Result<Pickup> {
  const pickup = pickups.get(id)
  if (pickup === null) return fail(failures.pickupNotHere)
  return pickup.channel === 'registered-letter' ? ok(pickup) : fail(failures.notALetter)
}

/** Says a failure where the letter is open, and returns it. */
function say(counter: Counter, failure: Failure): { readonly ok: false; readonly failure: Failure } {
  const step = letterRefused(counter.step(), failure)
  if (step !== null) counter.amend(step)
  return { ok: false, failure }
}

function listing(
  { services, acting, activity }: Parts,
  show: PostRoom['show'],
): Pick<LetterHandlers, 'letters' | 'openLetter'> {
  const { pickups, letters, release, views } = services
  return {
    letters({ limit }) {
      activity()
      const waiting = pickups
        .queue({ filter: 'all', search: '', limit })
        .pickups.filter((pickup) => pickup.channel === 'registered-letter')
      const sent = letters.recent(Math.min(limit, sentShown)).flatMap((letter) => {
        const pickup = pickups.get(letter.pickup)
        return pickup === null ? [] : [letterView(views, pickup, letter)]
      })
      return ok({ letters: [...waiting.map((pickup) => letterView(views, pickup, null)), ...sent] })
    },
    openLetter({ pickup }) {
      const session = acting()
      if (!session.ok) return session
      if (release.busy()) return fail(failures.printerBusy)
      const letter = letterOf(services, pickup)
      if (!letter.ok) return letter
      const over = pickupCan.notBeServedFor(letter.value.state)
      if (over !== null) return fail(over)
      show(letter.value, null)
      return ok(null)
    },
  }
}

function printing(parts: Parts, show: PostRoom['show']): Pick<LetterHandlers, 'approveDispatch' | 'printLetter'> {
  const { services, counter, acting } = parts
  const { store, slips, approvals, views, now } = services
  return {
    approveDispatch({ pickup }) {
      const session = acting()
      if (!session.ok) return session
      const step = counter.step()
      if (step.step !== 'letter' || step.letter.id !== pickup) return fail(failures.pickupInAnotherState)
      const letter = letterOf(services, pickup)
      if (!letter.ok) return letter
      if (slips.unsettledOf(pickup) !== null) return fail(failures.slipUnsettled)
      const blocked = blockedBy(views, letter.value)
      if (blocked !== null) return say(counter, blocked)
      return onDisk(() => {
        const seconds = services.requirePlace().policy.verificationSeconds
        const begun = store.transact(() => approvals.begin(letter.value, byOf(session.value), now(), seconds))
        counter.amend(approved(step, begun))
        return ok({ approval: begun.id })
      })
    },
    async printLetter({ pickup: id, approval }) {
      const session = whoPrints(parts)
      if (!session.ok) return session
      const step = counter.step()
      if (step.step !== 'letter' || step.letter.id !== id) return fail(failures.pickupInAnotherState)
      if (step.approval !== approval || step.fourEyes !== 'given')
        return say(counter, { code: failures.needsSecondMember })
      const opened = letterOf(services, id)
      if (!opened.ok) return opened
      const { language } = opened.value.person
      const request = { pickup: id, approval, language }
      const { pickup, result } = await runRelease(parts, request, session.value, opened.value)
      if (!result.ok && counter.step().step === 'letter') return say(counter, result.failure)
      show(pickup, result.ok ? null : result.failure)
      return result.ok ? ok({ slip: result.value.id }) : result
    },
  }
}

function posting({ services, counter, acting, doneMs }: Parts): Pick<LetterHandlers, 'dispatchLetter' | 'endLetter'> {
  const { pickups, release, sync, now } = services
  const tracking = (text: string): Result<TrackingNumber> =>
    readTrackingNumber(text) ?? fail(failures.trackingCheckDigit)

  function gone(pickup: PickupId, outcome: 'dispatched' | 'delivered' | 'returned-by-post'): void {
    sync.nudge()
    const letter = pickups.get(pickup)
    if (letter === null) throw new Error('a letter without its pickup')
    counter.go(doneStep(outcome, letter.person, now() + doneMs), doneMs)
  }

  return {
    dispatchLetter({ slip, tracking: text }) {
      const session = acting()
      if (!session.ok) return session
      if (release.busy()) return fail(failures.printerBusy)
      const number = tracking(text)
      if (!number.ok) return say(counter, number.failure)
      const done = dispatchLetter(services, slip, number.value, session.value.staff)
      if (!done.ok) return say(counter, done.failure)
      gone(done.value, 'dispatched')
      return ok(null)
    },
    endLetter({ tracking: text, how }) {
      const session = acting()
      if (!session.ok) return session
      const number = tracking(text)
      if (!number.ok) return number
      const done = endLetter(services, number.value, how, session.value.staff)
      if (!done.ok) return done
      gone(done.value, how)
      return ok(null)
    },
  }
}
