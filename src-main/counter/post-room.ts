/**
 * The post room: a letter is approved by two, printed, put in its envelope, and goes under the postal operator's
 * number; later it may come back.
 */
import type { PickupId, SlipId, StaffId } from '../../src-shared/domain/index.ts'
import type { CounterStep, KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import { readTrackingNumber, type TrackingNumber } from '../../src-shared/domain/tracking-number.ts'
import { initials, type Pickup } from '../pickups/index.ts'
import { dispatchLetter, endLetter } from '../release/index.ts'
import type { Session } from '../staff/index.ts'
import { onDisk } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import { letterView } from './letters-view.ts'
import { blockedBy, pickupView, slipView, type Services } from '../desk/index.ts'
import type { Serving } from './serving.ts'

export type LetterHandlers = Pick<
  KioskHandlers,
  'letters' | 'openLetter' | 'approveDispatch' | 'printLetter' | 'dispatchLetter' | 'endLetter'
>

export interface PostRoom extends Pick<Serving, 'awaitsWitness' | 'askWitness' | 'witness'> {
  /** Shows a letter: its unsettled slip first. */
  readonly show: (letter: Pickup, notice: Failure | null) => void
  /** A scan that is a postal operator's number, at a post room: true when it was taken. */
  readonly onScan: (text: string) => boolean
  /** A colleague's PIN is being asked for, for a letter. */
  holdsWitness(): boolean
  /** Back from a colleague's PIN that was not entered; false when none was asked for. */
  backFromWitness(): boolean
  /** Leaves a letter: an approval that was given dies with it. */
  leave(): void
  readonly handlers: LetterHandlers
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly doneMs: number
  /** Where a PIN is worth less than this, envelopes are opened only while the hub is there. */
  readonly floorYears: number
  readonly activity: () => void
  readonly notify: (failure: Failure) => void
}

type LetterStep = Extract<CounterStep, { step: 'letter' }>
/** Letters that have gone, in the list under those that wait. */
const sentShown = 40

export function createPostRoom({ services, counter, doneMs, floorYears, activity, notify }: Parts): PostRoom {
  const { store, pickups, slips, letters, approvals, ledger, signIn, release, sync, views, now } = services
  const parts = { store, ledger, pickups, slips, letters, now }
  let awaiting: LetterStep | null = null
  counter.onLeave(() => {
    awaiting = null
  })

  function signedIn(): Result<Session> {
    const session = signIn.session()
    if (session === null) return fail('L-401')
    activity()
    return ok(session)
  }

  function letterOf(id: PickupId): Result<Pickup> {
    const pickup = pickups.get(id)
    if (pickup === null) return fail('L-201')
    return pickup.channel === 'registered-letter' ? ok(pickup) : fail('L-238')
  }

  function show(letter: Pickup, notice: Failure | null): void {
    const slip = slips.unsettledOf(letter.id)
    const view = letterView(views, letter, null)
    if (slip !== null) {
      const { number, reason, state } = slipView(views, slip)
      const seen = {
        id: slip.id,
        number,
        reason,
        state: state === 'printed' ? ('printed' as const) : ('uncertain' as const),
      }
      counter.go({ step: 'letter-out', letter: view, slip: seen, tracking: null, notice })
      return
    }
    const further = slips.wasted(letter.id, letter.epoch) > 0
    counter.go({
      step: 'letter',
      letter: view,
      approval: null,
      approvedUntil: null,
      fourEyes: 'not-begun',
      further,
      notice,
    })
  }

  function say(failure: Failure): { readonly ok: false; readonly failure: Failure } {
    const step = counter.step()
    if (step.step === 'letter' || step.step === 'letter-out') counter.amend({ ...step, notice: failure })
    return { ok: false, failure }
  }

  function tracking(text: string): Result<TrackingNumber> {
    return readTrackingNumber(text) ?? fail('L-231')
  }

  function gone(pickup: PickupId, outcome: 'dispatched' | 'delivered' | 'returned-by-post'): void {
    sync.nudge()
    const letter = pickups.get(pickup)
    if (letter === null) throw new Error('a letter without its pickup')
    const { person } = letter
    counter.go(
      { step: 'done', outcome, initials: initials(person.name), language: person.language, until: now() + doneMs },
      doneMs,
    )
  }

  return {
    show,
    awaitsWitness() {
      const step = counter.step()
      return step.step === 'letter' && step.fourEyes === 'awaited'
    },
    askWitness(ask) {
      const step = counter.step()
      if (step.step !== 'letter') return
      ask({ what: 'address', name: step.letter.name, lines: step.letter.address })
      awaiting = step
    },
    witness(staff: StaffId) {
      const step = awaiting
      const session = signIn.session()
      const letter = step === null ? null : pickups.get(step.letter.id)
      if (session === null) return fail('L-401')
      if (session.staff === staff) return fail('L-311')
      if (step === null || step.approval === null || letter === null) return fail('L-307')
      const id = step.approval
      return onDisk(() => {
        const open = approvals.open(id, letter.id, { staff: session.staff, session: session.id }, now())
        if (open === null) {
          show(letter, { code: 'L-307' })
          return fail('L-307')
        }
        store.transact(() => approvals.confirm(id, letter, session.staff, staff))
        sync.nudge()
        const after = pickups.get(letter.id) ?? letter
        counter.go({ ...step, letter: letterView(views, after, null), fourEyes: 'given', notice: null })
        awaiting = null
        return ok(null)
      })
    },
    holdsWitness: () => awaiting !== null,
    backFromWitness() {
      const step = counter.step()
      if (step.step !== 'pin' || step.purpose !== 'witness' || awaiting === null || signIn.session() === null)
        return false
      counter.go(awaiting)
      return true
    },

    leave() {
      const step = counter.step()
      if (step.step !== 'letter' || step.approval === null || release.busy()) return
      store.transact(() => {
        pickups.voidVerifications(step.letter.id)
        if (pickups.get(step.letter.id)?.state === 'verified') pickups.setState(step.letter.id, 'waiting')
      })
    },

    onScan(text) {
      const place = services.place()
      if (place === null || place.desk.kind !== 'post-room' || signIn.session() === null) return false
      const read = readTrackingNumber(text)
      if (read === null) return false
      activity()
      if (!read.ok) {
        notify(read.failure)
        return true
      }
      const step = counter.step()
      if (step.step === 'letter-out') {
        const known = letters.byTracking(read.value) !== null
        counter.amend(
          known
            ? { ...step, tracking: null, notice: { code: 'L-232' } }
            : { ...step, tracking: read.value, notice: null },
        )
        return true
      }
      if (step.step !== 'idle' && step.step !== 'letter-back' && step.step !== 'done') return true
      const sent = letters.byTracking(read.value)
      const letter = sent === null ? null : pickups.get(sent.pickup)
      if (sent === null || letter === null) notify({ code: 'L-233' })
      else counter.go({ step: 'letter-back', letter: letterView(views, letter, sent) })
      return true
    },

    handlers: {
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
        const session = signedIn()
        if (!session.ok) return session
        if (release.busy()) return fail('L-511')
        const letter = letterOf(pickup)
        if (!letter.ok) return letter
        const over = pickupCan.notBeServedFor(letter.value.state)
        if (over !== null) return fail(over)
        show(letter.value, null)
        return ok(null)
      },

      approveDispatch({ pickup }) {
        const session = signedIn()
        if (!session.ok) return session
        const step = counter.step()
        if (step.step !== 'letter' || step.letter.id !== pickup) return fail('L-209')
        const letter = letterOf(pickup)
        if (!letter.ok) return letter
        if (slips.unsettledOf(pickup) !== null) return fail('L-214')
        const blocked = blockedBy(views, letter.value)
        if (blocked !== null) return say(blocked)
        return onDisk(() => {
          const by = { staff: session.value.staff, session: session.value.id }
          const seconds = services.requirePlace().policy.verificationSeconds
          const begun = store.transact(() => approvals.begin(letter.value, by, now(), seconds))
          counter.amend({
            ...step,
            approval: begun.id,
            approvedUntil: begun.expiresAt,
            fourEyes: 'awaited',
            notice: null,
          })
          return ok({ approval: begun.id })
        })
      },

      async printLetter({ pickup, approval }) {
        const session = signedIn()
        if (!session.ok) return session
        if (session.value.searchYears < floorYears && sync.status().state !== 'online') return fail('L-411')
        const step = counter.step()
        if (step.step !== 'letter' || step.letter.id !== pickup) return fail('L-209')
        if (step.approval !== approval || step.fourEyes !== 'given') return say({ code: 'L-310' })
        const opened = letterOf(pickup)
        if (!opened.ok) return opened
        const { language } = opened.value.person
        const shown = pickupView(views, opened.value)
        const result = await release.run(
          { pickup, approval, language },
          session.value,
          services.requirePlace(),
          (slip: SlipId, phase) => {
            counter.go({ step: 'printing', pickup: shown, slip, phase })
          },
        )
        activity()
        sync.nudge()
        const letter = pickups.get(pickup)
        if (letter === null) throw new Error('a letter vanished during its release')
        if (!result.ok) {
          if (counter.step().step === 'letter') return say(result.failure)
          show(letter, result.failure)
          return result
        }
        if (result.value.state === 'failed') {
          const failure: Failure = { code: result.value.code ?? 'L-503' }
          show(letter, failure)
          return { ok: false, failure }
        }
        show(letter, null)
        return ok({ slip: result.value.id })
      },

      dispatchLetter({ slip, tracking: text }) {
        const session = signedIn()
        if (!session.ok) return session
        if (release.busy()) return fail('L-511')
        const number = tracking(text)
        if (!number.ok) return say(number.failure)
        const done = dispatchLetter(parts, slip, number.value, session.value.staff)
        if (!done.ok) return say(done.failure)
        gone(done.value, 'dispatched')
        return ok(null)
      },

      endLetter({ tracking: text, how }) {
        const session = signedIn()
        if (!session.ok) return session
        const number = tracking(text)
        if (!number.ok) return number
        const done = endLetter(parts, number.value, how, session.value.staff)
        if (!done.ok) return done
        gone(done.value, how)
        return ok(null)
      },
    },
  }
}

function dismissing(serving: Serving, post: PostRoom): KioskHandlers['dismiss'] {
  return (input) => {
    if (post.backFromWitness()) return ok(null)
    post.leave()
    return serving.handlers.dismiss(input)
  }
}

/** Serving with letters in it: whoever awaits a colleague, and where a cancelled PIN leads back to. */
export function withLetters(serving: Serving, post: PostRoom): Serving {
  return {
    ...serving,
    awaitsWitness: () => post.awaitsWitness() || serving.awaitsWitness(),
    askWitness: (ask) => (post.awaitsWitness() ? post.askWitness(ask) : serving.askWitness(ask)),
    witness: (staff) => (post.holdsWitness() ? post.witness(staff) : serving.witness(staff)),
    handlers: { ...serving.handlers, dismiss: dismissing(serving, post) },
  }
}
