/**
 * What is open on the counter is decided again when the policy, the hours or the pickup change: the refusal shows at
 * once, and not when somebody prints. Over a hub on a real PostgreSQL, and at a desk whose clock is the test's.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { done, signIn, untilSent } from '../../src-main/demo/acts.ts'
import { until } from '../../src-main/demo/until.ts'
import type { World, WorldDesk } from '../../src-main/demo/world.ts'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import type { PickupId, VerificationId } from '../../src-shared/domain/index.ts'
import type { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import type { Policy } from '../../src-shared/policy/index.ts'
import { startTestDesk, type TestDesk } from '../security/desk.ts'
import { startTestWorld } from '../support/world.ts'

type VerifyStep = Extract<CounterStep, { step: 'verify' }>

describe('under a hub', () => {
  let world: World
  let desk: WorldDesk
  beforeAll(async () => {
    world = await startTestWorld({ keys: ['porter-lakeside'] })
    const found = world.desks.get('porter-lakeside')
    if (found === undefined) throw new Error('no desk')
    desk = found
  }, 120_000)
  afterAll(() => world.stop())

  const kinds = async () => done(await desk.client.journal({ limit: 6 })).entries.map(({ kind }) => kind)
  const verifying = async (what: string, reached: (step: VerifyStep) => boolean): Promise<VerifyStep> => {
    const { counter } = await until(desk.client, what, ({ counter: at }) => at.step === 'verify' && reached(at))
    if (counter.step !== 'verify') throw new Error(counter.step)
    return counter
  }

  async function changePolicy(change: (policy: Policy) => Policy): Promise<Policy> {
    const { policy } = done(await world.hub.administrator.call('policy', {}))
    done(await world.hub.administrator.call('savePolicy', { body: { policy: change(policy), note: 'a test' } }))
    done(await desk.client.syncNow({}))
    return policy
  }

  /** A pickup that is open and proved by eye with a passport. */
  async function proved(): Promise<{ pickup: PickupId; verification: VerificationId }> {
    const person = world.institution.recipients.find(({ key }) => key === 'aino')
    const birthDate = person?.birthDate ?? null
    if (person === undefined || birthDate === null) throw new Error('no such person')
    const body = { account: person.account, desk: desk.id, channel: 'porter', requestReference: 'PYY-1' } as const
    const issued = done(
      await world.hub.agent.call('issue', { body: { ...body, secretKind: 'password', secret: 'Kanarialintu-7xQ' } }),
    )
    done(await desk.client.syncNow({}))
    const { pickup } = issued
    done(await desk.client.openPickup({ pickup }))
    const shown = { kind: 'passport', issuerCountry: 'FIN', birthDate, statement: true } as const
    const { verification } = done(await desk.client.verifyByEye({ pickup, ...shown }))
    await verifying('the proof', (step) => step.verification === verification)
    return { pickup, verification }
  }

  beforeEach(async () => {
    const state = done(await desk.client.state({}))
    if (state.staff === null) await signIn(desk, desk.porter.badge, desk.porter.pin)
    if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
    await untilSent(desk)
  })

  it('a proof that the policy takes no more dies at the next contact, is written down, and prints nothing', async () => {
    const { pickup, verification } = await proved()
    const rules = (policy: Policy) =>
      policy.rules.map((rule) => ({ ...rule, proofs: rule.proofs.filter((kind) => kind !== 'passport') }))
    const before = await changePolicy((policy) => ({ ...policy, rules: rules(policy) }))
    const step = await verifying('the refusal', ({ notice }) => notice !== null)
    expect(step).toMatchObject({ verification: null, verifiedUntil: null, notice: { code: 'L-304' } })
    expect(step.proofs).not.toContain('passport')
    expect(step.pickup.state).toBe('arrived')
    expect((await kinds())[0]).toBe('verification-refused')
    expect(await desk.client.release({ pickup, verification, language: 'fi' })).toMatchObject({
      failure: { code: 'L-307' },
    })
    expect(desk.printer.slips()).toEqual([])
    await changePolicy((policy) => ({ ...policy, rules: before.rules }))
    await verifying('passports again', ({ proofs }) => proofs.includes('passport'))
  })

  it('a rule that asks for a colleague from now on asks for one at the step that is open', async () => {
    await proved()
    const before = await changePolicy((policy) => ({
      ...policy,
      rules: policy.rules.map((rule) => ({ ...rule, fourEyes: rule.deskKind === 'porter' || rule.fourEyes })),
    }))
    const step = await verifying('a colleague', ({ fourEyes }) => fourEyes === 'awaited')
    expect(step.verification).not.toBeNull()
    await changePolicy((policy) => ({ ...policy, rules: before.rules }))
  })

  it('a pickup that is revoked is refused where it is open, and going back does not bring it to life', async () => {
    const { pickup } = await proved()
    done(await world.hub.agent.call('revoke', { body: { pickup, reason: 'revoked', to: null } }))
    done(await desk.client.syncNow({}))
    const step = await verifying('the refusal', (at) => at.pickup.blocked !== null)
    expect(step).toMatchObject({ verification: null, pickup: { state: 'revoked', blocked: { code: 'L-203' } } })
    done(await desk.client.dismiss({}))
    expect(await desk.client.openPickup({ pickup })).toMatchObject({ failure: { code: 'L-203' } })
    const { pickups } = done(await desk.client.queue({ filter: 'all', search: '', limit: 50 }))
    expect(pickups.map(({ id }) => id)).not.toContain(pickup)
    await untilSent(desk)
    const [known] = done(await world.hub.agent.call('pickups', { query: { limit: 500 } })).pickups.filter(
      ({ id }) => id === pickup,
    )
    expect(known?.state).toBe('revoked')
  })
})

