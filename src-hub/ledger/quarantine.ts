/**
 * What a kiosk of this hub has validly signed and its ledger has no place for: sent while it was frozen, or joining
 * nothing, or contradicting what is there (the second of two copies of one disk). It is kept byte for byte and never
 * changed; each handover in it takes effect as one, or is a dispute. Nothing else in it decides anything.
 */
import type { AlarmKind } from '../../src-shared/domain/alarm-kinds.ts'
import type { KioskKind } from '../../src-shared/domain/index.ts'
import type { WireEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { understand, type CheckedEntry } from './check.ts'
import { vouchedFor, type Stretch, type Vouched } from './vouch.ts'

/** Why it is not in the ledger: its kiosk was frozen, or it does not continue what the hub holds. */
export type Reason = 'frozen' | 'apart'

/**
 * Of one kiosk: a desk's busiest year many times over, and nothing that fills a disk. Handovers may go beyond, up to
 * twice as much.
 */
export const keptEntries = 20_000
export const keptBytes = 16 * 1024 * 1024

interface Kiosk {
  readonly id: string
  readonly kind: KioskKind
  readonly sign_key: Buffer
  readonly kept: number
  readonly kept_bytes: number
}

const deciding: ReadonlySet<string> = new Set(['handed-over', 'dispatched'])
/** Rows in one statement. */
const rowsAtOnce = 500

export interface Quarantined {
  /** How many entries are new here. */
  readonly fresh: number
  /** Those of them that say something was handed over: they are to take effect. */
  readonly handovers: readonly CheckedEntry[]
}

/** In the caller's transaction, the kiosk's row locked. The same entry again changes nothing. */
export async function keepApart(
  tx: Tx,
  now: number,
  kiosk: Kiosk,
  entries: readonly WireEntry[],
  reason: Reason,
): Promise<Quarantined> {
  const stretches = vouchedFor(publicKeyFromRaw(kiosk.sign_key), entries)
  const known = await knownOf(tx, kiosk.id, stretches.flat())
  const room = createRoom(Number(kiosk.kept), Number(kiosk.kept_bytes))
  const kept: { readonly entry: Vouched; readonly vouchedBy: string }[] = []
  let refused = 0
  for (const stretch of stretches) {
    const fresh = stretch.filter(({ hash }) => !known.has(hash))
    const vouchedBy = stretch.at(-1)?.hash ?? ''
    if (room.takes(fresh)) kept.push(...fresh.map((entry) => ({ entry, vouchedBy })))
    else refused += fresh.length
    for (const { hash } of fresh) known.add(hash)
  }
  if (refused > 0)
    await raise(tx, now, kiosk.id, 'evidence-refused', `${refused} entries beyond what is kept of one kiosk`)
  if (kept.length === 0) return { fresh: 0, handovers: [] }
  const ids = new Map<string, number>()
  for (let at = 0; at < kept.length; at += rowsAtOnce) {
    const rows = await tx
      .insertInto('quarantine')
      .values(
        kept.slice(at, at + rowsAtOnce).map(({ entry, vouchedBy }) => ({
          kiosk: kiosk.id,
          seq: entry.seq,
          kind: entry.kind.replace(control, '\ufffd'),
          pickup: entry.pickup,
          time: entry.time,
          prev: entry.prev,
          hash: entry.hash,
          bytes: Buffer.from(entry.bytes),
          signature: entry.signature,
          vouched_by: vouchedBy,
          reason,
          received_at: now,
        })),
      )
      .returning(['id', 'hash'])
      .execute()
    for (const row of rows) ids.set(row.hash, Number(row.id))
  }
  await tx.updateTable('kiosk').set(room.now()).where('id', '=', kiosk.id).execute()
  await raise(tx, now, kiosk.id, 'quarantined', `${kept.length} entries, ${reason}`)
  // A check-in screen hands nothing over.
  const said = kiosk.kind === 'desk' ? kept.filter(({ entry }) => deciding.has(entry.kind)) : []
  return {
    fresh: kept.length,
    handovers: said.flatMap(({ entry }) => {
      const read = understand({ ...entry, json: JSON.parse(entry.bytes) as unknown })
      return read.entry === null ? [] : [{ ...read, quarantine: ids.get(entry.hash) ?? null }]
    }),
  }
}

// PostgreSQL's text holds no NUL.
// eslint-disable-next-line no-control-regex
const control = /[\0-\x1f]/g

/** Hashes of those that the hub holds, in the kiosk's ledger or beside it. */
async function knownOf(tx: Tx, kiosk: string, entries: readonly Vouched[]): Promise<Set<string>> {
  const known = new Set<string>()
  const bulk = bulkOf(tx)
  for (let at = 0; at < entries.length; at += rowsAtOnce) {
    const some = entries.slice(at, at + rowsAtOnce)
    const inLedger = await tx
      .selectFrom('ledger_entry')
      .select('hash')
      .where('kiosk', '=', kiosk)
      .where(
        'seq',
        'in',
        some.map(({ seq }) => seq),
      )
      .execute()
    const beside = await tx
      .selectFrom('quarantine')
      .select('hash')
      .where('kiosk', '=', kiosk)
      .where(
        bulk.among(
          'hash',
          some.map(({ hash }) => hash),
        ),
      )
      .execute()
    for (const { hash } of [...inLedger, ...beside]) known.add(hash)
  }
  return known
}

/** A stretch is kept whole or not at all: its last signature is what vouches for it. */
function createRoom(entries: number, bytes: number) {
  const total = { kept: entries, kept_bytes: bytes }
  return {
    takes(fresh: readonly Vouched[] | Stretch): boolean {
      const size = fresh.reduce((sum, entry) => sum + Buffer.byteLength(entry.bytes), 0)
      const most = fresh.some(({ kind }) => deciding.has(kind)) ? 2 : 1
      if (total.kept + fresh.length > most * keptEntries || total.kept_bytes + size > most * keptBytes) return false
      total.kept += fresh.length
      total.kept_bytes += size
      return true
    },
    now: () => total,
  }
}

/** One of a kind is enough until somebody has looked. */
async function raise(tx: Tx, now: number, kiosk: string, kind: AlarmKind, detail: string): Promise<void> {
  const open = await tx
    .selectFrom('alarm')
    .select('id')
    .where('kind', '=', kind)
    .where('kiosk', '=', kiosk)
    .where('pickup', 'is', null)
    .where('closed_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  if (open === undefined) await tx.insertInto('alarm').values({ kind, kiosk, pickup: null, detail, at: now }).execute()
}
