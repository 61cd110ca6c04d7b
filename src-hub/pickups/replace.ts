/**
 * Burning pickups whose secrets may be out of our hands and issuing others in their place: each a new pickup with a
 * fresh secret, so that the old one, disabled at the source, can never be the valid one again (promise P2).
 */
import pg from 'pg'
import { sql } from 'kysely'
import type { AlarmKind } from '../../src-shared/domain/alarm-kinds.ts'
import { PickupId } from '../../src-shared/domain/index.ts'
import { hubPickupCan } from '../../src-shared/domain/pickup-states.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { oweOutcomes } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import { grantNew, WentBack, type GrantParts } from './grants.ts'
import { newPickupCode } from './issue.ts'
import { pickupLife } from './life.ts'

export interface Replaced {
  /** The last one looked at; null: there was none after the one given. */
  readonly after: string | null
  readonly done: number
  readonly reissued: number
  /** Left for a person, each with an alarm. */
  readonly held: number
}

/** How many grants of a kiosk are open. */
export async function openOf(tx: Tx, kiosk: string): Promise<number> {
  const { open } = await tx
    .selectFrom('grant')
    .select((e) => e.fn.countAll<number>().as('open'))
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .executeTakeFirstOrThrow()
  return Number(open)
}

/** Whether a write-off would issue another in place of a pickup that its kiosk holds. */
export function wouldReplace(pickup: {
  readonly state: string
  readonly moving_to: string | null
  readonly replaced_by: string | null
}): boolean {
  return (
    hubPickupCan.beServed(pickup.state) &&
    pickup.replaced_by === null &&
    (pickup.state !== 'revoking' || pickup.moving_to !== null)
  )
}

interface Lost {
  readonly kiosk: string
  readonly actor: string
}

const lock = (tx: Tx, pickups: readonly string[]) =>
  tx.selectFrom('pickup').selectAll().where(bulkOf(tx).among('id', pickups)).orderBy('id').forUpdate().execute()
type Old = Awaited<ReturnType<typeof lock>>[number]

interface Noted {
  readonly act: string
  readonly pickup: string
  readonly desk: string | null
  readonly detail: object
}

async function note(tx: Tx, parts: GrantParts, actor: string, acts: readonly Noted[]): Promise<void> {
  if (acts.length === 0) return
  const at = parts.now()
  await tx
    .insertInto('audit')
    .values(acts.map(({ detail, ...act }) => ({ ...act, at, actor, detail: JSON.stringify(detail) })))
    .execute()
}

/**
 * Ends what a written-off kiosk holds of these pickups. What it has claimed to have handed over since stays handed
 * over, in dispute; its secret is disabled like every other. Returns those that had not ended already (a grant that
 * outlived its pickup was being asked back): of the others nothing takes the place.
 */
async function burn(tx: Tx, parts: GrantParts, pickups: readonly string[], { kiosk, actor }: Lost): Promise<Old[]> {
  const bulk = bulkOf(tx)
  const rows = await lock(tx, pickups)
  await tx
    .updateTable('grant')
    .set({ state: 'written-off' })
    .where(bulk.among('pickup', pickups))
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .execute()
  const live = rows.filter(({ state }) => hubPickupCan.beServed(state))
  if (live.length === 0) return []
  const ids = live.map(({ id }) => id)
  const claims = await tx
    .selectFrom('handover')
    .leftJoin('letter', 'letter.pickup', 'handover.pickup')
    .select(['handover.pickup', 'letter.tracking'])
    .where(bulk.among('handover.pickup', ids))
    .execute()
  const claimed = new Map(
    claims.map(({ pickup, tracking }) => [pickup, tracking === null ? 'handed-over' : 'dispatched']),
  )
  for (const state of ['burned', 'handed-over', 'dispatched']) {
    const some = ids.filter((id) => (claimed.get(id) ?? 'burned') === state)
    if (some.length > 0)
      await tx.updateTable('pickup').set({ state, moving_to: null }).where(bulk.among('id', some)).execute()
  }
  const detail = { cause: 'write-off' }
  await note(
    tx,
    parts,
    actor,
    live.map(({ id, desk }) => ({ act: 'burned', pickup: id, desk, detail })),
  )
  await oweOutcomes(
    tx,
    parts.now(),
    parts.secrets,
    ids.map((id) => ({ id, state: 'burned' })),
  )
  await recordEvents(
    tx,
    parts.now(),
    live.map(({ id, desk }) => ({ kind: 'burned', pickup: id, desk })),
  )
  return live
}

/** Accounts of these that have a pickup that somebody waits for. */
async function waitedFor(tx: Tx, accounts: readonly string[]): Promise<ReadonlySet<string>> {
  if (accounts.length === 0) return new Set()
  const rows = await tx
    .selectFrom('pickup')
    .select('account')
    .where(bulkOf(tx).among('account', accounts))
    .where((e) =>
      e.or([
        e('state', 'in', ['unassigned', 'granted']),
        e.and([e('state', '=', 'revoking'), e('moving_to', 'is not', null)]),
      ]),
    )
    .execute()
  return new Set(rows.map(({ account }) => account))
}

/**
 * How many were issued anew: not where nobody waits for one. It was on its way out, has been replaced, or its account
 * has another.
 */
