/** How the counter goes from step to step, and what it forgets on the way. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import { createCounter } from '../../src-main/counter/counter.ts'
import {
  amends,
  atRest,
  awaitsColleague,
  goes,
  nothingHeld,
  staysOn,
  type CounterState,
  type Held,
} from '../../src-main/counter/steps.ts'
import { facts, noon, pickup, recipientId, staffId, verificationId, verifyStep } from './facts.ts'

const open = facts(pickup())
const verify = verifyStep(open)
const choose: CounterStep = { step: 'choose', pickups: [open.view], document: null, namesakes: false }
const pin: CounterStep = {
  ...{
    step: 'pin',
    staffName: 'Paula Portti',
    attemptsLeft: 5,
    lockedUntil: null,
    purpose: 'old-pin',
    attests: null,
    until: noon,
  },
}
const refused: CounterStep = {
  ...{ step: 'refused', failure: { code: 'L-202' }, audience: 'staff', pickup: null, until: noon },
}
const idle: CounterStep = { step: 'idle' }
const steps: readonly CounterStep[] = [idle, verify, choose, pin, refused, { step: 'looking' }]

const key = () => Buffer.from('a person’s own key')
function everythingHeld(ownKey: Buffer): Held {
  const member = { id: staffId(), name: 'Paula Portti', role: 'porter' } as const
  return {
    document: {
      view: { kind: 'passport', issuerCountry: 'FIN', expiry: 'valid', nameMatch: 'exact' },
      pickups: new Set([open.pickup.id]),
      readAt: noon,
      session: 's',
    },
    apart: { recipient: recipientId(), by: 'card' },
    behind: verify,
    badge: { member, cardId: 'E001', tag: Buffer.alloc(1), purpose: 'old-pin' },
    ownKey,
    card: Buffer.alloc(1),
  }
}
const holding = (step: CounterStep, ownKey = key()): CounterState => ({
  ...{ step, lasts: null, held: everythingHeld(ownKey) },
})
const done = (effects: readonly { readonly do: string }[]) => effects.map((effect) => effect.do)

test('the document and whom it was told apart from go with the visit; all else goes with its step', () => {
  const visit = ['choose', 'verify', 'printing', 'hand-over']
  fc.assert(
    fc.property(fc.constantFrom(...steps), fc.constantFrom(...steps), (from, to) => {
      const { held } = goes(holding(from), { step: to }).state
      const kept = Object.entries(held).flatMap(([what, value]) => (value === null ? [] : [what]))
      expect(kept).toEqual(visit.includes(to.step) ? ['document', 'apart'] : [])
    }),
  )
})

test('what a step comes with is held by it, whatever was held before', () => {
  const card = Buffer.from('another card')
  expect(goes(holding(refused), { step: refused, hold: { card } }).state.held).toEqual({ ...nothingHeld, card })
})

test('a key is wiped by the very change that gives it up, and never one that is still held', () => {
  const ownKey = key()
  const left = goes(holding(pin, ownKey), { step: idle })
  expect(left.effects).toContainEqual({ do: 'wipe', key: ownKey })
  expect(done(amends(holding(pin, ownKey), { ...pin, until: noon + 1 }).effects)).toEqual(['show'])
  expect(done(amends(holding(pin, ownKey), pin, { ownKey: key() }).effects)).toEqual(['wipe', 'show'])
})

test('effects come in one order: the key, the time, half-read scans, what hung on the step before, the window', () => {
  expect(done(goes(holding(pin), { step: idle, lasts: 5 }).effects)).toEqual([
    ...['wipe', 'wait', 'flush-readers', 'stepped', 'show'],
  ])
  // The same step anew ends no scan.
  expect(done(goes({ ...atRest, step: verify }, { step: verify }).effects)).toEqual(['wait', 'stepped', 'show'])
})

test('a step that ends by itself may stay once more as long with all it holds; another may not', () => {
  const ownKey = key()
  const longer = staysOn({ ...holding(pin, ownKey), lasts: 1000 }, noon + 500)
  expect(longer?.state).toMatchObject({ step: { ...pin, until: noon + 1500 }, lasts: 1000 })
  expect(longer?.state.held.ownKey).toBe(ownKey)
  expect(staysOn({ ...atRest, lasts: 1000 }, noon)).toBeNull()
  expect(staysOn({ ...atRest, step: pin }, noon)).toBeNull()
})

test('a colleague is awaited for what was proved and for nothing less', () => {
  expect(awaitsColleague({ ...verify, fourEyes: 'awaited' })).toBe(false)
  const proved = { ...verify, verification: verificationId() }
  expect(awaitsColleague({ ...proved, fourEyes: 'awaited' })).toBe(true)
  expect(awaitsColleague({ ...proved, fourEyes: 'given' })).toBe(false)
  expect(awaitsColleague(idle)).toBe(false)
})

test('the counter returns to idle by itself, wipes what it held, and tells in order', () => {
  const told: string[] = []
  let due: { run: () => void; ms: number } | null = null
  const timers = {
    set(run: () => void, ms: number) {
      due = { run, ms }
      return () => (due = null)
    },
  }
  const counter = createCounter(timers, (news) => told.push(news))
  const ownKey = key()
  counter.go(pin, 60_000, { ownKey })
  expect(due).toMatchObject({ ms: 60_000 })
  ;(due as { run: () => void } | null)?.run()
  expect(counter.step()).toEqual(idle)
  expect(ownKey.equals(Buffer.alloc(ownKey.length))).toBe(true)
  expect(told).toEqual([...['flush-readers', 'stepped', 'show'], ...['flush-readers', 'stepped', 'show']])
  expect(due).toBeNull()
})
