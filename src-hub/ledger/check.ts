/**
 * Whether a batch of signed entries continues a kiosk's ledger: order, chain and signature over the exact bytes. Pure:
 * no database, no clock. The hash of an entry covers all before it, so the signature of a batch's last entry vouches for
 * every entry in it; a signature that comes with an earlier entry is checked as well.
 */
import type { KeyObject } from 'node:crypto'
import { LedgerEntry, LedgerHead, type WireEntry } from '../../src-shared/ledger-entry.ts'
import { chainHash, isCanonical, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'

export interface CheckedEntry {
  readonly seq: number
  readonly kind: string
  readonly pickup: string | null
  readonly time: number
  readonly bytes: string
  readonly hash: string
  readonly signature: string | null
  /** null: validly signed bytes that do not parse, a poison entry. */
  readonly entry: LedgerEntry | null
}

/** Where the hub's copy of a ledger ends. */
export interface LedgerEnd {
  readonly seq: number
  readonly hash: string
}

export interface Read {
  readonly head: LedgerHead
  /** null: it does not parse, or is not written the canonical way. */
  readonly entry: LedgerEntry | null
  readonly bytes: string
  readonly signature: string | null
}

/** The entries' heads, or what is wrong. Text that is not well-formed Unicode becomes what was hashed and signed: its UTF-8 form. */
export function readEntries(entries: readonly WireEntry[]): readonly Read[] | string {
  const read: Read[] = []
  for (const { bytes: given, signature } of entries) {
    const bytes = given.toWellFormed()
    let json: unknown
    try {
      json = JSON.parse(bytes)
    } catch {
      return 'an entry is not JSON'
    }
    // An entry that parses has a head; only of a poison entry it is looked for by itself.
    const entry = isCanonical(bytes, json) ? LedgerEntry.safeParse(json) : null
    const head = entry?.success === true ? entry : LedgerHead.safeParse(json)
    if (!head.success) return 'an entry has no head'
    read.push({ head: head.data, entry: entry?.success === true ? entry.data : null, bytes, signature: signature ?? null })
  }
  return read
}

/**
 * The entries that are new after `end`, or what is wrong. `known` holds hash and bytes of what the hub has at those
 * sequence numbers that `read` repeats: overlap is compared, never skipped.
 */
export function checkEntries(
  key: KeyObject,
  end: LedgerEnd,
  read: readonly Read[],
  known: ReadonlyMap<number, { readonly hash: string; readonly bytes: string }>,
): readonly CheckedEntry[] | string {
  let { seq, hash: prev } = end
  const fresh: CheckedEntry[] = []
  for (const { head, entry, bytes, signature } of read) {
    if (head.seq <= end.seq) {
      const before = known.get(head.seq)
      if (before === undefined || before.bytes !== bytes || chainHash(head.prev, bytes).toString('hex') !== before.hash)
        return `entry ${head.seq} was acknowledged with other bytes`
      continue
    }
    if (head.seq !== seq + 1) return `entry ${head.seq} follows ${seq}`
    if (head.prev !== prev) return `entry ${head.seq} breaks the chain`
    const hash = chainHash(prev, bytes)
    if (signature !== null && !verifyHash(key, hash, signature)) return `entry ${head.seq} has a wrong signature`
    fresh.push({
      seq: head.seq,
      // PostgreSQL's text holds no NUL, and columns travel joined by a control character: a poison kind stops nothing.
      // eslint-disable-next-line no-control-regex
      kind: head.kind.replace(/[\0-\x1f]/g, '\ufffd').toWellFormed(),
      pickup: head.pickup,
      time: head.time,
      bytes,
      hash: hash.toString('hex'),
      signature,
      entry,
    })
    seq = head.seq
    prev = hash.toString('hex')
  }
  if (fresh.length > 0 && fresh.at(-1)?.signature === null) return 'the last entry has no signature'
  return fresh
}
