/** Somebody else's card or document while a pickup is open: who stands at the desk is served, and nothing is mixed. */
import { afterEach, describe, expect, it } from 'vitest'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag, cardTag, pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import { buildTd3 } from '../../src-main/identity/documents/index.ts'
import { startTestDesk, type TestDesk } from '../security/desk.ts'
import { factsOf } from '../support/desk-ledger.ts'

const tag = (bytes: Buffer) => bytes.toString('base64url')
const people = [
  { family: 'Koe', given: 'Kaisa', born: '2001-02-03', card: '04AABBCCDDEE01', code: 'ABCD2345' },
  { family: 'Toinen', given: 'Teuvo', born: '1999-08-07', card: '04AABBCCDDEE02', code: 'WXYZ6789' },
  { family: 'Kolmas', given: 'Kerttu', born: '1988-11-30', card: '04AABBCCDDEE03', code: 'MNPQ2345' },
].map((person) => ({ ...person, recipient: RecipientId.parse(newId()) }))
const each = people.map(({ family, given, born, card, code, recipient }) => (lookup: Buffer) => ({
  recipient,
  name: { family, given },
  birthTag: tag(birthTag(lookup, born)),
  cardTags: [tag(cardTag(lookup, card))],
  pickupCodeTag: tag(pickupCodeTag(lookup, code)),
}))
const passport = (i: number, expiryDate = '2031-01-01') =>
  buildTd3({
    issuer: 'FIN',
    number: 'XQ7654321',
    family: people[i]?.family ?? 'Vieras',
    given: people[i]?.given ?? 'Veikko',
    nationality: 'FIN',
    birthDate: people[i]?.born ?? '1970-01-01',
    expiryDate,
  }).join('\n')

let desk: TestDesk
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const id = (i: number) => desk.pickups[i]?.id ?? ''
const step = () => desk.state().counter
const begin = async () => {
  desk = await startTestDesk('porter', { each })
  await desk.signIn(desk.staff.porter)
}
const notices = () =>
  desk.sent.flatMap((sent) => {
    const { name, payload } = JSON.parse(sent) as { name?: string; payload?: { failure?: { code: string } } }
    return name === 'scanNotice' ? [payload?.failure?.code ?? ''] : []
  })

describe('while a pickup is open', () => {
  it.each([
    { by: 'card', scan: people[1]?.card ?? '' },
    { by: 'pickup code', scan: `LODGE:${people[1]?.code ?? ''}` },
  ])('somebody else’s $by is noted as an arrival, and the open proof stays', async ({ scan }) => {
    await begin()
    desk.scan(passport(0))
    expect((await desk.call('verifyDocument', { pickup: id(0) })).ok).toBe(true)
    const before = step()
    desk.scan(scan)
    expect(step()).toEqual(before)
    expect(notices()).toEqual(['L-248'])
    expect(desk.state().counts.arrived).toBe(2)
    expect(factsOf(desk.at.file, 'arrival')).toHaveLength(2)
    const verification = before.step === 'verify' ? before.verification : null
    expect((await desk.call('release', { pickup: id(0), verification, language: 'fi' })).ok).toBe(true)
  })

  it('a card of nobody here changes nothing', async () => {
    await begin()
    desk.scan(people[0]?.card ?? '')
    const before = step()
    desk.scan('04AABBCCDDEEFF')
    expect(step()).toEqual(before)
    expect(notices()).toEqual(['L-249'])
  })

  it('the same person’s card goes on with it', async () => {
    await begin()
    await desk.call('openPickup', { pickup: id(0) })
    desk.scan(people[0]?.card ?? '')
    expect(step()).toMatchObject({ step: 'verify', pickup: { id: id(0), state: 'arrived' }, notice: null })
    expect(notices()).toEqual([])
  })

  it('another person’s document proves nothing, and offers to open that person’s pickup with it', async () => {
    await begin()
    desk.scan(passport(0))
    desk.scan(passport(1))
    expect(step()).toMatchObject({
      step: 'verify',
      pickup: { id: id(0) },
      document: null,
      verification: null,
      notice: { code: 'L-302' },
      other: { id: id(1), name: 'Teuvo Toinen' },
    })
    const proved = await desk.call('verifyDocument', { pickup: id(0) })
    expect(proved.ok).toBe(false)
    expect((await desk.call('openPickup', { pickup: id(1) })).ok).toBe(true)
    expect(step()).toMatchObject({
      step: 'verify',
      pickup: { id: id(1) },
      document: { kind: 'passport' },
      notice: null,
    })
    expect(step()).not.toHaveProperty('other')
    expect((await desk.call('verifyDocument', { pickup: id(1) })).ok).toBe(true)
  })

  it('an expired document of another person, and one of nobody here, offer nothing', async () => {
    await begin()
    await desk.call('openPickup', { pickup: id(0) })
    desk.scan(passport(1))
    expect(step()).toHaveProperty('other')
    desk.scan(passport(1, '2020-01-01'))
    expect(step()).toMatchObject({ notice: { code: 'L-301' } })
    expect(step().step === 'verify' && 'other' in step() ? step() : null).not.toHaveProperty('other.id')
    desk.scan(passport(9))
    expect(step()).not.toHaveProperty('other.id')
  })
})
