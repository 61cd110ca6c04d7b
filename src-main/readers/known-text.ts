/** Whether a desk could do anything with a text: a document, a pickup code, or a card of the reader's formats. */
import { cardIdOf } from '../identity/card-formats/index.ts'
import { looksLikeMrz, mrzLines } from '../identity/documents/index.ts'
import type { Scan } from './port.ts'
import * as failures from '../../src-shared/failures/named.ts'

export function knownToClassify(scan: Scan): boolean {
  const { text } = scan
  if (text.startsWith('LODGE:') || mrzLines(text) !== null || looksLikeMrz(text)) return true
  const id = cardIdOf(scan, scan.cards ?? [])
  // A wrong check digit is a misread card: it is told, not passed over.
  return id.ok || id.failure.code === failures.cardMisread
}
