/**
 * Readiness: an answer for every combination of facts, which no fact makes better by getting worse; what it looks like
 * at a desk and at the hub.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStatusReporter, type HubClient } from '../../src-main/sync/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { languages } from '../../src-shared/domain/index.ts'
import { KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import { Readiness, readinessOf, screenReadinessOf, type ReadinessFacts } from '../../src-shared/domain/readiness.ts'
import { startTestDesk } from '../security/desk.ts'

const now = Date.UTC(2026, 2, 2, 8)
const hour = 3_600_000
const best: ReadinessFacts = {
  now,
  network: 'online',
  lastContactAt: now,
  clockOffMs: 0,
  printer: { canPrint: true, nearEnd: false, wordless: false, code: null },
  printedToday: true,
  reader: { ready: true, code: null },
  openingKey: 'registered',
  openingFingerprint: 'ABCD-EFGH-JKMN',
  staffUnvouched: 0,
  lacksNewestKey: false,
  staffWithPin: 3,
  staffForOffline: 3,
  unsent: { count: 0, oldestAt: null },
  unsettled: 0,
  diskFreeBytes: 50e9,
  updateWaiting: false,
  staffOfflineMs: 30 * 24 * hour,
}

/** Each fact from best to worst. */
const ladders: { readonly [F in keyof ReadinessFacts]?: readonly ReadinessFacts[F][] } = {
  network: ['online', 'offline', 'refused', 'frozen'],
  lastContactAt: [now, now - 30 * 60_000, now - 2 * hour, now - 29 * 24 * hour, now - 31 * 24 * hour, null],
  clockOffMs: [0, 60_000, -3 * 60_000, 9 * hour],
  printer: [
    best.printer,
    { canPrint: true, nearEnd: false, wordless: true, code: null },
    { canPrint: true, nearEnd: true, wordless: false, code: null },
    { canPrint: false, nearEnd: false, wordless: false, code: 'L-501' },
  ],
  printedToday: [true, false],
  reader: [best.reader, { ready: false, code: 'L-701' }],
  openingKey: ['registered', 'waits', 'another-waits', 'refused', 'unregistered', 'none'],
  staffUnvouched: [0, 1, 7],
  lacksNewestKey: [false, true],
  staffWithPin: [3, 2, 1, 0],
  staffForOffline: [3, 1, 0],
  unsent: [
    { count: 0, oldestAt: null },
    { count: 4, oldestAt: now - 60_000 },
    { count: 4, oldestAt: now - 5 * hour },
  ],
  unsettled: [0, 1, 7],
  diskFreeBytes: [50e9, 500e6, 10e6],
  updateWaiting: [false, true],
}
const facts = Object.keys(ladders) as (keyof typeof ladders)[]
const place = fc.record(
  Object.fromEntries(facts.map((fact) => [fact, fc.nat({ max: (ladders[fact]?.length ?? 1) - 1 })])),
)
const at = (steps: Readonly<Record<string, number>>): ReadinessFacts => ({
  ...best,
  ...Object.fromEntries(facts.map((fact) => [fact, ladders[fact]?.[steps[fact] ?? 0]])),
})
const lights = ['green', 'amber', 'red']

