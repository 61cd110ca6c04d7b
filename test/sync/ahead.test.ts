/**
 * Pages ahead of their turn: at most three are held, a hub that says nothing beforehand is asked as soon as it can be,
 * and nothing is asked for once it is over.
 */
import { expect, test } from 'vitest'
import { Incarnation } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { ok } from '../../src-shared/failures/result.ts'
import { createAhead, createPageReader } from '../../src-main/sync/pages/index.ts'

const incarnation = Incarnation.parse(newId())
const reader = createPageReader(Buffer.alloc(32, 7), null)

/** A feed of `pages` pages of one change each; `said`: whether the hub says beforehand where the next one begins. */
function feedOf(pages: number, said: boolean, spoil: (place: number) => string | null = () => null) {
  const asked: number[] = []
  const ask = (place: string | null) => {
    const at = Number(place)
    asked.push(at)
    const more = at + 1 < pages
    const page = {
      incarnation,
      next: at + 1,
      more,
      hubTime: 1_772_438_400_000,
      changes: [{ seq: at + 1, kind: 'staff-removed', staff: newId() }],
    }
    const text = spoil(at) ?? JSON.stringify(page)
    return Promise.resolve(ok({ bytes: Buffer.from(text), encoding: '', next: said && more ? String(at + 1) : null }))
  }
  return { asked, ahead: createAhead('feed', reader, ask) }
}

/** Lets everything happen that can happen without the caller. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test.each([true, false])(
  'three pages are on their way and no more, in their order (said beforehand: %s)',
  async (said) => {
    const { asked, ahead } = feedOf(8, said)
    for (let place = 0; place < 8; place++) {
      const page = await ahead.take(String(place))
      expect(page.ok && page.value.head.next).toBe(place + 1)
      await settle()
      expect(asked).toEqual(Array.from({ length: Math.min(8, place + 4) }, (_, i) => i))
    }
  },
)

test('after a page that is none, and after the caller has stopped, nothing more is asked for', async () => {
  const torn = feedOf(20, true, (place) => (place === 2 ? '{"incarnation":' : null))
  expect((await torn.ahead.take('0')).ok).toBe(true)
  expect((await torn.ahead.take('1')).ok).toBe(true)
  expect(await torn.ahead.take('2')).toEqual({ ok: false, failure: { code: 'L-602' } })
  const then = torn.asked.length
  await settle()
  expect(torn.asked.length).toBe(then)

  const left = feedOf(20, true)
  expect((await left.ahead.take('0')).ok).toBe(true)
  left.ahead.stop()
  const before = left.asked.length
  await settle()
  expect(left.asked.length).toBe(before)
})
