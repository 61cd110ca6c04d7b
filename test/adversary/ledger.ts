/**
 * A kiosk's ledger as an adversary keeps it: any text in any order, chained and signed as the contract says, or
 * wrongly.
 */
import { createHash, sign, type KeyObject } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Epoch } from '../../src-shared/domain/index.ts'
import {
  genesisHash,
  type LedgerFacts,
  type LedgerKind,
  type WireEntry,
} from '../../src-shared/hub-api/ledger-entry.ts'

/** One entry of this ledger: its exact bytes, and the hash it ends the chain with. */
export interface Written {
  readonly seq: number
  readonly bytes: string
  readonly hash: string
}

/** What an entry is about. `time` is hub time, ms. */
export interface About {
  readonly pickup?: string | null
  readonly epoch?: Epoch | null
  readonly actor?: string | null
  readonly time?: number
}

export interface Ledger {
  readonly entries: readonly Written[]
  /** Its end: sequence 0 and the genesis hash when it is empty. */
  head(): { readonly seq: number; readonly hash: string }
  /** A well-formed entry at the end. */
  write<K extends LedgerKind>(kind: K, facts: LedgerFacts<K>, about?: About): Written
  /** Any text at the end, chained as if it were an entry. */
  writeText(bytes: string): Written
  /** An entry of any shape at the end: `seq` and `prev` are right unless `entry` has its own. */
  writeShape(entry: Readonly<Record<string, unknown>>): Written
  /**
   * Entries `from` to `to` (both included, by sequence; to the end by default) as they go on the line, the last one
   * signed.
   */
  batch(from: number, to?: number): WireEntry[]
  /** Takes another entry's bytes for `seq` without writing the chain anew: a tampered ledger. */
  tamper(seq: number, bytes: string): void
  /** The same ledger up to `seq`: what an old disk holds, or the root of a fork. */
  upTo(seq: number): Ledger
}

const hashOf = (prev: string, bytes: string) =>
  createHash('sha256').update(Buffer.from(prev, 'hex')).update(bytes, 'utf8').digest('hex')

export function createLedger(key: KeyObject, now: () => number, begun: readonly Written[] = []): Ledger {
  const entries = [...begun]
  const head = () => {
    const last = entries.at(-1)
    return { seq: last?.seq ?? 0, hash: last?.hash ?? genesisHash }
  }
  function writeText(bytes: string): Written {
    const { seq, hash } = head()
    const written = { seq: seq + 1, bytes, hash: hashOf(hash, bytes) }
    entries.push(written)
    return written
  }
  function writeShape(entry: Readonly<Record<string, unknown>>): Written {
    const { seq, hash } = head()
    return writeText(canonicalize({ seq: seq + 1, prev: hash, ...entry }) ?? '')
  }
  return {
    entries,
    head,
    writeText,
    writeShape,
    write: (kind, facts, { pickup = null, epoch = null, actor = null, time = now() } = {}) =>
      writeShape({ time, kind, pickup, epoch, actor, facts }),
    batch(from, to = head().seq) {
      const wanted = entries.filter(({ seq }) => seq >= from && seq <= to)
      return wanted.map(({ bytes, hash }, i) =>
        i < wanted.length - 1
          ? { bytes }
          : { bytes, signature: sign(null, Buffer.from(hash, 'hex'), key).toString('base64url') },
      )
    },
    tamper(seq, bytes) {
      const at = entries.findIndex((entry) => entry.seq === seq)
      const found = entries[at]
      if (found === undefined) throw new Error(`no entry ${seq}`)
      entries[at] = { ...found, bytes }
    },
    upTo: (seq) =>
      createLedger(
        key,
        now,
        entries.filter((entry) => entry.seq <= seq),
      ),
  }
}
