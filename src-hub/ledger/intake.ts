/**
 * Taking in a kiosk's ledger (DESIGN section 8, point 5): lock the kiosk's row, check the entries, insert them, apply
 * what they mean, all in one transaction. However many entries a batch has, it costs the same few statements.
 */
import { sql } from 'kysely'
import type { WireEntry } from '../../src-shared/ledger-entry.ts'
import { Epoch, PickupId } from '../../src-shared/domain.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { grantPickup, type GrantParts } from '../pickups/index.ts'
import { checkEntries, readEntries, type CheckedEntry, type Read } from './check.ts'
import { applyEntry, noEffects, pickupsOf, type Effects, type OpenGrant, type PickupRow, type WorkingSet } from './rules.ts'

export interface Intake {
  readonly acked: number
  readonly head: string
}

/** Fails with L-604 when chain, order or signature do not hold: the kiosk is then frozen and an alarm raised. */
export async function takeLedger(db: Db, parts: GrantParts, kioskId: string, entries: readonly WireEntry[]): Promise<Result<Intake>> {
  return transact(db, async (tx) => {
    const kiosk = await tx.selectFrom('kiosk').selectAll().where('id', '=', kioskId).forUpdate().executeTakeFirstOrThrow()
    if (kiosk.frozen) return fail('L-604')
    const end = { seq: Number(kiosk.acked), hash: kiosk.head_hash }
    const read = readEntries(entries)
    const checked = typeof read === 'string' ? read : checkEntries(publicKeyFromRaw(kiosk.sign_key), end, read, await repeated(tx, kioskId, end.seq, read))
    if (typeof checked === 'string') {
      await tx.updateTable('kiosk').set({ frozen: true }).where('id', '=', kioskId).execute()
      await tx.insertInto('alarm').values({ kind: 'ledger-mismatch', kiosk: kioskId, pickup: null, detail: checked, at: parts.now() }).execute()
      return fail('L-604')
    }
    if (checked.length > 0) {
      await insert(tx, parts, kioskId, checked)
      const about = pickupsOf(checked)
      const set = await load(tx, about)
      const effects = noEffects()
      for (const item of checked) applyEntry(set, effects, kioskId, item)
      await write(tx, parts, kiosk, set, effects)
    }
    const last = checked.at(-1)
    const acked = last?.seq ?? end.seq
    const head = last?.hash ?? end.hash
    await tx.updateTable('kiosk').set({ acked, head_hash: head, last_contact: parts.now() }).where('id', '=', kioskId).execute()
    return ok({ acked, head })
  })
}

/** What the hub has of the entries that come again. */
async function repeated(tx: Tx, kiosk: string, acked: number, read: readonly Read[]): Promise<Map<number, { hash: string; bytes: string }>> {
  const again = read.map(({ head }) => head.seq).filter((seq) => seq <= acked)
  if (again.length === 0) return new Map()
  const rows = await tx.selectFrom('ledger_entry').select(['seq', 'hash', 'bytes']).where('kiosk', '=', kiosk).where('seq', 'in', again).execute()
  return new Map(rows.map((row) => [Number(row.seq), row]))
}

/** No JSON text, id, hash or signature holds it raw (RFC 8259, section 7). */
const separator = '\x1f'
const column = (values: readonly (string | number)[]) => sql`string_to_array(${values.join(separator)}, ${separator})`

/** Columns travel as one text each: a third of the time that the driver takes to write arrays. */
async function insert(tx: Tx, parts: GrantParts, kiosk: string, checked: readonly CheckedEntry[]): Promise<void> {
  await sql`INSERT INTO ledger_entry (kiosk, seq, kind, pickup, time, bytes, hash, signature, received_at, poison)
    SELECT ${kiosk}, seq::bigint, kind, nullif(pickup, ''), time::bigint, bytes, hash, nullif(signature, ''), ${parts.now()}, poison = '1'
    FROM unnest(${column(checked.map((item) => item.seq))}, ${column(checked.map((item) => item.kind))}, ${column(checked.map((item) => item.pickup ?? ''))},
      ${column(checked.map((item) => item.time))}, ${column(checked.map((item) => item.bytes))}, ${column(checked.map((item) => item.hash))},
      ${column(checked.map((item) => item.signature ?? ''))}, ${column(checked.map((item) => (item.entry === null ? '1' : '0')))})
      AS t(seq, kind, pickup, time, bytes, hash, signature, poison)`.execute(tx)
}

