/** Planning what a source's word comes to, for any source and any people on record. No database. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  brake,
  planPeople,
  type Blinds,
  type Link,
  type Plan,
  type Present,
  type Reading,
  type Said,
  type World,
} from '../../src-hub/people-sources/plan.ts'
import type { PersonFacts } from '../../src-hub/people/index.ts'

const blinds: Blinds = {
  birth: (date) => `birth ${date}`,
  identity: (code) => `code ${code}`,
  card: (card) => `card ${card}`,
}

const accounts = ['a', 'B', 'c', 'd', 'e', 'f']
const account = fc.constantFrom(...accounts)
const cards = fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5'), { maxLength: 3 })
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const absent = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const facts: fc.Arbitrary<PersonFacts> = fc
  .record({
    class: absent(fc.constantFrom('student' as const, 'staff' as const)),
    family: absent(fc.constantFrom('', 'Holm', 'Berg')),
    given: absent(fc.constantFrom('', 'Erik')),
    birthDate: absent(nullable(fc.constantFrom('1990', '1991-02-03'))),
    sponsor: absent(nullable(fc.constantFrom('Somebody'))),
    validUntil: absent(nullable(fc.constantFrom('2030-01-01', '2031-01-01'))),
    cards: absent(cards),
  })
  .map((said) => Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)))
const said: fc.Arbitrary<Said> = fc.record({
  key: fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6'),
  place: fc.uuid(),
  account,
  facts,
})
const reading: fc.Arbitrary<Reading> = fc.record({
  said: fc.array(said, { maxLength: 6 }),
  unread: fc.constant([]),
  whole: fc.boolean(),
})

/** People on record, each with cards that nobody else has. */
const world: fc.Arbitrary<World> = fc
  .record({
    here: fc.subarray(accounts),
    linked: fc.subarray(accounts),
    gone: fc.subarray(accounts),
    owner: fc.array(fc.nat(5), { minLength: 5, maxLength: 5 }),
    elsewhere: fc.subarray(accounts),
  })
  .map(({ here, linked, gone, owner, elsewhere }) => {
    const owners = new Map<string, string>()
    owner.forEach((n, i) => {
      const whose = accounts[n] ?? ''
      if (here.includes(whose)) owners.set(blinds.card(String(i + 1)), `person ${whose}`)
    })
    const people = here.map((name): [string, Present] => [
      name.toLowerCase(),
      {
        account: name,
        recipient: `person ${name}`,
        class: 'student',
        family: 'Holm',
        given: '',
        formerNames: [],
        language: 'fi',
        birth: null,
        identity: null,
        sponsor: null,
        validUntil: null,
        cards: new Set([...owners].flatMap(([card, whose]) => (whose === `person ${name}` ? [card] : []))),
      },
    ])
    const links = linked.map((name, i): [string, Link] => [
      `k${i + 1}`,
      { key: `k${i + 1}`, account: name, recipient: `person ${name}`, gone: gone.includes(name), before: null },
    ])
    return {
      people: new Map(people),
      links: new Map(links),
      owners,
      elsewhere: new Set(elsewhere.map((name) => name.toLowerCase())),
      known: links.length,
    }
  })

/** The people on record after the plan, as the door writes them. */
function after(plan: Plan, before: World): World {
  const people = new Map(before.people)
  const links = new Map(before.links)
  const owners = new Map(before.owners)
  for (const row of plan.rows) {
    if (row.what === 'end') {
      const link = links.get(row.key)
      const present = people.get(row.account.toLowerCase())
      if (link !== undefined) links.set(row.key, { ...link, gone: true, before: present?.validUntil ?? null })
      if (present !== undefined) people.set(row.account.toLowerCase(), { ...present, validUntil: '2026-01-01' })
      continue
    }
    const recipient = row.recipient ?? `new ${row.account}`
    const old = [...people.values()].find((each) => each.recipient === recipient)
    const { facts: f } = row
    const now: Present = {
      account: row.account,
      recipient,
      class: f.class ?? old?.class ?? '',
      family: f.family ?? old?.family ?? '',
      given: f.given ?? old?.given ?? '',
      formerNames: f.formerNames ?? old?.formerNames ?? [],
      language: f.language ?? old?.language ?? 'fi',
      birth: f.birthDate === undefined ? (old?.birth ?? null) : f.birthDate === null ? null : blinds.birth(f.birthDate),
      identity: old?.identity ?? null,
      sponsor: f.sponsor === undefined ? (old?.sponsor ?? null) : f.sponsor,
      validUntil: f.validUntil === undefined ? (old?.validUntil ?? null) : f.validUntil,
      cards: f.cards === undefined ? (old?.cards ?? new Set()) : new Set(f.cards.map(blinds.card)),
    }
    if (f.cards !== undefined) {
      for (const [card, whose] of owners) if (whose === recipient) owners.delete(card)
      for (const card of now.cards) owners.set(card, recipient)
    }
    people.set(row.account.toLowerCase(), now)
    links.set(row.key, { key: row.key, account: row.account, recipient, gone: false, before: null })
  }
  for (const { key, account: name, recipient } of plan.adopted)
    links.set(key, { key, account: name, recipient, gone: false, before: null })
  for (const key of plan.left) {
    const link = links.get(key)
    if (link !== undefined) links.set(key, { ...link, gone: true, before: null })
  }
  return { ...before, people, links, owners }
}

const runs = { numRuns: 2000 }

