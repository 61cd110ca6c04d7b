/**
 * Judges a scan by rules written anew, not by the code under test: what may pass as a card, a document or a pickup
 * code.
 */
import { classifyScan } from '../../src-main/identity/scans/index.ts'
import { mrzLines } from '../../src-main/identity/documents/index.ts'
import { offDocument, type DecodedScan, type ReaderRule } from '../../src-main/readers/index.ts'

const today = '2026-03-02'
const weights = [7, 3, 1]
const mrzAlphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function mrzDigit(over: string): number {
  return (
    [...over].reduce(
      (sum, character, i) => sum + Math.max(0, mrzAlphabet.indexOf(character)) * (weights[i % 3] ?? 0),
      0,
    ) % 10
  )
}
const fits = (digit: string | undefined, over: string) =>
  digit === String(mrzDigit(over)) || (digit === '<' && /^<+$/.test(over))

/** Birth, expiry and composite digit of each format (ICAO Doc 9303 parts 4 to 6). */
function mrzHolds(lines: readonly string[]): boolean {
  const [a = '', b = ''] = lines
  if (lines.length === 3)
    return (
      fits(b[6], b.slice(0, 6)) &&
      fits(b[14], b.slice(8, 14)) &&
      fits(b[29], a.slice(5, 30) + b.slice(0, 7) + b.slice(8, 15) + b.slice(18, 29))
    )
  const last = b.length - 1
  return (
    fits(b[19], b.slice(13, 19)) &&
    fits(b[27], b.slice(21, 27)) &&
    fits(b[last], b.slice(0, 10) + b.slice(13, 20) + b.slice(21, last))
  )
}

const sums: Readonly<Record<string, (text: string) => boolean>> = {
  'code39-mod43'(text) {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%'
    const values = [...text].map((character) => alphabet.indexOf(character))
    const check = values.pop() ?? -1
    return !values.includes(-1) && values.reduce((sum, value) => sum + value, 0) % 43 === check
  },
  ean: (text) =>
    /^(\d{8}|\d{12,14})$/.test(text) &&
    [...text].reverse().reduce((sum, digit, i) => sum + Number(digit) * (i % 2 === 1 ? 3 : 1), 0) % 10 === 0,
  luhn: (text) =>
    /^\d+$/.test(text) &&
    [...text]
      .reverse()
      .reduce(
        (sum, digit, i) =>
          sum + (i % 2 === 0 ? Number(digit) : Math.floor((Number(digit) * 2) / 10) + ((Number(digit) * 2) % 10)),
        0,
      ) %
      10 ===
      0,
  'uid7-hex': (text) => text.replace(/[ :.-]/g, '').length === 14,
}

function wiegandHolds(hex: string, bits: number): boolean {
  const written = BigInt(`0x${hex}`).toString(2).padStart(bits, '0')
  const half = { 26: 12, 34: 16, 37: 18 }[bits]
  if (half === undefined || written.length !== bits) return false
  const ones = (text: string) => [...text].filter((bit) => bit === '1').length
  return ones(written.slice(0, half + 1)) % 2 === 0 && ones(written.slice(-half - 1)) % 2 === 1
}

/** `accepted`, `refused` (with a code), or what is wrong with it. */
export function judge(scan: DecodedScan, rule: ReaderRule): string {
  if (scan.text.length > 512) return 'a scan of more than 512 characters'
  if (/[^\P{Cc}\n]/u.test(scan.text)) return 'a control character in a scan'
  if (scan.text.trim() === '') return 'an empty scan'
  const meaning = classifyScan({ ...scan, cards: rule.cards, offDocument: offDocument(rule, scan) }, today)
  switch (meaning.kind) {
    case 'unreadable':
      return 'refused'
    case 'pickup-code':
      return /^LODGE:[0-9A-Za-z]{8}$/.test(scan.text.trim()) ? 'accepted' : 'no pickup code'
    case 'document': {
      const lines = mrzLines(scan.text)
      const byOcr = scan.told === true && scan.symbology?.startsWith(']o') === true
      if (!byOcr && !(rule.decoder === 'document' || rule.documents)) return 'a document that nobody read off one'
      if (!byOcr && scan.symbology !== null) return 'a document out of a symbol'
      return lines !== null && mrzHolds(lines) ? 'accepted' : 'a document with a wrong check digit'
    }
    case 'card': {
      if (!/^[0-9A-Z]{4,32}$/.test(meaning.id)) return 'no card id'
      if (rule.cards.length === 0) return 'accepted'
      if (scan.bits !== undefined) return wiegandHolds(scan.text, scan.bits) ? 'accepted' : 'a wrong parity bit'
      const text = scan.text.trimStart().toUpperCase()
      const holds = rule.cards.some(({ name }) => sums[name]?.(text) === true || sums[name]?.(text.trimEnd()) === true)
      return holds ? 'accepted' : 'a card of no configured format'
    }
  }
}
