/** What a machine-read document means at each moment, without a desk. */
import { createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'
import { documentMeans, type DocumentFacts } from '../../src-main/counter/document-means.ts'
import { matchesOf } from '../../src-main/counter/document-matches.ts'
import { buildTd3, mrzLines, readMrz } from '../../src-main/identity/documents/index.ts'
import type { Pickup } from '../../src-main/pickups/index.ts'
import { facts, noon, pickup, place, verifyStep } from './facts.ts'

const lookupKey = createSecretKey(Buffer.alloc(32, 7))
const today = '2026-03-02'
const born = (date: string) => birthTag(lookupKey, date)
const kaisa = pickup({ birthTag: born('2001-02-03') })
const second = pickup({ birthTag: born('2001-02-03') }, { recipient: kaisa.person.recipient })
const namesake = pickup({ birthTag: born('2001-02-03') })
const teuvo = pickup({ birthTag: born('1999-08-07') }, { name: { family: 'Toinen', given: 'Teuvo' } })

function passport(family: string, given: string, birthDate: string, expiryDate = '2031-01-01') {
  const zone = buildTd3({
    issuer: 'FIN',
    number: 'XQ7654321',
    family,
    given,
    nationality: 'FIN',
    birthDate,
    expiryDate,
  })
  const lines = mrzLines(zone.join('\n'))
  const read = lines === null ? null : readMrz(lines, today)
  if (read?.ok !== true) throw new Error('not read')
  return read.value
}
const hers = passport('Koe', 'Kaisa', '2001-02-03')

function means(document: DocumentFacts['document'], here: readonly Pickup[], more: Partial<DocumentFacts> = {}) {
  const births = {
    lookupKey,
    bornOn: (tag: Buffer) => here.filter((each) => each.birthTag !== null && each.birthTag.equals(tag)),
    withoutBirthDate: () => here.filter((each) => each.birthTag === null),
  }
  const found = matchesOf(births, document)
  return documentMeans({
    ...{ document, found, births, today, place: place(), now: noon, open: null },
    ...{ step: { step: 'idle' }, signedIn: true, ...more },
  })
}
const at = (open: Pickup) => ({ open, step: verifyStep(facts(open)) })

test('with nobody signed in somebody has come, or is told that nothing waits', () => {
  expect(means(hers, [kaisa], { signedIn: false })).toEqual({
    ...{ do: 'identify', pickups: [kaisa], expired: null },
  })
  expect(means(hers, [teuvo], { signedIn: false })).toMatchObject({ do: 'nothing-here', failure: { code: 'L-202' } })
})

test('one person’s pickups are served, and the open one stays open', () => {
  expect(means(hers, [kaisa, second])).toMatchObject({
    ...{ do: 'serve', open: null, arrived: [kaisa, second], view: { kind: 'passport', nameMatch: 'exact' } },
  })
  expect(means(hers, [kaisa, second], at(second))).toMatchObject({ do: 'serve', open: second })
})

test('of two namesakes nobody has arrived, and none stays open by itself', () => {
  expect(means(hers, [kaisa, namesake], at(kaisa))).toMatchObject({ do: 'serve', arrived: [], open: null })
})

test('somebody else’s document is refused for what is open, and its own person is offered', () => {
  const theirs = passport('Toinen', 'Teuvo', '1999-08-07')
  expect(means(theirs, [kaisa, teuvo], at(kaisa))).toMatchObject({
    ...{ do: 'refuse-for', pickup: kaisa, failure: { code: 'L-302' } },
    other: { matches: [{ pickup: teuvo }] },
  })
  const old = passport('Toinen', 'Teuvo', '1999-08-07', '2020-01-01')
  expect(means(old, [kaisa, teuvo], at(kaisa))).toMatchObject({ failure: { code: 'L-301' }, other: null })
})

test('an expired document, or one of a kind that the policy does not take, is refused for its person', () => {
  const old = passport('Koe', 'Kaisa', '2001-02-03', '2020-01-01')
  expect(means(old, [kaisa])).toMatchObject({ do: 'refuse-for', pickup: kaisa, failure: { code: 'L-301' } })
  const cards = { place: place({ proofs: ['identity-card'] }) }
  expect(means(hers, [kaisa], cards)).toMatchObject({ do: 'refuse-for', arrived: [kaisa], failure: { code: 'L-304' } })
})

test('an expired document is told of at check-in, where somebody can still fetch another', () => {
  const old = passport('Koe', 'Kaisa', '2001-02-03', '2020-01-01')
  expect(means(old, [kaisa], { signedIn: false })).toEqual({ do: 'identify', pickups: [kaisa], expired: 'passport' })
})

test('where no birth date is on record it is not said that nothing waits', () => {
  const unborn = pickup({ birthTag: null })
  for (const [signedIn, otherwise] of [
    [true, { do: 'look-up', otherwise: { do: 'nothing-here', failure: { code: 'L-251' } } }],
    [false, { do: 'nothing-here', failure: { code: 'L-251' } }],
  ] as const) {
    expect(means(hers, [unborn], { signedIn })).toEqual(otherwise)
    // Of somebody else nothing is known.
    expect(means(passport('Toinen', 'Teuvo', '1999-08-07'), [unborn], { signedIn })).not.toEqual(otherwise)
  }
})

test('of nobody here it is looked up, or goes to the walk-in that is on the counter', () => {
  expect(means(hers, [teuvo])).toEqual({ do: 'look-up', otherwise: { do: 'nothing-here', failure: { code: 'L-308' } } })
  const step: CounterStep = {
    ...{ step: 'walk-in', phase: 'prove', accounts: [], more: false, chosen: null, document: null },
    ...{ proofs: [], birthDateOnRecord: false, fourEyes: false, notice: null },
  }
  expect(means(hers, [teuvo], { step })).toEqual({ do: 'walk-in' })
})
