/** What became of a reader's reports since the engine started: every report is one of these. Numbers only. */
import type { ReadRefusal, Took } from './decoders/decoder.ts'
import type * as failures from '../../src-shared/failures/named.ts'

export interface ReaderCounts {
  reports: number
  /** Reports that completed a scan. */
  scans: number
  /** Of a read that went on. */
  parts: number
  /** Keys let go, no card there, no data. */
  idle: number
  /** Not for this decoder: another report id, an answer that is none. */
  foreign: number
  /** More than a reader can mean: dropped unread (L-718). */
  dropped: number
  /** Scans passed over as the reader's settings say (`ignoreOthers`), or the same card again. */
  passedOver: number
  /** By code. */
  readonly refused: Partial<Record<ReadRefusal | typeof failures.twoCodesAtOnce | typeof failures.readerFloods, number>>
}

export const noCounts = (): ReaderCounts => ({
  reports: 0,
  scans: 0,
  parts: 0,
  idle: 0,
  foreign: 0,
  dropped: 0,
  passedOver: 0,
  refused: {},
})

export function refusedOnce(
  counts: ReaderCounts,
  code: ReadRefusal | typeof failures.twoCodesAtOnce | typeof failures.readerFloods,
): void {
  counts.refused[code] = (counts.refused[code] ?? 0) + 1
}

export function count(counts: ReaderCounts, took: Took): void {
  counts.reports += 1
  switch (took) {
    case 'part':
      counts.parts += 1
      return
    case 'scan':
      counts.scans += 1
      return
    case 'idle':
      counts.idle += 1
      return
    case 'foreign':
      counts.foreign += 1
      return
    default:
      refusedOnce(counts, took)
  }
}

/** For a support file: `reports`, `scans`, `refused L-704`, each as a number. */
export function flatCounts(name: string, { refused, ...counts }: ReaderCounts): Record<string, number> {
  return Object.fromEntries([
    ...Object.entries(counts).map(([what, n]): [string, number] => [`${name} ${what}`, n]),
    ...Object.entries(refused).map(([code, n]): [string, number] => [`${name} refused ${code}`, n]),
  ])
}
