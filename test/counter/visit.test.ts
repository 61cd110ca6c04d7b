/** The document in hand and whom it is of, without a desk. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { choosing, inHand, narrowed, ofOnePerson, seriesOf, setApart } from '../../src-main/counter/visit.ts'
import { nothingHeld, type ReadDocument } from '../../src-main/counter/steps.ts'
import { facts, noon, pickup, pickupId, recipientId } from './facts.ts'

const kaisa = recipientId()
const namesake = recipientId()
const [first, second, theirs] = [
  pickup({}, { recipient: kaisa }),
  pickup({}, { recipient: kaisa }),
  pickup({}, { recipient: namesake, namesake: true }),
]
const all = [first, second, theirs]
const ownerOf = (id: string) => all.find((each) => each.id === id)?.person.recipient
const document: ReadDocument = {
  view: { kind: 'passport', issuerCountry: 'FIN', expiry: 'valid', nameMatch: 'exact' },
  pickups: new Set(all.map(({ id }) => id)),
  readAt: noon,
  session: 'mine',
}

test('the second of a person’s slips is told from the first', () => {
  const one = pickup({ state: 'handed-over' }, { account: 'kkoe1' })
  const two = pickup({}, { recipient: one.person.recipient, account: 'kkoe2' })
  const gone = pickup({ state: 'revoked' }, { recipient: one.person.recipient })
  const other = pickup()
  const all = [one, two, gone, other]
  const document = {
    view: { kind: 'passport', issuerCountry: 'FIN', expiry: 'valid', nameMatch: 'exact' },
    pickups: new Set(all.map(({ id }) => id)),
    readAt: noon,
    session: 's',
  } as const
  const get = (id: string) => all.find((each) => each.id === id) ?? null
  expect(seriesOf(document, two, get)).toEqual({ nth: 2, of: 2, before: 'kkoe1' })
  expect(seriesOf({ ...document, pickups: new Set([two.id, other.id]) }, two, get)).toBeUndefined()
  expect(seriesOf(null, two, get)).toBeUndefined()
})

test('a document is in hand for whom it matched, in the session that read it, no longer than a verification holds', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 700_000 }), fc.constantFrom('mine', 'other', null), (later, session) => {
      const held = { document }
      const moment = { now: noon + later, session, seconds: 300 }
      const found = inHand(held, first.id, moment)
      expect(found).toBe(session === 'mine' && later < 300_000 ? document : null)
      expect(inHand(held, pickupId(), moment)).toBeNull()
    }),
  )
})

test('once one person is named, a document proves nothing of their namesake', () => {
  expect([...(narrowed(document, kaisa, ownerOf)?.pickups ?? [])]).toEqual([first.id, second.id])
  const held = setApart({ ...nothingHeld, document }, { recipient: namesake, by: 'card' }, ownerOf)
  expect([...(held.document?.pickups ?? [])]).toEqual([theirs.id])
  const matches = all.map((each) => ({ pickup: each }))
  expect(ofOnePerson(matches, held.apart)).toEqual([{ pickup: theirs }])
  expect(ofOnePerson(matches, null)).toEqual(matches)
  // Nobody of these was named: all are asked about.
  expect(ofOnePerson(matches, { recipient: recipientId(), by: 'card' })).toEqual(matches)
})

test('staff are told that people to choose from are namesakes, until one of them has been named', () => {
  const asked = (of: typeof all, apart: Parameters<typeof choosing>[3]) =>
    choosing(of, (each) => facts(each).view, null, apart).step
  expect(asked([first, second], null)).toMatchObject({ step: 'choose', namesakes: false })
  expect(asked([first, theirs], null)).toMatchObject({ namesakes: true })
  // One alone here, with a namesake that the hub knows of.
  expect(asked([theirs], null)).toMatchObject({ namesakes: true })
  expect(asked([theirs], { recipient: namesake, by: 'pickup-code' })).toMatchObject({ namesakes: false })
})