describe('for any source', () => {
  test('every row is carried out, unchanged or refused, once', () => {
    fc.assert(
      fc.property(reading, world, (read, on) => {
        const plan = planPeople(read, on, blinds)
        const written = plan.rows.filter(({ what }) => what !== 'end')
        expect(written.length + plan.refused.length + plan.unchanged).toBe(read.said.length)
        const places = [...written, ...plan.refused].map(({ place }) => place)
        expect(new Set(places).size).toBe(places.length)
      }),
      runs,
    )
  })

  test('the same said again changes nobody', () => {
    fc.assert(
      fc.property(reading, world, (read, on) => {
        const first = planPeople(read, on, blinds)
        const refused = new Set(first.refused.map(({ place }) => place))
        const rest = { ...read, whole: false, said: read.said.filter(({ place }) => !refused.has(place)) }
        expect(planPeople(rest, after(first, on), blinds).rows).toEqual([])
      }),
      runs,
    )
  })

  test('no card is two people’s afterwards', () => {
    fc.assert(
      fc.property(reading, world, (read, on) => {
        const then = after(planPeople(read, on, blinds), on)
        const held = [...new Map([...then.people.values()].map((each) => [each.recipient, each])).values()]
        const all = held.flatMap((each) => [...each.cards])
        expect(new Set(all).size).toBe(all.length)
      }),
      runs,
    )
  })

  test('the order of its rows changes nothing', () => {
    fc.assert(
      fc.property(reading, world, (read, on) => {
        const key = (plan: Plan) => ({
          rows: plan.rows.map((row) => JSON.stringify(row)).sort(),
          refused: plan.refused.map(({ place, failure }) => `${place} ${failure.code}`).sort(),
          left: [...plan.left].sort(),
        })
        const turned = { ...read, said: [...read.said].reverse() }
        expect(key(planPeople(turned, on, blinds))).toEqual(key(planPeople(read, on, blinds)))
      }),
      runs,
    )
  })

  test('only a reading of everybody ends somebody, and never whom a row names, refused or not, or another source has', () => {
    fc.assert(
      fc.property(reading, world, (read, on) => {
        const ends = planPeople(read, on, blinds).rows.filter(({ what }) => what === 'end')
        if (!read.whole) expect(ends).toEqual([])
        for (const end of ends) {
          expect(read.said.some((row) => row.key === end.key)).toBe(false)
          expect(read.said.some((row) => row.account.toLowerCase() === end.account.toLowerCase())).toBe(false)
          expect(on.elsewhere.has(end.account.toLowerCase())).toBe(false)
        }
      }),
      runs,
    )
  })

  test('what is not said is not changed', () => {
    fc.assert(
      fc.property(reading, world, (read, on) => {
        for (const row of planPeople(read, on, blinds).rows) {
          if (row.what === 'end') continue
          const own = read.said.find(({ place }) => place === row.place)
          const back = on.links.get(row.key)?.gone === true || [...on.links.values()].some(({ gone }) => gone)
          for (const field of row.fields)
            if (field !== 'validUntil' || !back) expect(Object.keys(own?.facts ?? {})).toContain(field)
        }
      }),
      runs,
    )
  })
})

describe('the brake', () => {
  const people = (n: number) => Array.from({ length: n }, (_, i) => ({ key: `k${i}`, account: `p${i}` }))
  const on = (n: number): World => ({
    people: new Map(
      people(n).map(({ account: name }) => [
        name,
        {
          account: name,
          recipient: name,
          class: 'student',
          family: 'Holm',
          given: '',
          formerNames: [],
          language: 'fi',
          birth: null,
          identity: null,
          sponsor: null,
          validUntil: null,
          cards: new Set<string>(),
        },
      ]),
    ),
    links: new Map(
      people(n).map(({ key, account: name }) => [
        key,
        { key, account: name, recipient: name, gone: false, before: null },
      ]),
    ),
    owners: new Map(),
    elsewhere: new Set(),
    known: n,
  })
  const says = (names: readonly { key: string; account: string }[], family: string): Reading => ({
    said: names.map((row) => ({ ...row, place: row.key, facts: { class: 'student', family } })),
    unread: [],
    whole: true,
  })

  test('half of the people gone, or changed, is more than ten percent', () => {
    const gone = planPeople(says(people(5), 'Holm'), on(10), blinds)
    expect(brake(gone, 10, 10)).toMatchObject({ code: 'L-345', params: { count: 5, of: 10, percent: 10 } })
    expect(brake(gone, 10, 50)).toBeNull()
    const changed = planPeople(says(people(10), 'Berg'), on(10), blinds)
    expect(brake(changed, 10, 99)).toMatchObject({ params: { count: 10 } })
    expect(brake(changed, 10, 100)).toBeNull()
  })

  test('an empty source would end everybody, and new people never are too many', () => {
    expect(brake(planPeople(says([], 'Holm'), on(3), blinds), 3, 99)).toMatchObject({ params: { count: 3, of: 3 } })
    expect(brake(planPeople(says(people(50), 'Holm'), on(3), blinds), 3, 0)).toBeNull()
  })

  test('one row that shows nobody’s name keeps everybody', () => {
    const read = says(people(5), 'Holm')
    const blind = { ...read, unread: [{ key: '', account: '', place: 'row 7', failure: { code: 'L-349' as const } }] }
    const plan = planPeople(blind, on(10), blinds)
    expect(plan.rows).toEqual([])
    expect(plan.heldBack).toBe(1)
  })
})
