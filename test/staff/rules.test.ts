import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeskKind, StaffRole } from '../../src-shared/domain/index.ts'
import { kioskApi } from '../../src-shared/kiosk-api/index.ts'
import { authorities, checkNewPin, lockAfter, permit, searchYears, servesAt } from '../../src-main/staff/index.ts'

const code = (pin: string) => {
  const result = checkNewPin(pin)
  return result.ok ? null : result.failure.code
}

describe('a new PIN', () => {
  it('is refused when it is easy', () => {
    for (const pin of [
      '12345',
      '123456',
      '987654',
      '111111',
      '121212',
      '123123',
      '135791',
      '',
      '12345a',
      'aaaaaaaaaaaaaaaaaaaa',
    ])
      expect(code(pin), pin).toBe('L-406')
  })
  it('is taken when it is not', () => {
    for (const pin of ['408216', '739164', '1029384756', 'lintu istuu oksalla']) expect(code(pin), pin).toBe(null)
  })
  it('of runs and repetitions is always refused, whatever its length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 6, max: 12 }),
        (start, step, length) => {
          expect(code(Array.from({ length }, (_, i) => (start + i * step) % 10).join(''))).toBe('L-406')
        },
      ),
    )
  })
  it('costs ten times more to search with each digit', () => {
    expect(searchYears('739164', 500) / searchYears('73916', 500)).toBeCloseTo(10)
    expect(searchYears('739164', 500) * 365.25).toBeCloseTo(5.787, 2)
  })
})

it('locks for longer with every wrong PIN from the fifth, up to four hours, never shorter', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 500 }), (failures) => lockAfter(failures + 1) >= lockAfter(failures)))
  expect([4, 5, 6, 40].map(lockAfter)).toEqual([0, 120_000, 240_000, 14_400_000])
})

describe('authority', () => {
  it('names every method of the kiosk API', () => {
    expect(Object.keys(authorities).sort()).toEqual(Object.keys(kioskApi.methods).sort())
  })
  it('lets nobody but a desk’s own roles serve there', () => {
    for (const desk of DeskKind.options) {
      for (const role of StaffRole.options)
        expect(permit('serving', role, desk).ok, `${role} at ${desk}`).toBe(servesAt[role].includes(desk))
      expect(permit('serving', null, desk)).toMatchObject({ failure: { code: 'L-401' } })
      expect(
        StaffRole.options.some((role) => role !== 'supervisor' && servesAt[role].includes(desk)),
        desk,
      ).toBe(true)
    }
    expect(permit('serving', 'hr', 'porter')).toMatchObject({ failure: { code: 'L-408' } })
    expect(permit('serving', 'porter', 'hr')).toMatchObject({ failure: { code: 'L-408' } })
  })
})
