/**
 * Scans at a check-in screen before a hub that answers late, wrongly or never, a disk that fails, and an engine that
 * stops: it is always soon at rest again.
 */
import { createSecretKey, randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import { createCheckInScreen, type CheckInScreen } from '../../src-main/counter/check-in-screen.ts'
import { createCounter, type Counter } from '../../src-main/counter/counter.ts'
import type { Services } from '../../src-main/desk/services.ts'
import type { CheckInAnswer } from '../../src-shared/hub-api/kiosk/check-in.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { buildTd3 } from '../../src-main/identity/documents/index.ts'
import { openQuery } from '../../src-shared/protocol/lookup-query.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'

const arrivalMs = 15_000
const refusedMs = 25_000
const card = '04AABBCCDDEE01'
const passport = 'P<FINKIVELA<<NELLI<SOFIA<<<<<<<<<<<<<<<<<<<<'
const here: CheckInAnswer = {
  outcome: 'here',
  initials: 'A. K.',
  language: 'sv',
  count: 1,
  proofs: ['passport'],
  told: true,
}

let at = 0
let timers: { at: number; run: () => void }[] = []
let asked: { query: unknown; answer: (reply: Result<CheckInAnswer>) => void }[] = []
let notices: Failure[] = []
let counter: Counter
let screen: CheckInScreen
let rounds = 0
let network = 'online'
let placed = true
let offer: () => undefined = () => undefined

beforeEach(() => {
  at = 0
  timers = []
  asked = []
  notices = []
  rounds = 0
  network = 'online'
  placed = true
  offer = () => undefined
  const kiosk = newId()
  const lookupKey = createSecretKey(randomBytes(32))
  const clock = {
    set(run: () => void, ms: number) {
      const timer = { at: at + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  counter = createCounter(clock, () => undefined)
  const place = { desk: { id: 'desk', kind: 'porter', address: '' }, directory: [], policy: {} }
  const services = {
    kiosk,
    keys: { lookupKey },
    now: () => Date.UTC(2026, 2, 2, 9) + at,
    place: () => (placed ? place : null),
    requirePlace: () => place,
    sync: { status: () => ({ state: network }), now: () => Promise.resolve(ok((rounds += 1))) },
    hub: {
      call: (_: string, { body }: { body: { query: string } }) =>
        new Promise<Result<CheckInAnswer>>((answer) => {
          asked.push({ query: JSON.parse(openQuery(lookupKey, kiosk, body.query) ?? 'null'), answer })
        }),
    },
  } as unknown as Services
  const offerRequest = () => offer()
  screen = createCheckInScreen({
    services,
    counter,
    timers: clock,
    arrivalMs,
    refusedMs,
    offerRequest,
    notify: (failure) => notices.push(failure),
  })
})

const scan = (text: string) =>
  screen.onScan({ reader: 'test', kind: 'hid-pos', text, symbology: null, at: 0, offDocument: true })
async function wait(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    at += 500
    for (const timer of timers.filter((one) => one.at <= at)) {
      timers = timers.filter((one) => one !== timer)
      timer.run()
    }
    await settled()
  }
}
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}
async function answer(which: number, reply: Result<CheckInAnswer>): Promise<void> {
  asked[which]?.answer(reply)
  await settled()
}
const refused = () => {
  const step = counter.step()
  return step.step === 'refused' ? step.failure.code : step.step
}

test('a card, a code and a document are asked for, and each answer has its screen', async () => {
  scan(card)
  expect(counter.step()).toEqual({ step: 'looking' })
  await answer(0, ok(here))
  expect(counter.step()).toMatchObject({ step: 'arrival', initials: 'A. K.', language: 'sv', told: true })
  scan('LODGE:ABCD2345')
  await answer(1, ok({ outcome: 'nothing' }))
  expect(refused()).toBe('L-252')
  scan(card)
  await answer(2, ok({ outcome: 'elsewhere', language: 'fi', desks: ['d'] as never }))
  expect(refused()).toBe('L-244')
  scan(card)
  await answer(3, fail('L-222'))
  // Whose contact person it is may be anyone's to read.
  expect(refused()).toBe('L-223')
  expect(asked.map(({ query }) => query)).toEqual([
    { by: 'card', card },
    { by: 'pickup-code', code: 'ABCD2345' },
    { by: 'card', card },
    { by: 'card', card },
  ])
  await wait(refusedMs)
  expect(counter.step()).toEqual({ step: 'idle' })
})

test('a passport that has expired is told of beside what waits', async () => {
  const old = {
    ...{ issuer: 'FIN', number: 'XQ7654321', family: 'Kivela', given: 'Nelli', nationality: 'FIN' },
    ...{ birthDate: '2001-02-03', expiryDate: '2020-01-01' },
  }
  scan(buildTd3(old).join('\n'))
  await answer(0, ok(here))
  expect(counter.step()).toMatchObject({ step: 'arrival', expired: 'passport' })
  scan(buildTd3({ ...old, expiryDate: '2031-01-01' }).join('\n'))
  await answer(1, ok(here))
  expect(counter.step()).not.toHaveProperty('expired')
})

test('a card that nobody has is said to be unknown, and nothing is asked for with it', async () => {
  offer = () => {
    throw new Error('offered')
  }
  scan(card)
  await answer(0, ok({ outcome: 'nothing', known: false }))
  expect(refused()).toBe('L-253')
})

test('what cannot be read asks for nothing and says so', () => {
  scan(passport)
  expect(notices).toHaveLength(1)
  placed = false
  scan(card)
  expect(notices[1]?.code).toBe('L-107')
  expect(asked).toEqual([])
  expect(counter.step()).toEqual({ step: 'idle' })
})

test('a hub that never answers sends people to the desk, and its late answer is nobody’s', async () => {
  scan(card)
  await wait(8000)
  expect(refused()).toBe('L-245')
  await answer(0, ok(here))
  expect(refused()).toBe('L-245')
  await wait(refusedMs)
  expect(counter.step()).toEqual({ step: 'idle' })
})

test('who scans while another is looked for is answered, and the other’s answer is not shown to them', async () => {
  scan(card)
  await wait(4000)
  scan('LODGE:ABCD2345')
  await answer(0, ok(here))
  expect(counter.step()).toEqual({ step: 'looking' })
  // The time of the second is its own.
  await wait(5000)
  expect(counter.step()).toEqual({ step: 'looking' })
  await answer(1, ok({ ...here, initials: 'B. B.' }))
  expect(counter.step()).toMatchObject({ step: 'arrival', initials: 'B. B.' })
})

test('who has left the screen is not shown there afterwards', async () => {
  scan(card)
  counter.idle()
  await answer(0, ok(here))
  expect(counter.step()).toEqual({ step: 'idle' })
})

test.each(['L-601', 'L-603', 'L-604', 'L-606', 'L-608', 'L-611'] as const)(
  'a hub that cannot be asked sends people to the desk: %s',
  async (code) => {
    scan(card)
    await answer(0, fail(code))
    expect(refused()).toBe('L-245')
  },
)

test('an answer while the network was thought away starts a round at once', async () => {
  network = 'offline'
  scan(card)
  await answer(0, ok(here))
  expect(rounds).toBe(1)
})

test('an answer after the engine has stopped touches nothing', async () => {
  network = 'offline'
  offer = () => {
    throw new TypeError('The database connection is not open')
  }
  scan(card)
  screen.stop()
  await answer(0, ok({ outcome: 'nothing' }))
  await wait(10_000)
  expect(rounds).toBe(0)
  expect(counter.step()).toEqual({ step: 'looking' })
})

test('a disk that fails while the answer is shown is said, and leaves no screen that waits for ever', async () => {
  offer = () => {
    throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL')
  }
  scan(card)
  await answer(0, ok({ outcome: 'nothing' }))
  expect(notices.map(({ code }) => code)).toEqual(['L-803'])
  await wait(refusedMs)
  expect(counter.step()).toEqual({ step: 'idle' })
})
