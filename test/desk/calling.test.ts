/**
 * Calls for staff between a check-in screen and its desk: rung when they are news, answered once, and never said to be
 * heard before the hub has them.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { calledAtScreenMs, callLastsMs, createCalling, type Call, type Calling } from '../../src-main/desk/calling.ts'
import { createDayHandlers, type DayHandlers } from '../../src-main/counter/day-handlers.ts'
import type { Services } from '../../src-main/desk/services.ts'
import { CallId, StaffId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import { enrolledFolder, openRooms, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

let at: EnrolledFolder
let rooms: Rooms
let now = 0
let rung: Call[] = []

beforeEach(() => {
  now = Date.UTC(2026, 2, 2, 9)
  rung = []
  at = enrolledFolder()
  rooms = openRooms(at, { now: () => now })
})
afterEach(() => {
  rooms.close()
  at.remove()
})
const calling = (lastsMs?: number): Calling =>
  createCalling({
    store: rooms.store,
    ledger: rooms.ledger,
    now: () => now,
    ring: (call) => rung.push(call),
    ...(lastsMs === undefined ? {} : { lastsMs }),
  })
const newCall = () => CallId.parse(newId())
const staff = StaffId.parse(newId())
/** As the feed is applied: in a transaction. */
async function arrives(desk: Calling, id: CallId, sent = now): Promise<void> {
  rooms.store.transact(() => desk.fromScreen(id, sent))
  await Promise.resolve()
}

test('a call from a screen rings once, however often the hub tells of it, and is answered by name', async () => {
  const desk = calling()
  const id = newCall()
  await arrives(desk, id)
  await arrives(desk, id)
  expect(rung).toEqual([{ id, at: now, from: 'check-in' }])
  expect(desk.open()).toEqual({ id, at: now, from: 'check-in' })
  expect(desk.answer(id, staff)).toEqual(ok(null))
  expect(desk.open()).toBeNull()
  await arrives(desk, id)
  expect(rung).toHaveLength(1)
  expect(desk.open()).toBeNull()
  // The screen's own ledger has the call; the desk's has the answer alone.
  expect(rooms.kinds()).toEqual(['staff-call-answered'])
})

test('one that was long on its way does not ring', async () => {
  const desk = calling()
  await arrives(desk, newCall(), now - callLastsMs)
  expect(rung).toEqual([])
  expect(desk.open()).toBeNull()
  await arrives(desk, newCall(), now - callLastsMs + 1)
  expect(rung).toHaveLength(1)
})

test('a second call from a screen takes the place of the first: it rings, and one answer is for both', async () => {
  const desk = calling()
  const [first, second] = [newCall(), newCall()]
  await arrives(desk, first)
  now += 1000
  await arrives(desk, second)
  expect(rung.map(({ id }) => id)).toEqual([first, second])
  expect(desk.open()?.id).toBe(second)
  expect(desk.answer(first, staff)).toEqual(fail('L-242'))
  expect(desk.answer(second, staff)).toEqual(ok(null))
  expect(desk.open()).toBeNull()
  expect(calling().open()).toBeNull()
})

test('who calls at a screen is not taken for who called at the desk: both are answered', async () => {
  const desk = calling()
  const own = desk.call()
  now += 1000
  const id = newCall()
  await arrives(desk, id)
  expect(rung.map((call) => call.from)).toEqual(['desk', 'check-in'])
  expect(desk.open()).toMatchObject({ id, from: 'check-in' })
  desk.answer(id, staff)
  expect(desk.open()).toEqual(own)
  desk.answer(own.id, staff)
  expect(desk.open()).toBeNull()
  // And the other way round.
  await arrives(desk, newCall())
  expect(desk.call()).toMatchObject({ from: 'desk' })
  expect(rooms.kinds().filter((kind) => kind === 'staff-called')).toHaveLength(2)
})

test('a call whose page of the feed is undone does not ring, and rings when the page comes again', async () => {
  const desk = calling()
  const id = newCall()
  const full = new Error('the disk is full')
  const undone = () =>
    rooms.store.transact(() => {
      desk.fromScreen(newCall(), now - 1)
      desk.fromScreen(id, now)
      throw full
    })
  expect(undone).toThrow(full)
  await Promise.resolve()
  expect(rung).toEqual([])
  expect(desk.open()).toBeNull()
  await arrives(desk, id)
  expect(rung.map((call) => call.id)).toEqual([id])
  expect(desk.answer(id, staff)).toEqual(ok(null))
})

test('calls that have lapsed leave the database', async () => {
  const desk = calling()
  for (let i = 0; i < 5; i += 1) {
    await arrives(desk, newCall())
    now += callLastsMs
  }
  expect(rooms.store.db.prepare('SELECT count(*) AS n FROM staff_call').get()).toEqual({ n: 1 })
})

interface Screen {
  readonly screen: Calling
  readonly handlers: DayHandlers
  /** The round that is under way ends, the hub having acknowledged so many entries. */
  readonly end: (result: Result<null>, acked: number) => Promise<void>
  readonly impatient: () => void
}
function atScreen(): Screen {
  const screen = calling(calledAtScreenMs)
  let acked = 0
  let finish: (result: Result<null>) => void = () => undefined
  let lapse: () => void = () => undefined
  const services = {
    kind: 'check-in',
    calling: screen,
    ledger: rooms.ledger,
    records: { read: () => ({ acked }) },
    sync: { now: () => new Promise<Result<null>>((resolve) => (finish = resolve)), nudge: () => undefined },
  } as unknown as Services
  const timers = {
    set(run: () => void) {
      lapse = run
      return () => undefined
    },
  }
  return {
    screen,
    handlers: createDayHandlers({ services, counter: undefined as never, timers, activity: () => undefined }),
    async end(result, to) {
      acked = to
      finish(result)
      await new Promise(setImmediate)
    },
    impatient: () => lapse(),
  }
}

test('at a screen nobody is said to be coming before the hub has the call', async () => {
  const { screen, handlers, end } = atScreen()
  const asked = handlers.callStaff({})
  expect(rooms.kinds()).toEqual(['staff-called'])
  expect(screen.open()).toBeNull()
  await end(ok(null), 1)
  expect(await asked).toEqual(ok(null))
  expect(screen.open()).toMatchObject({ from: 'check-in' })
  // The screen itself does not ring: nobody sits there.
  expect(rung).toEqual([])
  now += calledAtScreenMs
  expect(screen.open()).toBeNull()
})

test('a call that the hub has is heard, whatever became of the rest of the round', async () => {
  const { screen, handlers, end } = atScreen()
  const asked = handlers.callStaff({})
  await end(fail('L-601'), 1)
  expect(await asked).toEqual(ok(null))
  expect(screen.open()).not.toBeNull()
})

test('one that the hub has not got in time is not, and whoever stands there is not told of an earlier one either', async () => {
  const { screen, handlers, end, impatient } = atScreen()
  const first = handlers.callStaff({})
  await end(ok(null), 1)
  expect(await first).toEqual(ok(null))
  expect(screen.open()).not.toBeNull()
  now += 1000
  const second = handlers.callStaff({})
  impatient()
  expect(await second).toEqual(fail('L-245'))
  expect(screen.open()).toBeNull()
  const third = handlers.callStaff({})
  await end(fail('L-601'), 1)
  expect(await third).toEqual(fail('L-245'))
  expect(screen.open()).toBeNull()
  expect(rooms.kinds()).toEqual(['staff-called', 'staff-called', 'staff-called'])
})
