/** Hub processes whose machines disagree about the time judge what each has written by one clock: the database's. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, type RunningHub } from '../../src-hub/index.ts'
import { claim } from '../../src-hub/secret-jobs/claim.ts'
import { deskLights } from '../../src-hub/health/desks.ts'
import { connectDatabase, createDatabaseClock } from '../../src-hub/database/index.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const off = 290_000
let fleet: Fleet
let ahead: RunningHub
let behind: RunningHub
beforeAll(async () => {
  fleet = await startFleet()
  const options = { dataDir: fleet.folder('hub'), databaseUrl: fleet.databaseUrl, work: false }
  ahead = value(await startHub({ ...options, machineClock: () => Date.now() + off }))
  behind = value(await startHub({ ...options, machineClock: () => Date.now() - off }))
})
afterAll(async () => {
  await ahead.stop()
  await behind.stop()
  await fleet.stop()
})

test('a machine that is 290 s off, either way, has hub time all the same, and a person is told of it', async () => {
  for (const hub of [ahead, behind]) expect(Math.abs(hub.parts.now() - Date.now())).toBeLessThan(2000)
  const { alarms } = await fleet.alarms()
  expect(
    alarms
      .filter(({ kind }) => kind === 'hub-clock')
      .map(({ detail }) => detail)
      .sort(),
  ).toEqual(['-290 s off', '290 s off'])
})

test('a kiosk heard by one of them is silent to none: no desk turns amber', async () => {
  const desk = fleet.desks[0] ?? ''
  const kiosk = await fleet.kiosk(desk, 'counter')
  value(await kiosk.sync.now())
  const { db } = ahead
  await expect
    .poll(
      async () =>
        (await db.selectFrom('kiosk').select('last_contact').where('desk', '=', desk).executeTakeFirst())?.last_contact,
    )
    .not.toBeNull()
  for (const hub of [fleet.hub(), ahead, behind]) {
    const light = (await deskLights(db, hub.parts.now())).find((one) => one.desk === desk)
    expect(light?.reasons).not.toContain('silent')
    expect(light?.reasons).not.toContain('paused')
  }
})

test('what one has taken under a lease is not due to another, and what one has signed in is signed in at the other', async () => {
  const { db } = fleet.hub()
  const pickup = await fleet.issue(fleet.accounts[0] ?? '', fleet.desks[0] ?? '')
  const account = fleet.accounts[0] ?? ''
  await db.insertInto('secret_job').values({ account, pickup, kind: 'disable', not_before: 0, created_at: 0 }).execute()
  expect(await claim(db, behind.parts.now(), 'lease-1', null)).toMatchObject({ pickup, lease: 'lease-1' })
  expect(await claim(db, ahead.parts.now(), 'lease-2', null)).toBe(null)
})

test('a machine whose clock is set while it runs is measured again; a database that is away changes nothing', async () => {
  const { db } = connectDatabase(fleet.databaseUrl)
  let added = 0
  const clock = createDatabaseClock(db, () => Date.now() + added)
  await clock.measure()
  added = -off
  expect(Math.abs(clock.now() - Date.now())).toBeGreaterThan(off - 5000)
  await clock.measure()
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(2000)
  await db.destroy()
  const before = clock.skew()
  expect(await clock.measure()).toBe(before)
})
