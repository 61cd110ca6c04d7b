/**
 * Taking in a kiosk's ledger (docs/architecture.md#ledger-and-sync, point 5): lock the kiosk's row, check the entries,
 * insert them, apply what they mean, all in one transaction. However many entries a batch has, it costs the same few
 * statements, but for its entries, which are written in pieces.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { WireEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { Epoch, PickupId, type KioskKind } from '../../src-shared/domain/index.ts'
import { hubPickupCan } from '../../src-shared/domain/pickup-states.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { bulkOf, keep, type Db, type Tx } from '../database/index.ts'
import { transactAndCarryOn, type Wanted } from '../desk-work/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { abandonWalkIn, createStride, usualPace, type GrantParts } from '../pickups/index.ts'
import { spendEId, unproved } from './e-ids.ts'
import { oweOutcomes } from '../secret-source/index.ts'
import { recordOutcomes } from '../webhooks/index.ts'
import {
  createChain,
  isFresh,
  readEntries,
  understand,
  type CheckedEntry,
  type LedgerEnd,
  type Misfit,
  type Read,
} from './check.ts'
import { keepApart, type Reason } from './quarantine.ts'
import { noteGivenUp } from './given-up.ts'
import { regrant, route } from './move-on.ts'
import { ofScreen, passOn } from './screens.ts'
import {
  applyEntry,
  grantKey,
  noEffects,
  pickupsOf,
  type Effects,
  type OpenGrant,
  type PickupRow,
  type WorkingSet,
} from './rules.ts'

export interface Intake {
  readonly acked: number
  readonly head: string
}

/** So many entries are looked into while the database writes those before them. */
const piece = 500
/**
 * So many entries go into the first transaction of a long batch, and about as long is one to take, ms: others at that
 * desk wait for it.
 */
const firstPart = 100
const partMs = 50

/**
 * Where the next part of a batch ends: at the first signature from so many entries on, as each part must be vouched for
 * by itself.
 */
function partEnd(entries: readonly WireEntry[], from: number, least: number): number {
  for (let at = from + least - 1; at < entries.length - 1; at++) if (entries[at]?.signature !== undefined) return at + 1
  return entries.length
}

/**
 * Takes a batch in, part by part, each a transaction that ends at a signature: what is taken is taken, and a kiosk that
 * never hears of it sends it again, where it is compared. Fails as `takePart`, and then nothing of that part or after
 * it is in the ledger.
 */
export async function takeLedger(
  db: Db,
  parts: GrantParts,
  kioskId: string,
  entries: readonly WireEntry[],
): Promise<Result<Intake>> {
  const pace = parts.pace ?? usualPace
  const stride = createStride({ ...pace, batchMs: partMs, rests: false }, entries.length, firstPart)
  for (let from = 0; ;) {
    const began = pace.clock()
    const end = partEnd(entries, from, stride.rows)
    const taken = await takePart(db, parts, kioskId, { part: entries.slice(from, end), rest: entries.slice(from) })
    if (!taken.ok || end === entries.length) return taken
    from = end
    await stride.took(began)
  }
}

/**
 * Fails with L-604 when chain, order or signature do not hold: the kiosk is then frozen and an alarm raised; and while
 * it is frozen. L-643 (`from`) when the part begins after an entry that the hub lacks. What a kiosk has validly signed
 * is kept all the same (`quarantine.ts`), but for a gap of one that serves, which sends it again: `kept` says how many
 * entries of it, and of what follows it in the batch (`rest`), are new.
 */