describe('of a check-in screen', () => {
  test('it is ready without printer, staff, PIN or opening key, and never without the hub', () => {
    const bare = {
      ...best,
      printer: { canPrint: false, nearEnd: false, wordless: false, code: 'L-503' as const },
      printedToday: false,
    }
    expect(
      screenReadinessOf({
        ...bare,
        openingKey: 'none',
        staffWithPin: 0,
        staffForOffline: 0,
        unsettled: 3,
      } as ReadinessFacts),
    ).toEqual({
      light: 'green',
      serves: true,
      servesOffline: false,
      reasons: [],
    })
    const codes = (network: ReadinessFacts['network']) =>
      screenReadinessOf({ ...best, network }).reasons.map(({ code, severity }) => [severity, code])
    expect(codes('offline')).toEqual([['red', 'L-245']])
    expect(codes('never')).toEqual([['red', 'L-245']])
    expect(codes('refused')).toEqual([['red', 'L-603']])
    expect(codes('frozen')).toEqual([['red', 'L-604']])
  })

  test('every combination has an answer that its reasons bear out, no fact that gets worse makes it better, and none of a desk’s alone counts', () => {
    const own = ['network', 'clockOffMs', 'reader', 'unsent', 'diskFreeBytes', 'updateWaiting']
    fc.assert(
      fc.property(place, fc.constantFrom(...facts), (steps, worsened) => {
        const before = Readiness.parse(screenReadinessOf(at(steps)))
        expect(before.servesOffline).toBe(false)
        expect(before.serves).toBe(before.light !== 'red')
        expect(before.serves).toBe(!before.reasons.some(({ severity }) => severity === 'red'))
        if (before.serves) expect(at(steps)).toMatchObject({ network: 'online', reader: { ready: true } })
        const further = Math.min((steps[worsened] ?? 0) + 1, (ladders[worsened]?.length ?? 1) - 1)
        const after = screenReadinessOf(at({ ...steps, [worsened]: further }))
        expect(lights.indexOf(after.light)).toBeGreaterThanOrEqual(lights.indexOf(before.light))
        if (!own.includes(worsened)) expect(after).toEqual(before)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the answer', () => {
  test('is green without a word when nothing is wrong', () => {
    expect(readinessOf(best)).toEqual({ light: 'green', serves: true, servesOffline: true, reasons: [] })
  })

  test('is there for every combination, agrees with its reasons, and each reason says what to do in three languages', () => {
    fc.assert(
      fc.property(place, (steps) => {
        const answer = Readiness.parse(readinessOf(at(steps)))
        const worst = answer.reasons.some(({ severity }) => severity === 'red')
          ? 'red'
          : answer.reasons.some(({ severity }) => severity === 'amber')
            ? 'amber'
            : 'green'
        expect(answer.light).toBe(worst)
        expect(answer.serves).toBe(worst !== 'red')
        if (answer.servesOffline) expect(answer.serves).toBe(true)
        // What it does not do has a reason that says so, and worse ones come first.
        if (!answer.serves) expect(answer.reasons[0]?.severity).toBe('red')
        if (!answer.servesOffline) expect(answer.reasons.some(({ stopsOffline }) => stopsOffline)).toBe(true)
        const severities = answer.reasons.map(({ severity }) => ['red', 'amber', 'note'].indexOf(severity))
        expect(severities).toEqual([...severities].sort())
        for (const reason of answer.reasons)
          for (const language of languages) {
            const { what, next } = describeFailure(reason, language)
            expect(what.length).toBeGreaterThan(5)
            expect(next.length).toBeGreaterThan(5)
            expect(`${what} ${next}`).not.toMatch(/…|[{}]|undefined/)
          }
      }),
      { numRuns: 500 },
    )
  })

  test('never gets better because a fact got worse', () => {
    fc.assert(
      fc.property(place, fc.constantFrom(...facts), (steps, worsened) => {
        const before = readinessOf(at(steps))
        const further = Math.min((steps[worsened] ?? 0) + 1, (ladders[worsened]?.length ?? 1) - 1)
        const after = readinessOf(at({ ...steps, [worsened]: further }))
        expect(lights.indexOf(after.light)).toBeGreaterThanOrEqual(lights.indexOf(before.light))
        if (after.serves) expect(before.serves).toBe(true)
        if (after.servesOffline) expect(before.servesOffline).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('is never made better by one more fault, however many there are', () => {
    fc.assert(
      fc.property(place, place, (steps, more) => {
        const worse = Object.fromEntries(facts.map((fact) => [fact, Math.max(steps[fact] ?? 0, more[fact] ?? 0)]))
        const [before, after] = [readinessOf(at(steps)), readinessOf(at(worse))]
        expect(lights.indexOf(after.light)).toBeGreaterThanOrEqual(lights.indexOf(before.light))
        if (after.serves) expect(before.serves).toBe(true)
        if (after.servesOffline) expect(before.servesOffline).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('tells serving now from serving offline: PINs that are too weak to open without the hub', () => {
    const weak = readinessOf({ ...best, staffForOffline: 0 })
    expect(weak).toMatchObject({ light: 'green', serves: true, servesOffline: false })
    expect(readinessOf({ ...best, staffForOffline: 0, network: 'offline' })).toMatchObject({
      light: 'red',
      serves: false,
    })
  })
})

test('a desk says how it stands, opens by its checklist once a day, and its test slip has no secret on it', async () => {
  const desk = await startTestDesk('porter')
  try {
    await desk.signIn(desk.staff.porter)
    expect(desk.state()).toMatchObject({ openingDue: true })
    const codes = () => desk.state().readiness.reasons.map(({ code }) => code)
    expect(codes()).toContain('L-416')
    expect(await desk.call('testPrinter', { language: 'sv' })).toMatchObject({ ok: true, value: { confirmed: true } })
    expect(codes()).not.toContain('L-416')
    expect(Buffer.concat(desk.printed).toString('latin1')).toContain('Provutskrift')
    expect(await desk.call('openDesk', {})).toMatchObject({ ok: true })
    expect(desk.state().openingDue).toBe(false)
    await desk.call('endShift', { next: 'hand-over' })
    expect(desk.state().staff).toBeNull()
    await desk.signIn(desk.staff.supervisor)
    const journal = await desk.call('journal', { limit: 20 })
    const kinds = journal.ok ? (journal.value as { entries: { kind: string }[] }).entries.map(({ kind }) => kind) : []
    expect(kinds).toEqual(expect.arrayContaining(['printer-tested', 'desk-opened', 'shift-ended']))
    expect(desk.state().openingDue).toBe(false)
    desk.advance(24 * hour)
    await desk.signIn(desk.staff.porter)
    expect(desk.state().openingDue).toBe(true)
    expect(codes()).toContain('L-416')
    expect(desk.bugs).toEqual([])
  } finally {
    await desk.stop()
  }
})

test('the hub is told when something changed, at most once a minute, and what was lost on the way is told again', async () => {
  let time = 0
  const timers: { at: number; run: () => void }[] = []
  const sent: KioskStatus[] = []
  let arrives = true
  let light: KioskStatus['light'] = 'green'
  const call = (_name: string, { body }: { body: unknown }) => {
    sent.push(KioskStatus.parse(body))
    return Promise.resolve(
      arrives
        ? { ok: true as const, value: { hubTime: 1_772_438_400_000 } }
        : { ok: false as const, failure: { code: 'L-601' as const } },
    )
  }
  const reporter = createStatusReporter({
    hub: { call } as unknown as HubClient,
    status: () => ({ light, serves: true, servesOffline: true, reasons: [], paused: null, staff: 2 }),
    online: () => true,
    now: () => time,
    timers: {
      set(run, ms) {
        timers.push({ at: time + ms, run })
        return () => undefined
      },
    },
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (ms: number) => {
    time += ms
    for (const timer of timers.splice(0)) {
      if (timer.at <= time) timer.run()
      else timers.push(timer)
    }
    await settled()
  }
  reporter.look()
  await settled()
  reporter.look()
  expect(sent).toHaveLength(1)
  light = 'amber'
  reporter.look()
  light = 'red'
  reporter.look()
  expect(sent).toHaveLength(1)
  arrives = false
  await pass(60_000)
  expect(sent.map((status) => status.light)).toEqual(['green', 'red'])
  arrives = true
  await pass(60_000)
  expect(sent).toHaveLength(3)
  reporter.look()
  await pass(120_000)
  expect(sent).toHaveLength(3)
})
