/**
 * A kiosk in other hands claims to have been told more than the hub knows. The hub takes the word once, holds its grants and rings; another word of the
 * same kiosk counts for nothing until a person has closed that alarm, so that it cannot hold the institution for ever.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Result } from '../../src-shared/result.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient } from './kiosk-client.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
let thief: KioskClient
let other: KioskClient
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
  thief = await institute.servingKiosk(hub, 'porter-lakeside')
  other = await institute.servingKiosk(hub, 'porter-millhill')
})
afterAll(() => institute.stop())

/** The first act after another incarnation has begun is answered with L-611, and asked again. */
async function again<T>(act: () => Promise<Result<T>>): Promise<Result<T>> {
  const first = await act()
  return codeOf(first) === 'L-611' ? act() : first
}

async function claim(): Promise<string | null> {
  // As the hub calls itself by now.
  thief.incarnation = value(await thief.report()).incarnation
  return codeOf(await thief.feed({ acked: 9999 }))
}
const wentBack = async () =>
  (await hub.as('supervisor').alarms()).alarms.filter(({ kind }) => kind === 'database-went-back')
/** How it stands then. */
async function issue(i: number): Promise<string> {
  const { id, kind } = institute.desk('porter-millhill')
  const body = {
    account: institute.accounts[i],
    desk: id,
    channel: kind,
    requestReference: 'ADV-1',
    secretKind: 'password',
  }
  const issued = await again(() => hub.as('agent').call('issue', { body }))
  return issued.ok ? issued.value.state : issued.failure.code
}

it('is heard once: grants wait until every kiosk has reported or is written off', async () => {
  expect(await claim()).toBe('L-607')
  expect((await wentBack()).map(({ kiosk }) => kiosk)).toEqual([thief.id])
  expect(await issue(0)).toBe('unassigned')
  // Again, and by its ledger and its report: nothing more comes of it.
  expect(await claim()).toBe(null)
  value(await thief.report({ ackedBy: thief.incarnation, acked: 0, cursor: 9999 }))
  expect(await wentBack()).toHaveLength(1)

  const { incarnation } = value(await other.report())
  value(await other.report({ grants: [], incarnation }))
  expect(await issue(0)).toBe('unassigned')
  value(await thief.report({ grants: [], incarnation }))
  await expect.poll(() => issue(0)).toBe('granted')
})

it('counts again once a person has closed its alarm; written off, it is not heard', async () => {
  const [alarm] = await wentBack()
  value(await hub.as('supervisor').call('closeAlarm', { body: { what: 'alarm', id: alarm?.id ?? 0 } }))
  expect(await claim()).toBe('L-607')
  expect(await wentBack()).toHaveLength(1)
  value(await again(() => hub.as('supervisor').writeOff(thief.id)))
  expect(codeOf(await thief.feed({ acked: 9999 }))).toBe('L-603')
  const { incarnation } = value(await other.report())
  value(await other.report({ grants: [], incarnation }))
  await expect.poll(() => issue(1)).toBe('granted')
})
