/** The rules of an open pickup, without a desk: what is shown, what a proof makes of it, and what a change undoes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PickupState, SlipId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { documentRefused, judges, opens, redecides, verified } from '../../src-main/counter/verifying.ts'
import type { Proof } from '../../src-main/identity/index.ts'
import { facts, noon, pickup, pickupId, place, verificationId, verifyStep } from './facts.ts'

const passport: Proof = { kind: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' }
const seen = { kind: 'passport', issuerCountry: 'FIN', expiry: 'valid', nameMatch: 'exact' } as const
const shown = { proof: passport, others: { bornThatDay: [], alsoMatched: [] }, apart: null, closed: null }

/** An open pickup that was proved by a passport, and the facts that it stands on. */
function proved(rule: object = {}) {
  const of = pickup({ state: 'verified' })
  const now = facts(of, { place: place(rule) })
  const step = verified({ step: verifyStep(now) }, now.view, { id: verificationId(), expiresAt: 9 }, false)
  if (step === null) throw new Error('not shown')
  return { of, now, step, standing: { proof: passport, witnessed: false } }
}

describe('a pickup that is opened', () => {
  it('shows which proofs the policy takes, and whether a colleague is needed', () => {
    const of = pickup()
    expect(opens(facts(of, { place: place({ fourEyes: true }) }), null, { code: 'L-301' })).toMatchObject({
      step: { step: 'verify', proofs: ['passport', 'identity-card'], fourEyes: 'awaited', notice: { code: 'L-301' } },
      hold: { document: null },
    })
    expect(opens(facts(pickup({ recipientClass: 'staff' })), null, null).step).toMatchObject({ proofs: [] })
  })

  it('shows its unsettled slip before anything else, and leaves the document in hand', () => {
    const of = pickup({ state: 'printed' })
    const id = SlipId.parse(newId())
    const by = { name: 'Kaisa Koe', intendedAt: noon, staffName: 'Paula Portti', reason: null }
    const slip = { id, number: 'TES-1', state: 'printed', pickup: of.id, ...by } as const
    const printed = facts(of, { slip })
    expect(opens(printed, null, null)).toEqual({ step: { step: 'hand-over', pickup: printed.view, slip } })
  })
})

describe('a proof', () => {
  it('is one only under a rule that takes it', () => {
    const of = facts(pickup())
    expect(judges(of, shown)).toEqual({ is: 'proof', proof: passport, fourEyes: false })
    const licence = { ...passport, kind: 'driving-licence' } as const
    expect(judges(of, { ...shown, proof: licence })).toMatchObject({ is: 'write-down', failure: { code: 'L-304' } })
  })

  it('is refused while the desk is closed, in the desk’s own words, and nothing is written down', () => {
    const closed = { code: 'L-240', params: { untilAt: 7 } } as const
    expect(judges(facts(pickup()), { ...shown, closed })).toEqual({ is: 'refuse', failure: closed })
  })

  it('of one of two namesakes asks which, until something has told them apart', () => {
    const of = pickup({}, { namesake: true })
    expect(judges(facts(of), shown)).toMatchObject({ is: 'ask-which', failure: { code: 'L-332' } })
    const apart = { recipient: of.person.recipient, by: 'card' } as const
    expect(judges(facts(of), { ...shown, apart })).toMatchObject({ is: 'proof', proof: { toldApart: 'card' } })
  })

  it('shows on the step that it was recorded at, and nowhere else', () => {
    const of = facts(pickup())
    const recorded = { id: verificationId(), expiresAt: 9 }
    expect(verified({ step: verifyStep(of) }, of.view, recorded, true)).toMatchObject({
      verification: recorded.id,
      verifiedUntil: 9,
      fourEyes: 'awaited',
    })
    expect(verified({ step: verifyStep(facts(pickup())) }, of.view, recorded, true)).toBeNull()
    expect(verified({ step: { step: 'idle' } }, of.view, recorded, true)).toBeNull()
  })

  it('that is refused takes the document and the verification off the step', () => {
    const { of, step } = proved()
    expect(documentRefused({ step: { ...step, document: seen } }, of.id, { code: 'L-302' })).toMatchObject({
      ...{ document: null, verification: null, verifiedUntil: null, notice: { code: 'L-302' } },
    })
    expect(documentRefused({ step }, pickupId(), { code: 'L-302' })).toBeNull()
  })
})

