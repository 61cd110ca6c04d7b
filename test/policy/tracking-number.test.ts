import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTrackingNumber, s10CheckDigit } from '../../src-shared/domain/tracking-number.ts'

const read = (text: string) => {
  const result = readTrackingNumber(text)
  return result === null ? null : result.ok ? result.value : result.failure.code
}

describe('tracking numbers', () => {
  it.each([
    // The example of the Universal Postal Union's S10 and others published by operators.
    ['RR473124829FI', 'RR473124829FI'],
    ['RR123456785FI', 'RR123456785FI'],
    ['rr 123 456 785 fi', 'RR123456785FI'],
    ['RR123456786FI', 'L-231'],
    ['JJFI12345678901234567', 'JJFI12345678901234567'],
    ['00373325380000123405', 'L-231'],
    ['4006381333931', null],
    ['04AABBCCDDEE01', null],
    ['LODGE:ABCD2345', null],
    ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', null],
  ])('%s: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it('of S10 numbers one digit read wrong, or two neighbours changed round, is noticed', () => {
    const serial = fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }).map((digits) => digits.join(''))
    fc.assert(
      fc.property(serial, fc.nat(7), fc.integer({ min: 1, max: 9 }), (right, place, by) => {
        const check = s10CheckDigit(right)
        const wrong = [...right].map((digit, i) => (i === place ? String((Number(digit) + by) % 10) : digit)).join('')
        expect(read(`RR${right}${check}FI`)).toBe(`RR${right}${check}FI`)
        // The digit for 0 and 10 is the same, and so is that for 5 and 11: those two of eleven remainders are all that
        // slips through.
        if (s10CheckDigit(wrong) !== check) expect(read(`RR${wrong}${check}FI`)).toBe('L-231')
      }),
    )
  })
})
