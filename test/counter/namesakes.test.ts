/**
 * Two people with one name and one birth date: a document proves either, so the desk must hear which, and the ledger
 * says how it did.
 */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag, cardTag, pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import { areNamesakes, tellsApart, type Candidate } from '../../src-main/identity/index.ts'
import { buildTd3 } from '../../src-main/identity/documents/index.ts'
import { startTestDesk, type TestDesk } from '../security/desk.ts'
import { factsOf } from '../support/desk-ledger.ts'

const tag = (bytes: Buffer) => bytes.toString('base64url')
const [one, other] = [RecipientId.parse(newId()), RecipientId.parse(newId())]
const cards = { one: '04AABBCCDDEE01', other: '04AABBCCDDEE02' }
/** The first and the third pickup are of one person, the second is their namesake's. */
const each = ([one, other, one] as const).map((recipient, i) => (lookup: Buffer) => ({
  recipient,
  account: recipient === one ? `kkoe1${i === 2 ? '-adm' : ''}` : 'kkoe2',
  cardTags: [tag(cardTag(lookup, recipient === one ? cards.one : cards.other))],
  pickupCodeTag: tag(pickupCodeTag(lookup, recipient === one ? 'ABCD2345' : 'WXYZ6789')),
}))
const passport = (given: string) =>
  buildTd3({
    issuer: 'FIN',
    number: 'XQ7654321',
    family: 'Koe',
    given,
    nationality: 'FIN',
    birthDate: '2001-02-03',
    expiryDate: '2031-01-01',
  }).join('\n')
const document = passport('Kaisa')

let desk: TestDesk
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const begin = async (more: Parameters<typeof startTestDesk>[1] = {}) => {
  desk = await startTestDesk('porter', { each, ...more })
  await desk.signIn(desk.staff.porter)
}
const id = (i: number) => desk.pickups[i]?.id ?? ''
const code = (result: { ok: boolean }) => ('failure' in result ? (result.failure as { code: string }).code : null)
const step = () => desk.state().counter
const byEye = (i: number) =>
  desk.call('verifyByEye', {
    pickup: id(i),
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })

/** Proves by the document in hand, prints, and puts the slip into the hand. */
async function handOver(i: number): Promise<void> {
  const proved = await desk.call('verifyDocument', { pickup: id(i) })
  if (!proved.ok) throw new Error(proved.failure.code)
  const { verification } = proved.value as { verification: string }
  const released = await desk.call('release', { pickup: id(i), verification, language: 'fi' })
  if (!released.ok) throw new Error(released.failure.code)
  const at = step()
  if (at.step !== 'hand-over') throw new Error(at.step)
  expect((await desk.call('settle', { slip: at.slip.id, settlement: 'handed-over' })).ok).toBe(true)
}

const toldApart = () => factsOf(desk.at.file, 'verification').map((facts) => facts.toldApart ?? null)

