/**
 * Card numbers in Wiegand order (SIA AC-01, and HID's "Understanding card data formats"): a leading even parity bit
 * over the first half, data, a trailing odd parity bit over the second half. Bit 1 is the most significant.
 */
export const wiegandFormats = {
  /** H10301 */
  '26': { facility: 8, card: 16, half: 12 },
  /** 34 bits with a facility code of 16 (N10002 and kin). */
  '34': { facility: 16, card: 16, half: 16 },
  /** H10304 */
  '37': { facility: 16, card: 19, half: 18 },
  /** H10302, without a facility code */
  '37-plain': { facility: 0, card: 35, half: 18 },
} as const satisfies Readonly<Record<string, { facility: number; card: number; half: number }>>
export type WiegandFormat = keyof typeof wiegandFormats
export const wiegandNames = Object.keys(wiegandFormats) as [WiegandFormat, ...WiegandFormat[]]

export interface WiegandCard {
  readonly facility: number
  /** At most 35 bits. */
  readonly card: number
}

export const dataBits = (format: WiegandFormat): number => wiegandFormats[format].facility + wiegandFormats[format].card

function ones(value: bigint): number {
  let count = 0
  for (let rest = value; rest > 0n; rest &= rest - 1n) count += 1
  return count
}
const mask = (bits: number) => (1n << BigInt(bits)) - 1n

/** The parity bits around `data`: of 35 data bits the two halves share the middle one. */
function parities(format: WiegandFormat, data: bigint): { even: bigint; odd: bigint } {
  const { half } = wiegandFormats[format]
  const first = data >> BigInt(dataBits(format) - half)
  const second = data & mask(half)
  return { even: BigInt(ones(first) % 2), odd: BigInt(1 - (ones(second) % 2)) }
}

/** `value` as read, with its parity bits: null when one of them is wrong. */
export function withoutParity(format: WiegandFormat, value: bigint): bigint | null {
  const bits = dataBits(format)
  const data = (value >> 1n) & mask(bits)
  const { even, odd } = parities(format, data)
  return value >> BigInt(bits + 1) === even && (value & 1n) === odd ? data : null
}

export function splitData(format: WiegandFormat, data: bigint): WiegandCard {
  const { card } = wiegandFormats[format]
  return { facility: Number(data >> BigInt(card)), card: Number(data & mask(card)) }
}

/** All bits of a card, parity included: used by the simulated reader and by tests. */
export function encodeWiegand(format: WiegandFormat, { facility, card }: WiegandCard): bigint {
  const data = (BigInt(facility) << BigInt(wiegandFormats[format].card)) | BigInt(card)
  const { even, odd } = parities(format, data)
  return (even << BigInt(dataBits(format) + 1)) | (data << 1n) | odd
}

/** Digits that the largest number of so many bits takes. */
export const decimalDigits = (bits: number): number => (bits === 0 ? 0 : mask(bits).toString().length)
