/**
 * Whether a batch of signed entries continues a kiosk's ledger: order, chain and signature over the exact bytes. Pure:
 * no database, no clock. The hash of an entry covers all before it, so the signature of a batch's last entry vouches
 * for every entry in it; a signature that comes with an earlier entry is checked as well.
 */
import type { KeyObject } from 'node:crypto'
import type { Epoch } from '../../src-shared/domain/index.ts'
import { LedgerEntry, LedgerHead, type WireEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { deepestEntry, longestEntry, longestKept, nestsDeeper } from '../../src-shared/protocol/entry-limits.ts'
import { chainHash, isCanonical, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import { tellParsed, toldOfNothing, type ToldEntry } from '../../src-shared/protocol/stored-entry.ts'

/** An entry that continues the chain; what it says has not been looked into yet. */
export interface ChainedEntry {
  readonly seq: number
  /** As far as it can be told; `\ufffd` and 0 where it cannot. */
  readonly kind: string
  readonly time: number
  readonly pickup: string | null
  readonly epoch: Epoch | null
  readonly bytes: string
  /** The bytes as JSON; null for what is longer or deeper than an entry may be. */
  readonly json: unknown
  readonly hash: string
  readonly signature: string | null
}

export interface CheckedEntry extends Omit<ChainedEntry, 'json'> {
  /** Of one that is kept beside the ledger: its row there. */
  readonly quarantine?: number | null
  /**
   * null: validly signed bytes that do not parse, are longer or deeper than an entry may be, or not canonical: a poison
   * entry.
   */
  readonly entry: LedgerEntry | null
}

/** Where the hub's copy of a ledger ends. */
export interface LedgerEnd {
  readonly seq: number
  readonly hash: string
}

export interface Read {
  readonly head: LedgerHead
  readonly told: ToldEntry
  /** null for what is longer or deeper than an entry may be. */
  readonly json: unknown
  readonly bytes: string
  readonly signature: string | null
}

/**
 * The entries' heads, or what is wrong. Text that is not well-formed Unicode becomes what was hashed and signed: its
 * UTF-8 form.
 */
export function readEntries(entries: readonly WireEntry[]): readonly Read[] | string {
  const read: Read[] = []
  for (const { bytes: given, signature } of entries) {
    if (given.length > longestKept) return `an entry is longer than ${longestKept} characters`
    const bytes = given.toWellFormed()
    let json: unknown
    try {
      json = JSON.parse(bytes)
    } catch {
      return 'an entry is not JSON'
    }
    const head = LedgerHead.safeParse(json)
    if (!head.success) return 'an entry has no head'
    const deep = nestsDeeper(bytes, deepestEntry)
    read.push({
      head: head.data,
      told: deep ? toldOfNothing : tellParsed(json),
      json: deep || bytes.length > longestEntry ? null : json,
      bytes,
      signature: signature ?? null,
    })
  }
  return read
}

/** What a chained entry says. */
export function understand({ json, ...rest }: ChainedEntry): CheckedEntry {
  const entry = json !== null && isCanonical(rest.bytes, json) ? LedgerEntry.safeParse(json) : null
  return { ...rest, entry: entry?.success === true ? entry.data : null }
}

/** What is wrong with a batch; or, with `from`, that it begins after an entry which the hub has not got. */
export type Misfit = { readonly wrong: string } | { readonly from: number }

export const isFresh = (found: readonly ChainedEntry[] | Misfit): found is readonly ChainedEntry[] =>
  Array.isArray(found)

/** A batch on its way through the check, piece by piece. */
export interface Chain {
  /**
   * The entries of the next piece that are new, or what is wrong. `known` holds hash and bytes of what the hub has at
   * those sequence numbers that `read` repeats: overlap is compared, never skipped. Nothing of the batch holds before
   * its last piece does.
   */
  next(
    read: readonly Read[],
    known: ReadonlyMap<number, { readonly hash: string; readonly bytes: string }>,
    last: boolean,
  ): readonly ChainedEntry[] | Misfit
}

/** `end` is where the hub's copy ends, `key` the kiosk's signing key. */
export function createChain(key: KeyObject, end: LedgerEnd): Chain {
  let { seq, hash: prev } = end
  /** Whether the newest entry that is new came with its signature; null while none is. */
  let signed: boolean | null = null
  return {
    next(read, known, last) {
      const fresh: ChainedEntry[] = []
      for (const { head, told, json, bytes, signature } of read) {
        if (head.seq <= end.seq) {
          const before = known.get(head.seq)
          if (
            before === undefined ||
            before.bytes !== bytes ||
            chainHash(head.prev, bytes).toString('hex') !== before.hash
          )
            return { wrong: `entry ${head.seq} was acknowledged with other bytes` }
          continue
        }
        // As a whole after what the hub has: it was told of what the hub has forgotten, and nobody has tampered with
        // anything.
        if (signed === null && head.seq > seq + 1) return { from: seq + 1 }
        if (head.seq !== seq + 1) return { wrong: `entry ${head.seq} follows ${seq}` }
        if (head.prev !== prev) return { wrong: `entry ${head.seq} breaks the chain` }
        const hash = chainHash(prev, bytes)
        if (signature !== null && !verifyHash(key, hash, signature))
          return { wrong: `entry ${head.seq} has a wrong signature` }
        fresh.push({
          seq: head.seq,
          // PostgreSQL's text holds no NUL, and columns travel joined by a control character, where a lone empty text
          // is none: a poison kind stops nothing.
          // eslint-disable-next-line no-control-regex
          kind: (told.kind ?? '').replace(/^$|[\0-\x1f]/g, '\ufffd').toWellFormed(),
          time: told.time ?? 0,
          pickup: told.pickup,
          epoch: told.epoch,
          bytes,
          json,
          hash: hash.toString('hex'),
          signature,
        })
        seq = head.seq
        prev = hash.toString('hex')
        signed = signature !== null
      }
      return last && signed === false ? { wrong: 'the last entry has no signature' } : fresh
    },
  }
}