async function takePart(
  db: Db,
  parts: GrantParts,
  kioskId: string,
  { part: entries, rest }: { readonly part: readonly WireEntry[]; readonly rest: readonly WireEntry[] },
): Promise<Result<Intake>> {
  // Each piece is read once, however often the transaction is tried; the first before the kiosk's row is locked.
  const pieces: (readonly Read[] | string)[] = [readEntries(entries.slice(0, piece))]
  const pieceAt = (from: number) => (pieces[from / piece] ??= readEntries(entries.slice(from, from + piece)))
  return transactAndCarryOn<Result<Intake>>(
    db,
    parts,
    async (tx, wanted) => {
      const kiosk = await tx
        .selectFrom('kiosk')
        .selectAll()
        .where('id', '=', kioskId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      const keepEvidence = async (reason: Reason) => {
        const { fresh, handovers } = await keepApart(tx, parts.now(), kiosk, rest, reason)
        if (handovers.length > 0) await apply(tx, parts, wanted, kiosk, handovers)
        return fresh
      }
      const active = kiosk.state === 'active'
      if (kiosk.frozen && active) {
        const kept = await keepEvidence('frozen')
        return keep(fail(failures.kioskFrozen, { kept }))
      }
      const end = { seq: Number(kiosk.acked), hash: kiosk.head_hash }
      const checked = await insert(tx, parts, kiosk, end, entries.length, pieceAt)
      // The kiosk was told more than the hub has: no word against it, and it sends again from there. Of one that serves
      // no more it may never come.
      if ('from' in checked) {
        if (active) return fail(failures.hubLacksEntries, { from: checked.from })
        return keep(fail(failures.hubLacksEntries, { from: checked.from, kept: await keepEvidence('apart') }))
      }
      if ('wrong' in checked) {
        const fresh = await keepEvidence('apart')
        // One that is written off is refused already; what it sends again and again is one alarm.
        if (active || fresh > 0)
          await tx
            .insertInto('alarm')
            .values({ kind: 'ledger-mismatch', kiosk: kioskId, pickup: null, detail: checked.wrong, at: parts.now() })
            .execute()
        if (active) await tx.updateTable('kiosk').set({ frozen: true }).where('id', '=', kioskId).execute()
        return keep(fail(failures.kioskFrozen, { kept: fresh }))
      }
      if (checked.length > 0) {
        await apply(tx, parts, wanted, kiosk, checked)
        if (kiosk.kind === 'check-in') await passOn(tx, kiosk.desk, checked, parts.now())
      }
      const last = checked.at(-1)
      const acked = last?.seq ?? end.seq
      const head = last?.hash ?? end.hash
      await tx
        .updateTable('kiosk')
        .set({ acked, head_hash: head, last_contact: parts.now() })
        .where('id', '=', kioskId)
        .execute()
      return ok({ acked, head })
      // What has been freed is granted elsewhere: nothing that its kiosk waits for.
    },
    0,
  )
}

/** What entries mean, brought about. */
async function apply(
  tx: Tx,
  parts: GrantParts,
  wanted: Wanted,
  kiosk: { readonly id: string; readonly desk: string; readonly state: string; readonly kept: number },
  checked: readonly CheckedEntry[],
): Promise<void> {
  const about = pickupsOf(checked)
  const spoken = checked.flatMap(({ pickup, epoch }) =>
    pickup === null || epoch === null ? [] : [grantKey(pickup, epoch)],
  )
  const set = await load(tx, kiosk, about, spoken, await toldOf(tx, kiosk, checked))
  const effects = noEffects()
  for (const item of checked) applyEntry(set, effects, kiosk.id, item)
  await write(tx, parts, wanted, kiosk, set, effects)
}

/** Of entries that join the ledger now: those that were kept beside it until then. */
async function toldOf(
  tx: Tx,
  kiosk: { readonly id: string; readonly kept: number },
  checked: readonly CheckedEntry[],
): Promise<ReadonlySet<string>> {
  const hashes = checked.filter(({ quarantine = null }) => quarantine === null).map(({ hash }) => hash)
  if (Number(kiosk.kept) === 0 || hashes.length === 0) return new Set()
  const rows = await tx
    .selectFrom('quarantine')
    .select('hash')
    .where('kiosk', '=', kiosk.id)
    .where(bulkOf(tx).among('hash', hashes))
    .execute()
  return new Set(rows.map(({ hash }) => hash))
}

/** What the hub has of the entries that come again. */
async function repeated(
  tx: Tx,
  kiosk: string,
  again: readonly number[],
): Promise<Map<number, { hash: string; bytes: string }>> {
  if (again.length === 0) return new Map()
  const rows = await tx
    .selectFrom('ledger_entry')
    .select(['seq', 'hash', 'bytes'])
    .where('kiosk', '=', kiosk)
    .where('seq', 'in', again)
    .execute()
  return new Map(rows.map((row) => [Number(row.seq), row]))
}

/**
 * Checks the entries, inserts the new ones and says what each of them means; or says what is wrong with the batch, and
 * then nothing of it is inserted. Piece by piece: while the database writes one, the next is looked into.
 */
async function insert(
  tx: Tx,
  parts: GrantParts,
  { id: kiosk, kind, sign_key }: { readonly id: string; readonly kind: KioskKind; readonly sign_key: Buffer },
  end: LedgerEnd,
  count: number,
  pieceAt: (from: number) => readonly Read[] | string,
): Promise<readonly CheckedEntry[] | Misfit> {
  const meaning = kind === 'desk' ? understand : ofScreen
  const now = parts.now()
  const chain = createChain(publicKeyFromRaw(sign_key), end)
  const checked: CheckedEntry[] = []
  const several = count > piece
  // Whatever is wrong may show only when pieces before it are written.
  if (several) await sql`SAVEPOINT batch`.execute(tx)
  let written: Promise<void> = Promise.resolve()
  for (let from = 0; from < count; from += piece) {
    const read = pieceAt(from)
    const again = typeof read === 'string' ? [] : read.map(({ head }) => head.seq).filter((seq) => seq <= end.seq)
    // One statement at a time on one connection.
    if (again.length > 0) await written
    const fresh =
      typeof read === 'string'
        ? { wrong: read }
        : chain.next(read, await repeated(tx, kiosk, again), from + piece >= count)
    if (!isFresh(fresh)) {
      await written
      if (several) await sql`ROLLBACK TO SAVEPOINT batch`.execute(tx)
      return fresh
    }
    const items = fresh.map(meaning)
    const rows = items.map((item) => ({ ...item, poison: item.entry === null }))
    await written
    if (rows.length > 0) written = bulkOf(tx).insertEntries(tx, kiosk, rows, now)
    // What goes wrong with it is heard at the next `await written`.
    written.catch(() => undefined)
    checked.push(...items)
    // Lets the statement leave before this thread is busy with the next entries.
    if (from + piece < count) await setImmediate()
  }
  await written
  if (several) await sql`RELEASE SAVEPOINT batch`.execute(tx)
  return checked
}

/**
 * Locks and reads what the batch is about, pickups in the order of their ids: two intakes never wait for each other in
 * a ring.
 */
async function load(
  tx: Tx,
  { id: kiosk, desk, state }: { readonly id: string; readonly desk: string; readonly state: string },
  about: readonly string[],
  spoken: readonly string[],
  told: ReadonlySet<string>,
): Promise<WorkingSet> {
  const writtenOff = state === 'written-off'
  if (about.length === 0)
    return {
      pickups: new Map(),
      grants: new Map(),
      handedOver: new Map(),
      granted: new Set(),
      writtenOff,
      told,
      desk,
      incarnation: '',
      restored: false,
    }
  const bulk = bulkOf(tx)
  const pickups = await tx
    .selectFrom('pickup')
    .select(['id', 'state', 'moving_to', 'ending', 'held'])
    .where(bulk.among('id', about))
    .orderBy('id')
    .forUpdate()
    .execute()
  const grants = await tx
    .selectFrom('grant')
    .select(['pickup', 'incarnation', 'n', 'kiosk', 'state'])
    .where(bulk.among('pickup', about))
    .where((e) => e.or([e('state', 'in', ['granted', 'revoking']), e('kiosk', '=', kiosk)]))
    .execute()
  const granted = new Set(
    grants
      .filter((row) => row.kiosk === kiosk)
      .map((row) => grantKey(row.pickup, { incarnation: row.incarnation, n: Number(row.n) })),
  )
  const open = grants.filter((row) => row.state === 'granted' || row.state === 'revoking')
  // Asked only where a kiosk speaks of what this hub knows no grant of: acts of the hub have no index.
  const asks = spoken.some((key) => !granted.has(key))
  const { incarnation } = asks
    ? await tx.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
    : { incarnation: '' }
  const restored =
    asks &&
    (await tx.selectFrom('audit').select('id').where('act', '=', 'restored').limit(1).executeTakeFirst()) !== undefined
  const handovers = await tx
    .selectFrom('handover')
    .select(['pickup', 'kiosk'])
    .where(bulk.among('pickup', about))
    .execute()
  return {
    pickups: new Map(
      pickups.map((row): [string, PickupRow] => [
        row.id,
        { was: row.state, state: row.state, movingTo: row.moving_to, ending: row.ending, held: row.held },
      ]),
    ),
    grants: new Map(
      open.map((row): [string, OpenGrant] => [
        row.pickup,
        { pickup: row.pickup, incarnation: row.incarnation, n: Number(row.n), kiosk: row.kiosk, ended: null },
      ]),
    ),
    handedOver: new Map(handovers.map((row) => [row.pickup, row.kiosk])),
    granted,
    writtenOff,
    told,
    desk,
    incarnation,
    restored,
  }
}

async function write(
  tx: Tx,
  parts: GrantParts,
  wanted: Wanted,
  kiosk: { readonly id: string; readonly desk: string },
  set: WorkingSet,
  effects: Effects,
): Promise<void> {
  const now = parts.now()
  const bulk = bulkOf(tx)
  const ended = [...set.grants.values()].flatMap((grant) => {
    const state = grant.ended ?? (grant.recalled === true ? 'revoking' : null)
    return state === null ? [] : [{ ...grant, state }]
  })
  if (ended.length > 0) await bulk.setGrantStates(tx, ended)
  const { handovers, disputes, alarms, audits, closed, recalled, moved, sent, abandoned, eIds, letters, letterEnds } =
    effects
  for (const claim of eIds) if (!(await spendEId(tx, kiosk.id, claim, now))) alarms.push(unproved(claim))
  if (handovers.length > 0) await bulk.insertHandovers(tx, kiosk.id, handovers)
  const changed = [...effects.changed].flatMap((id) => {
    const row = set.pickups.get(id)
    return row === undefined ? [] : [{ id, ...row }]
  })
  if (changed.length > 0) await bulk.updatePickups(tx, changed)
  const outcomes = changed.filter((row) => row.state !== row.was)
  // A secret that was burned or taken back is out of force for good: a handover told of too late is a dispute, and puts
  // nothing into force.
  await oweOutcomes(
    tx,
    now,
    parts.secrets,
    outcomes.filter((row) => !hubPickupCan.beReissued(row.was)),
  )
  await recordOutcomes(tx, now, kiosk.desk, outcomes)
  for (const letter of letters)
    await tx
      .insertInto('letter')
      .values({ ...letter, ended: null, ended_at: null })
      .onConflict((conflict) => conflict.column('pickup').doNothing())
      .execute()
  for (const { pickup, how, at } of letterEnds)
    await tx.updateTable('letter').set({ ended: how, ended_at: at }).where('pickup', '=', pickup).execute()
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
      .values(
        audits.map(({ act, pickup }) => ({ at: now, actor: 'kiosk', act, pickup, desk: kiosk.desk, detail: '{}' })),
      )
      .execute()
  await appendToFeed(
    tx,
    kiosk.desk,
    closed.map(({ pickup, epoch }) => ({
      kind: 'pickup-closed' as const,
      pickup: PickupId.parse(pickup),
      epoch: Epoch.parse(epoch),
    })),
  )
  for (const { pickup, kiosk: holder, epoch } of recalled) {
    const { desk } = await tx.selectFrom('kiosk').select('desk').where('id', '=', holder).executeTakeFirstOrThrow()
    await appendToFeed(tx, desk, [
      { kind: 'pickup-revoke', pickup: PickupId.parse(pickup), epoch: Epoch.parse(epoch), reason: 'blocked' },
    ])
  }
  const free = await route(tx, parts, kiosk, { moved, sent })
  await noteGivenUp(tx, kiosk, effects.givenUp, now)
  for (const { walkIn } of abandoned) await abandonWalkIn(tx, parts, kiosk, walkIn)
  await regrant(tx, parts, wanted, free)
}
