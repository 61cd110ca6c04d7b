/**
 * HID POS bar code scanners: HID Point of Sale Usage Tables 1.02, section 3 (usage page 0x8C). The common input report,
 * 64 bytes with report id: `[id][data length][AIM symbology identifier, 3 bytes][data, 56 bytes][reserved 2][flags]`;
 * bit 0 of the flags says that decoded data continues in the next report.
 */
import { longestScan, type DecodedScan, type Decoder } from './decoder.ts'

export const hidPosReportSize = 64
const dataAt = 5
export const hidPosDataSize = 56
const flagsAt = 63
const continuation = 0x01

const printableAim = /^\][A-Za-z][0-9A-Za-z]$/

export function createHidPosDecoder(): Decoder {
  let text = ''
  let symbology: string | null = null
  let open = false
  let noise = false

  function reset(): void {
    text = ''
    symbology = null
    open = false
    noise = false
  }

  return {
    push(report) {
      // Some systems strip the report id: then everything sits one byte earlier.
      const shift = report.length === hidPosReportSize ? 0 : report.length === hidPosReportSize - 1 ? -1 : null
      if (shift === null) {
        reset()
        return []
      }
      const length = report[1 + shift] ?? 0
      if (length > hidPosDataSize) {
        reset()
        return []
      }
      const aim = Buffer.from(report.subarray(2 + shift, dataAt + shift)).toString('latin1')
      const data = Buffer.from(report.subarray(dataAt + shift, dataAt + shift + length)).toString('utf8')
      if (!open) {
        text = ''
        symbology = printableAim.test(aim) ? aim : null
      }
      open = true
      text += data
      if (text.length > longestScan) {
        text = ''
        noise = true
      }
      if (((report[flagsAt + shift] ?? 0) & continuation) !== 0) return []
      const done: DecodedScan = { text: clean(text), symbology }
      const usable = !noise && done.text !== ''
      reset()
      return usable ? [done] : []
    },
    pending: () => open,
    reset,
  }
}

/** Trailing CR, LF, TAB and NUL are the scanner's terminators; lines of a document stay apart by `\n`. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\0\t\n ]+$/, '')
    .replace(/^[\0\n]+/, '')
}

/** The reports a scanner sends for `text`: used by the simulated reader and by tests. */
export function encodeHidPos(text: string, aim = ']E0'): Buffer[] {
  const bytes = Buffer.from(text, 'utf8')
  const reports: Buffer[] = []
  for (let at = 0; at < bytes.length || reports.length === 0;) {
    let end = Math.min(at + hidPosDataSize, bytes.length)
    // A character is not cut in two: each report is decoded by itself.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
    const report = Buffer.alloc(hidPosReportSize)
    report[0] = 0x02
    report[1] = end - at
    report.write(aim.padEnd(3).slice(0, 3), 2, 'latin1')
    bytes.copy(report, dataAt, at, end)
    report[flagsAt] = end < bytes.length ? continuation : 0
    reports.push(report)
    at = end
    if (bytes.length === 0) break
  }
  return reports
}
