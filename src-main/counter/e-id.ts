/**
 * The document is at home: the recipient is identified on their own phone, by the broker that the hub talks to
 * (docs/architecture.md#identity). Online only. What the hub saw proved is recorded here as the signed-in member of
 * staff's verification: it replaces the document, never the staff.
 */
import { isOf } from '../../src-shared/failures/groups.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { EIdAttemptId, PickupId } from '../../src-shared/domain/index.ts'
import type { CounterStep, KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Failure } from '../../src-shared/failures/result.ts'
import type { Session } from '../staff/index.ts'
import type { Services, Timers } from '../desk/index.ts'
import type { Counter } from './counter.ts'
import type { Serving } from './serving.ts'

export interface EIdDesk {
  stop(): void
  readonly handlers: Pick<KioskHandlers, 'beginEId' | 'cancelEId'>
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly serving: Serving
  readonly timers: Timers
  readonly activity: () => void
}

/** The hub is asked this often while somebody is busy with their phone, ms. */
const askMs = 1000
/** A hub that is away past the end of a try is not waited for, ms. */
const graceMs = 10_000
interface Trying {
  readonly attempt: EIdAttemptId
  readonly pickup: PickupId
  readonly session: Session
  readonly address: string
  readonly expiresAt: number
}

export function createEIdDesk({ services, counter, serving, timers, activity }: Parts): EIdDesk {
  const { hub, signIn, sync, now } = services
  let trying: Trying | null = null
  let cancel: (() => void) | null = null

  /** The step that this try belongs to, while the desk is still there and in the same hands. */
  function stepOf(one: Trying): Extract<CounterStep, { step: 'verify' }> | null {
    const step = counter.step()
    const same = step.step === 'verify' && step.pickup.id === one.pickup && step.eId?.address === one.address
    return same && signIn.session() === one.session ? step : null
  }

  function over(): void {
    cancel?.()
    cancel = null
    trying = null
  }

  /** The desk has gone on: the address is worth nothing any more. */
  function leave(one: Trying): void {
    over()
    void hub.call('cancelEId', { body: { attempt: one.attempt } })
  }

  function failed(one: Trying, failure: Failure): void {
    const step = stepOf(one)
    over()
    if (step === null) return
    counter.amend({ ...step, eId: null })
    serving.refuseEId(one.pickup, failure)
  }

  async function ask(one: Trying): Promise<void> {
    if (trying !== one) return
    if (stepOf(one) === null) {
      leave(one)
      return
    }
    const reply = await hub.call('eIdState', { body: { attempt: one.attempt } })
    if (trying !== one) return
    const step = stepOf(one)
    if (step === null) {
      leave(one)
      return
    }
    if (!reply.ok) {
      if (!isOf('not-asked', reply.failure.code)) failed(one, reply.failure)
      else if (now() > one.expiresAt + graceMs) failed(one, { code: failures.eIdNeedsNetwork })
      else again(one)
      return
    }
    const { state, code } = reply.value
    switch (state) {
      case 'proved':
        over()
        counter.amend({ ...step, eId: null })
        // Somebody's phone did it: the desk is in use.
        activity()
        serving.proveByEId(one.pickup, one.attempt)
        return
      case 'failed':
        failed(one, { code: code ?? failures.eIdUnverifiable })
        return
      case 'waiting':
      case 'opened':
        if (step.eId !== null && step.eId.state !== state) counter.amend({ ...step, eId: { ...step.eId, state } })
        again(one)
        return
    }
  }

  function again(one: Trying): void {
    cancel = timers.set(() => void ask(one), askMs)
  }

  return {
    stop: over,
    handlers: {
      async beginEId({ pickup }) {
        const session = signIn.session()
        if (session === null) return fail(failures.notSignedIn)
        activity()
        const before = counter.step()
        if (before.step !== 'verify' || before.pickup.id !== pickup || before.verification !== null)
          return fail(failures.pickupInAnotherState)
        if (!before.mayEId) return fail(failures.eIdNotAccepted)
        if (before.pickup.blocked !== null) return { ok: false, failure: before.pickup.blocked as Failure }
        if (sync.status().state !== 'online') return fail(failures.eIdNeedsNetwork)
        if (trying !== null) leave(trying)
        const reply = await hub.call('beginEId', { body: { staff: session.staff, pickup } })
        if (!reply.ok) return isOf('not-asked', reply.failure.code) ? fail(failures.eIdNeedsNetwork) : reply
        const { attempt, address, expiresAt } = reply.value
        const one: Trying = { attempt, pickup, session, address, expiresAt }
        const step = counter.step()
        if (step.step !== 'verify' || step.pickup.id !== pickup || signIn.session() !== session) {
          leave(one)
          return fail(failures.pickupInAnotherState)
        }
        trying = one
        counter.amend({ ...step, eId: { state: 'waiting', address, expiresAt }, notice: null })
        again(one)
        return ok(null)
      },
      cancelEId({ pickup }) {
        activity()
        const one = trying
        const step = counter.step()
        if (step.step === 'verify' && step.pickup.id === pickup && step.eId !== null)
          counter.amend({ ...step, eId: null })
        if (one !== null) leave(one)
        return ok(null)
      },
    },
  }
}
