/**
 * "Learn this reader": a card is scanned three times, and out comes the rule of the allow-list that reads it. Every
 * decoder that the device could need listens at once; what they read stays here, masked to the outside.
 */
import { knownFormats, readAs } from '../../identity/card-formats/index.ts'
import { mrzLines } from '../../identity/documents/index.ts'
import { ReaderRule } from '../config.ts'
import { createDecoder } from '../decoders/index.ts'
import type { DecodedScan, Decoder } from '../decoders/decoder.ts'
import { maskScan, type MaskedScan } from '../mask.ts'
import { offDocument } from '../off-document.ts'
import type { HidDeviceInfo } from '../port.ts'
import { candidatesFor } from './candidates.ts'
import type { LearnState } from './state.ts'
import * as failures from '../../../src-shared/failures/named.ts'

export type { LearnState, SuggestedRule } from './state.ts'

export const wantedReads = 3

export interface Learner {
  /** One report, or one look at a reader that is asked; true when the state has changed. */
  push(report: Uint8Array): boolean
  /** The device has been silent: half-read scans are forgotten. */
  silence(): void
  /** A reader that must be asked. */
  readonly asks: boolean
  state(): LearnState
}

interface Candidate {
  readonly rule: Partial<ReaderRule> & { readonly decoder: ReaderRule['decoder'] }
  readonly decoder: Decoder
  readonly scans: DecodedScan[]
}

const sameScan = (a: DecodedScan, b: DecodedScan) => a.text === b.text && a.bits === b.bits

/** Lines of a document that were not a bar code's or a 2D symbol's. */
const documentOf = (scan: DecodedScan) =>
  mrzLines(scan.text) !== null && offDocument({ decoder: 'document', documents: true }, scan)

/** How much sense a text makes; the best candidate's layout is taken, the first of equals. */
function sense(scan: DecodedScan): number {
  if (mrzLines(scan.text) !== null) return 4
  if (/^LODGE:[0-9A-Z]{8}$/i.test(scan.text)) return 4
  if (scan.symbology !== null) return 3
  if (/^[0-9A-Z]{4,32}$/i.test(scan.text)) return 2
  return /^[\x20-\x7e]+$/.test(scan.text) ? 1 : 0
}

function formatsOf(scan: DecodedScan): { readonly chosen: string | null; readonly others: string[] } {
  if (mrzLines(scan.text) !== null) return { chosen: null, others: [] }
  const fitting = [...knownFormats.values()]
    .filter((format) => readAs(format, scan)?.ok === true)
    .map(({ name }) => name)
  const likely = fitting.find((name) => {
    if (name.startsWith('wiegand')) return true
    if (name === 'code39-mod43' || name === 'code128') return true
    if (name === 'ean') return scan.symbology?.startsWith(']E') === true
    return (name === 'uid4-hex' || name === 'uid7-hex') && /[A-F]/i.test(scan.text)
  })
  return { chosen: likely ?? null, others: fitting.filter((name) => name !== likely && name !== 'plain') }
}

/** `today` is `YYYY-MM-DD`. */
export function createLearner(info: HidDeviceInfo, today: () => string): Learner {
  const candidates: Candidate[] = candidatesFor(info).map((rule) => ({
    rule,
    decoder: createDecoder(ReaderRule.parse({ name: 'learning', ...rule })),
    scans: [],
  }))
  const reads: MaskedScan[] = []
  let ended: Pick<LearnState, 'suggestion' | 'alsoFits' | 'failure'> | null = null

  function suggestion({ rule, scans }: Candidate): Pick<LearnState, 'suggestion' | 'alsoFits' | 'failure'> {
    const [first] = scans
    const { chosen, others } = first === undefined ? { chosen: null, others: [] } : formatsOf(first)
    const { decoder, ...settings } = rule
    return {
      suggestion: {
        name: info.product === '' ? decoder : info.product.slice(0, 60),
        vendorId: info.vendorId,
        productId: info.productId,
        ...(info.usagePage === 0 ? {} : { usagePage: info.usagePage, usage: info.usage }),
        decoder,
        ...settings,
        // What it reads now it is to read at the desk: lines of a document, unless the reader itself says that they
        // were a symbol's.
        ...(decoder !== 'document' && scans.some((scan) => documentOf(scan)) ? { documents: true } : {}),
        ...(chosen === null ? {} : { cards: [chosen] }),
      },
      alsoFits: others,
      failure: null,
    }
  }

  return {
    asks: candidates.some(({ rule }) => rule.decoder === 'pcprox'),
    push(report) {
      if (ended !== null) return false
      for (const candidate of candidates) candidate.scans.push(...candidate.decoder.push(report))
      const most = Math.max(...candidates.map(({ scans }) => scans.length))
      if (most <= reads.length) return false
      const best = [...candidates]
        .filter(({ scans }) => scans.length === most)
        .sort(
          (a, b) =>
            sense(b.scans[most - 1] ?? { text: '', symbology: null }) -
            sense(a.scans[most - 1] ?? { text: '', symbology: null }),
        )[0]
      if (best === undefined) return false
      for (const scan of best.scans.slice(reads.length, wantedReads))
        reads.push(maskScan({ ...scan, offDocument: documentOf(scan) }, today()))
      if (reads.length >= wantedReads) {
        const [first, ...rest] = best.scans.slice(0, wantedReads)
        const same = first !== undefined && rest.every((scan) => sameScan(scan, first))
        ended = same ? suggestion(best) : { suggestion: null, alsoFits: [], failure: { code: failures.readsDiffer } }
        // What was read has served.
        for (const { scans } of candidates) scans.length = 0
      }
      return true
    },
    silence() {
      for (const { decoder } of candidates) {
        decoder.reset()
        decoder.paused?.()
      }
    },
    state: () => ({
      path: info.path,
      product: info.product,
      reads: [...reads],
      ...(ended ?? { suggestion: null, alsoFits: [], failure: null }),
    }),
  }
}
