/**
 * A card format says which texts of a reader are cards of its kind, and how each becomes the one id that the
 * institution's register holds. Formats are data, in the desk's settings: the same card read by two kinds of reader
 * then has one identity.
 */
import { RE2JS } from 're2js'
import { z } from 'zod'
import { fail, ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { checkDigitNames, checks } from './check-digits.ts'
import { dataBits, decimalDigits, splitData, wiegandFormats, wiegandNames, withoutParity } from './wiegand.ts'

const digits = z.number().int().min(2).max(32)

export const CardStep = z.discriminatedUnion('do', [
  /** Only letters and digits stay. */
  z.strictObject({ do: z.literal('strip') }),
  /** The characters from `from` up to, not including, `to`; negative counts from the end. */
  z.strictObject({ do: z.literal('slice'), from: z.number().int(), to: z.number().int().optional() }),
  /** The last character must be this check digit; it stays unless `drop`. Wrong: the card is refused (L-707). */
  z.strictObject({ do: z.literal('check'), digit: z.enum(checkDigitNames), drop: z.boolean().default(false) }),
  /** A decimal number becomes so many hexadecimal digits; larger: not of this format. */
  z.strictObject({ do: z.literal('decimal-to-hex'), digits }),
  z.strictObject({ do: z.literal('hex-to-decimal'), digits }),
  /** Bytes of a hexadecimal number from the other end. */
  z.strictObject({ do: z.literal('reverse-bytes') }),
  /** Of a hexadecimal number, the lowest bits. */
  z.strictObject({ do: z.literal('low-bits'), bits: z.number().int().min(8).max(128) }),
  /**
   * A hexadecimal number in Wiegand order becomes facility code and card number in decimal, each as long as its
   * largest. Parity is checked (L-707) unless the reader is set to leave the parity bits out.
   */
  z.strictObject({
    do: z.literal('wiegand'),
    format: z.enum(wiegandNames),
    parity: z.enum(['check', 'left-out']).default('check'),
  }),
  z.strictObject({ do: z.literal('trim-zeros') }),
  z.strictObject({ do: z.literal('pad'), length: z.number().int().min(4).max(32) }),
  /** Keeps kinds of card apart that could have the same number. */
  z.strictObject({ do: z.literal('prefix'), text: z.string().regex(/^[0-9A-Z]{1,8}$/) }),
])
export type CardStep = z.infer<typeof CardStep>

/**
 * Patterns are matched in time that grows with the text alone (RE2): no card makes a pattern of the settings search for
 * ever.
 */
function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern)
    return true
  } catch {
    return false
  }
}

export const CardFormat = z.strictObject({
  name: z.string().min(1).max(60),
  /** Regular expression (RE2's syntax: no look-around, no back-references) for the whole text, upper case. */
  pattern: z.string().min(1).max(200).refine(compiles),
  /** AIM identifiers this format is read as, by their beginnings: `]A` is Code 39, `]C` Code 128, `]E` EAN. */
  symbologies: z
    .array(z.string().regex(/^\][A-Za-z][0-9A-Za-z]?$/))
    .min(1)
    .optional(),
  /** Number of bits, for a card that is read as bits. */
  bits: z.number().int().min(1).max(64).optional(),
  steps: z.array(CardStep).max(16).default([]),
})
export type CardFormat = z.infer<typeof CardFormat>

/** What a format looks at: a scan, as its decoder left it. */
export interface CardText {
  readonly text: string
  readonly symbology?: string | null
  readonly bits?: number | undefined
}

/** A card id as the register holds it: 4 to 32 letters and digits. */
const cardId = /^[0-9A-Z]{4,32}$/
const hex = /^[0-9A-F]+$/

/** The next text; `no`: not of this format; `wrong`: of this format, with a wrong check digit or parity. */
function take(step: CardStep, text: string): { readonly text: string } | 'no' | 'wrong' {
  switch (step.do) {
    case 'strip':
      return { text: text.replace(/[^0-9A-Z]/g, '') }
    case 'slice':
      return { text: text.slice(step.from, step.to) }
    case 'check':
      if (!checks(step.digit, text)) return 'wrong'
      return { text: step.drop ? text.slice(0, -1) : text }
    case 'decimal-to-hex': {
      if (!/^\d{1,40}$/.test(text)) return 'no'
      const made = BigInt(text).toString(16).toUpperCase()
      return made.length > step.digits ? 'no' : { text: made.padStart(step.digits, '0') }
    }
    case 'hex-to-decimal': {
      if (!hex.test(text)) return 'no'
      const made = BigInt(`0x${text}`).toString()
      return made.length > step.digits ? 'no' : { text: made.padStart(step.digits, '0') }
    }
    case 'reverse-bytes':
      return hex.test(text) && text.length % 2 === 0 ? { text: (text.match(/../g) ?? []).reverse().join('') } : 'no'
    case 'low-bits': {
      if (!hex.test(text)) return 'no'
      const value = BigInt(`0x${text}`) & ((1n << BigInt(step.bits)) - 1n)
      return {
        text: value
          .toString(16)
          .toUpperCase()
          .padStart(Math.ceil(step.bits / 4), '0'),
      }
    }
    case 'wiegand': {
      if (!hex.test(text)) return 'no'
      const value = BigInt(`0x${text}`)
      if (value >> BigInt(dataBits(step.format) + (step.parity === 'check' ? 2 : 0)) !== 0n) return 'no'
      const data = step.parity === 'check' ? withoutParity(step.format, value) : value
      if (data === null) return 'wrong'
      const sizes = wiegandFormats[step.format]
      const { facility, card } = splitData(step.format, data)
      const front = sizes.facility === 0 ? '' : String(facility).padStart(decimalDigits(sizes.facility), '0')
      return { text: front + String(card).padStart(decimalDigits(sizes.card), '0') }
    }
    case 'trim-zeros':
      return { text: text.replace(/^0+/, '') }
    case 'pad':
      return text.length > step.length ? 'no' : { text: text.padStart(step.length, '0') }
    case 'prefix':
      return { text: step.text + text }
  }
}

const compiled = new WeakMap<CardFormat, RE2JS>()
function patternOf(format: CardFormat): RE2JS {
  let pattern = compiled.get(format)
  if (pattern === undefined) {
    pattern = RE2JS.compile(format.pattern)
    compiled.set(format, pattern)
  }
  return pattern
}

/**
 * A card's id by one format; null when the text is not of that format. Fails with L-707 for a wrong check digit or
 * parity.
 */
export function readAs(format: CardFormat, card: CardText): Result<string> | null {
  if (format.bits !== undefined && format.bits !== card.bits) return null
  const { symbology } = card
  if (
    format.symbologies !== undefined &&
    (symbology === undefined || symbology === null || !format.symbologies.some((begin) => symbology.startsWith(begin)))
  )
    return null
  // The check character of Code 39 may be a space.
  const ends = format.steps.some((step) => step.do === 'check' && step.digit === 'code39-mod43')
  let text = (ends ? card.text.trimStart() : card.text.trim()).toUpperCase()
  if (text.length > 512 || !patternOf(format).testExact(text)) return null
  for (const step of format.steps) {
    const next = take(step, text)
    if (next === 'no') return null
    if (next === 'wrong') return fail(failures.cardMisread)
    text = next.text
  }
  const id = text.replace(/[^0-9A-Z]/g, '')
  return cardId.test(id) ? ok(id) : null
}
