/**
 * Formats by name, so that a desk need not spell them out. Mifare and EM ids come out as hexadecimal, first byte first,
 * whatever the reader's order and radix; Wiegand cards as facility code and card number in decimal.
 */
import { z } from 'zod'
import { CardFormat, type CardStep } from './format.ts'
import { dataBits, wiegandNames, type WiegandFormat } from './wiegand.ts'

const hexBytes = (bytes: number) => `[0-9A-F]{2}(?:[ :.-]?[0-9A-F]{2}){${bytes - 1}}`
const strip: CardStep = { do: 'strip' }
const reverse: CardStep = { do: 'reverse-bytes' }
const low = (bits: number): CardStep => ({ do: 'low-bits', bits })
const toHex = (digits: number): CardStep => ({ do: 'decimal-to-hex', digits })

/** Unique ids of ISO/IEC 14443-3 cards: Mifare Classic has 4 bytes; Ultralight, DESFire and student cards 7. */
function uid(bytes: 4 | 7, most: string): CardFormat[] {
  const name = `uid${bytes}`
  return [
    { name: `${name}-hex`, pattern: hexBytes(bytes), steps: [strip] },
    { name: `${name}-hex-reversed`, pattern: hexBytes(bytes), steps: [strip, reverse] },
    { name: `${name}-decimal`, pattern: most, steps: [toHex(bytes * 2)] },
    { name: `${name}-decimal-reversed`, pattern: most, steps: [toHex(bytes * 2), reverse] },
  ]
}

function wiegand(format: WiegandFormat): CardFormat[] {
  const bits = dataBits(format)
  return [
    {
      name: `wiegand-${format}`,
      pattern: '[0-9A-F]+',
      bits: bits + 2,
      steps: [{ do: 'wiegand', format, parity: 'check' }],
    },
    {
      name: `wiegand-${format}-no-parity`,
      pattern: '[0-9A-F]+',
      bits,
      steps: [{ do: 'wiegand', format, parity: 'left-out' }],
    },
  ]
}

const formats: readonly CardFormat[] = [
  /** Any card of 4 to 32 letters and digits, as it is read. */
  { name: 'plain', pattern: '[0-9A-Z](?:[ :.-]?[0-9A-Z]){3,31}', steps: [strip] },
  ...uid(4, '\\d{1,10}'),
  ...uid(7, '\\d{11,17}'),
  /**
   * EM4100 and kin hold 40 bits: 8 of the customer, 32 of the card. Readers show all ten hexadecimal digits, the 32
   * bits in ten decimal ones, or 8 and 16 of the lowest 24 bits in decimal ("3+5", as printed on the cards). Compare
   * what all your readers can see.
   */
  { name: 'em-hex', pattern: hexBytes(5), steps: [strip, low(32)] },
  { name: 'em-decimal', pattern: '\\d{10}', steps: [toHex(8)] },
  {
    name: 'em-hex-24',
    pattern: hexBytes(5),
    steps: [strip, low(24), { do: 'wiegand', format: '26', parity: 'left-out' }],
  },
  {
    name: 'em-decimal-24',
    pattern: '\\d{10}',
    steps: [toHex(8), low(24), { do: 'wiegand', format: '26', parity: 'left-out' }],
  },
  { name: 'em-3-5', pattern: '\\d{3}[,:. ]?\\d{5}', steps: [strip] },
  ...wiegandNames.flatMap(wiegand),
  /** Code 39 with its optional check character, as library and student cards carry it. */
  {
    name: 'code39-mod43',
    pattern: '[0-9A-Z. $/+%-]{5,33}',
    symbologies: [']A'],
    steps: [{ do: 'check', digit: 'code39-mod43', drop: true }],
  },
  { name: 'code128', pattern: '[0-9A-Z](?:[ :.-]?[0-9A-Z]){3,31}', symbologies: [']C'], steps: [strip] },
  { name: 'ean', pattern: '\\d{8}|\\d{12,14}', steps: [{ do: 'check', digit: 'ean', drop: false }] },
  /** Library cards and magnetic cards with the check digit of ISO/IEC 7812. */
  { name: 'luhn', pattern: '\\d{6,19}', steps: [{ do: 'check', digit: 'luhn', drop: false }] },
]

export const knownFormats: ReadonlyMap<string, CardFormat> = new Map(formats.map((format) => [format.name, format]))

/** A format in the desk's settings: its name, or one spelt out. */
export const CardFormatSetting = z.union([
  z
    .string()
    .refine((name) => knownFormats.has(name), 'unknown card format')
    .transform((name): CardFormat => {
      const known = knownFormats.get(name)
      if (known === undefined) throw new Error('refined above')
      return known
    }),
  CardFormat,
])