describe('by the desk’s own clock', () => {
  /** 08:00 UTC is 10:00 here: the desk closes in two minutes. */
  const hours: OpeningHours = {
    weekly: [[], [], [], [], [], [], []],
    exceptions: [{ date: '2026-03-02', spans: [{ from: '09:00', to: '10:02' }] }],
  }
  let desk: TestDesk
  beforeEach(async () => {
    desk = await startTestDesk('porter', { hours })
    await desk.signIn(desk.staff.porter)
    await desk.call('openPickup', { pickup: desk.pickups[0]?.id })
  })
  afterEach(async () => {
    expect(desk.bugs).toEqual([])
    await desk.stop()
  })
  const step = () => {
    const { counter } = desk.state()
    if (counter.step !== 'verify') throw new Error(counter.step)
    return counter
  }
  const byEye = () =>
    desk.call('verifyByEye', {
      ...{ pickup: desk.pickups[0]?.id, kind: 'passport', issuerCountry: 'FIN' },
      ...{ birthDate: '2001-02-03', statement: true },
    })

  it('whoever is not proved when the desk closes is told so at once', () => {
    expect(step().pickup.blocked).toBeNull()
    desk.advance(121_000)
    expect(step().pickup.blocked).toMatchObject({ code: 'L-211' })
  })

  it('whoever was proved before is finished after it', async () => {
    expect(await byEye()).toMatchObject({ ok: true })
    desk.advance(121_000)
    const { verification, pickup } = step()
    expect(pickup.blocked).toBeNull()
    expect(await desk.call('release', { pickup: pickup.id, verification, language: 'fi' })).toMatchObject({ ok: true })
  })

  it('a pause shows where somebody is being served, and its end as well', async () => {
    await desk.call('pauseDesk', { reason: 'emergency', minutes: 1 })
    expect(step().pickup.blocked).toMatchObject({ code: 'L-240' })
    await desk.call('resumeDesk', {})
    expect(step().pickup.blocked).toBeNull()
  })

  it('pickups to choose from say so too', async () => {
    desk.scan('04AABBCCDDEE01')
    expect(desk.state().counter.step).toBe('choose')
    desk.advance(121_000)
    const { counter } = desk.state()
    const codes = counter.step === 'choose' ? counter.pickups.map(({ blocked }) => blocked?.code) : []
    expect(new Set(codes)).toEqual(new Set(['L-211']))
  })
})
