/** A decoder turns raw reports of one device into whole scans. It is pure: no clock, no device, no log. */
export interface DecodedScan {
  readonly text: string
  /** AIM symbology identifier (ISO/IEC 15424), where the reader sends one. */
  readonly symbology: string | null
  /** Number of bits of a card that was read as bits; `text` is then their value in upper-case hexadecimal. */
  readonly bits?: number
}

export interface Decoder {
  /** Feeds one report; returns the scans it completes, usually none or one. Never throws. */
  push(report: Uint8Array): DecodedScan[]
  /** Whether a scan has begun and not ended, or one was spoilt and its end is still to come. */
  pending(): boolean
  /** The scan that has begun, and the rest of it that is still to come, is no scan. Does nothing between scans. */
  spoil(): void
  /** Forgets what has begun: after a silence, when no rest is to come. */
  reset(): void
}

/** Longest scan kept, in characters; beyond it the input is noise and is dropped up to the next end of scan. */
export const longestScan = 512

/**
 * What a reader put around and between its characters: CR, LF, CRLF and TAB become one `\n` between lines, the frame
 * STX/ETX/EOT goes, any other control character makes it no scan at all (null).
 */
export function cleanText(raw: string): string | null {
  let from = 0
  let to = raw.length
  while (from < to && '\0\x02\r\n\t'.includes(raw.charAt(from))) from += 1
  while (to > from && '\0\x03\x04\r\n\t'.includes(raw.charAt(to - 1))) to -= 1
  const text = raw.slice(from, to).replace(/[\r\n\t]+/g, '\n')
  return text.length > longestScan || /[^\P{Cc}\n]/u.test(text) ? null : text
}
