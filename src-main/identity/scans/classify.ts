/**
 * What a reader's text is: a document, a pickup code or a card. A text that looks like an MRZ is never taken for a
 * card, nor for a document unless it was read off one: a QR code on a phone can carry any text, with every check digit
 * right.
 */
import { fail, type Failure } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { cardIdOf, type CardFormat, type CardText } from '../card-formats/index.ts'
import {
  isDrivingLicence,
  isIdentityCode,
  looksLikeMrz,
  mrzLines,
  readMrz,
  type MachineReadDocument,
} from '../documents/index.ts'

export type ScanMeaning =
  | { readonly kind: 'card'; readonly id: string }
  | { readonly kind: 'document'; readonly document: MachineReadDocument }
  | { readonly kind: 'pickup-code'; readonly code: string }
  | { readonly kind: 'unreadable'; readonly failure: Failure }

/** QR in the ready notice: `LODGE:` and eight characters of Crockford base 32. */
const pickupCode = /^LODGE:([0-9A-Z]{8})$/i
/** As people type it off the notice: with the prefix or without, in any case, in two groups or one. */
const typed = /^(?:LODGE:)?([0-9A-Z]{4})[ -]?([0-9A-Z]{4})$/i

/** The pickup code that somebody may have typed; null: this is none. */
export function typedPickupCode(text: string): string | null {
  const found = typed.exec(text.trim())
  return found === null ? null : `${found[1] ?? ''}${found[2] ?? ''}`.toUpperCase()
}

/** A scan, and the card formats of the reader it came from. */
export interface ClassifiedScan extends CardText {
  readonly cards?: readonly CardFormat[]
  /** It came from a reader of documents, or by OCR (`offDocument` in src-main/readers). */
  readonly offDocument?: boolean
  /** Its reader says what it reads, and did not say so of this. */
  readonly unidentified?: boolean
}

/** `today` is the desk's date, `YYYY-MM-DD`. */
export function classifyScan(scan: ClassifiedScan, today: string): ScanMeaning {
  const text = scan.text.trim()
  const code = pickupCode.exec(text)?.[1]
  if (code !== undefined) return { kind: 'pickup-code', code }
  const lines = mrzLines(text)
  if (lines !== null || looksLikeMrz(text)) {
    if (scan.offDocument !== true) {
      const refused =
        scan.unidentified === true ? fail(failures.readOnceMore) : fail(failures.documentLinesNotFromDocument)
      return { kind: 'unreadable', failure: refused.failure }
    }
    if (lines === null) {
      const refused = isDrivingLicence(text) ? fail(failures.documentNotAccepted) : fail(failures.documentUnreadable)
      return { kind: 'unreadable', failure: refused.failure }
    }
    const document = readMrz(lines, today)
    return document.ok
      ? { kind: 'document', document: document.value }
      : { kind: 'unreadable', failure: document.failure }
  }
  if (isIdentityCode(text)) return { kind: 'unreadable', failure: fail(failures.identityCodeRead).failure }
  const id = cardIdOf(scan, scan.cards ?? [])
  return id.ok ? { kind: 'card', id: id.value } : { kind: 'unreadable', failure: id.failure }
}