describe('a document that two people could hold', () => {
  it('opens nobody’s pickup and marks nobody as arrived: the accounts are shown', async () => {
    await begin()
    desk.scan(document)
    expect(step()).toMatchObject({ step: 'choose', namesakes: true })
    expect(step()).toHaveProperty('pickups.length', 3)
    expect(desk.state().counts.arrived).toBe(0)
  })

  it('proves whose account was said, and goes on to that person’s other pickup, never to the namesake’s', async () => {
    await begin()
    desk.scan(document)
    expect((await desk.call('openPickup', { pickup: id(0) })).ok).toBe(true)
    await handOver(0)
    expect(step()).toMatchObject({ step: 'verify', pickup: { id: id(2) }, document: { kind: 'passport' } })
    await handOver(2)
    expect(step()).toMatchObject({ step: 'done' })
    expect(toldApart()).toEqual(['account', 'account'])
  })

  it.each([
    { by: 'card', scan: cards.other },
    { by: 'pickup-code', scan: 'LODGE:WXYZ6789' },
  ])('is of whom the $by says, which is read once', async ({ by, scan }) => {
    await begin()
    desk.scan(document)
    desk.scan(scan)
    expect(step()).toMatchObject({ step: 'verify', pickup: { id: id(1) }, document: { kind: 'passport' } })
    await handOver(1)
    expect(step()).toMatchObject({ step: 'done' })
    expect(toldApart()).toEqual([by])
  })

  it('after the card, is that person’s alone', async () => {
    await begin()
    desk.scan(cards.other)
    desk.scan(document)
    expect(step()).toMatchObject({ step: 'verify', pickup: { id: id(1) }, document: { kind: 'passport' } })
    await handOver(1)
    expect(toldApart()).toEqual(['card'])
  })

  it('asks as well where one was opened from the queue', async () => {
    await begin()
    await desk.call('openPickup', { pickup: id(1) })
    desk.scan(document)
    expect(step()).toMatchObject({ step: 'choose', namesakes: true })
  })

  it('asks before it takes a birth date that was keyed', async () => {
    await begin()
    await desk.call('openPickup', { pickup: id(1) })
    expect(code(await byEye(1))).toBe('L-332')
    expect(step()).toMatchObject({ step: 'choose', namesakes: true })
    await desk.call('openPickup', { pickup: id(1) })
    expect((await byEye(1)).ok).toBe(true)
    expect(toldApart()).toEqual(['account'])
  })

  it.each([
    ['a year', 'the whole date', '2001', '2001-02-03'],
    ['a year and a month', 'the whole date', '2001-02', '2001-02-03'],
    ['a year', 'a year and a month', '2001', '2001-02'],
    ['the whole date', 'a year', '2001-02-03', '2001'],
    ['the whole date', 'a year and a month', '2001-02-03', '2001-02'],
    ['a year and a month', 'a year', '2001-02', '2001'],
  ])(
    'where %s is on record of one, and %s of their namesake: by eye neither is proved',
    async (_, _of, known, theirs) => {
      const born = (date: string) => (lookup: Buffer) => ({ birthTag: tag(birthTag(lookup, date)) })
      await begin({
        each: [
          (lookup) => ({ ...each[0]?.(lookup), ...born(known)(lookup) }),
          (lookup) => ({ ...each[1]?.(lookup), ...born(theirs)(lookup) }),
          () => ({ name: { family: 'Muu', given: 'Nimi' } }),
        ],
      })
      await desk.call('openPickup', { pickup: id(0) })
      expect(code(await byEye(0))).toBe('L-332')
      expect(step()).toMatchObject({ step: 'choose', namesakes: true, pickups: [{ id: id(0) }, { id: id(1) }] })
      await desk.call('openPickup', { pickup: id(1) })
      expect((await byEye(1)).ok).toBe(true)
      expect(toldApart()).toEqual(['account'])
    },
  )

  it('where dates on record contradict each other, nobody is a namesake', async () => {
    await begin({
      each: [
        (lookup) => ({ ...each[0]?.(lookup), birthTag: tag(birthTag(lookup, '2001-02')) }),
        (lookup) => ({ ...each[1]?.(lookup), birthTag: tag(birthTag(lookup, '2001-03-03')) }),
        (lookup) => ({ ...each[1]?.(lookup), birthTag: tag(birthTag(lookup, '2002')) }),
      ],
    })
    await desk.call('openPickup', { pickup: id(0) })
    expect((await byEye(0)).ok).toBe(true)
    expect(toldApart()).toEqual([null])
  })

  it('forgets who was told apart with the visit', async () => {
    await begin()
    desk.scan(cards.other)
    await desk.call('dismiss', {})
    await desk.call('openPickup', { pickup: id(1) })
    expect(code(await byEye(1))).toBe('L-332')
  })

  it('of a third spelling that covers both, proves neither by itself', async () => {
    const [anna, maria] = [{ name: { family: 'Koe', given: 'Anna' } }, { name: { family: 'Koe', given: 'Maria' } }]
    await begin({
      each: [
        (l) => ({ ...each[0]?.(l), ...anna }),
        (l) => ({ ...each[1]?.(l), ...maria }),
        () => ({ name: { family: 'Muu', given: 'Nimi' } }),
      ],
    })
    desk.scan(passport('Anna Maria'))
    expect(step()).toMatchObject({ step: 'choose', namesakes: true })
    await desk.call('dismiss', {})
    await desk.call('openPickup', { pickup: id(0) })
    expect(code(await desk.call('verifyDocument', { pickup: id(0) }))).not.toBeNull()
  })

  it('at check-in without staff, sends to the card or the code, and notes nobody’s arrival', async () => {
    desk = await startTestDesk('porter', { each })
    desk.scan(document)
    expect(step()).toMatchObject({ step: 'refused', audience: 'recipient', failure: { code: 'L-333' } })
    expect(desk.state().counts.arrived).toBe(0)
    desk.scan(cards.other)
    expect(step()).toMatchObject({ step: 'arrival', count: 1 })
  })

  it('proves nobody any more once the visit is over: printed, dismissed, or an hour later', async () => {
    await begin()
    desk.scan(document)
    desk.scan(cards.other)
    await handOver(1)
    desk.scan(cards.one)
    await desk.call('openPickup', { pickup: id(0) })
    expect(code(await desk.call('verifyDocument', { pickup: id(0) }))).toBe('L-303')
    await desk.call('dismiss', {})
    desk.scan(document)
    await desk.call('dismiss', {})
    desk.advance(30_000)
    desk.scan(cards.one)
    await desk.call('openPickup', { pickup: id(0) })
    expect(code(await desk.call('verifyDocument', { pickup: id(0) }))).toBe('L-303')
    for (let minute = 0; minute < 10; minute++) {
      desk.advance(60_000)
      await desk.call('dismiss', {})
      await desk.call('openPickup', { pickup: id(0) })
    }
    expect(code(await desk.call('verifyDocument', { pickup: id(0) }))).toBe('L-303')
  })

  it('after one card and then the other’s, proves neither by what was in hand', async () => {
    await begin()
    desk.scan(document)
    desk.scan(cards.other)
    desk.scan(cards.one)
    await desk.call('openPickup', { pickup: id(0) })
    expect(code(await desk.call('verifyDocument', { pickup: id(0) }))).toBe('L-303')
  })

  it.each(['dismissed', 'locked'])('of both, is not of whom a card named before the desk was %s', async (how) => {
    const [anna, maria] = [{ name: { family: 'Koe', given: 'Anna' } }, { name: { family: 'Koe', given: 'Maria' } }]
    await begin({
      each: [
        (lookup) => ({ ...each[0]?.(lookup), ...anna }),
        (lookup) => ({ ...each[1]?.(lookup), ...maria }),
        () => ({ name: { family: 'Muu', given: 'Nimi' } }),
      ],
    })
    desk.scan(cards.other)
    if (how === 'dismissed') await desk.call('dismiss', {})
    else {
      desk.advance(3_600_000)
      await desk.signIn(desk.staff.porter)
    }
    desk.scan(passport('Anna Maria'))
    expect(step()).toMatchObject({ step: 'choose', namesakes: true })
  })

  it('of somebody whose namesake has nothing here: the hub says so, and the account is asked for', async () => {
    await begin({
      each: [
        (lookup) => ({ ...each[0]?.(lookup), namesake: true }),
        () => ({ name: { family: 'Muu', given: 'A' }, birthTag: null }),
        () => ({ name: { family: 'Muu', given: 'B' }, birthTag: null }),
      ],
    })
    desk.scan(document)
    expect(code(await desk.call('verifyDocument', { pickup: id(0) }))).toBe('L-332')
    expect(step()).toMatchObject({ step: 'choose', namesakes: true, pickups: [{ id: id(0) }] })
    await desk.call('openPickup', { pickup: id(0) })
    await handOver(0)
    expect(toldApart()).toEqual(['account'])
  })

  it('is told to no hub that would not take the fact', async () => {
    await begin({ hubFacts: 3 })
    desk.scan(cards.other)
    desk.scan(document)
    await handOver(1)
    expect(toldApart()).toEqual([null])
  })
})

