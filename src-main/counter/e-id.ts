/**
 * The document is at home: the recipient is identified on their own phone, by the broker that the hub talks to
 * (docs/architecture.md#identity). Online only. What the hub saw proved is recorded here as the signed-in member of
 * staff's verification: it replaces the document, never the staff.
 */
import { isOf } from '../../src-shared/failures/groups.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { EIdAttemptId, PickupId } from '../../src-shared/domain/index.ts'
import type { CounterStep, KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
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

/** The try under way, and what it touches. */
interface Desk extends Parts {
  trying: Trying | null
  /** Cancels the next question to the hub. */
  cancel: (() => void) | null
}

export function createEIdDesk(parts: Parts): EIdDesk {
  const desk: Desk = { ...parts, trying: null, cancel: null }
  return {
    stop: () => over(desk),
    handlers: {
      beginEId: (input) => beginEId(desk, input),
      cancelEId: (input) => cancelEId(desk, input),
    },
  }
}

/** The step that this try belongs to, while the desk is still there and in the same hands. */
function stepOf(desk: Desk, one: Trying): Extract<CounterStep, { step: 'verify' }> | null {
  const step = desk.counter.step()
  const same = step.step === 'verify' && step.pickup.id === one.pickup && step.eId?.address === one.address
  return same && desk.services.signIn.session() === one.session ? step : null
}

function over(desk: Desk): void {
  desk.cancel?.()
  desk.cancel = null
  desk.trying = null
}

/** The desk has gone on: the address is worth nothing any more. */
function leave(desk: Desk, one: Trying): void {
  over(desk)
  void desk.services.hub.call('cancelEId', { body: { attempt: one.attempt } })
}

function failed(desk: Desk, one: Trying, failure: Failure): void {
  const step = stepOf(desk, one)
  over(desk)
  if (step === null) return
  desk.counter.amend({ ...step, eId: null })
  desk.serving.refuseEId(one.pickup, failure)
}

async function ask(desk: Desk, one: Trying): Promise<void> {
  if (desk.trying !== one) return
  if (stepOf(desk, one) === null) {
    leave(desk, one)
    return
  }
  const reply = await desk.services.hub.call('eIdState', { body: { attempt: one.attempt } })
  if (desk.trying !== one) return
  const step = stepOf(desk, one)
  if (step === null) {
    leave(desk, one)
    return
  }
  if (!reply.ok) {
    if (!isOf('not-asked', reply.failure.code)) failed(desk, one, reply.failure)
    else if (desk.services.now() > one.expiresAt + graceMs) failed(desk, one, { code: failures.eIdNeedsNetwork })
    else again(desk, one)
    return
  }
  const { state, code } = reply.value
  switch (state) {
    case 'proved':
      over(desk)
      desk.counter.amend({ ...step, eId: null })
      // Somebody's phone did it: the desk is in use.
      desk.activity()
      desk.serving.proveByEId(one.pickup, one.attempt)
      return
    case 'failed':
      failed(desk, one, { code: code ?? failures.eIdUnverifiable })
      return
    case 'waiting':
    case 'opened':
      if (step.eId !== null && step.eId.state !== state) desk.counter.amend({ ...step, eId: { ...step.eId, state } })
      again(desk, one)
      return
  }
}

function again(desk: Desk, one: Trying): void {
  desk.cancel = desk.timers.set(() => void ask(desk, one), askMs)
}

async function beginEId(desk: Desk, { pickup }: { readonly pickup: PickupId }): Promise<Result<null>> {
  const session = desk.services.signIn.session()
  if (session === null) return fail(failures.notSignedIn)
  desk.activity()
  const before = desk.counter.step()
  if (before.step !== 'verify' || before.pickup.id !== pickup || before.verification !== null)
    return fail(failures.pickupInAnotherState)
  if (!before.mayEId) return fail(failures.eIdNotAccepted)
  if (before.pickup.blocked !== null) return { ok: false, failure: before.pickup.blocked as Failure }
  if (desk.services.sync.status().state !== 'online') return fail(failures.eIdNeedsNetwork)
  if (desk.trying !== null) leave(desk, desk.trying)
  const reply = await desk.services.hub.call('beginEId', { body: { staff: session.staff, pickup } })
  if (!reply.ok) return isOf('not-asked', reply.failure.code) ? fail(failures.eIdNeedsNetwork) : reply
  const { attempt, address, expiresAt } = reply.value
  const one: Trying = { attempt, pickup, session, address, expiresAt }
  const step = desk.counter.step()
  if (step.step !== 'verify' || step.pickup.id !== pickup || desk.services.signIn.session() !== session) {
    leave(desk, one)
    return fail(failures.pickupInAnotherState)
  }
  desk.trying = one
  desk.counter.amend({ ...step, eId: { state: 'waiting', address, expiresAt }, notice: null })
  again(desk, one)
  return ok(null)
}

function cancelEId(desk: Desk, { pickup }: { readonly pickup: PickupId }): Result<null> {
  desk.activity()
  const one = desk.trying
  const step = desk.counter.step()
  if (step.step === 'verify' && step.pickup.id === pickup && step.eId !== null)
    desk.counter.amend({ ...step, eId: null })
  if (one !== null) leave(desk, one)
  return ok(null)
}
