/**
 * A pickup sent to another desk: nobody asked for it back, it ends at one kiosk, and the hub issues it at the other
 * with a fresh secret.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import type { DeskId, PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let here: DeskKiosk
let there: DeskKiosk
let desk = ''
let other = ''
const staff = newId() as never

beforeAll(async () => {
  fleet = await startFleet()
  const kinds = new Map(
    (await fleet.hub().db.selectFrom('desk').select(['id', 'kind']).execute()).map((row): [string, string] => [
      row.id,
      row.kind,
    ]),
  )
  const porters = fleet.desks.filter((id) => kinds.get(id) === 'porter')
  desk = porters[0] ?? ''
  other = porters[1] ?? ''
  here = await fleet.kiosk(desk, 'here')
  there = await fleet.kiosk(other, 'there')
})
afterAll(() => fleet.stop())

/** As the engine does it: the end and the word of it are one transaction. */
function send(kiosk: DeskKiosk, pickup: PickupId, to: string): void {
  const held = kiosk.pickups.get(pickup)
  if (held === null) throw new Error('not here')
  kiosk.store.transact(() => {
    kiosk.pickups.end(pickup, 'revoked')
    kiosk.ledger.append({
      kind: 'sent-elsewhere',
      pickup,
      epoch: held.epoch,
      actor: staff,
      facts: { to: to as DeskId, reason: 'printer' },
    })
  })
}
const state = (pickup: PickupId) =>
  fleet
    .hub()
    .db.selectFrom('pickup')
    .select(['state', 'desk', 'epoch_n'])
    .where('id', '=', pickup)
    .executeTakeFirstOrThrow()

test('the other desk gets it under the next epoch, with another envelope, and the first has nothing left to open', async () => {
  const pickup = await fleet.issue(fleet.accounts[0] ?? '', desk)
  value(await here.sync.now())
  const before = here.pickups.envelopeOf(pickup)
  send(here, pickup, other)
  expect(here.pickups.envelopeOf(pickup)).toHaveLength(0)
  value(await here.sync.now())
  value(await there.sync.now())
  expect(await state(pickup)).toMatchObject({ state: 'granted', desk: other })
  const granted = there.pickups.get(pickup)
  expect(granted).toMatchObject({ state: 'waiting', epoch: { n: 2 } })
  expect(there.pickups.envelopeOf(pickup).equals(before)).toBe(false)
  // And back again: the first kiosk takes the later epoch.
  send(there, pickup, desk)
  value(await there.sync.now())
  value(await here.sync.now())
  expect(here.pickups.get(pickup)).toMatchObject({ state: 'waiting', epoch: { n: 3 } })
})

test('a desk that may not have it, or that there is none of, gets nothing: it stays where it was, and somebody is told', async () => {
  const pickup = await fleet.issue(fleet.accounts[1] ?? '', desk)
  value(await here.sync.now())
  send(here, pickup, newId())
  value(await here.sync.now())
  value(await here.sync.now())
  expect(await state(pickup)).toMatchObject({ state: 'granted', desk })
  expect(here.pickups.get(pickup)).toMatchObject({ state: 'waiting', epoch: { n: 2 } })
  expect((await fleet.alarms()).alarms).toEqual(
    expect.arrayContaining([expect.objectContaining({ kind: 'misrouted', pickup })]),
  )
})

test('what the hub had asked for meanwhile comes first: a revoked pickup ends', async () => {
  const pickup = await fleet.issue(fleet.accounts[2] ?? '', desk)
  value(await here.sync.now())
  value(await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } }))
  send(here, pickup, other)
  value(await here.sync.now())
  value(await there.sync.now())
  expect((await state(pickup)).state).toBe('revoked')
  expect(there.pickups.get(pickup)).toBeNull()
})

test('a kiosk sends on only what it holds: a stranger’s word moves nothing', async () => {
  const pickup = await fleet.issue(fleet.accounts[3] ?? '', desk)
  value(await here.sync.now())
  const epoch = here.pickups.get(pickup)?.epoch
  if (epoch === undefined) throw new Error('not here')
  there.store.transact(() =>
    there.ledger.append({
      kind: 'sent-elsewhere',
      pickup,
      epoch,
      actor: staff,
      facts: { to: other as DeskId, reason: 'printer' },
    }),
  )
  value(await there.sync.now())
  expect(await state(pickup)).toMatchObject({ state: 'granted', desk })
  expect(Number((await state(pickup)).epoch_n)).toBe(1)
})
