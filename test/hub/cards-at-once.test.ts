/**
 * Two administrators at the same moment: cards added to one person, and one card to two people, on a real PostgreSQL.
 * A lock on the table of cards lets both read what is there before either has written.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mostCards } from '../../src-shared/hub-api/agent/words.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

const recipientOf = async (n: number) =>
  (
    await fleet
      .hub()
      .db.selectFrom('account')
      .select('recipient')
      .where('account', '=', fleet.accounts[n] ?? '')
      .executeTakeFirstOrThrow()
  ).recipient
const held = async (recipient: string) =>
  (await fleet.hub().db.selectFrom('card').select('blind').where('recipient', '=', recipient).execute()).length
const hex = (n: number) => n.toString(16).toUpperCase().padStart(8, '0')

async function add(recipient: string, card: string): Promise<string | number> {
  const added = await fleet.agent().call('addCard', { body: { recipient: recipient as never, card } })
  return added.ok ? added.value.cards : added.failure.code
}

/** Of the hub's connections, so many can stand before a lock while one looks on. */
const mostWaiting = 3

/** Begins all of `acts` while nobody can write a card, and lets them go once they stand before a lock. */
async function together<T>(acts: readonly (() => Promise<T>)[]): Promise<T[]> {
  const { db } = fleet.hub()
  let running: Promise<T[]> = Promise.resolve([])
  await db.transaction().execute(async (tx) => {
    await sql`LOCK TABLE card IN EXCLUSIVE MODE`.execute(tx)
    running = Promise.all(acts.map((act) => act()))
    await vi.waitFor(
      async () => {
        const { rows } = await sql`SELECT 1 FROM pg_locks WHERE NOT granted`.execute(tx)
        expect(rows.length, 'acts that wait').toBeGreaterThanOrEqual(Math.min(acts.length, mostWaiting))
      },
      { timeout: 10_000, interval: 20 },
    )
  })
  return running
}

/** Leaves the person with exactly so many. */
async function furnish(recipient: string, cards: number, from: number): Promise<void> {
  const { db, keys } = fleet.hub()
  await db.deleteFrom('card').where('recipient', '=', recipient).execute()
  for (let n = 0; n < cards; n++)
    await db
      .insertInto('card')
      .values({ recipient, sealed: keys.seal(hex(from + n)), blind: keys.blindIndex(hex(from + n)) })
      .execute()
}

test.each([
  ['the last one but none', mostCards - 1, 2, 1],
  ['two are left', mostCards - 2, 3, 2],
  ['none is left', mostCards, 2, 0],
  ['room for all', 0, 3, 3],
])('different cards to one person at once, %s: no more than they may have', async (_what, before, many, fit) => {
  const recipient = await recipientOf(0)
  await furnish(recipient, before, 0x10000000)
  const acts = Array.from({ length: many }, (_, n) => () => add(recipient, hex(0x20000000 + n)))
  // Where there is no room nobody comes as far as to write.
  const answers = fit === 0 ? await Promise.all(acts.map((act) => act())) : await together(acts)
  expect(answers.filter((each) => typeof each === 'number').sort()).toEqual(
    Array.from({ length: fit }, (_, n) => before + n + 1).sort(),
  )
  expect(answers.filter((each) => typeof each === 'string')).toEqual(Array(many - fit).fill('L-247'))
  expect(await held(recipient)).toBe(before + fit)
})

test('one card to two people at once: one of them has it, the other is refused, and nothing else of theirs is lost', async () => {
  const [one, other] = [await recipientOf(1), await recipientOf(2)]
  for (let round = 0; round < 5; round++) {
    await furnish(one, 1, 0x30000000)
    await furnish(other, 1, 0x31000000)
    const card = hex(0x40000000 + round)
    const answers = await together([() => add(one, card), () => add(other, card)])
    expect([...answers].sort()).toEqual([2, 'L-658'])
    expect([await held(one), await held(other)]).toEqual(answers.map((each) => (each === 2 ? 2 : 1)))
  }
  const { rows: told } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM audit
    WHERE act = 'card-added' AND detail->>'recipient' IN (${one}, ${other})`.execute(fleet.hub().db)
  expect(told).toEqual([{ n: 5 }])
})

test('one card to one person twice at once is one card', async () => {
  const recipient = await recipientOf(3)
  await furnish(recipient, mostCards - 1, 0x50000000)
  const answers = await together([() => add(recipient, 'AB:CD:EF:01'), () => add(recipient, 'abcdef01')])
  expect(answers).toEqual([mostCards, mostCards])
  expect(await held(recipient)).toBe(mostCards)
})

test('two cards crosswise to two people at once do not wait for each other for ever', async () => {
  const [one, other] = [await recipientOf(4), await recipientOf(5)]
  await furnish(one, 0, 0)
  await furnish(other, 0, 0)
  const [a, b] = [hex(0x60000001), hex(0x60000002)]
  const answers = await together([() => add(one, a), () => add(other, b), () => add(other, a), () => add(one, b)])
  expect(answers.filter((each) => each === 'L-658').length).toBe(2)
  expect((await held(one)) + (await held(other))).toBe(2)
})

test('a card that is taken away while another is added: both are done', async () => {
  const recipient = await recipientOf(6)
  await furnish(recipient, mostCards, 0x70000000)
  const gone = value(
    await fleet.agent().call('removeCard', { body: { recipient: recipient as never, card: hex(0x70000000) } }),
  )
  expect(gone.cards).toBe(mostCards - 1)
  const answers = await together([
    () => add(recipient, hex(0x71000000)),
    async () =>
      value(await fleet.agent().call('removeCard', { body: { recipient: recipient as never, card: hex(0x70000001) } }))
        .cards,
  ])
  // Whichever was first.
  expect([
    [mostCards - 2, mostCards - 1],
    [mostCards - 1, mostCards],
  ]).toContainEqual([...answers].sort())
  expect(await held(recipient)).toBe(mostCards - 1)
})
