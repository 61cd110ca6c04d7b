/** The desk's clock: hub time plus a monotonic offset. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInstant } from '../../src-shared/domain/bounds.ts'
import { createDeskClock } from '../../src-main/engine/index.ts'

/** A day of a year in which clocks may be. */
const day0 = Date.UTC(2026, 2, 2)
const dayMs = 86_400_000

function rig(wall: number, notBefore = 0, heard = false) {
  let monotonic = 0
  const clock = createDeskClock({ wall: () => wall, monotonic: () => monotonic }, notBefore, heard)
  return { clock, pass: (ms: number) => void (monotonic += ms) }
}

describe('the desk’s clock', () => {
  it('never puts two acts in the wrong order because an answer of the hub came late', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ pass: fc.nat(60_000), late: fc.nat(5000) }), { maxLength: 50 }), (answers) => {
        const { clock, pass } = rig(day0)
        let real = day0
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
      const { clock, pass } = rig(day0 + wrong)
      clock.now()
      clock.setHubTime(day0)
      pass(1234)
      expect(clock.now()).toBe(day0 + 1234)
    }
  })

  it('says when the computer’s clock is far from the time it goes by: set back, jumped while it ran, or wrong all along', () => {
    const hour = 3_600_000
    const at = (hours: number) => day0 + hours * hour
    let wall = at(10)
    let monotonic = 0
    const system = { wall: () => wall, monotonic: () => monotonic }
    const pass = (ms: number) => {
      wall += ms
      monotonic += ms
    }
    // Set back while it was off, no network: the desk goes on from the last time that is certain.
    const clock = createDeskClock(system, at(12))
    expect([clock.now(), clock.computerIsWrong()]).toEqual([at(12), true])
    pass(hour)
    expect(clock.now()).toBe(at(13))
    // Set right again.
    wall = at(13)
    expect(clock.computerIsWrong()).toBe(false)
    // It jumps while the engine runs: time at the desk does not.
    wall -= 2 * hour
    expect([clock.now(), clock.computerIsWrong()]).toEqual([at(13), true])
    wall += 26 * hour
    expect([clock.now(), clock.computerIsWrong()]).toEqual([at(13), true])
    // The hub's word; a few seconds are no matter.
    clock.setHubTime(at(20))
    expect([clock.now(), clock.computerIsWrong()]).toEqual([at(20), true])
    wall = at(20) + 30_000
    expect(clock.computerIsWrong()).toBe(false)
  })

  it('is not behind what the ledger has seen, before the first contact', () => {
    expect(rig(day0, day0 + 9_000_000).clock.now()).toBe(day0 + 9_000_000)
  })

  it('believes the first hub time of its life, however far; later ones only near a clock of its own', () => {
    const far = [-40 * 365 * dayMs, -3 * dayMs, 2 * dayMs, 20 * 365 * dayMs].filter(
      (by) => day0 + by > Date.UTC(2020, 0, 1),
    )
    for (const by of far) {
      const first = rig(day0).clock
      first.setHubTime(day0 + by)
      expect([first.now(), first.inDoubt()]).toEqual([day0 + by, null])
      const later = rig(day0, day0, true).clock
      later.setHubTime(day0 + by)
      expect([later.now(), later.inDoubt()]).toEqual([day0, day0 + by])
      // Once it has believed one, the next is measured by that.
      first.setHubTime(day0 + by + 9 * dayMs)
      expect([first.now(), first.inDoubt()]).toEqual([day0 + by, day0 + by + 9 * dayMs])
    }
  })

  it('takes no time that is none, and one within a day of the computer’s clock after a long sleep', () => {
    const { clock, pass } = rig(day0, day0, true)
    for (const none of [9e15, 2 ** 53 - 1, -1, 0, 1, Number.NaN, Infinity, Date.UTC(2019, 0), Date.UTC(2099, 11, 31)]) {
      clock.setHubTime(none)
      expect([clock.now(), clock.inDoubt()]).toEqual([day0, null])
    }
    // The desk slept for a month; its computer’s clock went on.
    const slept = rig(day0 + 30 * dayMs, day0, true)
    slept.clock.setHubTime(day0 + 30 * dayMs + 60_000)
    expect(slept.clock.inDoubt()).toBe(null)
    pass(1)
  })

  it('holds a doubtful time until a person confirms the very one, or the hub is right again', () => {
    const { clock, pass } = rig(day0, day0, true)
    clock.setHubTime(day0 + 5 * dayMs)
    pass(60_000)
    expect([clock.now(), clock.inDoubt()]).toEqual([day0 + 60_000, day0 + 5 * dayMs + 60_000])
    expect(clock.believe(day0 + 50 * dayMs)).toBe(false)
    expect(clock.now()).toBe(day0 + 60_000)
    expect(clock.believe(day0 + 5 * dayMs)).toBe(true)
    expect([clock.now(), clock.inDoubt()]).toEqual([day0 + 5 * dayMs + 60_000, null])
    clock.setHubTime(day0 + 90 * dayMs)
    expect(clock.inDoubt()).toBe(day0 + 90 * dayMs)
    // The hub has been set right: nobody need decide.
    clock.setHubTime(day0 + 5 * dayMs + 60_000)
    expect(clock.inDoubt()).toBe(null)
    expect(clock.believe(day0)).toBe(false)
  })

  it('never shows a time outside the contracts, whatever the computer and the desk’s records say', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double(), fc.maxSafeInteger()),
        fc.oneof(fc.double(), fc.maxSafeInteger()),
        (wall, stored) => {
          expect(isInstant(rig(wall, stored).clock.now())).toBe(true)
        },
      ),
    )
  })
})
