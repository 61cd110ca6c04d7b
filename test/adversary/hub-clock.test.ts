/**
 * A hub with a wrong clock (promise P9): an absurd time is passed over, by a real engine, also over its next start; one
 * that is days off waits for a person; and two hub processes whose computers disagree raise no false alarm.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { handOver, release, untilSent } from '../../src-main/demo/acts.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { startEngineDesk, type EngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
beforeAll(async () => {
  institute = await startInstitute()
})
afterAll(() => institute.stop())

const day = 86_400_000

describe('a real engine', () => {
  let hub: HubHere
  let desk: EngineDesk
  let pickup: PickupId
  let account = ''
  beforeEach(async () => {
    hub = await institute.hub({ work: false })
    desk = await startEngineDesk(institute, hub)
    account = institute.accounts[0] ?? ''
    pickup = await hub.as('agent').issue(account, institute.desk('porter-lakeside'), 'Haukka-1618')
    await desk.signIn()
    await desk.untilGranted(account, pickup)
  })
  afterEach(async () => {
    hub.clock.hold(null)
    const [kiosk] = await institute.sql<{ id: string }>(`SELECT id FROM kiosk WHERE state = 'active'`)
    if (kiosk !== undefined) await hub.as('supervisor').writeOff(kiosk.id)
    await desk.end()
    await hub.stop()
  })

  /** A whole handover, and the hub has it. */
  async function serves(): Promise<void> {
    const verification = await desk.verify(account, pickup)
    const slip = await release(desk.desk, pickup, verification, 'fi')
    await desk.untilState(
      'a printed slip',
      ({ counter }) => counter.step === 'hand-over' && counter.slip.state === 'printed',
    )
    await handOver(desk.desk, slip)
    await untilSent(desk.desk)
    const events = await hub.as('agent').timeline(pickup)
    expect(events.filter(({ kind }) => kind === 'handed-over')).toHaveLength(1)
  }

  it.each([9e15, 0])('hears %d from its hub, starts again without and with it, and serves', async (absurd) => {
    hub.clock.hold(absurd)
    await desk.api.syncNow({})
    await desk.kill9()
    // Starts while the hub says so, and once more.
    await desk.untilServing()
    await desk.api.syncNow({})
    await desk.kill9()
    await desk.untilServing()
    hub.clock.hold(null)
    await expect.poll(async () => codeOf(await desk.api.syncNow({})), { timeout: 30_000 }).toBe(null)
    expect(desk.said.filter((line) => line.includes('gave up'))).toEqual([])
    await desk.signIn()
    await serves()
  })

  it('hears a time of twenty days ahead: it is held for a person, and the desk’s own time goes on', async () => {
    hub.clock.move(20 * day)
    await desk.api.syncNow({})
    const state = await desk.untilState('the doubtful time', ({ hubTimeInDoubt }) => hubTimeInDoubt !== undefined)
    expect(Math.abs(state.now - Date.now())).toBeLessThan(day)
    hub.clock.move(-20 * day)
    await expect.poll(async () => codeOf(await desk.api.syncNow({})), { timeout: 30_000 }).toBe(null)
    await desk.untilState('no doubt', ({ hubTimeInDoubt }) => hubTimeInDoubt === undefined)
  })
})

it('two hubs whose computers are 290 s apart: a kiosk goes from one to the other, and no alarm rings', async () => {
  const ahead = await institute.hub({ machineClock: () => Date.now() + 290_000 })
  const right = await institute.hub({ machineClock: () => Date.now() })
  const kiosk = await institute.servingKiosk(right, 'porter-millhill')
  for (let n = 0; n < 6; n++) {
    const at = kiosk.clone({ url: (n % 2 === 0 ? ahead : right).url })
    value(await at.feed())
    value(await at.report())
    at.ledger.write('engine-started', { version: '1', generation: 1 })
    kiosk.ledger = at.ledger
    value(await at.push(n + 1))
    at.close()
  }
  const { alarms } = await right.as('supervisor').alarms()
  expect(alarms.filter(({ kiosk: whose }) => whose === kiosk.id)).toEqual([])
  expect(alarms.map(({ kind }) => kind)).not.toContain('database-went-back')
})
