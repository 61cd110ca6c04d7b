/** The rules of walk-ins, without a desk: whose a document is, what is shown, and when what was begun is given back. */
import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PickupState, SlipId, WalkInId } from '../../src-shared/domain/index.ts'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import type { FoundAccount } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import {
  answered,
  documentOf,
  ends,
  forgets,
  hasNamesake,
  issuedBy,
  looksUp,
  nobody,
  servedAt,
  shownDocument,
  sweeps,
  walkInStep,
  type DeskFacts,
  type Read,
} from '../../src-main/counter/walk-in-rules.ts'
import { facts, noon, pickup, pickupId, place, recipientId, verifyStep } from './facts.ts'

const lookupKey = createSecretKey(Buffer.alloc(32, 7))
const account = (
  name: string,
  family: string,
  born: string | null,
  more: Partial<FoundAccount> = {},
): FoundAccount => ({
  account: name,
  recipient: recipientId(),
  recipientClass: 'student',
  name: { family, given: 'Kaisa' },
  formerNames: [],
  language: 'fi',
  sponsor: null,
  accountValidUntil: null,
  birthTag: born === null ? null : birthTag(lookupKey, born).toString('base64url'),
  live: null,
  ...more,
})
const koe = account('kkoe1', 'Koe', '2001-02-03')
const namesake = account('kkoe2', 'Koe', '2001-02-03')
const laine = account('klaine1', 'Laine', '2001-02-03')
const passport: Read = {
  kind: 'passport',
  issuerCountry: 'FIN',
  family: 'KOE',
  given: 'KAISA',
  truncated: false,
  birthDate: '2001-02-03',
  orBorn: null,
  expiry: 'valid',
}
const desk: DeskFacts = {
  place: { ...place({ deskKind: 'helpdesk', channel: 'helpdesk', needsRequestReference: false }) },
  role: 'counter',
  closed: null,
  lookupKey,
  now: noon,
}

describe('an answer of the hub', () => {
  it('is compared once more: whom a document is not of is not on show', () => {
    expect(answered(nobody, lookupKey, [koe, laine], passport)).toMatchObject({ is: 'one', account: koe })
    expect(answered(nobody, lookupKey, [koe, namesake, laine], passport)).toMatchObject({
      is: 'several',
      state: { found: [koe, namesake], read: passport },
    })
    expect(answered(nobody, lookupKey, [laine], passport)).toMatchObject({
      is: 'nobody',
      state: { found: [], read: null },
    })
    // A card or a search proves nothing, and everybody found is on show.
    expect(answered(nobody, lookupKey, [koe, laine], null)).toMatchObject({ is: 'several', state: { read: null } })
  })

  it('to an older question comes too late', () => {
    expect(looksUp({ ...nobody, found: [koe], chosen: 'kkoe1', lookUp: 4 })).toEqual({ ...nobody, lookUp: 5 })
  })
})

describe('a document at an open walk-in', () => {
  const open = { ...nobody, found: [koe, laine], chosen: 'kkoe1' }
  it('proves the account that is being served, and no other', () => {
    expect(shownDocument(open, lookupKey, passport)).toMatchObject({ is: 'one', account: koe, refused: null })
    expect(shownDocument({ ...open, chosen: 'klaine1' }, lookupKey, passport)).toMatchObject({
      ...{ is: 'nobody', refused: 'L-302', state: { read: null } },
    })
  })

  it('that has expired or does not match leaves none in hand', () => {
    const before = { ...open, read: passport }
    const other = { ...passport, birthDate: '1999-01-01' }
    expect(shownDocument(before, lookupKey, null)).toMatchObject({ refused: 'L-301', state: { read: null } })
    expect(shownDocument(before, lookupKey, other)).toMatchObject({ refused: 'L-302', state: { read: null } })
    expect(documentOf(before, lookupKey, koe)).toMatchObject({ kind: 'passport', nameMatch: 'exact' })
    expect(documentOf(before, lookupKey, laine)).toBeNull()
  })

  it('of one of two namesakes is chosen by the account’s name', () => {
    expect(hasNamesake({ ...nobody, found: [koe, namesake] }, lookupKey, koe, null)).toBe(true)
    expect(hasNamesake({ ...nobody, found: [koe, laine] }, lookupKey, koe, null)).toBe(false)
  })
})

