/**
 * However fast or slow a computer writes, no turn of a long sync holds the desk's thread for long, and every item has
 * its turn once.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTurns } from '../../src-main/sync/turns.ts'

/** Plays `count` items at so many microseconds each; the length and the time (ms) of every turn. */
function play(
  most: number,
  count: number,
  microseconds: (done: number) => number,
): { lengths: number[]; times: number[] } {
  let now = 0
  const turns = createTurns(most, () => now)
  let rest: readonly number[] = Array.from({ length: count }, (_, i) => i)
  const lengths: number[] = []
  const times: number[] = []
  while (rest.length > 0) {
    const some = turns.next(rest)
    expect(some[0]).toBe(count - rest.length)
    const took = (some.length * microseconds(count - rest.length)) / 1000
    turns.take(some.length, () => {
      now += took
    })
    rest = rest.slice(some.length)
    lengths.push(some.length)
    times.push(took)
  }
  return { lengths, times }
}

test('on a quick computer every turn is as long as it may be', () => {
  expect(play(1500, 15_000, () => 20).lengths).toEqual(Array(10).fill(1500))
})

test('where each item takes longer as more are there, turns become shorter and stay near fifty milliseconds', () => {
  const { times } = play(1500, 100_000, (done) => 25 + done / 500)
  expect(Math.max(...times)).toBeLessThan(60)
})

test('property: every item has its turn once, in order, and after the first no turn is long', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 400 }), (count, microseconds) => {
      const { lengths, times } = play(1500, count, () => microseconds)
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(count)
      expect(Math.max(0, ...times.slice(1))).toBeLessThanOrEqual(51)
    }),
    { numRuns: 100 },
  )
})

test('a computer that was slow for once is given long turns again', () => {
  const { lengths } = play(1500, 20_000, (done) => (done < 1500 ? 400 : 10))
  expect(lengths[1]).toBeLessThan(200)
  expect(lengths.slice(-3, -1)).toEqual([1500, 1500])
})
