/**
 * The queue of a large desk: names found however they are typed, in the queue's order, and never by what was undone.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { enrolledFolder, openRooms, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

let at: EnrolledFolder
let rooms: Rooms
beforeEach(() => {
  at = enrolledFolder()
  rooms = openRooms(at)
})
afterEach(() => {
  rooms.close()
  at.remove()
})

let issued = 0
function pickup(given: string, family: string, more: Partial<GrantedPickup> = {}): GrantedPickup {
  const tag = () => newId()
  issued += 1
  return {
    id: newId() as PickupId,
    epoch: { incarnation: newId() as never, n: 1 },
    envelope: '',
    secretKind: 'password',
    channel: 'porter',
    requestReference: null,
    recipient: newId() as never,
    recipientClass: 'student',
    name: { given, family },
    formerNames: [],
    language: 'fi',
    account: `user${issued}`,
    sponsor: null,
    accountValidUntil: null,
    birthTag: null,
    cardTags: [tag()],
    pickupCodeTag: tag(),
    issuedAt: issued,
    expiresAt: 4_000_000_000_000,
    ...more,
  }
}
const grant = (...pickups: GrantedPickup[]) =>
  rooms.store.transact(() => pickups.forEach((each) => rooms.pickups.grant(each)))
const names = (search: string, filter: 'arrived' | 'waiting' | 'all' = 'all', limit = 50) =>
  rooms.pickups
    .queue({ filter, search, limit })
    .pickups.map(({ person }) => `${person.name.given} ${person.name.family}`)

test('marks, hyphens, the order of words and letters no keyboard here has do not matter', () => {
  grant(pickup('Bo-Erik', 'Åström'), pickup('Søren', 'Kierkegård'), pickup('Łucja', 'Đặng'), pickup('Aino', 'Virtanen'))
  for (const typed of ['astrom bo', 'ÅSTRÖM', 'erik åst', 'bo erik', 'Bo-Erik Å'])
    expect(names(typed)).toEqual(['Bo-Erik Åström'])
  for (const typed of ['soren', 'kierkegard søren']) expect(names(typed)).toEqual(['Søren Kierkegård'])
  for (const typed of ['lucja', 'dang', 'Đặng Łu']) expect(names(typed)).toEqual(['Łucja Đặng'])
  expect(names('nobody')).toEqual([])
})

test('what is granted, taken back or undone is found as it is now', () => {
  const [first, second] = [pickup('Anna', 'Aalto'), pickup('Anna', 'Berg')]
  grant(first)
  expect(names('anna')).toEqual(['Anna Aalto'])
  grant(second)
  expect(names('anna')).toEqual(['Anna Aalto', 'Anna Berg'])
  // A transaction that is undone leaves the search as it was.
  expect(() =>
    rooms.store.transact(() => {
      rooms.pickups.end(first.id, 'revoked')
      throw new Error('undone')
    }),
  ).toThrow('undone')
  expect(names('anna')).toEqual(['Anna Aalto', 'Anna Berg'])
  rooms.store.transact(() => rooms.pickups.end(first.id, 'revoked'))
  expect(names('anna')).toEqual(['Anna Berg'])
})

test('those who have arrived come first, however many match', () => {
  const many = Array.from({ length: 3200 }, (_, i) => pickup('Maija', `Meri${i}`))
  grant(...many)
  const late = many[3100]?.id
  if (late === undefined) throw new Error('none')
  rooms.pickups.arrive(late, Date.now())
  expect(names('maija', 'all', 3)).toEqual(['Maija Meri3100', 'Maija Meri0', 'Maija Meri1'])
  expect(names('maija', 'arrived', 3)).toEqual(['Maija Meri3100'])
  expect(rooms.pickups.queue({ filter: 'all', search: 'maija', limit: 3 }).total).toBe(3200)
  expect(rooms.pickups.queue({ filter: 'waiting', search: 'maija', limit: 3 }).total).toBe(3199)
  expect(names('meri3100')).toEqual(['Maija Meri3100'])
})

test('today is whoever has come or been granted since midnight, whatever became of it', () => {
  const midnight = 1_000_000
  const [old, fresh, done] = [
    pickup('Old', 'Waiting'),
    pickup('Fresh', 'Waiting', { issuedAt: midnight + 5 }),
    pickup('Done', 'Today'),
  ]
  grant(old, fresh, done)
  rooms.pickups.arrive(done.id, midnight + 9)
  rooms.store.transact(() => rooms.pickups.end(done.id, 'handed-over'))
  const today = rooms.pickups.queue({ filter: 'today', search: '', limit: 10 }, midnight)
  expect(today.pickups.map(({ person }) => person.name.given).sort()).toEqual(['Done', 'Fresh'])
})

test('any name is found by any of its words in any order', () => {
  const word = fc.stringMatching(/^[A-Za-zÅÄÖåäöéüñøł]{2,9}$/)
  fc.assert(
    fc.property(word, word, word, fc.integer(), (one, two, three, seed) => {
      grant(pickup(`${one}-${two}`, three))
      const words = [one, two, three]
      const order = seed % 2 === 0 ? words : words.reverse()
      expect(names(order.join(' '))).toContain(`${one}-${two} ${three}`)
    }),
    { numRuns: 40 },
  )
})
