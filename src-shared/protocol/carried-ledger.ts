/**
 * A kiosk's ledger on a memory stick, for a desk without network, and the hub's receipt on the way back. Lines of text:
 * a head, the exact signed entries, and the kiosk's signature over all of it. No personal data: the ledger has none.
 */
import { createHash, createHmac, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { Count, Ordinal } from '../domain/bounds.ts'
import { Incarnation, Instant, KioskId } from '../domain/index.ts'
import { LedgerHash, SignedEntry } from '../hub-api/ledger-entry.ts'
import { fail, ok, type Result } from '../failures/result.ts'
import * as failures from '../failures/named.ts'
import type { TagKey } from './tags.ts'

/** `after`: the entry before the first one here. */
export const CarriedHead = z.strictObject({
  format: z.literal('lodge/ledger/1'),
  kiosk: KioskId,
  incarnation: Incarnation,
  after: Count,
  count: Ordinal,
})
export type CarriedHead = z.infer<typeof CarriedHead>
const Trailer = z.strictObject({ signature: SignedEntry.shape.signature })

/** `mac`: HMAC-SHA256 under the kiosk's lookup key, which it and its hub alone have. */
export const Receipt = z.strictObject({
  format: z.literal('lodge/ledger-receipt/1'),
  kiosk: KioskId,
  incarnation: Incarnation,
  acked: Count,
  head: LedgerHash,
  at: Instant,
  mac: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})
export type Receipt = z.infer<typeof Receipt>

/** Largest file of entries, bytes: it must fit into one request at the hub. */
export const carriedFileMax = 12 * 1024 * 1024

const digest = (body: string) => createHash('sha256').update('lodge/ledger-file/1|').update(body, 'utf8').digest()

export function writeCarried(head: CarriedHead, entries: readonly SignedEntry[], key: KeyObject): string {
  const body = [head, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('')
  return `${body}${JSON.stringify({ signature: sign(null, digest(body), key).toString('base64url') })}\n`
}

/** A file whose kiosk is known by its head, and nothing else of it yet. */
export interface CarriedFile {
  readonly head: CarriedHead
  /** The entries, once the kiosk's key has been found. L-621 for a file that is not as that kiosk wrote it. */
  entries(key: KeyObject): Result<SignedEntry[]>
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** L-620: no such file, or not a whole one. */
export function readCarried(text: string): Result<CarriedFile> {
  const lines = text.split('\n')
  const head = CarriedHead.safeParse(parsed(lines[0] ?? ''))
  // A whole file ends with its signature and a line break.
  const trailer = lines.at(-1) === '' ? Trailer.safeParse(parsed(lines.at(-2) ?? '')) : null
  if (!head.success || trailer?.success !== true) return fail(failures.carriedIncomplete)
  const { signature } = trailer.data
  return ok({
    head: head.data,
    entries(key) {
      const body = lines
        .slice(0, -2)
        .map((line) => `${line}\n`)
        .join('')
      if (!verify(null, digest(body), key, Buffer.from(signature, 'base64url'))) return fail(failures.carriedChanged)
      const entries = z.array(SignedEntry).length(head.data.count).safeParse(lines.slice(1, -2).map(parsed))
      return entries.success ? ok(entries.data) : fail(failures.carriedChanged)
    },
  })
}

const said = ({ kiosk, incarnation, acked, head, at }: Omit<Receipt, 'format' | 'mac'>) =>
  [kiosk, incarnation, acked, head, at].join('|')
const macOf = (key: TagKey, receipt: Omit<Receipt, 'format' | 'mac'>) =>
  createHmac('sha256', key)
    .update(`lodge/ledger-receipt/1|${said(receipt)}`)
    .digest()

export function writeReceipt(key: TagKey, receipt: Omit<Receipt, 'format' | 'mac'>): string {
  return `${JSON.stringify({ format: 'lodge/ledger-receipt/1', ...receipt, mac: macOf(key, receipt).toString('base64url') } satisfies Receipt)}\n`
}

/**
 * L-620 for what is no whole receipt, L-622 for another kiosk's, L-621 for one that the hub did not write like that.
 */
export function readReceipt(key: TagKey, kiosk: KioskId, text: string): Result<Receipt> {
  const receipt = Receipt.safeParse(parsed(text))
  if (!receipt.success) return fail(failures.carriedIncomplete)
  if (receipt.data.kiosk !== kiosk) return fail(failures.carriedOfAnotherKiosk)
  return timingSafeEqual(macOf(key, receipt.data), Buffer.from(receipt.data.mac, 'base64url'))
    ? ok(receipt.data)
    : fail(failures.carriedChanged)
}

/** Names on the stick. */
export const carriedName = (kiosk: string, after: number) =>
  `lodge-ledger-${kiosk}-${String(after).padStart(9, '0')}.jsonl`
export const receiptName = (kiosk: string, acked: number) =>
  `lodge-receipt-${kiosk}-${String(acked).padStart(9, '0')}.json`
export const receiptPattern = /^lodge-receipt-([A-Za-z0-9_-]{22})-\d{9,16}\.json$/
