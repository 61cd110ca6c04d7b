/**
 * Whether a scan may be a document: what was read off paper or plastic by OCR, and never what a bar code or a 2D symbol
 * says. A symbol carries any text that its maker likes, every check digit right, and a phone shows it.
 */
import type { ReaderRule } from './config.ts'
import { noSymbol, ocr, type DecodedScan } from './decoders/decoder.ts'

/** Whether a reader was declared to read documents: by its settings, or by being of that kind. */
export function readsDocuments(rule: Pick<ReaderRule, 'decoder' | 'documents'>): boolean {
  return rule.documents || rule.decoder === 'document'
}

/**
 * A reader of documents, unless it says itself that this was a symbol, or says so of others and nothing of this one;
 * or any reader whose report says OCR in the field meant for it.
 */
export function offDocument(
  rule: Pick<ReaderRule, 'decoder' | 'documents'>,
  { symbology, told, unidentified }: Pick<DecodedScan, 'symbology' | 'told' | 'unidentified'>,
): boolean {
  if (unidentified === true) return false
  if (told === true && symbology?.startsWith(ocr) === true) return true
  return readsDocuments(rule) && (symbology === null || noSymbol.some((begin) => symbology.startsWith(begin)))
}
