/** What a reader's text is: a document, a pickup code or a card. A text that looks like an MRZ is never taken for a card. */
import { fail, type Failure } from '../../../src-shared/result.ts'
import { looksLikeMrz, mrzLines, readMrz, type MachineReadDocument } from '../documents/index.ts'

export type ScanMeaning =
  | { readonly kind: 'card'; readonly id: string }
  | { readonly kind: 'document'; readonly document: MachineReadDocument }
  | { readonly kind: 'pickup-code'; readonly code: string }
  | { readonly kind: 'unreadable'; readonly failure: Failure }

/** QR in the ready notice: `LODGE:` and eight characters of Crockford base 32. */
const pickupCode = /^LODGE:([0-9A-Za-z]{8})$/

/** A card id: 4 to 32 letters and digits, apart from separators that readers put between bytes. */
const cardId = /^[0-9A-Z]{4,32}$/

/** `today` is the desk's date, `YYYY-MM-DD`. */
export function classifyScan(scan: { readonly text: string }, today: string): ScanMeaning {
  const text = scan.text.trim()
  const code = pickupCode.exec(text)?.[1]
  if (code !== undefined) return { kind: 'pickup-code', code }
  const lines = mrzLines(text)
  if (lines !== null) {
    const document = readMrz(lines, today)
    return document.ok ? { kind: 'document', document: document.value } : { kind: 'unreadable', failure: document.failure }
  }
  if (looksLikeMrz(text)) return { kind: 'unreadable', failure: fail('L-303').failure }
  const id = text.replace(/[\s:.-]/g, '').toUpperCase()
  if (!cardId.test(id)) return { kind: 'unreadable', failure: fail('L-705').failure }
  return { kind: 'card', id }
}
