/**
 * What the reports of one reader mean, as transitions: the reader's state and a report in, the effects for the desk
 * out. No device, timer or listener is needed here; the supervisor brings the reports and carries the effects out.
 */
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { ReaderRule } from './config.ts'
import { count, noCounts, refusedOnce, type ReaderCounts } from './counts.ts'
import type { DecodedScan, Decoder, ReadRefusal, Took } from './decoders/decoder.ts'
import { createDecoder } from './decoders/index.ts'
import { createBucket, reportRate, scanRate } from './flood.ts'
import { knownToClassify } from './known-text.ts'
import { identityOf } from './mask.ts'
import { offDocument, readsDocuments } from './off-document.ts'
import type { Scan } from './port.ts'
import type { Repeats } from './repeats.ts'

export type ReadFailure = ReadRefusal | typeof failures.twoCodesAtOnce | typeof failures.readerFloods

/** What the desk hears of a report, in this order. */
export type ReadEffect =
  { readonly kind: 'scan'; readonly scan: Scan } | { readonly kind: 'refused'; readonly failure: Failure }

/** What a reader has read so far. */
export interface Reading {
  readonly path: string
  /** null, as its decoder then is: read only to be learned. */
  readonly rule: ReaderRule | null
  readonly decoder: Decoder | null
  readonly counts: ReaderCounts
  readonly reports: ReturnType<typeof createBucket>
  readonly scans: ReturnType<typeof createBucket>
  /** The newest refusal and when the desk heard it: a refusal that every report repeats is told once. */
  told: { readonly code: string; at: number } | null
  /** When the last report came, monotonic, ms. */
  lastAt: number
}

/** Codes that each report of a reader set wrong would raise again. */
const everyReport: ReadonlySet<string> = new Set([failures.keysNotUnderstood, failures.readerFloods])
/** A refusal that goes on is told again after so long. */
const sameAgainMs = 10_000

/** `counts` outlives the reading: it goes on when a reader is unplugged and plugged in again. */
export const newReading = (
  path: string,
  rule: ReaderRule | null,
  counts: ReaderCounts | undefined = noCounts(),
): Reading => ({
  path,
  rule,
  decoder: rule === null ? null : createDecoder(rule),
  counts,
  reports: createBucket(reportRate),
  scans: createBucket(scanRate),
  told: null,
  lastAt: -Infinity,
})

/** Silence after which a read that has begun is broken off, ms. */
export const silenceOf = (reading: Reading, tornMs: number): number => reading.rule?.silenceMs ?? tornMs

/**
 * A report has come. `admitted` is false for one beyond what any reader can mean: the report is not to be read, and
 * what had begun is lost with it.
 */
export function admitReport(
  reading: Reading,
  at: number,
  tornMs: number,
): { readonly admitted: boolean; readonly effects: readonly ReadEffect[] } {
  if (at - reading.lastAt >= silenceOf(reading, tornMs)) reading.decoder?.paused?.()
  reading.lastAt = at
  if (reading.reports.take(at)) return { admitted: true, effects: [] }
  reading.counts.dropped += 1
  reading.decoder?.spoil()
  return { admitted: false, effects: told(reading, failures.readerFloods, at) }
}

/** Decodes an admitted report. A device that is only learned says nothing to the desk. */
export function readReport(reading: Reading, report: Uint8Array, at: number, repeats: Repeats): ReadEffect[] {
  const { rule, decoder } = reading
  if (rule === null || decoder === null) return []
  const scans = decoder.push(report)
  const took = decoder.took()
  count(reading.counts, took)
  // The other codes of a card are passed over in silence where the settings say so; one that was torn is not.
  const refusal = isRefusal(took) && (!rule.ignoreOthers || took === failures.scanIncomplete) ? took : null
  return [
    ...(refusal === null ? [] : told(reading, refusal, at)),
    ...scans.flatMap((scan) => judgeScan(reading, rule, scan, at, repeats)),
  ]
}

/** No more has come of a read that had begun, or its device has gone. */
export function breakOff(reading: Reading, at: number): ReadEffect[] {
  return refuseRead(reading, failures.scanIncomplete, at)
}

/** An answer of a reader that is asked, and that no decoder knows. */
export function countForeign(reading: Reading): void {
  reading.counts.reports += 1
  reading.counts.foreign += 1
}

function judgeScan(
  reading: Reading,
  rule: ReaderRule,
  decoded: DecodedScan,
  at: number,
  repeats: Repeats,
): ReadEffect[] {
  const { counts } = reading
  const scan = scanOf(rule, decoded, at)
  if (rule.ignoreOthers && !knownToClassify(scan)) {
    counts.passedOver += 1
    return []
  }
  switch (repeats.judge(reading.path, identityOf(scan), at)) {
    case 'again':
      counts.passedOver += 1
      return []
    case 'pair':
      return refuseRead(reading, failures.twoCodesAtOnce, at)
    case 'new':
      if (reading.scans.take(at)) return [{ kind: 'scan', scan }]
      counts.dropped += 1
      return told(reading, failures.readerFloods, at)
  }
}

function scanOf(rule: ReaderRule, decoded: DecodedScan, at: number): Scan {
  const { text, symbology, bits } = decoded
  return {
    reader: rule.name,
    kind: rule.decoder,
    text,
    symbology,
    ...(bits === undefined ? {} : { bits }),
    at,
    cards: rule.cards,
    ...(offDocument(rule, decoded) ? { offDocument: true } : {}),
    ...(decoded.unidentified === true && readsDocuments(rule) ? { unidentified: true } : {}),
  }
}

/** A read that has ended without a scan: counted and told. */
function refuseRead(reading: Reading, code: ReadFailure, at: number): ReadEffect[] {
  refusedOnce(reading.counts, code)
  return told(reading, code, at)
}

function told(reading: Reading, code: ReadFailure, at: number): ReadEffect[] {
  const before = reading.told
  if (before?.code === code && everyReport.has(code) && at - before.at < sameAgainMs) return []
  reading.told = { code, at }
  return [{ kind: 'refused', failure: { code } }]
}

const isRefusal = (took: Took): took is ReadRefusal => took.startsWith('L-')
