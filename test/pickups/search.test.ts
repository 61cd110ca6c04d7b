/** The queue and its search are what sorting and comparing every row would say, however the rows came to be. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Incarnation, PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { findsIn, searchQuery, searchText } from '../../src-shared/protocol/search-text.ts'
import { createPickupCache } from '../../src-main/pickups/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { inventedGrant } from './invented-grant.ts'

const incarnation = Incarnation.parse(newId())
const families = ['Virtanen', 'Åström', 'af Hällström-Ek', 'Ek', 'Virta']
const act = fc.record({
  kind: fc.constantFrom('grant', 'grant', 'grant', 'arrive', 'print', 'end', 'unarrive', 'fold'),
  who: fc.integer({ min: 0, max: 14 }),
})
const words = fc.constantFrom('virta', 'ek', 'astrom', 'hällström ek', 'ek af', 'a', 'account1', 'nobody')

test('any history: search finds exactly who matches, in the order of the queue', () => {
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 40 }),
      words,
      fc.constantFrom('all' as const, 'arrived' as const, 'waiting' as const),
      (acts, search, filter) => {
        const folder = mkdtempSync(join(tmpdir(), 'lodge-search-'))
        const opened = openStore(join(folder, 'kiosk.db'))
        if (!opened.ok) throw new Error(opened.failure.code)
        const cache = createPickupCache(opened.value.db, randomBytes(32))
        const ids = Array.from({ length: 15 }, () => PickupId.parse(newId()))
        const grants = new Map<PickupId, number>()
        try {
          acts.forEach(({ kind, who }, time) => {
            const id = ids[who]
            if (id === undefined) return
            const n = (grants.get(id) ?? 0) + 1
            if (kind === 'fold') cache.foldNames(3)
            else if (kind === 'grant') {
              const taken = cache.grant(
                inventedGrant(
                  id,
                  { incarnation, n },
                  {
                    name: { family: families[(who + n) % families.length] ?? '', given: `Aino ${who}` },
                    account: `account${who}`,
                    issuedAt: 1_772_438_400_000 + ((who * 7) % 15),
                  },
                ),
              )
              if (taken) grants.set(id, n)
            } else if (cache.get(id) !== null) {
              if (kind === 'arrive') cache.arrive(id, 1_772_438_400_000 + time)
              else if (kind === 'print') cache.setState(id, 'uncertain')
              else if (kind === 'unarrive') cache.unarrive(id)
              else cache.end(id, 'handed-over')
            }
          })
          const rank = (state: string, arrivedAt: number | null) =>
            state === 'uncertain' || state === 'printed' ? 0 : arrivedAt !== null ? 1 : 2
          const wanted = searchQuery(search)
          const expected = ids
            .flatMap((id) => cache.get(id) ?? [])
            .filter(({ state }) => ['waiting', 'arrived', 'uncertain'].includes(state))
            .filter(({ state }) => filter === 'all' || (filter === 'waiting') === (state === 'waiting'))
            .filter(({ person }) =>
              findsIn(searchText(`${person.name.given} ${person.name.family} ${person.account}`), wanted),
            )
            .sort(
              (a, b) =>
                rank(a.state, a.arrivedAt) - rank(b.state, b.arrivedAt) ||
                (a.arrivedAt ?? 0) - (b.arrivedAt ?? 0) ||
                a.issuedAt - b.issuedAt,
            )
          const { pickups, total } = cache.queue({ filter, search, limit: 100 })
          expect(pickups.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
          expect(total).toBe(expected.length)
          expect(cache.queue({ filter, search, limit: 2 }).pickups.map(({ id }) => id)).toEqual(
            expected.slice(0, 2).map(({ id }) => id),
          )
        } finally {
          opened.value.close()
          rmSync(folder, { recursive: true })
        }
      },
    ),
    { numRuns: 25 },
  )
})

/** Somebody types a letter at a time while grants come, pickups end and transactions are undone. */
test('any history with searches in between: each finds what comparing every name finds, the first issued first', () => {
  const step = fc.record({
    kind: fc.constantFrom('grant', 'grant', 'grant', 'end', 'fold', 'undone', 'type', 'type', 'type', 'rub', 'another'),
    who: fc.integer({ min: 0, max: 11 }),
    n: fc.integer({ min: 1, max: 3 }),
  })
  const typed = ['ek aino 1', 'virtanen', 'hallstrom account', 'aino virta', 'account11']
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
      const opened = openStore(':memory:')
      if (!opened.ok) throw new Error(opened.failure.code)
      const { db } = opened.value
      const key = randomBytes(32)
      const cache = createPickupCache(db, key)
      const ids = Array.from({ length: 12 }, () => PickupId.parse(newId()))
      const highest = ids.map(() => 0)
      let [word = ''] = typed
      let letters = 1
      let searches = 0
      const grant = (who: number, n: number) => {
        highest[who] = (highest[who] ?? 0) + n
        const id = ids[who] ?? PickupId.parse('')
        return cache.grant(
          inventedGrant(
            id,
            { incarnation, n: highest[who] },
            {
              name: { family: families[(who + n) % families.length] ?? '', given: `Aino ${who}` },
              account: `account${who}`,
              issuedAt: 1_772_438_400_000 + ((who * 5 + n * 31) % 97),
            },
          ),
        )
      }
      const end = (who: number) => {
        const id = ids[who]
        if (id !== undefined && cache.get(id) !== null) cache.end(id, 'revoked')
      }
      const undo = new Error('undone')
      try {
        for (const { kind, who, n } of steps) {
          if (kind === 'grant') grant(who, n)
          else if (kind === 'end') end(who)
          else if (kind === 'fold') cache.foldNames(n)
          else if (kind === 'undone') {
            const before = highest[who] ?? 0
            const half = () =>
              opened.value.transact(() => {
                if (n === 2) end(who)
                else grant(who, n)
                throw undo
              })
            expect(half).toThrow(undo)
            highest[who] = before
          } else if (kind === 'type') letters = Math.min(letters + 1, word.length)
          else if (kind === 'rub') letters = Math.max(letters - 1, 1)
          else {
            word = typed[who % typed.length] ?? ''
            letters = n
          }
          if (kind !== 'type' && kind !== 'rub' && kind !== 'another') continue
          searches += 1
          const search = word.slice(0, letters)
          const wanted = searchQuery(search)
          const expected = ids
            .flatMap((id) => cache.get(id) ?? [])
            .filter(({ state }) => state === 'waiting')
            .filter(({ person }) => {
              return findsIn(searchText(`${person.name.given} ${person.name.family} ${person.account}`), wanted)
            })
            .map(({ id, issuedAt }) => ({ id, issuedAt }))
          const { pickups, total } = cache.queue({ filter: 'all', search, limit: 100 })
          const found = pickups.map(({ id, issuedAt }) => ({ id, issuedAt }))
          expect(total).toBe(expected.length)
          expect(found.map(({ issuedAt }) => issuedAt)).toEqual(
            expected.map(({ issuedAt }) => issuedAt).sort((x, y) => x - y),
          )
          expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort())
        }
      } finally {
        opened.value.close()
      }
      fc.pre(searches > 0)
    }),
    { numRuns: 150 },
  )
})

test('names are opened slice by slice until none is left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-search-'))
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  try {
    const key = randomBytes(32)
    const written = createPickupCache(opened.value.db, key)
    for (let who = 0; who < 10; who += 1)
      written.grant(
        inventedGrant(
          PickupId.parse(newId()),
          { incarnation, n: 1 },
          {
            name: { family: 'Virtanen', given: `Aino ${who}` },
            account: `account${who}`,
            issuedAt: 1_772_438_400_000 + who,
          },
        ),
      )
    // As after a start: nothing is in memory yet.
    const cache = createPickupCache(opened.value.db, key)
    const more = [1, 2, 3, 4].map(() => cache.foldNames(3))
    expect(more).toEqual([true, true, true, false])
    expect(cache.queue({ filter: 'all', search: 'aino virta', limit: 20 }).total).toBe(10)
  } finally {
    opened.value.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
