/** The last day of whoever a source no longer has: yesterday by the institution's calendar. */
import { expect, it } from 'vitest'
import { endedBefore } from '../../src-hub/people/index.ts'

it.each([
  ['at midday', '2026-11-30T10:00:00Z', '2026-11-29'],
  ['after midnight there, before it by UTC', '2026-11-30T22:30:00Z', '2026-11-30'],
  ['late on the day of 25 hours', '2026-10-25T21:30:00Z', '2026-10-24'],
  ['early on the day of 23 hours', '2026-03-28T22:30:00Z', '2026-03-28'],
])('%s', (_when, at, expected) => {
  expect(endedBefore(Date.parse(at))).toBe(expected)
})
