/**
 * A kiosk's database with damaged pages, under a real engine process (promise P9): it is a code on the screen, L-804 or
 * what it names, and never a process that dies and is started again and again; nothing is printed but what was proved.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { passportOf } from '../../src-main/demo/institution.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { isErrorCode } from '../../src-shared/failures/codes.ts'
import { damage, startEngineDesk, type DiskImage, type EngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'

const page = 4096
let institute: Institute
let hub: HubHere
let desk: EngineDesk
let image: DiskImage
let account = ''
let pickup: PickupId
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
  desk = await startEngineDesk(institute, hub)
  account = institute.accounts[0] ?? ''
  pickup = await hub.as('agent').issue(account, institute.desk('porter-lakeside'), 'Haukka-1618')
  await desk.signIn()
  await desk.untilGranted(account, pickup)
  // All of it lies in the database itself, and none in its log.
  await desk.stop()
  await desk.start()
  await desk.untilServing()
  await desk.stop()
  await desk.start()
  await desk.untilServing()
  image = await desk.image()
})
afterAll(async () => {
  await desk.end()
  await institute.stop()
})

/** Whatever staff do; each answer is good, or a failure with a code. */
async function work(): Promise<void> {
  const coded = async (call: Promise<{ ok: boolean; failure?: { code: string } }>) => {
    const result = await call
    if (!result.ok) expect(isErrorCode(result.failure?.code ?? '')).toBe(true)
  }
  await coded(desk.api.syncNow({}))
  desk.desk.reader.tap(desk.porter.badge)
  await coded(desk.api.enterPin({ pin: desk.porter.pin }))
  await coded(desk.api.queue({ filter: 'all', search: 'k', limit: 50 }))
  await coded(desk.api.journal({ limit: 50 }))
  desk.desk.reader.scanDocument(passportOf(desk.person(account)))
  await coded(desk.api.verifyDocument({ pickup }))
  await coded(desk.api.shift({}))
  await coded(desk.api.syncNow({}))
}

const file = () => join(desk.dataDir, 'kiosk.db')
const kinds: readonly (readonly [string, boolean, (pages: number) => readonly [number, Buffer]])[] = [
  ['its second page zeroed', false, () => [1, Buffer.alloc(page)]],
  ['a page of the middle zeroed', false, (pages) => [pages >> 1, Buffer.alloc(page)]],
  ['its last page of noise', false, (pages) => [pages - 1, Buffer.alloc(page, 0xa5)]],
  ['pages zeroed while it serves', true, (pages) => [pages >> 2, Buffer.alloc(8 * page)]],
  ['everything but its header zeroed', false, (pages) => [1, Buffer.alloc((pages - 1) * page)]],
]
it.each(kinds)('%s: the engine says a code, and does not die of it', async (what, running, where) => {
  await desk.stop()
  desk.restore(image)
  const [at, bytes] = where(Math.floor(statSync(file()).size / page))
  const before = desk.said.length
  if (!running) damage(file(), at * page, bytes)
  await desk.start()
  const notice = await Promise.race([desk.untilNotice('up'), desk.untilNotice('given-up')])
  if (notice.engine === 'up') {
    if (running) damage(file(), at * page, bytes)
    // Nothing is left to read: it cannot have started.
    expect(what).not.toContain('everything')
    await work()
  } else expect(notice.failure?.code).toMatch(/^L-80[1-6]$/)
  const said = desk.said.slice(before)
  // A process that died would have been started again.
  expect(said.filter((line) => /died|hangs|exited/.test(line))).toEqual([])
  const slips = desk.desk.printer.takeSlips()
  expect(slips).toEqual([])
  expect(readFileSync(file()).includes('Haukka-1618')).toBe(false)
})
