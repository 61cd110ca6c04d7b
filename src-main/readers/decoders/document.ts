/**
 * Document readers that send the lines of a machine-readable zone.
 *
 * - As keys or bar codes, a line at a time (OCR templates of hand-held imagers): `joinMrzLines` wraps such a decoder.
 * - As a stream of bytes in HID reports, `[id?][length][data]`, lines ended by CR, LF or both, perhaps framed by STX
 *   and ETX (3M RTE6701 integration manual, section 9.1.1; the CDC-like mode of swipe and OCR readers):
 *   `createDocumentDecoder`.
 */
import { beginsTd1 } from '../../identity/documents/index.ts'
import type { DecodedScan, Decoder, Took } from './decoder.ts'
import { payloadOf } from './payload.ts'
import { createTypedIdentifiers } from './typed-identifiers.ts'
import * as failures from '../../../src-shared/failures/named.ts'

/** Lengths of the lines of TD3, TD2 and TD1 (ICAO Doc 9303 parts 4, 6, 5), and how many there are. */
const shapes: readonly { readonly length: number; readonly lines: number }[] = [
  { length: 44, lines: 2 },
  { length: 36, lines: 2 },
  { length: 30, lines: 3 },
]
const lineForm = /^(?:[A-Z0-9<]+|[a-z0-9<]+)$/
/** A document code, an issuing State and what follows: how the first line begins (9303 part 3, section 4.2.2). */
const firstForm = /^[PIACV][A-Z0-9<][A-Z<]{3}/i

function shapeOf(line: string): (typeof shapes)[number] | null {
  return lineForm.test(line) ? (shapes.find(({ length }) => length === line.length) ?? null) : null
}

/**
 * Whether a line can be the first of a document: most say so by a filler, a TD1 line without one by its issuer and its
 * check digit.
 */
const begins = (line: string) =>
  shapeOf(line) !== null && firstForm.test(line) && (line.includes('<') || beginsTd1(line))

/**
 * Wraps a decoder whose scans may be single lines of an MRZ: they are kept until the document is whole, and come out
 * joined by `\n`. Lines of one document were all read in the same way: a line of a bar code and a line by OCR are never
 * one document.
 */
export function joinMrzLines(inner: Decoder): Decoder {
  let held: DecodedScan[] = []
  let took: Took = 'idle'

  function join(scan: DecodedScan): DecodedScan[] {
    const line = scan.text.trim()
    const [first] = held
    if (first === undefined) {
      if (!begins(line)) return [scan]
      held = [{ ...scan, text: line }]
      return []
    }
    const shape = shapeOf(first.text)
    if (shape === null || shapeOf(line) !== shape || first.symbology !== scan.symbology || first.told !== scan.told) {
      // Something else came between: what was begun is not a document, what came may be one or anything.
      held = []
      took = failures.scanIncomplete
      return join(scan)
    }
    held.push({ ...scan, text: line })
    if (held.length < shape.lines) return []
    const text = held.map((each) => each.text).join('\n')
    held = []
    return [{ ...scan, text }]
  }

  return {
    push(report) {
      const scans = inner.push(report)
      took = inner.took()
      const joined = scans.flatMap(join)
      if (took === 'scan' && joined.length === 0) took = 'part'
      return joined
    },
    took: () => took,
    pending: () => held.length > 0 || inner.pending(),
    spoil() {
      held = []
      inner.spoil()
    },
    reset() {
      held = []
      inner.reset()
    },
    paused: () => inner.paused?.(),
  }
}

export interface DocumentOptions {
  /** Report id that carries data; null where the device numbers no reports. */
  readonly reportId: number | null
  /** Place of the length byte, report id counted; null: data up to the first NUL. */
  readonly lengthAt: number | null
  readonly dataAt: number
}
export const documentDefaults: DocumentOptions = { reportId: null, lengthAt: 0, dataAt: 1 }

/** More than any document's lines and frame. */
const longestLine = 128

function createLineDecoder({ reportId, lengthAt, dataAt }: DocumentOptions): Decoder {
  let line = ''
  let noise: typeof failures.scanIncomplete | typeof failures.codeTooLong | null = null
  let took: Took = 'idle'
  const identifiers = createTypedIdentifiers()

  function end(): DecodedScan[] {
    identifiers.saw(line)
    const payload = noise === null ? payloadOf(line) : { refused: noise }
    line = ''
    noise = null
    if (payload === 'empty') return []
    if ('refused' in payload) {
      took = payload.refused
      return []
    }
    if (took === 'part') took = 'scan'
    return [identifiers.of(payload.scan)]
  }

  return {
    push(report) {
      if (reportId !== null && report[0] !== reportId) {
        took = 'foreign'
        return []
      }
      took = 'part'
      const length = lengthAt === null ? Infinity : (report[lengthAt] ?? Infinity)
      if (report.length <= dataAt || (lengthAt !== null && length > report.length - dataAt)) {
        noise = failures.scanIncomplete
        return []
      }
      const done: DecodedScan[] = []
      const last = Math.min(report.length, dataAt + length)
      for (let i = dataAt; i < last; i++) {
        const byte = report[i] ?? 0
        if (byte === 0 && lengthAt === null) break
        if (byte === 0x0d || byte === 0x0a || byte === 0x03 || byte === 0x04) done.push(...end())
        else if (byte === 0x02) {
          // A new frame: what was open never ended.
          if (line !== '' || noise !== null) took = failures.scanIncomplete
          identifiers.saw(line)
          line = ''
          noise = null
        } else if (line.length < longestLine) line += String.fromCharCode(byte)
        else noise = failures.codeTooLong
      }
      if (took === 'part' && line === '' && noise === null) took = 'idle'
      return done
    },
    took: () => took,
    pending: () => noise !== null || line !== '',
    spoil() {
      identifiers.saw(line)
      if (line !== '') noise = failures.scanIncomplete
      line = ''
    },
    reset() {
      line = ''
      noise = null
    },
    paused: () => identifiers.paused(),
  }
}

export function createDocumentDecoder(options: DocumentOptions = documentDefaults): Decoder {
  return joinMrzLines(createLineDecoder(options))
}

/** The reports a document reader sends: used by the simulated reader and by tests. */
export function encodeDocument(
  lines: readonly string[],
  options: DocumentOptions = documentDefaults,
  { reportSize = 64, lineEnd = '\r', frame = false }: { reportSize?: number; lineEnd?: string; frame?: boolean } = {},
): Buffer[] {
  const text = `${frame ? '\x02' : ''}${lines.map((line) => line + lineEnd).join('')}${frame ? '\x03' : ''}`
  const bytes = Buffer.from(text, 'latin1')
  const room = reportSize - options.dataAt
  const reports: Buffer[] = []
  for (let at = 0; at < bytes.length; at += room) {
    const part = bytes.subarray(at, at + room)
    const report = Buffer.alloc(reportSize)
    if (options.reportId !== null) report[0] = options.reportId
    if (options.lengthAt !== null) report[options.lengthAt] = part.length
    part.copy(report, options.dataAt)
    reports.push(report)
  }
  return reports
}