describe('what is shown', () => {
  const state = { ...nobody, found: [koe], chosen: 'kkoe1', read: passport }
  it('says why nothing may be issued, be it the policy or the hour', () => {
    const shown = walkInStep(state, desk, 'prove', null, false)
    expect(shown.chosen?.blocked).toMatchObject({ code: 'L-206' })
    const allowed = { ...desk, place: { ...desk.place, desk: { ...desk.place.desk, kind: 'helpdesk' as const } } }
    expect(walkInStep(state, allowed, 'prove', null, false)).toMatchObject({
      ...{ chosen: { blocked: null }, document: { nameMatch: 'exact' }, birthDateOnRecord: true },
      proofs: ['passport', 'identity-card'],
    })
    const closed = { ...allowed, closed: { code: 'L-240' } as const }
    expect(walkInStep(state, closed, 'prove', null, false).chosen?.blocked).toEqual({ code: 'L-240' })
    expect(walkInStep(state, { ...allowed, role: null }, 'prove', null, false).chosen?.blocked).toEqual({
      code: 'L-401',
    })
  })
})

describe('the hub’s answer to "issue"', () => {
  it('that never came leaves it uncertain whether anything was issued', () => {
    expect(issuedBy(fail('L-601'))).toMatchObject({
      is: 'nothing',
      failure: { code: 'L-218', params: { code: 'L-601' } },
    })
    expect(issuedBy(fail('L-216'))).toMatchObject({ is: 'asked-back' })
    expect(issuedBy(fail('L-618'))).toEqual({ is: 'nothing', failure: { code: 'L-618' } })
    expect(issuedBy(ok(7))).toEqual({ is: 'issued', value: 7 })
  })
})

describe('an open walk-in', () => {
  const id = WalkInId.parse(newId())
  const issued = pickupId()
  const verify = verifyStep(facts(pickup({ id: issued })))
  const at: readonly CounterStep[] = [
    walkInStep(nobody, desk, 'prove', null, false),
    verify,
    { step: 'printing', pickup: verify.pickup, slip: SlipId.parse(newId()), phase: 'header' },
    { step: 'idle' },
    { step: 'choose', pickups: [], document: null, namesakes: false },
    {
      ...{ step: 'pin', staffName: 'E', attemptsLeft: 5, lockedUntil: null, attests: null, until: noon },
      purpose: 'witness',
    },
    {
      ...{ step: 'pin', staffName: 'E', attemptsLeft: 5, lockedUntil: null, attests: null, until: noon },
      purpose: 'sign-in',
    },
    verifyStep(facts(pickup())),
  ]
  const anyStep = fc.constantFrom(...at)

  it('of which nothing was issued lives while the step is its own', () => {
    for (const step of at) {
      const swept = sweeps(step, id, { walkIn: { id, pickup: null }, pickup: null, unsettled: false, wasted: 0 })
      const own = step.step === 'walk-in' || (step.step === 'pin' && step.purpose === 'witness')
      expect(swept).toEqual(own ? { do: 'keep' } : { do: 'give-back', code: 'L-307' })
    }
  })

  it('is never given back over paper that is unaccounted for, nor once it has ended by itself', () => {
    fc.assert(
      fc.property(
        anyStep,
        fc.constantFrom(...PickupState.options),
        fc.nat(2),
        fc.boolean(),
        (step, state, wasted, unsettled) => {
          const swept = sweeps(step, id, { walkIn: { id, pickup: issued }, pickup: { state }, unsettled, wasted })
          if (unsettled) expect(swept).toEqual({ do: 'keep' })
          else if (['handed-over', 'returned', 'revoked', 'burned', 'dispatched'].includes(state))
            expect(swept).toEqual({ do: 'done' })
          else if (!servedAt(step, { id, pickup: issued }, id)) expect(swept.do).toBe('give-back')
          else expect(swept.do).toBe(state === 'arrived' && wasted === 0 ? 'serve-anew' : 'keep')
        },
      ),
    )
  })

  it('whose print certainly failed is given back with what went wrong, and its person is served anew', () => {
    const open = { walkIn: { id, pickup: issued }, pickup: { state: 'arrived' }, unsettled: false, wasted: 0 } as const
    expect(sweeps({ ...verify, notice: { code: 'L-501' } }, id, open)).toEqual({ do: 'serve-anew', code: 'L-501' })
    expect(sweeps(verify, id, open)).toEqual({ do: 'serve-anew', code: 'L-307' })
    // Spoiled in front of both: a further print is what the pickup still has.
    expect(sweeps(verify, id, { ...open, wasted: 1 })).toEqual({ do: 'keep' })
  })

  it('that is over is under way no more, and no other', () => {
    const other = WalkInId.parse(newId())
    expect(ends({ ...nobody, current: id }, id).current).toBeNull()
    expect(ends({ ...nobody, current: id }, other).current).toBe(id)
    expect(forgets({ ...nobody, found: [koe], chosen: 'kkoe1', current: id })).toEqual({ ...nobody, current: id })
  })
})
