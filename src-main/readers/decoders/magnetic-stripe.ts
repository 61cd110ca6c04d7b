/**
 * Magnetic stripe readers with one report for a swipe (HID Point of Sale Usage Tables 1.02, section 4, usage page 0x8E,
 * and MagTek's own page 0xFF00). MagTek USB HID SureSwipe manual D99875191, section 4, "Card data", 337 bytes: `[status
 * 1..3][length 1..3] [encode type][track 1, 110][track 2, 110][track 3, 110]`; bit 0 of a status says that the track
 * could not be decoded.
 *
 * Tracks are in ASCII from start to end sentinel (ISO/IEC 7811-6, 7813): track 1 `%...?` of 6-bit characters, track 2
 * `;...?` of 4-bit ones. A reader set to send it adds the LRC, one character, which is then checked. Of a track only
 * its first field goes on: what follows the separator (names, dates, discretionary data) is dropped here.
 */
import type { DecodedScan, Decoder } from './decoder.ts'

export const stripeReportSize = 337
const trackSize = 110
const trackAt = [7, 117, 227] as const
const badTrack = 0x01

interface TrackForm {
  readonly start: string
  readonly separator: string
  /** ASCII of the character whose code is 0 (ISO/IEC 7811-6, tables of the coded character sets). */
  readonly base: number
  readonly top: number
}

/** Track 3 has the characters of track 2 (ISO/IEC 4909). */
const forms: readonly [TrackForm, TrackForm, TrackForm] = [
  { start: '%', separator: '^', base: 0x20, top: 0x5f },
  { start: ';', separator: '=', base: 0x30, top: 0x3f },
  { start: ';', separator: '=', base: 0x30, top: 0x3f },
]

/**
 * Longitudinal redundancy check: every bit of all characters, sentinels included, comes out even (ISO/IEC 7811-6,
 * section 6.7).
 */
function lrcOf(text: string, base: number): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum ^= text.charCodeAt(i) - base
  return base + sum
}

/** The first field of a track; null where it does not hold together or has none. */
function fieldOf(track: string, form: TrackForm): string | null {
  const end = track.indexOf('?')
  if (!track.startsWith(form.start) || end < 1) return null
  const framed = track.slice(0, end + 1)
  const rest = track.slice(end + 1)
  for (let i = 0; i < framed.length; i++) {
    const at = framed.charCodeAt(i)
    if (at < form.base || at > form.top) return null
  }
  if (rest.length > 1 || (rest.length === 1 && rest.charCodeAt(0) !== lrcOf(framed, form.base))) return null
  const [field = ''] = framed.slice(1, -1).split(form.separator)
  return field.trim() === '' ? null : field.trim()
}

export interface StripeOptions {
  /** The track that carries the card's number. */
  readonly track: 1 | 2 | 3
}

export function createMagneticStripeDecoder({ track }: StripeOptions = { track: 2 }): Decoder {
  function read(report: Uint8Array, shift: 0 | 1): DecodedScan | null {
    const i = track - 1
    const status = report[shift + i] ?? badTrack
    const length = report[shift + 3 + i] ?? 0
    if ((status & badTrack) !== 0 || length === 0 || length > trackSize) return null
    const at = shift + (trackAt[i] ?? 0)
    const field = fieldOf(Buffer.from(report.subarray(at, at + length)).toString('latin1'), forms[i] ?? forms[1])
    return field === null ? null : { text: field, symbology: null }
  }

  // A swipe is one report: nothing is ever half read, but a swipe may have failed.
  let failed = false
  return {
    push(report) {
      // With a report id in front there is one byte more.
      const shift = report.length === stripeReportSize ? 0 : report.length === stripeReportSize + 1 ? 1 : null
      const scan = shift === null ? null : read(report, shift)
      failed = scan === null
      return scan === null ? [] : [scan]
    },
    // A swipe that failed is told when nothing follows it: a hand swipes again.
    took: () => (failed ? 'part' : 'scan'),
    pending: () => failed,
    spoil: () => undefined,
    reset() {
      failed = false
    },
  }
}

/**
 * The report of a swipe: used by the simulated reader and by tests. Tracks without their sentinels; `lrc` adds the
 * check character.
 */
export function encodeMagneticStripe(
  tracks: readonly [string | null, string | null, string | null],
  { lrc = false } = {},
): Buffer {
  const report = Buffer.alloc(stripeReportSize)
  for (const [i, data] of tracks.entries()) {
    const form = forms[i]
    const at = trackAt[i]
    if (data === null || form === undefined || at === undefined) continue
    const framed = `${form.start}${data}?`
    const whole = lrc ? framed + String.fromCharCode(lrcOf(framed, form.base)) : framed
    if (whole.length > trackSize) throw new RangeError('the track is too long')
    report[3 + i] = whole.length
    report.write(whole, at, 'latin1')
  }
  return report
}
