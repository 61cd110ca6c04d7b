/**
 * The desk's day: a pause, a call for staff, an arrival that was another person's, and a screen that stays for whoever
 * is slow.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCalling } from '../../src-main/desk/calling.ts'
import { createPausing } from '../../src-main/desk/pausing.ts'
import { PauseReason } from '../../src-shared/domain/index.ts'
import { pin, startTestDesk, type TestDesk } from '../security/desk.ts'
import { enrolledFolder, openRooms } from '../staff/rooms.ts'

const card = '04AABBCCDDEE01'
const minute = 60_000
let desk: TestDesk

beforeEach(async () => {
  desk = await startTestDesk('porter')
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})

const kinds = async () => {
  const journal = await desk.call('journal', { limit: 50 })
  return journal.ok ? (journal.value as { entries: { kind: string; actor: string | null }[] }).entries : []
}
const failure = (result: Awaited<ReturnType<TestDesk['call']>>) => (result.ok ? null : result.failure)

test('a paused desk says when it is back, verifies nobody, and is there again by itself', async () => {
  await desk.signIn(desk.staff.porter)
  expect(await desk.call('pauseDesk', { reason: 'break', minutes: 30 })).toMatchObject({ ok: true })
  const { paused, closed } = desk.state()
  expect(paused).toMatchObject({ reason: 'break', by: 'Paula Portti' })
  expect(closed).toEqual({ code: 'L-240', params: { untilAt: paused?.until } })
  const [pickup] = desk.pickups
  await desk.call('openPickup', { pickup: pickup?.id })
  const proof = { pickup: pickup?.id, kind: 'passport', issuerCountry: 'FIN', birthDate: '2001-02-03', statement: true }
  expect(failure(await desk.call('verifyByEye', proof))?.code).toBe('L-240')

  await desk.call('signOut', {})
  expect(desk.state().paused?.by).toBeNull()
  desk.scan(card)
  expect(desk.state().counter).toMatchObject({
    step: 'refused',
    audience: 'recipient',
    failure: { code: 'L-240', params: { untilAt: paused?.until } },
  })
  expect(desk.state().counts.arrived).toBe(0)

  desk.advance(31 * minute)
  expect(desk.state()).toMatchObject({ paused: null, closed: null })
  desk.scan(card)
  expect(desk.state().counter.step).toBe('arrival')
})

test('whoever was verified before the pause may be finished', async () => {
  await desk.signIn(desk.staff.porter)
  const pickup = desk.pickups[0]?.id
  await desk.call('openPickup', { pickup })
  await desk.call('verifyByEye', {
    pickup,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  const step = desk.state().counter
  if (step.step !== 'verify') throw new Error(step.step)
  await desk.call('pauseDesk', { reason: 'emergency', minutes: 15 })
  expect(await desk.call('release', { pickup, verification: step.verification, language: 'fi' })).toMatchObject({
    ok: true,
  })
})

test('a pause outlives the engine and ends when staff come back', () => {
  const at = enrolledFolder()
  try {
    let now = Date.UTC(2026, 2, 2, 9, 0, 12)
    const timers = { set: () => () => undefined }
    const staff = desk.staff.porter.id
    const first = openRooms(at, { now: () => now })
    createPausing({
      store: first.store,
      ledger: first.ledger,
      now: () => now,
      timers,
      onChange: () => undefined,
    }).pause('meeting', 45, staff)
    first.close()
    const second = openRooms(at, { now: () => now })
    const pausing = createPausing({
      store: second.store,
      ledger: second.ledger,
      now: () => now,
      timers,
      onChange: () => undefined,
    })
    expect(pausing.status()).toEqual({ reason: 'meeting', until: Date.UTC(2026, 2, 2, 9, 46), by: staff })
    now += minute
    pausing.resume(staff)
    expect(second.kinds().slice(0, 2)).toEqual(['desk-resumed', 'desk-paused'])
    second.close()
    const third = openRooms(at, { now: () => now })
    expect(
      createPausing({
        store: third.store,
        ledger: third.ledger,
        now: () => now,
        timers,
        onChange: () => undefined,
      }).status(),
    ).toBeNull()
    third.close()
  } finally {
    at.remove()
  }
})

test('pauses, returns and time in any order: paused exactly while the last pause lasts, and every change is in the ledger', () => {
  const act = fc.oneof(
    fc.record({
      act: fc.constant('pause' as const),
      minutes: fc.integer({ min: 1, max: 720 }),
      reason: fc.constantFrom(...PauseReason.options),
    }),
    fc.record({ act: fc.constant('resume' as const) }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 800 * minute }) }),
  )
  const at = enrolledFolder()
  const rooms = openRooms(at)
  try {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let now = Date.UTC(2026, 5, 1)
        const parts = {
          store: rooms.store,
          ledger: rooms.ledger,
          now: () => now,
          timers: { set: () => () => undefined },
          onChange: () => undefined,
        }
        rooms.store.db.prepare('DELETE FROM desk_pause').run()
        const pausing = createPausing(parts)
        const before = rooms.ledger.head().seq
        let until = 0
        let recorded = 0
        for (const step of acts) {
          if (step.act === 'wait') now += step.ms
          else if (step.act === 'pause') {
            pausing.pause(step.reason, step.minutes, desk.staff.porter.id)
            until = Math.ceil((now + step.minutes * minute) / minute) * minute
            recorded += 1
          } else {
            if (until > now) recorded += 1
            pausing.resume(desk.staff.porter.id)
            until = 0
          }
          expect(pausing.status()?.until ?? 0).toBe(until > now ? until : 0)
          expect(pausing.closed() === null).toBe(until <= now)
          // A restarted engine agrees.
          expect(createPausing(parts).status()).toEqual(pausing.status())
        }
        expect(rooms.ledger.head().seq - before).toBe(recorded)
      }),
      { numRuns: 60 },
    )
  } finally {
    rooms.close()
    at.remove()
  }
})

test('a paused desk serves nobody, whatever else happens; it says how long, and staff can end it', async () => {
  const act = fc.oneof(
    fc.record({ act: fc.constant('pause' as const), minutes: fc.integer({ min: 1, max: 720 }) }),
    fc.constant({ act: 'resume' as const }),
    fc.constant({ act: 'override' as const }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 100 * minute }) }),
    fc.constant({ act: 'scan' as const }),
    fc.record({ act: fc.constant('verify' as const), whose: fc.nat(2) }),
    fc.constant({ act: 'leave' as const }),
    fc.constant({ act: 'sign-in' as const }),
  )
  const signedIn = () => desk.state().staff !== null
  const proof = (whose: number) => ({
    pickup: desk.pickups[whose]?.id,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  /** After a lock the badge alone is enough. */
  const signIn = async () => {
    if (signedIn()) return
    desk.scan(desk.staff.supervisor.card)
    if (!signedIn()) expect(await desk.call('enterPin', { pin })).toMatchObject({ ok: true })
  }
  let refusals = 0
  let served = 0
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 14 }), async (acts) => {
      // One desk for all of them: whatever went before, it is open and empty again.
      await signIn()
      await desk.call('resumeDesk', {})
      await desk.call('signOut', {})
      for (const step of [{ act: 'sign-in' as const }, ...acts]) {
        const { paused } = desk.state()
        const arrivals = desk.state().counts.arrived
        if (step.act === 'sign-in') await signIn()
        if (step.act === 'leave') await desk.call('signOut', {})
        if (step.act === 'wait') desk.advance(step.ms)
        if (step.act === 'override' && signedIn()) await desk.call('serveOutsideHours', { reason: 'event' })
        if (step.act === 'pause' && signedIn()) {
          expect(await desk.call('pauseDesk', { reason: 'break', minutes: step.minutes })).toMatchObject({ ok: true })
          expect(desk.state().paused).not.toBeNull()
        }
        if (step.act === 'resume' && signedIn()) {
          expect(await desk.call('resumeDesk', {})).toMatchObject({ ok: true })
          expect(desk.state()).toMatchObject({ paused: null, closed: null })
        }
        if (step.act === 'scan' && !signedIn()) {
          desk.scan(card)
          if (paused !== null) {
            refusals += 1
            expect(desk.state().counter).toMatchObject({
              step: 'refused',
              failure: { code: 'L-240', params: { untilAt: paused.until } },
            })
            expect(desk.state().counts.arrived).toBe(arrivals)
          }
        }
        if (step.act === 'verify' && signedIn()) {
          await desk.call('openPickup', { pickup: desk.pickups[step.whose]?.id })
          const verified = await desk.call('verifyByEye', proof(step.whose))
          if (paused === null) served += verified.ok ? 1 : 0
          else {
            refusals += 1
            expect(failure(verified)).toEqual({ code: 'L-240', params: { untilAt: paused.until } })
          }
        }
        expect(desk.bugs).toEqual([])
        expect(desk.printed).toEqual([])
      }
    }),
    { numRuns: 40 },
  )
  // Else nothing was asked of it.
  expect(refusals).toBeGreaterThan(0)
  expect(served).toBeGreaterThan(0)
})

