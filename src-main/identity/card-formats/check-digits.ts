/** Check digits of cards' bar codes: pure functions over the text as read. */

/** Code 39's characters in the order of their values 0..42 (ISO/IEC 16388, annex A.1). */
const code39 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%'

export const checkDigits = {
  /** Modulo 43 over all characters (ISO/IEC 16388, annex A.1). */
  'code39-mod43'(data: string): string | null {
    let sum = 0
    for (const character of data) {
      const value = code39.indexOf(character)
      if (value === -1) return null
      sum += value
    }
    return code39[sum % 43] ?? null
  },
  /**
   * Weights 3 and 1 from the right, to the next ten (GS1 General Specifications, section 7.9): EAN-8, EAN-13, UPC-A,
   * GTIN.
   */
  ean(data: string): string | null {
    return /^\d+$/.test(data)
      ? toTen([...data].reverse().reduce((sum, digit, i) => sum + Number(digit) * (i % 2 === 0 ? 3 : 1), 0))
      : null
  },
  /** The "double-add-double" of ISO/IEC 7812-1, annex B: magnetic cards and library bar codes. */
  luhn(data: string): string | null {
    if (!/^\d+$/.test(data)) return null
    const sum = [...data].reverse().reduce((total, digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 2 : 1)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
    return toTen(sum)
  },
} as const
export type CheckDigit = keyof typeof checkDigits
export const checkDigitNames = Object.keys(checkDigits) as [CheckDigit, ...CheckDigit[]]

function toTen(sum: number): string {
  return String((10 - (sum % 10)) % 10)
}

/** Whether the last character is the check digit of those before it. */
export function checks(kind: CheckDigit, text: string): boolean {
  return text.length > 1 && checkDigits[kind](text.slice(0, -1)) === text.slice(-1)
}
