/** What a standing outage leaves in the log. */
import { expect, test } from 'vitest'
import { createSparingLog } from '../../src-hub/operations/index.ts'

function record() {
  const written: string[] = []
  let now = 0
  const say = createSparingLog(
    (line) => void written.push(`${now / 1000} s: ${line}`),
    () => now,
  )
  return { written, say, at: (seconds: number) => (now = seconds * 1000) }
}

test('of an outage of ten minutes with six refusals a second one line a minute is written, and none is lost from the count', () => {
  const { written, say, at } = record()
  for (let n = 0; n < 3600; n++) {
    at(n / 6)
    say('/v1/agent/pickups: error 08P01')
  }
  expect(written.length).toBe(10)
  expect(written.slice(0, 2)).toEqual([
    '0 s: /v1/agent/pickups: error 08P01',
    '60 s: /v1/agent/pickups: error 08P01 (359 more like it before this one)',
  ])
  at(700)
  say('/v1/agent/pickups: error 08P01')
  const leftOut = written.map((line) => Number(/\((\d+) more/.exec(line)?.[1] ?? 0))
  expect(leftOut.reduce((sum, n) => sum + n, written.length)).toBe(3601)
})

test('another route or another error is written at once', () => {
  const { written, say, at } = record()
  for (const line of ['a: error 08P01', 'b: error 08P01', 'a: error 57P01', 'a: error 08P01']) say(line)
  at(61)
  say('b: error 08P01')
  expect(written).toEqual(['0 s: a: error 08P01', '0 s: b: error 08P01', '0 s: a: error 57P01', '61 s: b: error 08P01'])
})

test('it remembers no more than a thousand different lines', () => {
  const { written, say } = record()
  for (let n = 0; n < 1200; n++) say(`route ${n}`)
  say('route 1199')
  say('route 0')
  expect(written.length).toBe(1201)
  expect(written.at(-1)).toBe('0 s: route 0')
})
