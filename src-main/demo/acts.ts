/**
 * What people do at a desk, as the demo does it: tap, key, look, press. Every act goes through the real API and real
 * reports.
 */
import type { CounterStep, KioskState, PickupView } from '../../src-shared/kiosk-api/index.ts'
import type { Language, PickupId, SlipId, VerificationId } from '../../src-shared/domain/index.ts'
import { isErrorCode, type ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import type { HubClient } from '../sync/index.ts'
import type { DemoDesk } from './desk.ts'
import { until } from './until.ts'

/** An act was refused: the code says why. */
export class Refused extends Error {
  override name = 'Refused'
  readonly code: ErrorCode
  constructor(code: ErrorCode) {
    super(code)
    this.code = code
  }
}

function done<T>(result: Result<T>): T {
  if (!result.ok) throw new Refused(result.failure.code)
  return result.value
}

export type StepName = CounterStep['step']

/** Waits for one of the steps; a `refused` step that is not among them is thrown as its code. */
export async function untilStep<S extends StepName>(
  desk: DemoDesk,
  ...steps: S[]
): Promise<Extract<CounterStep, { step: S }>> {
  const wanted = new Set<string>(steps)
  const state = await until(
    desk.client,
    `step ${steps.join(' or ')}`,
    ({ counter }) => wanted.has(counter.step) || counter.step === 'refused',
  )
  const { counter } = state
  if (!wanted.has(counter.step)) {
    throw new Refused(
      counter.step === 'refused' && isErrorCode(counter.failure.code) ? counter.failure.code : failures.bug,
    )
  }
  return counter as Extract<CounterStep, { step: S }>
}

export async function signIn(desk: DemoDesk, badge: string, pin: string): Promise<void> {
  desk.reader.tap(badge)
  await untilStep(desk, 'pin')
  done(await desk.client.enterPin({ pin }))
  await until(desk.client, 'signed in', (state) => state.staff !== null)
}

/** Where a desk's supervisor sits at the console. */
export interface AtConsole {
  readonly agent: Pick<HubClient, 'call'>
  readonly desk: string
}

/** A supervisor types at the console the letters that stand on the kiosk's screen. */
export async function confirmOpeningKey(desk: DemoDesk, { agent, desk: id }: AtConsole): Promise<void> {
  done(await desk.client.syncNow({}))
  const waiting = (state: KioskState) =>
    state.readiness.reasons.find(({ code }) => code === failures.openingKeyUnconfirmed)
  const state = await until(desk.client, 'the letters of its opening key', (now) => waiting(now) !== undefined)
  const { desks } = done(await agent.call('desks', {}))
  const kiosk = desks.find((each) => each.id === id)?.kiosk
  if (kiosk === null || kiosk === undefined) throw new Refused(failures.notFound)
  const fingerprint = String(waiting(state)?.params?.['fingerprint'] ?? '')
  done(await agent.call('confirmOpeningKey', { body: { kiosk, fingerprint } }))
  done(await desk.client.syncNow({}))
  await until(desk.client, 'its opening key in force', (now) => waiting(now) === undefined)
}

/**
 * A new kiosk's first supervisor chooses a PIN and confirms its opening key at the console, and then lets colleagues
 * choose their PINs.
 */
export async function prepareStaff(
  desk: DemoDesk,
  console: AtConsole,
  supervisor: { badge: string; pin: string },
  colleagues: readonly { badge: string; pin: string }[],
): Promise<void> {
  await until(desk.client, 'ready for its first supervisor', (state) => state.setup === 'first-supervisor')
  await signIn(desk, supervisor.badge, supervisor.pin)
  await confirmOpeningKey(desk, console)
  for (const { badge, pin } of colleagues) {
    done(await desk.client.addStaff({}))
    desk.reader.tap(badge)
    await until(desk.client, 'a new badge', ({ counter }) => counter.step === 'pin' && counter.purpose === 'choose-pin')
    done(await desk.client.enterPin({ pin }))
    await untilStep(desk, 'idle')
  }
}

export async function findPickup(desk: DemoDesk, account: string): Promise<PickupView | null> {
  const queue = done(await desk.client.queue({ filter: 'all', search: account, limit: 20 }))
  return queue.pickups.find((pickup) => pickup.account === account) ?? null
}

/** Waits until the pickup has come to this desk; staff must be signed in. */
export async function untilGranted(desk: DemoDesk, pickup: PickupId, account: string): Promise<PickupView> {
  for (let round = 0; round < 40; round++) {
    done(await desk.client.syncNow({}))
    const found = await findPickup(desk, account)
    if (found?.id === pickup) return found
  }
  throw new Refused(failures.pickupNotHere)
}

export async function verifyDocument(desk: DemoDesk, pickup: PickupId): Promise<VerificationId> {
  return done(await desk.client.verifyDocument({ pickup })).verification
}

export async function release(
  desk: DemoDesk,
  pickup: PickupId,
  verification: VerificationId,
  language: Language,
): Promise<SlipId> {
  return done(await desk.client.release({ pickup, verification, language })).slip
}

export async function handOver(desk: DemoDesk, slip: SlipId): Promise<void> {
  done(await desk.client.settle({ slip, settlement: 'handed-over' }))
}

export async function untilSent(desk: DemoDesk, ms?: number): Promise<KioskState> {
  return until(desk.client, 'everything sent', (state) => state.unsent.count === 0, ms)
}

export { done }
