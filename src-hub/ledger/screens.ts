/**
 * What a check-in screen may write: that it runs, and that someone calls for staff. Anything else validly signed by one
 * is kept as a poison entry that concerns no pickup: a screen that somebody has opened can raise an alarm, and nothing
 * more.
 */
import type { LedgerEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import type { Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { understand, type ChainedEntry, type CheckedEntry } from './check.ts'

const itsOwn: ReadonlySet<string> = new Set([
  'kiosk-enrolled',
  'engine-started',
  'staff-called',
] satisfies LedgerEntry['kind'][])

export function ofScreen(chained: ChainedEntry): CheckedEntry {
  const read = understand(chained)
  return read.entry !== null && itsOwn.has(read.entry.kind) ? read : { ...read, pickup: null, entry: null }
}

/** Calls for staff go on to the desk's kiosk. None is from the future: a screen's clock keeps no bell ringing. */
export async function passOn(tx: Tx, desk: string, checked: readonly CheckedEntry[], now: number): Promise<void> {
  const calls = checked.flatMap(({ entry }) =>
    entry?.kind === 'staff-called'
      ? [{ kind: 'staff-called' as const, call: entry.facts.call, at: Math.min(entry.time, now) }]
      : [],
  )
  // Of those that piled up while the screen was cut off, the newest is the one that somebody may still stand behind.
  await appendToFeed(tx, desk, calls.slice(-1))
}
