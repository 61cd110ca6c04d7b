/**
 * What a check-in screen tells a desk by its feed, applied in every state that a pickup may be in by then: an arrival
 * is noted once, and undoes nothing.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWalkIns } from '../../src-main/identity/index.ts'
import { createSlips } from '../../src-main/release/index.ts'
import { createApplier, type Applier } from '../../src-main/sync/index.ts'
import { CallId, PickupId, PickupState, type Epoch } from '../../src-shared/domain/index.ts'
import type { FeedChange, GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { enrolledFolder, incarnation, openRooms, person, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

const now = () => Date.UTC(2026, 2, 2, 9)
let at: EnrolledFolder
let rooms: Rooms
let applier: Applier
let pickup: GrantedPickup
let calls: [CallId, number][] = []

beforeEach(async () => {
  at = enrolledFolder()
  rooms = openRooms(at, { now })
  calls = []
  const supervisor = person('Erja Esimies', 'supervisor', 'E001000005')
  rooms.know(supervisor)
  await rooms.signIn.enrolFirst(rooms.badge(supervisor), '739164')
  rooms.records.setCursor(incarnation, 1, true)
  pickup = await rooms.grant('Canary-Secret-1')
  const { store, ledger, pickups, roster, records } = rooms
  applier = createApplier({
    ...{ store, ledger, pickups, slips: createSlips(store.db), roster, records },
    walkIns: createWalkIns(store.db, pickups, ledger, now),
    staffCalled: (call, sent) => calls.push([call, sent]),
  })
})
afterEach(() => {
  rooms.close()
  at.remove()
})

const tell = (
  ...changes: (Omit<Extract<FeedChange, { kind: 'pickup-arrived' | 'staff-called' }>, 'seq'> & object)[]
) => {
  const cursor = rooms.records.read()?.cursor ?? 0
  const numbered = changes.map(
    (change, i) => ({ ...change, seq: cursor + i + 1 }) as Exclude<FeedChange, { kind: 'pickup-granted' }>,
  )
  return applier.feed(
    { incarnation, next: cursor + changes.length, more: false, hubTime: now(), changes: numbered },
    [],
  )
}
const arrived = (id: PickupId = pickup.id, epoch: Epoch = pickup.epoch) =>
  ({ kind: 'pickup-arrived', pickup: id, epoch, at: now() - 5000 }) as const
const arrivals = () => rooms.kinds().filter((kind) => kind === 'arrival').length

test('one that waits has arrived when the hub says it did, and is once in the ledger however often it is told', () => {
  expect(tell(arrived(), arrived())).toBe('applied')
  expect(tell(arrived())).toBe('applied')
  expect(rooms.pickups.get(pickup.id)).toMatchObject({ state: 'arrived', arrivedAt: now() - 5000 })
  expect(arrivals()).toBe(1)
})

test.each(PickupState.options.filter((state) => state !== 'waiting'))(
  'one that is %s by then stays what it is',
  (state) => {
    rooms.store.db.pragma('foreign_keys = OFF')
    rooms.pickups.setState(pickup.id, state)
    const before = rooms.pickups.get(pickup.id)
    expect(tell(arrived())).toBe('applied')
    expect(rooms.pickups.get(pickup.id)).toEqual(before)
    expect(arrivals()).toBe(0)
  },
)

test('one that is asked back, granted anew, or not here at all is left alone, and the rest of the page is applied', async () => {
  const other = await rooms.grant('Canary-Secret-2', 2)
  expect(
    tell(arrived(PickupId.parse(newId())), arrived(pickup.id, { incarnation, n: 7 }), arrived(other.id, other.epoch)),
  ).toBe('applied')
  expect(rooms.pickups.get(pickup.id)?.state).toBe('waiting')
  expect(rooms.pickups.get(other.id)?.state).toBe('arrived')
  rooms.pickups.holdForRevoke(pickup.id)
  expect(tell(arrived())).toBe('applied')
  expect(rooms.pickups.get(pickup.id)?.state).toBe('waiting')
  expect(arrivals()).toBe(1)
})

test('an arrival and its entry are one: where the page is undone, neither is there', () => {
  const call = { kind: 'staff-called', call: CallId.parse(newId()), at: now() } as const
  const { store, ledger, pickups, roster, records } = rooms
  const failing = createApplier({
    ...{ store, ledger, pickups, slips: createSlips(store.db), roster, records },
    walkIns: createWalkIns(store.db, pickups, ledger, now),
    staffCalled() {
      throw new Error('the disk is full')
    },
  })
  applier = failing
  expect(() => tell(arrived(), call)).toThrow('the disk is full')
  expect(rooms.pickups.get(pickup.id)?.state).toBe('waiting')
  expect(arrivals()).toBe(0)
  expect(rooms.records.read()?.cursor).toBe(1)
})

test('a call is passed on with its time, and a page that comes again rings no more', () => {
  const call = CallId.parse(newId())
  const change = { kind: 'staff-called', call, at: now() - 1000 } as const
  expect(tell(change)).toBe('applied')
  expect(
    applier.feed({ incarnation, next: 2, more: false, hubTime: now(), changes: [{ ...change, seq: 2 }] }, []),
  ).toBe('applied')
  expect(calls).toEqual([[call, now() - 1000]])
})

test('what the hub takes in a ledger entry is remembered from its newest page, and forgotten with an older hub', () => {
  const page = (facts?: number) => {
    const cursor = rooms.records.read()?.cursor ?? 0
    const head = { incarnation, next: cursor, more: false, hubTime: now(), changes: [] }
    return applier.feed(facts === undefined ? head : { ...head, facts }, [])
  }
  expect(rooms.records.hubFacts()).toBe(1)
  expect(page(2)).toBe('applied')
  expect(rooms.records.hubFacts()).toBe(2)
  // A hub that was put back to an earlier version says nothing of it.
  expect(page()).toBe('applied')
  expect(rooms.records.hubFacts()).toBe(1)
})
