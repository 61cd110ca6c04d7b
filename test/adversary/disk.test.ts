/**
 * A disk of yesterday, and a write-ahead log that is gone: where the hub can be reached, nothing is handed over twice.
 */
import { rmSync, statSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { handOver, release, untilSent } from '../../src-main/demo/acts.ts'
import { passportOf } from '../../src-main/demo/institution.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { databaseFiles, startEngineDesk, type EngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf } from './wire.ts'

let institute: Institute
let hub: HubHere
let desk: EngineDesk
let pickup: PickupId
let account: string
beforeAll(async () => {
  institute = await startInstitute()
})
afterAll(() => institute.stop())
beforeEach(async () => {
  hub = await institute.hub()
  desk = await startEngineDesk(institute, hub)
  account = institute.accounts[0] ?? ''
  pickup = await hub.as('agent').issue(account, institute.desk('porter-lakeside'), 'Haukka-1618')
  await desk.signIn()
  await desk.untilGranted(account, pickup)
})
afterEach(async () => {
  const { kiosk } =
    (await institute.sql<{ kiosk: string }>(`SELECT id AS kiosk FROM kiosk WHERE state = 'active'`))[0] ?? {}
  if (kiosk !== undefined) await hub.as('supervisor').writeOff(kiosk)
  await desk.end()
  await hub.stop()
})

async function serve(): Promise<void> {
  const verification = await desk.verify(account, pickup)
  const slip = await release(desk.desk, pickup, verification, 'fi')
  await desk.untilState(
    'a printed slip',
    ({ counter }) => counter.step === 'hand-over' && counter.slip.state === 'printed',
  )
  await handOver(desk.desk, slip)
  await untilSent(desk.desk)
}

/** Whoever signs in and whatever they scan, this disk prints nothing, and people at the hub know. */
async function servesNothing(): Promise<void> {
  // The hub has spoken: from here on the kiosk knows.
  await expect.poll(async () => codeOf(await desk.api.syncNow({})), { timeout: 30_000 }).toBe('L-604')
  await desk.signIn()
  desk.desk.reader.scanDocument(passportOf(desk.person(account)))
  const verified = await desk.api.verifyDocument({ pickup })
  expect(verified.ok).toBe(false)
  expect(desk.desk.printer.takeSlips()).toEqual([])
  const { alarms } = await hub.as('supervisor').alarms()
  expect(alarms.map(({ kind }) => kind)).toContain('restored-disk')
  const events = await hub.as('agent').timeline(pickup)
  expect(events.filter(({ kind }) => kind === 'handed-over')).toHaveLength(1)
}

it('a disk of yesterday serves nothing once the hub has spoken, and an alarm names it', async () => {
  await untilSent(desk.desk)
  const yesterday = await desk.image()
  await desk.start()
  await desk.untilServing()
  await desk.signIn()
  await serve()
  await desk.stop()
  desk.restore(yesterday)
  await desk.start()
  await desk.untilServing()
  await servesNothing()
})

it('a write-ahead log that is gone after kill -9 is an old disk: nothing is handed over twice', async () => {
  // A clean end empties the log into the database; all that follows is in the log alone.
  await desk.stop()
  await desk.start()
  await desk.untilServing()
  await desk.signIn()
  await serve()
  await desk.image()
  const log = databaseFiles(desk.dataDir).find((file) => file.endsWith('-wal'))
  if (log === undefined) throw new Error('no write-ahead log')
  // What the hub has acknowledged lies in the log alone.
  expect(statSync(log).size).toBeGreaterThan(0)
  rmSync(log)
  await desk.start()
  const notice = await Promise.race([desk.untilNotice('up'), desk.untilNotice('given-up')])
  if (notice.engine === 'up') {
    await desk.untilServing()
    await servesNothing()
  } else expect(notice.failure?.code).toMatch(/^L-80[45]$/)
})