test('an arrival of the wrong person is undone by name, and no other', async () => {
  desk.scan(card)
  expect(desk.state().counts).toMatchObject({ arrived: 3, waiting: 0 })
  await desk.signIn(desk.staff.porter)
  const pickup = desk.pickups[0]?.id
  expect(await desk.call('undoArrival', { pickup })).toMatchObject({ ok: true })
  expect(desk.state().counts).toMatchObject({ arrived: 2, waiting: 1 })
  expect((await kinds())[0]).toMatchObject({ kind: 'arrival-undone', actor: 'Paula Portti' })
  // One that waits, one that was verified, and one that had paper wasted are no arrivals to undo.
  expect(failure(await desk.call('undoArrival', { pickup }))?.code).toBe('L-241')
  const other = desk.pickups[1]?.id
  await desk.call('openPickup', { pickup: other })
  await desk.call('verifyByEye', {
    pickup: other,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  expect(failure(await desk.call('undoArrival', { pickup: other }))?.code).toBe('L-241')
  const step = desk.state().counter
  if (step.step !== 'verify') throw new Error(step.step)
  await desk.call('release', { pickup: other, verification: step.verification, language: 'fi' })
  expect(failure(await desk.call('undoArrival', { pickup: other }))?.code).toBe('L-241')
  const out = desk.state().counter
  if (out.step !== 'hand-over') throw new Error(out.step)
  await desk.call('settle', { slip: out.slip.id, settlement: 'spoiled' })
  expect(failure(await desk.call('undoArrival', { pickup: other }))?.code).toBe('L-241')
})

test('a call for staff rings, is one however often it is pressed, and is answered once, by name', async () => {
  await desk.call('callStaff', {})
  await desk.call('callStaff', {})
  const call = desk.state().call
  expect(call?.from).toBe('desk')
  expect(desk.sent.filter((text) => text.includes('"name":"staffCall"'))).toHaveLength(2)
  await desk.signIn(desk.staff.porter)
  expect(await desk.call('answerCall', { call: call?.id })).toMatchObject({ ok: true })
  expect(desk.state().call).toBeNull()
  expect(failure(await desk.call('answerCall', { call: call?.id }))?.code).toBe('L-242')
  const entries = await kinds()
  expect(entries.filter(({ kind }) => kind === 'staff-called')).toHaveLength(1)
  expect(entries[0]).toMatchObject({ kind: 'staff-call-answered', actor: 'Paula Portti' })
})

test('a call outlives the engine, and lapses when nobody has answered for a quarter of an hour', () => {
  const at = enrolledFolder()
  try {
    let now = Date.UTC(2026, 2, 2, 9)
    const first = openRooms(at, { now: () => now })
    const call = createCalling({
      store: first.store,
      ledger: first.ledger,
      now: () => now,
      ring: () => undefined,
    }).call()
    first.close()
    const second = openRooms(at, { now: () => now })
    const calling = createCalling({ store: second.store, ledger: second.ledger, now: () => now, ring: () => undefined })
    expect(calling.open()).toEqual(call)
    now += 15 * minute
    expect(calling.open()).toBeNull()
    second.close()
  } finally {
    at.remove()
  }
})

test('a check-in screen stays for whoever asks, again and again, and closes by itself when nobody does', async () => {
  desk.scan(card)
  for (let i = 0; i < 12; i++) {
    desk.advance(10_000)
    expect(await desk.call('moreTime', {})).toMatchObject({ ok: true })
    expect(desk.state().counter.step).toBe('arrival')
  }
  desk.advance(60_000)
  expect(desk.state().counter.step).toBe('idle')
  expect(failure(await desk.call('moreTime', {}))?.code).toBe('L-209')
})
