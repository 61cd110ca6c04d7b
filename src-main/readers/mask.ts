/** A scan as it may be shown: what it is and how long, never what it says. */
import { cardIdOf, type CardFormat, type CardText } from '../identity/card-formats/index.ts'
import { classifyScan } from '../identity/scans/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'

export interface MaskedScan {
  readonly kind: 'card' | 'document' | 'pickup-code' | 'unreadable'
  /** Characters of the card's id, lines of a document not counted. */
  readonly length: number
  readonly alphabet: 'digits' | 'hexadecimal' | 'letters-and-digits' | 'other'
  /** The last two characters of a card's id that is long enough to stay unknown by them; else nothing. */
  readonly ends: string
  readonly symbology: string | null
  readonly bits: number | null
  readonly code: ErrorCode | null
}

function alphabetOf(text: string): MaskedScan['alphabet'] {
  if (/^\d+$/.test(text)) return 'digits'
  if (/^[0-9A-F]+$/.test(text)) return 'hexadecimal'
  return /^[0-9A-Z]+$/.test(text) ? 'letters-and-digits' : 'other'
}

const shortest = 8

/** `today` is the desk's date, `YYYY-MM-DD`. */
export function maskScan(
  scan: CardText & { readonly cards?: readonly CardFormat[]; readonly offDocument?: boolean },
  today: string,
): MaskedScan {
  const meaning = classifyScan(scan, today)
  const about = { symbology: scan.symbology ?? null, bits: scan.bits ?? null, code: null, ends: '' }
  switch (meaning.kind) {
    case 'card':
      return {
        ...about,
        kind: 'card',
        length: meaning.id.length,
        alphabet: alphabetOf(meaning.id),
        ends: meaning.id.length >= shortest ? meaning.id.slice(-2) : '',
      }
    case 'document':
      return { ...about, kind: 'document', length: 0, alphabet: 'other' }
    case 'pickup-code':
      return { ...about, kind: 'pickup-code', length: meaning.code.length, alphabet: 'letters-and-digits' }
    case 'unreadable':
      return { ...about, kind: 'unreadable', length: scan.text.length, alphabet: 'other', code: meaning.failure.code }
  }
}

/** What makes two scans the same card: its id, else its text. */
export function identityOf(scan: CardText & { readonly cards?: readonly CardFormat[] }): string {
  const id = cardIdOf(scan, scan.cards ?? [])
  return id.ok ? `card ${id.value}` : `text ${scan.text}`
}
