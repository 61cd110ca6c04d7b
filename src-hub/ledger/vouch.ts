/**
 * Which entries of a batch their kiosk's key vouches for, whatever they join or contradict: evidence is kept for what
 * was signed, not for where it fits. Pure: no database, no clock. An entry's hash covers the one before it, so a
 * signature vouches for the unbroken stretch up to it.
 */
import type { KeyObject } from 'node:crypto'
import type { Epoch } from '../../src-shared/domain/index.ts'
import { LedgerHead, type WireEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { chainHash, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import { tellStored } from '../../src-shared/protocol/stored-entry.ts'

/** One entry, exactly as it was signed. */
export interface Vouched {
  readonly seq: number
  readonly kind: string
  readonly pickup: string | null
  readonly epoch: Epoch | null
  /** 0 where it says none. */
  readonly time: number
  /** Hash of the entry that it says it follows. */
  readonly prev: string
  readonly hash: string
  readonly bytes: string
  readonly signature: string | null
}

/** A stretch whose last entry is signed: each follows the one before it. */
export type Stretch = readonly [Vouched, ...Vouched[]]

/** What gives an entry its place; null where it says none. */
function placeOf(bytes: string): LedgerHead | null {
  try {
    return LedgerHead.safeParse(JSON.parse(bytes)).data ?? null
  } catch {
    return null
  }
}

/** The stretches of a batch that are validly signed, in their order; what no signature covers is left out. */
export function vouchedFor(key: KeyObject, entries: readonly WireEntry[]): Stretch[] {
  const stretches: Stretch[] = []
  let open: Vouched[] = []
  for (const { bytes: given, signature = null } of entries) {
    const bytes = given.toWellFormed()
    const head = placeOf(bytes)
    const told = tellStored(bytes)
    const before = open.at(-1)
    // What does not parse says neither its number nor what it follows: it counts where it stands.
    const prev = head?.prev ?? before?.hash
    if (prev === undefined) continue
    if (before !== undefined && prev !== before.hash) open = []
    const hash = chainHash(prev, bytes)
    open.push({
      seq: head?.seq ?? (before?.seq ?? 0) + 1,
      kind: told.kind?.toWellFormed() ?? '',
      pickup: told.pickup,
      epoch: told.epoch,
      time: told.time ?? 0,
      prev,
      hash: hash.toString('hex'),
      bytes,
      signature,
    })
    if (signature === null || !verifyHash(key, hash, signature)) continue
    const [first, ...rest] = open
    if (first !== undefined) stretches.push([first, ...rest])
    open = []
  }
  return stretches
}
