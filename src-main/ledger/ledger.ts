/**
 * The kiosk's append-only, hash-chained, signed log of facts (docs/architecture.md#ledger-and-sync). It carries opaque
 * ids only.
 */
import type { KeyObject } from 'node:crypto'
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import type { Epoch, PickupId, StaffId } from '../../src-shared/domain/index.ts'
import {
  genesisHash,
  LedgerEntry,
  type LedgerFacts,
  type LedgerKind,
  type SignedEntry,
} from '../../src-shared/hub-api/ledger-entry.ts'
import { canonicalBytes, chainHash, signHash, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import type { Sqlite } from '../storage/index.ts'

export interface NewEntry<K extends LedgerKind> {
  readonly kind: K
  readonly pickup?: PickupId
  readonly epoch?: Epoch
  readonly actor?: StaffId
  readonly facts: LedgerFacts<K>
}

export interface LedgerRow {
  readonly seq: number
  /** null: what is stored is no time that could be one. */
  readonly time: number | null
  readonly kind: string
  readonly pickup: string | null
  readonly actor: string | null
}

export interface Ledger {
  /** Appends inside the caller's transaction: state and outbox change together or not at all. */
  append<K extends LedgerKind>(entry: NewEntry<K>): void
  head(): { readonly seq: number; readonly hash: string }
  /** Hash of the entry at `seq`, hex; of nothing at 0; null where there is none. */
  hashAt(seq: number): string | null
  /** Entries after `seq`, in order, exactly as signed. */
  after(seq: number, limit: number): SignedEntry[]
  /** Time of the first entry after `seq`, or null. */
  timeAfter(seq: number): number | null
  /** How many handovers stand after `seq`. */
  handoversAfter(seq: number): number
  recent(limit: number): LedgerRow[]
  /**
   * Checks the chain from entry `from` on and returns the first bad sequence number, or null. `head` checks the newest
   * entry's signature only: its hash covers the whole chain, so one signature vouches for all of it. At most `limit`
   * entries are looked at; `next` is where to go on, `from` itself when there is nothing more.
   */
  verifyFrom(
    from: number,
    signatures: 'all' | 'head',
    limit?: number,
  ): { readonly bad: number | null; readonly next: number }
}

interface Row {
  seq: number
  bytes: string
  hash: Buffer
  signature: string
}

export function createLedger(
  db: Sqlite,
  keys: { readonly signKey: KeyObject; readonly publicKey: KeyObject },
  now: () => number,
): Ledger {
  const insert = db.prepare(
    'INSERT INTO ledger (seq, time, kind, pickup, slip, actor, bytes, hash, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const last = db.prepare<[], { seq: number; hash: Buffer }>('SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1')
  const range = db.prepare<[number, number], Row>(
    'SELECT seq, bytes, hash, signature FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const hashAt = db.prepare<[number], { hash: Buffer }>('SELECT hash FROM ledger WHERE seq = ?')
  const timeAfter = db.prepare<[number], { time: number }>('SELECT time FROM ledger WHERE seq > ? ORDER BY seq LIMIT 1')
  const handoversAfter = db
    .prepare<[number], number>("SELECT count(*) FROM ledger WHERE seq > ? AND kind = 'handed-over'")
    .pluck()
  const recent = db.prepare<[number], Omit<LedgerRow, 'time'> & { readonly time: number }>(
    'SELECT seq, time, kind, pickup, actor FROM ledger ORDER BY seq DESC LIMIT ?',
  )

  function head(): { seq: number; hash: string } {
    const row = last.get()
    return row === undefined ? { seq: 0, hash: genesisHash } : { seq: row.seq, hash: row.hash.toString('hex') }
  }

  return {
    append(entry) {
      const { seq, hash: prev } = head()
      const time = now()
      const whole = LedgerEntry.parse({
        seq: seq + 1,
        time,
        kind: entry.kind,
        pickup: entry.pickup ?? null,
        epoch: entry.epoch ?? null,
        actor: entry.actor ?? null,
        facts: entry.facts,
        prev,
      })
      const bytes = canonicalBytes(whole)
      const hash = chainHash(prev, bytes)
      const slip = 'slip' in entry.facts ? entry.facts.slip : null
      insert.run(
        seq + 1,
        time,
        entry.kind,
        entry.pickup ?? null,
        slip,
        entry.actor ?? null,
        bytes,
        hash,
        signHash(keys.signKey, hash),
      )
    },
    head,
    hashAt: (seq) => (seq === 0 ? genesisHash : (hashAt.get(seq)?.hash.toString('hex') ?? null)),
    after: (seq, limit) => range.all(seq, limit).map(({ bytes, signature }) => ({ bytes, signature })),
    timeAfter: (seq) => storedInstant(timeAfter.get(seq)?.time ?? null),
    handoversAfter: (seq) => handoversAfter.get(seq) ?? 0,
    recent: (limit) => recent.all(limit).map((row) => ({ ...row, time: storedInstant(row.time) })),
    verifyFrom(from, signatures, limit = Number.MAX_SAFE_INTEGER) {
      let prev = from === 0 ? genesisHash : (hashAt.get(from)?.hash.toString('hex') ?? '')
      let at = from
      let newest: Row | null = null
      for (const row of range.iterate(from, limit)) {
        const hash = row.seq === at + 1 && prev !== '' ? chainHash(prev, row.bytes) : null
        if (hash === null || !hash.equals(row.hash)) return { bad: row.seq, next: at }
        if (signatures === 'all' && !verifyHash(keys.publicKey, hash, row.signature)) return { bad: row.seq, next: at }
        prev = hash.toString('hex')
        at = row.seq
        newest = row
      }
      if (newest !== null && !verifyHash(keys.publicKey, newest.hash, newest.signature))
        return { bad: newest.seq, next: at }
      return { bad: null, next: at }
    },
  }
}