/** Locks and reads what the batch is about, pickups in the order of their ids: two intakes never wait for each other in a ring. */
async function load(tx: Tx, about: readonly string[]): Promise<WorkingSet> {
  if (about.length === 0) return { pickups: new Map(), grants: new Map(), handedOver: new Set() }
  const ids = sql<string>`ANY(${about}::text[])`
  const pickups = await tx.selectFrom('pickup').select(['id', 'state', 'moving_to', 'ending', 'held']).where('id', '=', ids).orderBy('id').forUpdate().execute()
  const grants = await tx
    .selectFrom('grant')
    .select(['pickup', 'incarnation', 'n', 'kiosk'])
    .where('pickup', '=', ids)
    .where('state', 'in', ['granted', 'revoking'])
    .execute()
  const handovers = await tx.selectFrom('handover').select('pickup').where('pickup', '=', ids).execute()
  return {
    pickups: new Map(pickups.map((row): [string, PickupRow] => [row.id, { state: row.state, movingTo: row.moving_to, ending: row.ending, held: row.held }])),
    grants: new Map(grants.map((row): [string, OpenGrant] => [row.pickup, { ...row, n: Number(row.n), ended: null }])),
    handedOver: new Set(handovers.map((row) => row.pickup)),
  }
}

async function write(tx: Tx, parts: GrantParts, kiosk: { readonly id: string; readonly desk: string }, set: WorkingSet, effects: Effects): Promise<void> {
  const now = parts.now()
  const ended = [...set.grants.values()].filter((grant) => grant.ended !== null)
  if (ended.length > 0) {
    await sql`UPDATE "grant" g SET state = t.state FROM unnest(${ended.map((g) => g.pickup)}::text[], ${ended.map((g) => g.incarnation)}::text[],
      ${ended.map((g) => g.n)}::bigint[], ${ended.map((g) => g.ended)}::text[]) AS t(pickup, incarnation, n, state)
      WHERE g.pickup = t.pickup AND g.incarnation = t.incarnation AND g.n = t.n`.execute(tx)
  }
  const { handovers, disputes, alarms, audits, closed, moved } = effects
  if (handovers.length > 0)
    await sql`INSERT INTO handover (pickup, kiosk, seq, slip, at) SELECT pickup, ${kiosk.id}, seq, slip, at
      FROM unnest(${handovers.map((h) => h.pickup)}::text[], ${handovers.map((h) => h.seq)}::bigint[], ${handovers.map((h) => h.slip)}::text[],
        ${handovers.map((h) => h.at)}::bigint[]) AS t(pickup, seq, slip, at)`.execute(tx)
  const changed = [...effects.changed].flatMap((id) => {
    const row = set.pickups.get(id)
    return row === undefined ? [] : [{ id, ...row }]
  })
  if (changed.length > 0) {
    await sql`UPDATE pickup p SET state = t.state, moving_to = t.moving_to, held = t.held FROM unnest(${changed.map((c) => c.id)}::text[],
      ${changed.map((c) => c.state)}::text[], ${changed.map((c) => c.movingTo)}::text[], ${changed.map((c) => c.held)}::boolean[]) AS t(id, state, moving_to, held)
      WHERE p.id = t.id`.execute(tx)
  }
  if (disputes.length > 0)
    await tx
      .insertInto('dispute')
      .values(disputes.map((dispute) => ({ ...dispute, kiosk: kiosk.id, at: now })))
      .execute()
  if (alarms.length > 0)
    await tx
      .insertInto('alarm')
      .values(alarms.map((alarm) => ({ ...alarm, kiosk: kiosk.id, at: now })))
      .execute()
  if (audits.length > 0)
    await tx
      .insertInto('audit')
      .values(audits.map(({ act, pickup }) => ({ at: now, actor: 'kiosk', act, pickup, desk: kiosk.desk, detail: '{}' })))
      .execute()
  await appendToFeed(
    tx,
    kiosk.desk,
    closed.map(({ pickup, epoch }) => ({ kind: 'pickup-closed' as const, pickup: PickupId.parse(pickup), epoch: Epoch.parse(epoch) })),
  )
  for (const { pickup, to } of moved) {
    await tx.updateTable('pickup').set({ desk: to }).where('id', '=', pickup).execute()
    await grantPickup(tx, parts, pickup, to, null)
  }
}
