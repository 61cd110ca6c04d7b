/** How kiosks stand, at a real hub: told by the kiosk alone, and "since when" moves only with the light. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

const status = (light: KioskStatus['light'], reasons: KioskStatus['reasons'] = []): KioskStatus => ({
  light,
  serves: light !== 'red',
  servesOffline: true,
  reasons,
  paused: null,
  staff: 2,
})

test('the desks’ list says how each stands and since when', async () => {
  const [desk = ''] = fleet.desks
  const kiosk = await fleet.kiosk(desk, 'a')
  const shown = async () =>
    value(await fleet.agent().call('desks', {})).desks.find((found) => found.id === desk)?.status
  expect(await shown()).toBeNull()
  value(await kiosk.hub.call('status', { body: status('amber', [{ code: 'L-416', severity: 'amber' }]) }))
  const first = await shown()
  expect(first).toMatchObject({ light: 'amber', reasons: [{ code: 'L-416' }] })
  value(await kiosk.hub.call('status', { body: status('amber', [{ code: 'L-415', severity: 'amber' }]) }))
  const second = await shown()
  expect(second).toMatchObject({ light: 'amber', since: first?.since, reasons: [{ code: 'L-415' }] })
  expect(second?.at).toBeGreaterThanOrEqual(first?.at ?? Infinity)
  value(
    await kiosk.hub.call('status', {
      body: { ...status('red'), paused: { reason: 'break', until: 1_772_438_400_000 } },
    }),
  )
  expect(await shown()).toMatchObject({
    light: 'red',
    serves: false,
    paused: { reason: 'break', until: 1_772_438_400_000 },
  })
  expect((await shown())?.since).toBeGreaterThanOrEqual(second?.at ?? Infinity)
})

test('only a kiosk tells, and only in its own form', async () => {
  expect(await fleet.agent().call('status', { body: status('green') })).toMatchObject({ ok: false })
  const kiosk = await fleet.kiosk(fleet.desks[1] ?? '', 'b')
  expect(await kiosk.hub.call('status', { body: { ...status('green'), light: 'blue' as never } })).toMatchObject({
    ok: false,
    failure: { code: 'L-608' },
  })
})
