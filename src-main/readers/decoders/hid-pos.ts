/**
 * HID POS bar code scanners: HID Point of Sale Usage Tables 1.02, section 3 (usage page 0x8C, usage 0x02). The tables
 * name the fields and leave their places to the report descriptor, which hidraw does not hand out; the layouts in use
 * are:
 *
 * - `common`, 64 bytes: `[2][length][AIM identifier, 3][data, 56][maker's code][reserved][flags]`; bit 0 of the flags
 *   says that the data goes on in the next report (Access-IS LSR118 manual, appendix B; Honeywell puts its own code
 *   identifier at byte 61).
 * - `newland`, 64 bytes: `[2][length][data, 56][reserved, 4][maker's code][flags]` (Newland FM430 programming guide,
 *   HID POS).
 * - `microscan`, 64 bytes: `[1][length][data, 62]`, no flags: a full report goes on (Omron Microscan MS-4 help, HID
 *   report format).
 */
import { longestScan, type DecodedScan, type Decoder, type Took } from './decoder.ts'
import { aimForm, payloadOf } from './payload.ts'
import { createTypedIdentifiers } from './typed-identifiers.ts'
import * as failures from '../../../src-shared/failures/named.ts'

interface Layout {
  readonly id: number
  readonly lengthAt: number
  readonly aimAt: number | null
  readonly dataAt: number
  readonly dataSize: number
  readonly flagsAt: number | null
}

export const hidPosLayouts = {
  common: { id: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataSize: 56, flagsAt: 63 },
  newland: { id: 2, lengthAt: 1, aimAt: null, dataAt: 2, dataSize: 56, flagsAt: 63 },
  microscan: { id: 1, lengthAt: 1, aimAt: null, dataAt: 2, dataSize: 62, flagsAt: null },
} as const satisfies Readonly<Record<string, Layout>>
export type HidPosLayout = keyof typeof hidPosLayouts
export const hidPosLayoutNames = Object.keys(hidPosLayouts) as readonly HidPosLayout[]

export const hidPosReportSize = 64
const continuation = 0x01

/** UTF-8 where it is that, else one character a byte. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

export function createHidPosDecoder(layoutName: HidPosLayout = 'common'): Decoder {
  const layout: Layout = hidPosLayouts[layoutName]
  let parts: Buffer[] = []
  let size = 0
  let symbology: string | null = null
  let open = false
  /** A report was torn or the scan too long: the rest of it, up to its last report, is not a scan of its own. */
  let noise: typeof failures.scanIncomplete | typeof failures.codeTooLong | null = null
  let took: Took = 'idle'
  /** Of a reader that has no field for them, or leaves it empty. */
  const identifiers = createTypedIdentifiers()

  function reset(): void {
    parts = []
    size = 0
    symbology = null
    open = false
    noise = null
  }

  function finish(): DecodedScan[] {
    const text = textOf(Buffer.concat(parts))
    const payload = noise === null ? payloadOf(text, symbology) : { refused: noise }
    // A read has its own end here, whatever it holds: it is a burst of its own.
    identifiers.ended()
    if (symbology === null) identifiers.saw(text)
    reset()
    if (payload === 'empty') took = 'idle'
    else if ('refused' in payload) took = payload.refused
    else {
      took = 'scan'
      return [payload.scan.told === true ? payload.scan : identifiers.of(payload.scan)]
    }
    return []
  }

  return {
    push(report) {
      // Where the system strips the report id everything sits one byte earlier.
      const shift = report.length === hidPosReportSize ? 0 : report.length === hidPosReportSize - 1 ? -1 : null
      // Another report of the same device: status, settings.
      if (shift === 0 && report[0] !== layout.id) {
        took = 'foreign'
        return []
      }
      const length = shift === null ? Infinity : (report[layout.lengthAt + shift] ?? 0)
      if (shift === null || length > layout.dataSize) {
        open = true
        noise = failures.scanIncomplete
        took = 'part'
        return []
      }
      if (!open && layout.aimAt !== null) {
        const aim = Buffer.from(report.subarray(layout.aimAt + shift, layout.aimAt + 3 + shift)).toString('latin1')
        symbology = aimForm.test(aim) ? aim : null
      }
      open = true
      size += length
      if (size > longestScan) {
        parts = []
        noise ??= failures.codeTooLong
      } else parts.push(Buffer.from(report.subarray(layout.dataAt + shift, layout.dataAt + shift + length)))
      const more =
        layout.flagsAt === null
          ? length === layout.dataSize
          : ((report[layout.flagsAt + shift] ?? 0) & continuation) !== 0
      took = 'part'
      return more ? [] : finish()
    },
    took: () => took,
    pending: () => open,
    spoil() {
      parts = []
      if (open) noise = failures.scanIncomplete
    },
    reset,
    paused: () => identifiers.paused(),
  }
}

/**
 * The reports a scanner sends for `text`, cut anywhere, even inside a character: used by the simulated reader and by
 * tests.
 */
export function encodeHidPos(text: string, aim = ']E0', layoutName: HidPosLayout = 'common'): Buffer[] {
  const layout: Layout = hidPosLayouts[layoutName]
  const bytes = Buffer.from(text, 'utf8')
  const reports: Buffer[] = []
  for (let at = 0; ;) {
    const end = Math.min(at + layout.dataSize, bytes.length)
    const report = Buffer.alloc(hidPosReportSize)
    report[0] = layout.id
    report[layout.lengthAt] = end - at
    if (layout.aimAt !== null) report.write(aim.padEnd(3).slice(0, 3), layout.aimAt, 'latin1')
    bytes.copy(report, layout.dataAt, at, end)
    // Without flags a full report says that more comes, so an empty one may have to end it.
    const more = layout.flagsAt === null ? end - at === layout.dataSize : end < bytes.length
    if (layout.flagsAt !== null) report[layout.flagsAt] = more ? continuation : 0
    reports.push(report)
    at = end
    if (!more) return reports
  }
}
