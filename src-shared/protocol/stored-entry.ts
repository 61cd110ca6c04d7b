/**
 * Reading what a ledger holds without believing it: an entry that is stored may say anything, since what does not parse
 * is kept as well. Nothing here throws, whatever the text.
 */
import type { z } from 'zod'
import { Fact, Instant } from '../domain/bounds.ts'
import { Epoch, PickupId, StaffId } from '../domain/index.ts'
import { LedgerEntry } from '../hub-api/ledger-entry.ts'
import { deepestEntry, longestEntry, nestsDeeper } from './entry-limits.ts'

/** What can be told of a stored entry; what it says otherwise, or not at all, is null or empty. */
export interface ToldEntry {
  readonly kind: string | null
  readonly time: Instant | null
  readonly pickup: PickupId | null
  readonly epoch: Epoch | null
  readonly actor: StaffId | null
  readonly facts: Readonly<Record<string, unknown>>
}

export const toldOfNothing: ToldEntry = { kind: null, time: null, pickup: null, epoch: null, actor: null, facts: {} }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `json` is a stored entry's text, parsed, and nested no deeper than `deepestEntry`. */
export function tellParsed(json: unknown): ToldEntry {
  if (!isRecord(json)) return toldOfNothing
  const { kind, actor, facts } = json
  return {
    kind: typeof kind === 'string' && kind.length <= 40 ? kind : null,
    time: Instant.safeParse(json.time).data ?? null,
    pickup: PickupId.safeParse(json.pickup).data ?? null,
    epoch: Epoch.safeParse(json.epoch).data ?? null,
    actor: StaffId.safeParse(actor).data ?? null,
    facts: isRecord(facts) ? facts : {},
  }
}

/** What a stored entry says. */
export function tellStored(bytes: string): ToldEntry {
  if (nestsDeeper(bytes, deepestEntry)) return toldOfNothing
  try {
    return tellParsed(JSON.parse(bytes))
  } catch {
    return toldOfNothing
  }
}

/** The facts that are a text, a number or a truth: what a person reads. */
export function plainFacts({ facts }: ToldEntry): Record<string, z.infer<typeof Fact>> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => {
      const fact = Fact.safeParse(value)
      return fact.success ? [[name, fact.data] as const] : []
    }),
  )
}

/** A stored entry of the contract; null for any other. */
export function readStored(bytes: string): LedgerEntry | null {
  if (bytes.length > longestEntry || nestsDeeper(bytes, deepestEntry)) return null
  try {
    return LedgerEntry.safeParse(JSON.parse(bytes)).data ?? null
  } catch {
    return null
  }
}
