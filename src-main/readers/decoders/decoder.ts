/** A decoder turns raw reports of one device into whole scans. It is pure: no clock, no device, no log. */
import type * as failures from '../../../src-shared/failures/named.ts'
export interface DecodedScan {
  readonly text: string
  /** AIM symbology identifier (ISO/IEC 15424), where the reader sends one. */
  readonly symbology: string | null
  /**
   * The symbology stands in a field of the report that the reader itself fills. Without it the identifier was the
   * beginning of the text, as a reader set to send one types it, or as whoever made the symbol wrote it.
   */
  readonly told?: boolean
  /**
   * The device types identifiers, and typed none before this text: nothing says that it was no symbol
   * (typed-identifiers.ts).
   */
  readonly unidentified?: true
  /** Number of bits of a card that was read as bits; `text` is then their value in upper-case hexadecimal. */
  readonly bits?: number
}

/** `]o`: OCR data (ISO/IEC 15424, table of code characters). */
export const ocr = ']o'
/**
 * `]X`: other than a symbology; `]Z`: no bar code at all, such as keys or a stripe. Neither says that it was a symbol.
 */
export const noSymbol: readonly string[] = [ocr, ']X', ']Z']

/**
 * Why a whole read is no scan. L-704: it was torn or spoilt; the others say what came instead
 * (src-shared/failures/texts.ts).
 */
export type ReadRefusal =
  | typeof failures.scanIncomplete
  | typeof failures.keysNotUnderstood
  | typeof failures.charactersForbidden
  | typeof failures.codeTooLong
  | typeof failures.gs1Code
  | typeof failures.shippingLabel
  | typeof failures.cardLongerThanReader

/**
 * What the last report was. `part`: of a read that goes on. `scan`: it completed one or more. `idle`: of this decoder's
 * kind, and says nothing by itself (keys let go, no card there, no data). `foreign`: not for this decoder, such as
 * another report id's status. A refusal: a read has ended and is no scan.
 */
export type Took = 'part' | 'scan' | 'idle' | 'foreign' | ReadRefusal

export interface Decoder {
  /** Feeds one report; returns the scans it completes, usually none or one. Never throws. */
  push(report: Uint8Array): DecodedScan[]
  /** What became of the last report: none is without an answer. */
  took(): Took
  /** Whether a scan has begun and not ended, or one was spoilt and its end is still to come. */
  pending(): boolean
  /** The scan that has begun, and the rest of it that is still to come, is no scan. Does nothing between scans. */
  spoil(): void
  /** Forgets what has begun: after a silence, when no rest is to come. */
  reset(): void
  /** Nothing has come for as long as a read may take: what comes next is another read. For decoders that read lines. */
  paused?(): void
}

/** Longest scan kept, in characters; beyond it the input is noise and is dropped up to the next end of scan. */
export const longestScan = 512
