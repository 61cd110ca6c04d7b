/** The desk's clock: hub time plus a monotonic offset. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeskClock } from '../../src-main/engine/index.ts'

function rig(wall: number, notBefore = 0) {
  let monotonic = 0
  const clock = createDeskClock({ wall: () => wall, monotonic: () => monotonic }, notBefore)
  return { clock, pass: (ms: number) => void (monotonic += ms) }
}

describe('the desk’s clock', () => {
  it('never puts two acts in the wrong order because an answer of the hub came late', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ pass: fc.nat(60_000), late: fc.nat(5000) }), { maxLength: 50 }), (answers) => {
        const { clock, pass } = rig(1_000_000)
        let real = 1_000_000
        let last = clock.now()
        for (const answer of answers) {
          pass(answer.pass)
          real += answer.pass
          clock.setHubTime(real - answer.late)
          expect(clock.now()).toBeGreaterThanOrEqual(last)
          last = clock.now()
        }
      }),
    )
  })

  it('takes the hub’s word over a computer’s clock that is hours or days off, either way', () => {
    for (const wrong of [-7 * 86_400_000, -3_600_000, 3_600_000, 400 * 86_400_000]) {
      const { clock, pass } = rig(5_000_000_000 + wrong)
      clock.now()
      clock.setHubTime(5_000_000_000)
      pass(1234)
      expect(clock.now()).toBe(5_000_001_234)
    }
  })

  it('is not behind what the ledger has seen, before the first contact', () => {
    expect(rig(1000, 9_000_000).clock.now()).toBe(9_000_000)
  })
})
