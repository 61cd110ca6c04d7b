/**
 * rf IDEAS pcProx and WAVE ID readers without keystrokes, asked by feature reports of eight bytes with report id 0:
 * command 0x8F fetches the card's bits, least significant byte first, 0x8E their number (open description of the
 * protocol: micolous/pcprox, protocol.md, "Card read buffer"; the maker's SDK calls them getActiveID and
 * getActiveBitCount). The reader keeps no state for us: while a card lies on it the same answer comes again and again,
 * so a card counts once, until it has gone.
 */
import type { Decoder, Took } from './decoder.ts'
import * as failures from '../../../src-shared/failures/named.ts'

export const pcproxReportSize = 8
export const pcproxCommands = { card: 0x8f, bits: 0x8e } as const
const mostBits = 64

/** The question as a feature report, report id first. */
export function pcproxQuestion(command: number): Buffer {
  const report = Buffer.alloc(pcproxReportSize + 1)
  report[1] = command
  return report
}

/** The eight bytes of an answer: some systems leave the report id in front. null when it is no answer. */
export function pcproxAnswer(report: Uint8Array): Buffer | null {
  if (report.length === pcproxReportSize) return Buffer.from(report)
  return report.length === pcproxReportSize + 1 ? Buffer.from(report.subarray(1)) : null
}

/** One push is one look: the eight bytes of 0x8F followed by the eight of 0x8E. */
export function createPcproxDecoder(): Decoder {
  let there: string | null = null
  let took: Took = 'idle'
  return {
    push(look) {
      took = look.length === 2 * pcproxReportSize ? 'idle' : 'foreign'
      if (took === 'foreign') return []
      const count = look[pcproxReportSize] ?? 0
      // The count is sent twice; where the two differ the card was just moved.
      if (count !== look[pcproxReportSize + 1]) return []
      if (count > mostBits) {
        // Its number does not fit the buffer; told once, as long as it lies there.
        if (there !== 'too long') took = failures.cardLongerThanReader
        there = 'too long'
        return []
      }
      if (count === 0) {
        there = null
        return []
      }
      let value = 0n
      for (let i = pcproxReportSize - 1; i >= 0; i--) value = (value << 8n) | BigInt(look[i] ?? 0)
      value &= (1n << BigInt(count)) - 1n
      if (value === 0n) return []
      const text = value
        .toString(16)
        .toUpperCase()
        .padStart(Math.ceil(count / 4), '0')
      const seen = `${count}:${text}`
      if (seen === there) return []
      there = seen
      took = 'scan'
      return [{ text, symbology: null, bits: count }]
    },
    took: () => took,
    pending: () => false,
    spoil: () => undefined,
    // The card that lies on the reader has been read: a new screen does not read it again.
    reset: () => undefined,
  }
}

/**
 * What a reader answers while a card of `bits` bits lies on it: used by the simulated reader and by tests. 0 bits: no
 * card.
 */
export function encodePcprox(value: bigint, bits: number): Buffer {
  const look = Buffer.alloc(2 * pcproxReportSize)
  for (let i = 0; i < pcproxReportSize; i++) look[i] = Number((value >> BigInt(8 * i)) & 0xffn)
  look[pcproxReportSize] = bits
  look[pcproxReportSize + 1] = bits
  return look
}
