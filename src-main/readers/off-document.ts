/**
 * Whether a scan may be a document: what was read off paper or plastic by OCR, and never what a bar code or a 2D symbol
 * says. A symbol carries any text that its maker likes, every check digit right, and a phone shows it.
 */
import type { ReaderRule } from './config.ts'
import type { DecodedScan } from './decoders/decoder.ts'

/** `]o`: OCR data (ISO/IEC 15424, table of code characters). */
const ocr = ']o'
/**
 * `]X`: other than a symbology; `]Z`: no bar code at all, such as keys or a stripe. Neither says that it was a symbol.
 */
const noSymbol: readonly string[] = [ocr, ']X', ']Z']

/** Whether a reader was declared to read documents: by its settings, or by being of that kind. */
export function readsDocuments(rule: Pick<ReaderRule, 'decoder' | 'documents'>): boolean {
  return rule.documents || rule.decoder === 'document'
}

/**
 * A reader of documents, unless it says itself that this was a symbol; or any reader whose report says OCR in the field
 * meant for it.
 */
export function offDocument(
  rule: Pick<ReaderRule, 'decoder' | 'documents'>,
  { symbology, told }: Pick<DecodedScan, 'symbology' | 'told'>,
): boolean {
  if (told === true && symbology?.startsWith(ocr) === true) return true
  return readsDocuments(rule) && (symbology === null || noSymbol.some((begin) => symbology.startsWith(begin)))
}
