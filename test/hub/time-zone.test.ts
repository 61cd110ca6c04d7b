/** The institution's time zone: set in the console or by a file, and then counted by at the hub and its kiosks. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { serveInZone, timeZone } from '../../src-shared/domain/zone.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet('administrator', { work: false })
})
afterAll(() => fleet.stop())
afterEach(() => serveInZone(undefined))

test('it is saved, told to every desk, in the settings file, and what figures are by; a name that is none is refused', async () => {
  const [desk = ''] = fleet.desks
  const kiosk = await fleet.kiosk(desk, 'counter')
  expect(kiosk.records.read()?.deskRecord?.timeZone).toBe('Europe/Helsinki')
  const agent = fleet.agent()
  const { name, changeAddress, selfServiceAddress, timeZone: before } = value(await agent.call('organisation', {}))
  expect(before).toBe('Europe/Helsinki')
  const body = { name, changeAddress, selfServiceAddress }
  const refused = await agent.call('saveOrganisation', { body: { ...body, timeZone: 'Europe/Atlantis' } })
  expect(refused).toMatchObject({ ok: false, failure: { code: 'L-608' } })
  value(await agent.call('saveOrganisation', { body: { ...body, timeZone: 'America/New_York' } }))
  expect(timeZone()).toBe('America/New_York')
  value(await kiosk.sync.now())
  expect(kiosk.records.read()?.deskRecord?.timeZone).toBe('America/New_York')
  // Left out: as it is.
  value(await agent.call('saveOrganisation', { body }))
  expect(value(await agent.call('organisation', {})).timeZone).toBe('America/New_York')
  const { file } = value(await agent.call('exportSettings', {}))
  expect(file.organisation?.timeZone).toBe('America/New_York')
  const back = { organisation: { timeZone: 'Atlantic/Canary' } }
  const { changes } = value(await agent.call('importSettings', { body: { file: back, dryRun: false } }))
  expect(changes).toMatchObject([{ what: 'organisation', fields: ['timeZone'] }])
  expect(value(await agent.call('organisation', {})).timeZone).toBe('Atlantic/Canary')
  const query = { from: '2026-01-01', to: '2026-01-31' }
  value(await agent.call('series', { query }))
  value(await agent.call('watch', {}))
})

test('another hub process, and one that is started anew, count by it as well', async () => {
  const { db } = fleet.hub()
  await db.updateTable('organisation').set({ time_zone: 'America/New_York' }).execute()
  await expect
    .poll(timeZone, { timeout: 10_000, message: 'the hub looks at what another has saved' })
    .toBe('America/New_York')
  serveInZone(undefined)
  await fleet.restart()
  expect(timeZone()).toBe('America/New_York')
})