async function replace(tx: Tx, parts: GrantParts, burned: readonly Old[], { actor }: Lost): Promise<number> {
  const going = burned.flatMap((old) => {
    const desk = old.state === 'revoking' ? old.moving_to : old.desk
    return desk === null || !wouldReplace(old) ? [] : [{ old, desk }]
  })
  const taken = new Set(
    await waitedFor(
      tx,
      going.map(({ old }) => old.account),
    ),
  )
  const now = parts.now()
  const fresh = going.flatMap(({ old, desk }) => {
    // An account has one live pickup at most.
    if (taken.has(old.account)) return []
    taken.add(old.account)
    return [{ old, desk, id: PickupId.parse((parts.newId ?? newId)()) }]
  })
  if (fresh.length === 0) return 0
  const { waits, secretDays } = await pickupLife(tx)
  await tx
    .insertInto('pickup')
    .values(
      fresh.map(({ old, desk, id }) => ({
        id,
        account: old.account,
        recipient: old.recipient,
        desk,
        channel: old.channel,
        request_reference: old.request_reference,
        secret_kind: old.secret_kind,
        state: 'unassigned',
        pickup_code: parts.keys.seal(newPickupCode()),
        issued_at: now,
        expires_at: now + waits,
        secret_days: secretDays,
        moving_to: null,
      })),
    )
    .execute()
  await bulkOf(tx).setReplaced(
    tx,
    fresh.map(({ old, id }) => ({ id: old.id, by: id })),
  )
  await note(
    tx,
    parts,
    actor,
    fresh.map(({ old, id }) => ({ act: 'issued', pickup: id, desk: old.desk, detail: { replaces: old.id } })),
  )
  await grantNew(
    tx,
    parts,
    fresh.map(({ old, desk, id }) => ({ id, account: old.account, secretKind: old.secret_kind, desk })),
  )
  return fresh.length
}

/** Whether the database, not the row at hand, is what went wrong: a deadlock, a connection, no space, a shut-down. */
function ofDatabase(error: unknown): boolean {
  // A database that went back in time is to be believed about no row.
  if (error instanceof WentBack) return true
  return error instanceof pg.DatabaseError && /^(08|40|53|57|58)/.test(error.code ?? '')
}

/** `work` with what it wrote, or without and with what went wrong for this row. */
async function apart<T>(tx: Tx, work: () => Promise<T>): Promise<{ readonly value: T } | { readonly wrong: unknown }> {
  await sql`SAVEPOINT one`.execute(tx)
  try {
    const value = await work()
    await sql`RELEASE SAVEPOINT one`.execute(tx)
    return { value }
  } catch (wrong) {
    if (ofDatabase(wrong)) throw wrong
    await sql`ROLLBACK TO SAVEPOINT one`.execute(tx)
    await sql`RELEASE SAVEPOINT one`.execute(tx)
    return { wrong }
  }
}

/**
 * One row that cannot be burned, or not be issued anew, stops no write-off: it is held, or left burned, with an alarm
 * that names it.
 */
async function replaceApart(tx: Tx, parts: GrantParts, pickup: string, of: Lost): Promise<Omit<Replaced, 'after'>> {
  const alarm = (kind: AlarmKind, detail: string) =>
    tx.insertInto('alarm').values({ kind, kiosk: of.kiosk, pickup, detail, at: parts.now() }).execute()
  const burned = await apart(tx, () => burn(tx, parts, [pickup], of))
  if ('wrong' in burned) {
    await apart(tx, () => tx.updateTable('pickup').set({ held: true }).where('id', '=', pickup).execute())
    await alarm('write-off-held', 'it could not be burned; its secret may be out of our hands')
    return { done: 0, reissued: 0, held: 1 }
  }
  const replaced = await apart(tx, () => replace(tx, parts, burned.value, of))
  if ('wrong' in replaced) {
    await alarm('not-reissued', 'it was burned, and no other could be issued in its place')
    return { done: 1, reissued: 0, held: 1 }
  }
  return { done: 1, reissued: replaced.value, held: 0 }
}

/**
 * Burns and replaces the next `rows` pickups that a written-off kiosk still holds, by id after `after`, in the caller's
 * transaction. The kiosk's row is locked first: what it says of them comes before or after.
 */
export async function replaceNext(
  tx: Tx,
  parts: GrantParts,
  kiosk: string,
  actor: string,
  after: string,
  rows: number,
): Promise<Replaced> {
  await tx.selectFrom('kiosk').select('id').where('id', '=', kiosk).forUpdate().executeTakeFirstOrThrow()
  const open = await tx
    .selectFrom('grant')
    .select('pickup')
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .where('pickup', '>', after)
    .orderBy('pickup')
    .limit(rows)
    .execute()
  const last = open.at(-1)
  if (last === undefined) return { after: null, done: 0, reissued: 0, held: 0 }
  const of = { kiosk, actor }
  // All at once; where something goes wrong, one after the other, so that it is known which.
  const ids = open.map(({ pickup }) => pickup)
  const together = await apart(tx, async () => replace(tx, parts, await burn(tx, parts, ids, of), of))
  if ('value' in together) return { after: last.pickup, done: open.length, reissued: together.value, held: 0 }
  const total = { after: last.pickup, done: 0, reissued: 0, held: 0 }
  for (const { pickup } of open) {
    const one = await replaceApart(tx, parts, pickup, of)
    total.done += one.done
    total.reissued += one.reissued
    total.held += one.held
  }
  return total
}
