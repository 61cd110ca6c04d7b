/** What a staff badge means at each moment, without a desk. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fail, ok } from '../../src-shared/failures/result.ts'
import { badgeMeans, type BadgeFacts } from '../../src-main/counter/badge.ts'
import { keyOwed, makesKey } from '../../src-main/counter/key-owed.ts'
import { mayAdd, modeIn } from '../../src-main/counter/signing-in.ts'
import { wayBack } from '../../src-main/counter/witnessing.ts'
import { facts, noon, pickup, staffId, verifyStep } from './facts.ts'

const paula = { id: staffId(), role: 'porter' } as const
const erja = { id: staffId(), role: 'supervisor' } as const
const of = (session: typeof paula | typeof erja) => ({ staff: session.id, role: session.role })
const at = (more: Partial<BadgeFacts> = {}): BadgeFacts => ({
  member: paula,
  standing: { hasPin: true, lockedUntil: 0 },
  unvouched: false,
  session: null,
  mode: 'none',
  awaitsColleague: false,
  anyPin: true,
  maySignIn: ok(null),
  serves: ok(null),
  now: noon,
  ...more,
})
const code = (more: Partial<BadgeFacts>) => {
  const means = badgeMeans(at(more))
  return 'failure' in means ? [means.do, means.failure.code] : [means.do, 'purpose' in means ? means.purpose : null]
}

test('a badge signs in, where its PIN is chosen and not locked and the desk knows who works here', () => {
  expect(code({})).toEqual(['sign-in', null])
  expect(code({ standing: { hasPin: false, lockedUntil: 0 } })).toEqual(['refuse', 'L-404'])
  // Locked: the screen of the PIN counts down.
  expect(badgeMeans(at({ standing: { hasPin: true, lockedUntil: noon + 1 } }))).toEqual({
    ...{ do: 'ask-pin', purpose: 'sign-in', lockedUntil: noon + 1 },
  })
  expect(code({ maySignIn: fail('L-409') })).toEqual(['refuse', 'L-409'])
  // One who is signed in already, and one who takes over.
  expect(code({ session: of(paula) })).toEqual(['notify', 'L-309'])
  expect(code({ session: of(erja) })).toEqual(['sign-in', null])
})

test('the first PIN of a desk is a supervisor’s', () => {
  expect(code({ anyPin: false })).toEqual(['refuse', 'L-108'])
  expect(code({ anyPin: false, member: erja })).toEqual(['ask-pin', 'first-supervisor'])
})

test('an introduction gives a first PIN; to replace one takes a supervisor', () => {
  const adding = { mode: 'adding', session: of(paula) } as const
  const someone = { id: staffId(), role: 'counter' } as const
  const none = { hasPin: false, lockedUntil: 0 }
  expect(code({ ...adding, member: someone, standing: none })).toEqual(['ask-pin', 'choose-pin'])
  expect(code({ ...adding, member: someone })).toEqual(['notify', 'L-405'])
  expect(code({ ...adding, member: someone, unvouched: true })).toEqual(['ask-pin', 'choose-pin'])
  expect(code({ ...adding, member: erja, unvouched: true })).toEqual(['notify', 'L-405'])
  expect(code({ ...adding, session: of(erja), member: someone })).toEqual(['ask-pin', 'choose-pin'])
})

test('one’s own PIN is changed by one’s own badge', () => {
  const changing = { mode: 'changing', session: of(paula) } as const
  expect(code(changing)).toEqual(['ask-pin', 'old-pin'])
  expect(code({ ...changing, member: erja })).toEqual(['notify', 'L-414'])
})

test('nobody confirms what they proved themselves, and only who may serve here confirms', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), (own, hasPin, known, serves) => {
      const means = badgeMeans(
        at({
          ...{ awaitsColleague: true, session: of(paula), member: own ? paula : erja },
          standing: { hasPin, lockedUntil: 0 },
          maySignIn: known ? ok(null) : fail('L-409'),
          serves: serves ? ok(null) : fail('L-408'),
        }),
      )
      expect(means.do).toBe(!own && hasPin && known && serves ? 'ask-pin' : 'notify')
    }),
  )
})

test('a mode lives in the session that asked for it', () => {
  expect(modeIn({ mode: 'adding', session: 'a' }, { id: 'a' })).toBe('adding')
  expect(modeIn({ mode: 'adding', session: 'a' }, { id: 'b' })).toBe('none')
  expect(modeIn({ mode: 'adding', session: 'a' }, null)).toBe('none')
  expect(modeIn({ mode: 'none', session: null }, null)).toBe('none')
})

test('a supervisor adds anyone, and a colleague only while the hub is there to be told', () => {
  expect(mayAdd(null, true)).toMatchObject({ failure: { code: 'L-401' } })
  expect(mayAdd(erja, false)).toMatchObject({ ok: true })
  expect(mayAdd(paula, true)).toMatchObject({ ok: true })
  expect(mayAdd(paula, false)).toMatchObject({ failure: { code: 'L-413' } })
})

test('a key is made where one is owed, by somebody signed in, once the hub’s own key is known', () => {
  const none = { rotationOwed: false, keys: 1, refused: false, untrusted: false }
  expect(keyOwed(none)).toBe(false)
  for (const owed of [{ rotationOwed: true }, { keys: 0 }, { refused: true }, { untrusted: true }]) {
    const facts = { ...none, ...owed, signedIn: true, hubKnown: true }
    expect(makesKey(facts)).toBe(true)
    expect(makesKey({ ...facts, signedIn: false })).toBe(false)
    expect(makesKey({ ...facts, hubKnown: false })).toBe(false)
  }
})

test('a cancelled PIN of a colleague leads back to what is open, for whoever opened it', () => {
  const behind = verifyStep(facts(pickup()))
  const pin = {
    step: 'pin',
    staffName: 'Erja',
    attemptsLeft: 5,
    lockedUntil: null,
    attests: null,
    until: noon,
  } as const
  expect(wayBack({ ...pin, purpose: 'witness' }, behind, true)).toEqual({ to: 'step', step: behind })
  expect(wayBack({ ...pin, purpose: 'witness' }, behind, false)).toEqual({ to: 'idle' })
  expect(wayBack({ ...pin, purpose: 'sign-in' }, behind, true)).toEqual({ to: 'idle' })
  expect(wayBack(behind, null, true)).toEqual({ to: 'idle' })
})
