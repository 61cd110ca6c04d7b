/**
 * From the characters of one whole read to a scan: what a reader put around and between them, and what kind of data
 * they are. Data that is no card's and no document's is refused by its name:
 *
 * - GS1 element strings (GS1 General Specifications, section 7.8): FNC1 inside them is sent as GS (0x1D).
 * - Envelopes of ISO/IEC 15434: `[)>`, RS (0x1E), formats, EOT (0x04): shipping labels and parts.
 *
 * A reader set to do so sends the AIM symbology identifier (ISO/IEC 15424) before the data: `]E0`.
 */
import { longestScan, type DecodedScan, type ReadRefusal } from './decoder.ts'
import * as failures from '../../../src-shared/failures/named.ts'

export const gs = '\x1d'
const envelope = '[)>'
export const aimForm = /^\][A-Za-z][0-9A-Za-z]$/

/** What stands around a read: NUL, STX, ETX, EOT, line ends and tabs. */
const before = '\0\x02\r\n\t'
const after = '\0\x03\x04\r\n\t'

export type Payload =
  | { readonly scan: DecodedScan }
  | { readonly refused: ReadRefusal }
  /** There was nothing in it. */
  | 'empty'

/** Where the data begins: after what stands around a read. */
function begins(raw: string): number {
  let from = 0
  while (from < raw.length && before.includes(raw.charAt(from))) from += 1
  return from
}

/** The AIM identifier that a line begins with, or null. */
export function typedIdentifier(line: string): string | null {
  const from = begins(line)
  const prefix = line.slice(from, from + 3)
  return aimForm.test(prefix) ? prefix : null
}

/** `symbology` is what the report's own field says, or null. */
export function payloadOf(raw: string, symbology: string | null = null): Payload {
  const from = begins(raw)
  let to = raw.length
  while (to > from && after.includes(raw.charAt(to - 1))) to -= 1
  let text = raw.slice(from, to)
  const prefix = text.slice(0, 3)
  // Set to send identifiers, a scanner puts the identifier before the data, too. Another one than the report's own is
  // part of the data.
  const prefixed = aimForm.test(prefix) && (symbology === null || symbology === prefix)
  if (prefixed) text = text.slice(3)
  const aim = symbology ?? (prefixed ? prefix : null)
  if (text.startsWith(envelope)) return { refused: failures.shippingLabel }
  // FNC1 in first position says "GS1", and some readers send it; at the end it separates nothing.
  const trimmed = text.slice(text.startsWith(gs) ? 1 : 0, text.length > 1 && text.endsWith(gs) ? -1 : undefined)
  if (trimmed.includes(gs)) return { refused: failures.gs1Code }
  const lines = trimmed.replace(/[\r\n\t]+/g, '\n')
  if (lines.trim() === '') return 'empty'
  if (lines.length > longestScan) return { refused: failures.codeTooLong }
  if (/[^\P{Cc}\n]/u.test(lines)) return { refused: failures.charactersForbidden }
  return { scan: { text: lines, symbology: aim, ...(symbology === null ? {} : { told: true }) } }
}