describe('an open step that is decided again', () => {
  it('stays as it is while nothing changed', () => {
    const { now, step, standing } = proved()
    expect(redecides(step, now, standing)).toBeNull()
    const open = facts(pickup())
    expect(redecides(verifyStep(open), open, null)).toBeNull()
  })

  it('shows at once what blocks the pickup now, and keeps the proof for when it does not', () => {
    const { of, step, standing } = proved()
    const next = redecides(step, facts(of, {}, 'L-207'), standing)
    expect(next?.step).toMatchObject({ pickup: { blocked: { code: 'L-207' } }, verification: step.verification })
    expect(next).toMatchObject({ refused: null, dies: false })
  })

  it('lets a proof die that the policy takes no more, and says so', () => {
    const { of, step, standing } = proved()
    const next = redecides(step, facts(of, { place: place({ proofs: ['identity-card'] }) }), standing)
    expect(next).toMatchObject({
      step: { verification: null, verifiedUntil: null, notice: { code: 'L-304' }, proofs: ['identity-card'] },
      hold: { document: null },
      refused: { code: 'L-304' },
      dies: true,
    })
  })

  it('takes a document off that nobody has verified by yet', () => {
    const of = pickup()
    const step = { ...verifyStep(facts(of)), document: seen }
    const next = redecides(step, facts(of, { place: place({ proofs: ['identity-card'] }) }), null)
    expect(next).toMatchObject({ step: { document: null }, hold: { document: null }, refused: { code: 'L-304' } })
    expect(next?.dies).toBe(false)
  })

  it('asks for a colleague as soon as a rule does, and for one whom a rule asked for before whatever it says now', () => {
    const { of, step, standing } = proved()
    const strict = facts(of, { place: place({ fourEyes: true }) })
    expect(redecides(step, strict, standing)?.step.fourEyes).toBe('awaited')
    const awaited = { ...step, fourEyes: 'awaited' } as const
    expect(redecides(awaited, facts(of, { further: true }), standing)?.step.fourEyes).toBe('awaited')
    expect(redecides(awaited, facts(of), { ...standing, witnessed: true })?.step.fourEyes).toBe('given')
  })

  it('says of a verification that does not stand any more that it is over', () => {
    const { of, now, step } = proved()
    expect(redecides({ ...step, document: seen }, now, null)).toMatchObject({
      step: { verification: null, notice: { code: 'L-307' }, document: seen },
      dies: true,
    })
    // Granted anew meanwhile: the document was compared with what was on record before.
    const anew = redecides({ ...step, document: seen }, facts({ ...of, state: 'waiting' }), null)
    expect(anew).toMatchObject({ step: { verification: null, document: null }, hold: { document: null }, dies: false })
  })

  it('never shows a proof of a pickup that has ended or gone, and lets nothing die twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PickupState.options), fc.boolean(), (state, here) => {
        const { of, step, standing } = proved()
        const next = redecides(step, here ? facts({ ...of, state }) : null, standing)
        const over = !here || ['handed-over', 'returned', 'revoked', 'burned', 'dispatched'].includes(state)
        if (!over) return
        expect(next?.step.verification).toBeNull()
        expect(next?.step.pickup.blocked).not.toBeNull()
        expect(next?.dies).toBe(false)
        // Decided once more it is the same.
        expect(redecides(next?.step ?? step, here ? facts({ ...of, state }) : null, null)).toBeNull()
      }),
    )
  })
})
