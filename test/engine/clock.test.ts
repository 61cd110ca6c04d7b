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

  it('says when the computer’s clock is far from the time it goes by: set back, jumped while it ran, or wrong all along', () => {
    const hour = 3_600_000
    let wall = 10 * hour
    let monotonic = 0
    const system = { wall: () => wall, monotonic: () => monotonic }
    const pass = (ms: number) => {
      wall += ms
      monotonic += ms
    }
    // Set back while it was off, no network: the desk goes on from the last time that is certain.
    const clock = createDeskClock(system, 12 * hour)
    expect([clock.now(), clock.computerIsWrong()]).toEqual([12 * hour, true])
    pass(hour)
    expect(clock.now()).toBe(13 * hour)
    // Set right again.
    wall = 13 * hour
    expect(clock.computerIsWrong()).toBe(false)
    // It jumps while the engine runs: time at the desk does not.
    wall -= 2 * hour
    expect([clock.now(), clock.computerIsWrong()]).toEqual([13 * hour, true])
    wall += 26 * hour
    expect([clock.now(), clock.computerIsWrong()]).toEqual([13 * hour, true])
    // The hub's word; a few seconds are no matter.
    clock.setHubTime(20 * hour)
    expect([clock.now(), clock.computerIsWrong()]).toEqual([20 * hour, true])
    wall = 20 * hour + 30_000
    expect(clock.computerIsWrong()).toBe(false)
  })

  it('is not behind what the ledger has seen, before the first contact', () => {
    expect(rig(1000, 9_000_000).clock.now()).toBe(9_000_000)
  })
})
