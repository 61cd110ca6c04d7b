/** What the kiosk tells a hub of who holds its opening key: a hub of today, an older one, and one that refuses it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { createApplier } from '../../src-main/sync/index.ts'
import type { HubClient } from '../../src-main/sync/index.ts'
import { createIntroduction } from '../../src-main/sync/introduction.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { enrolledFolder, openRooms, person, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'
import { value } from '../adversary/wire.ts'

const chief = person('Ritva Esimies', 'supervisor', 'E0010000A1')
const porter = person('Kalle Portti', 'porter', 'E0010000B2')
let at: EnrolledFolder
let rooms: Rooms
let clock = 1_772_438_400_000
beforeEach(async () => {
  at = enrolledFolder()
  rooms = openRooms(at)
  rooms.records.setHubCountersign((await newSealKeyPair()).publicKey)
  rooms.know(chief, porter)
  value(await rooms.signIn.enrolFirst(rooms.badge(chief), '408216'))
  value(await rooms.signIn.enter(rooms.badge(chief), '408216'))
  value(await rooms.signIn.enrol(rooms.badge(porter), '739164'))
})
afterEach(() => {
  rooms.close()
  at.remove()
})

type Answer = Awaited<ReturnType<HubClient['call']>>
/** A hub that answers alike each time, and what it was told. */
function told(answer: Answer) {
  const bodies: { holders?: { by: string; holders: { staff: string }[] } }[] = []
  let snapshots = 0
  const { store, records } = rooms
  const introduction = createIntroduction({
    hub: {
      call: (_route: string, { body }: { body: (typeof bodies)[number] }) => {
        bodies.push(body)
        return Promise.resolve(answer)
      },
    } as Pick<HubClient, 'call'> as HubClient,
    ledger: rooms.ledger,
    records,
    applier: {
      liveGrants: () => [],
      forgetPins: (staff) => store.transact(() => staff.forEach((id) => rooms.roster.forgetPin(id))),
    } satisfies Pick<ReturnType<typeof createApplier>, 'liveGrants' | 'forgetPins'>,
    pushTo: () => Promise.resolve(ok(null)),
    onOpeningAnswer: () => undefined,
    now: () => clock,
    snapshot: () => {
      snapshots += 1
      return Promise.resolve(ok(null))
    },
  })
  return { bodies, snapshots: () => snapshots, tell: introduction.registerOpeningKey }
}

it('names everyone with a share, and is silent once the hub has taken it', async () => {
  const { bodies, tell } = told(ok({ registered: true, state: 'in-force', holders: 'taken' }))
  for (let i = 0; i < 3; i++) value(await tell())
  expect(bodies).toHaveLength(1)
  expect(bodies[0]?.holders?.by).toBe(chief.id)
  expect(bodies[0]?.holders?.holders.map(({ staff }) => staff).sort()).toEqual([chief.id, porter.id].sort())
  expect(await rooms.signIn.stateHolders()).toBe(false)
})

it('an older hub is told once an hour, since it may be updated meanwhile, and the key is in force there', async () => {
  const { bodies, tell } = told(ok({ registered: true, state: 'in-force' }))
  for (let i = 0; i < 3; i++) value(await tell())
  expect(bodies).toHaveLength(1)
  expect(rooms.records.read()?.openingRegistered).toBe(true)
  clock += 3_600_000
  for (let i = 0; i < 3; i++) value(await tell())
  expect(bodies).toHaveLength(2)
})

it('what the hub did not take from one person, another says', async () => {
  const { bodies, tell } = told(ok({ registered: true, state: 'in-force', holders: 'not-taken' }))
  value(await tell())
  expect(await rooms.signIn.stateHolders()).toBe(false)
  value(await rooms.signIn.enter(rooms.badge(porter), '739164'))
  expect(await rooms.signIn.stateHolders()).toBe(true)
  value(await tell())
  expect(bodies.map(({ holders }) => holders?.by)).toEqual([chief.id, porter.id])
})

it('a key that the hub refuses for whom it is shared with: their PIN goes, the roster is fetched, and another is owed', async () => {
  const { snapshots, tell } = told(fail('L-437', { staff: porter.id }))
  value(await tell())
  expect(rooms.roster.pin(porter.id)).toBe(null)
  expect(rooms.roster.pin(chief.id)).not.toBe(null)
  expect([snapshots(), rooms.roster.rotationOwed(), rooms.records.read()?.openingAnswer]).toEqual([1, true, 'refused'])
})