describe('namesakes among any people', () => {
  const word = fc.constantFrom('Koe', 'Kaisa', 'Anna', 'Maria', 'Mäki', 'Maki', 'Meri-Lund', 'Suwarno', 'Øst', '王')
  const name = fc.record({ family: word, given: fc.oneof(word, fc.constant('')) })
  const person: fc.Arbitrary<Candidate> = fc.record({
    recipient: fc.integer({ min: 0, max: 5 }).map(() => RecipientId.parse(newId())),
    name,
    formerNames: fc.array(name, { maxLength: 2 }),
    namesake: fc.constant(false),
  })

  it('nobody is their own; who shares a name is one, either way round', () => {
    fc.assert(
      fc.property(person, person, (a, b) => {
        expect(areNamesakes(a, a)).toBe(false)
        expect(areNamesakes(a, b)).toBe(areNamesakes(b, a))
        const twin = { ...b, name: a.name }
        expect(areNamesakes(a, twin)).toBe(true)
        expect(areNamesakes(a, { ...b, formerNames: [a.name] })).toBe(true)
      }),
    )
  })

  it('a proof is nobody’s while somebody else could hold it, until one of them was told apart', () => {
    fc.assert(
      fc.property(
        person,
        fc.array(person, { maxLength: 5 }),
        fc.constantFrom('machine-read', 'by-eye'),
        (a, all, method) => {
          const bornThatDay = [a, ...all]
          const alone = !all.some((each) => areNamesakes(a, each))
          const others = { bornThatDay, alsoMatched: [a] }
          expect(tellsApart(a, others, method as 'by-eye', null).ok).toBe(alone)
          for (const each of all)
            expect(tellsApart(a, others, method as 'by-eye', { recipient: each.recipient, by: 'card' }).ok).toBe(alone)
          expect(tellsApart(a, others, method as 'by-eye', { recipient: a.recipient, by: 'card' }).ok).toBe(true)
          expect(tellsApart(a, others, 'e-id', null).ok).toBe(alone)
          expect(tellsApart({ ...a, namesake: true }, others, method as 'by-eye', null).ok).toBe(false)
          expect(tellsApart(a, { bornThatDay: [a], alsoMatched: bornThatDay }, 'machine-read', null).ok).toBe(
            all.length === 0,
          )
        },
      ),
    )
  })
})
