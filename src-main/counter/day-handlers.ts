/** Handlers of the desk's day: pausing, calling, letting a hub time count, undoing an arrival, more time. */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Counter } from './counter.ts'
import type { Services, Timers } from '../desk/index.ts'

/** Whoever calls from a check-in screen is told after this long that it does not get through, ms. */
const callPatienceMs = 8000

export type DayHandlers = Pick<
  KioskHandlers,
  'pauseDesk' | 'resumeDesk' | 'acceptHubTime' | 'undoArrival' | 'moreTime' | 'callStaff' | 'answerCall'
>

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly timers: Timers
  readonly activity: () => void
}

export function createDayHandlers({ services, counter, timers, activity }: Parts): DayHandlers {
  const { signIn, pausing, calling, pickups, slips, store, ledger, sync, release, now, clock, records } = services
  /** Waits until this is done, but not for longer than whoever stands there does. */
  function patiently(sending: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = timers.set(resolve, callPatienceMs)
      void sending.then(() => resolve(), reject).finally(cancel)
    })
  }

  return {
    pauseDesk({ reason, minutes }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      pausing.pause(reason, minutes, session.staff)
      sync.nudge()
      return ok(null)
    },
    resumeDesk() {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      pausing.resume(session.staff)
      sync.nudge()
      return ok(null)
    },
    acceptHubTime({ shown }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      const from = now()
      if (!clock.believe(shown)) return fail(failures.hubTimeChanged)
      // An older hub would take the entry for poison.
      if (records.hubFacts() >= 3)
        store.transact(() => {
          ledger.append({ kind: 'hub-time-accepted', actor: session.staff, facts: { from, to: now() } })
        })
      void sync.now()
      return ok(null)
    },
    undoArrival({ pickup: id }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      if (release.busy()) return fail(failures.printerBusy)
      const pickup = pickups.get(id)
      if (pickup === null) return fail(failures.pickupNotHere)
      // Whoever was verified, or had paper in the printer, has been here.
      if (!pickupCan.unarrive(pickup.state) || slips.wasted(id, pickup.epoch) > 0) return fail(failures.arrivalFixed)
      store.transact(() => {
        pickups.unarrive(id)
        ledger.append({ kind: 'arrival-undone', pickup: id, epoch: pickup.epoch, actor: session.staff, facts: {} })
      })
      sync.nudge()
      const step = counter.step()
      if (step.step === 'verify' && step.pickup.id === id) counter.idle()
      return ok(null)
    },
    moreTime() {
      activity()
      return counter.extend(now()) ? ok(null) : fail(failures.pickupInAnotherState)
    },
    async callStaff() {
      if (services.kind === 'desk') {
        calling.call()
        sync.nudge()
        return ok(null)
      }
      // From a check-in screen it goes by the hub: nobody is said to be coming before the hub has it.
      const call = calling.ask()
      const { seq } = ledger.head()
      await patiently(sync.now())
      if ((services.records.read()?.acked ?? 0) < seq) {
        calling.unheard()
        return fail(failures.screenOffline)
      }
      calling.heard(call)
      return ok(null)
    },
    answerCall({ call }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      const answered = calling.answer(call, session.staff)
      if (answered.ok) sync.nudge()
      return answered
    },
  }
}
