/**
 * Burning pickups whose secrets may be out of our hands and issuing others in their place: each a new pickup with a fresh
 * secret, so that the old one, disabled at the source, can never be the valid one again (promise P2).
 */
import pg from 'pg'
import { sql } from 'kysely'
import { PickupId } from '../../src-shared/domain.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { Tx } from '../database/index.ts'
import { oweOutcomes } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import { grantPickup, type GrantParts } from './grants.ts'
import { newPickupCode, unclaimedDays } from './issue.ts'

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

/** In somebody's hand, or nobody waits for it any more. */
const ended: ReadonlySet<string> = new Set([
  'handed-over',
  'dispatched',
  'delivered',
  'returned-by-post',
  'burned',
  'revoked',
  'returned',
])

/** Whether a write-off would issue another in place of a pickup that its kiosk holds. */
export function wouldReplace(pickup: {
  readonly state: string
  readonly moving_to: string | null
  readonly replaced_by: string | null
}): boolean {
  return (
    !ended.has(pickup.state) &&
    pickup.replaced_by === null &&
    (pickup.state !== 'revoking' || pickup.moving_to !== null)
  )
}

interface Lost {
  readonly kiosk: string
  readonly actor: string
}

type Old = NonNullable<Awaited<ReturnType<typeof lock>>>
const lock = (tx: Tx, pickup: string) =>
  tx.selectFrom('pickup').selectAll().where('id', '=', pickup).forUpdate().executeTakeFirstOrThrow()

const note = (
  tx: Tx,
  parts: GrantParts,
  actor: string,
  act: string,
  about: string,
  desk: string | null,
  detail: object,
) =>
  tx
    .insertInto('audit')
    .values({ at: parts.now(), actor, act, pickup: about, desk, detail: JSON.stringify(detail) })
    .execute()

/**
 * Ends what a written-off kiosk holds of a pickup. What it has claimed to have handed over since stays handed over, in dispute; its secret is
 * disabled like every other. null: the pickup had ended already (a grant that outlived it was being asked back), and nothing takes its place.
 */
async function burn(tx: Tx, parts: GrantParts, pickup: string, { kiosk, actor }: Lost): Promise<Old | null> {
  const old = await lock(tx, pickup)
  await tx
    .updateTable('grant')
    .set({ state: 'written-off' })
    .where('pickup', '=', pickup)
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .execute()
  if (ended.has(old.state)) return null
  const claimed = await tx
    .selectFrom('handover')
    .leftJoin('letter', 'letter.pickup', 'handover.pickup')
    .select(['handover.pickup', 'letter.tracking'])
    .where('handover.pickup', '=', pickup)
    .executeTakeFirst()
  const state = claimed === undefined ? 'burned' : claimed.tracking === null ? 'handed-over' : 'dispatched'
  await tx.updateTable('pickup').set({ state, moving_to: null }).where('id', '=', pickup).execute()
  await note(tx, parts, actor, 'burned', pickup, old.desk, { cause: 'write-off' })
  await oweOutcomes(tx, parts.now(), parts.secrets, [{ id: pickup, state: 'burned' }])
  await recordEvents(tx, parts.now(), [{ kind: 'burned', pickup, desk: old.desk }])
  return old
}

/** The new pickup's id; null when nobody waits for one: it was on its way out, has been replaced, or its account has another. */
async function replace(tx: Tx, parts: GrantParts, old: Old, { actor }: Lost): Promise<string | null> {
  const desk = old.state === 'revoking' ? old.moving_to : old.desk
  if (desk === null || !wouldReplace(old)) return null
  const newer = await tx
    .selectFrom('pickup')
    .select('id')
    .where('account', '=', old.account)
    .where('id', '<>', old.id)
    .where((e) =>
      e.or([
        e('state', 'in', ['unassigned', 'granted']),
        e.and([e('state', '=', 'revoking'), e('moving_to', 'is not', null)]),
      ]),
    )
    .executeTakeFirst()
  if (newer !== undefined) return null
  const now = parts.now()
  const id = PickupId.parse((parts.newId ?? newId)())
  await tx
    .insertInto('pickup')
    .values({
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
      expires_at: now + unclaimedDays * 86_400_000,
      moving_to: null,
    })
    .execute()
  await tx.updateTable('pickup').set({ replaced_by: id }).where('id', '=', old.id).execute()
  await note(tx, parts, actor, 'issued', id, old.desk, { replaces: old.id })
  await grantPickup(tx, parts, id, desk, null)
  return id
}

/** Whether the database, not the row at hand, is what went wrong: a deadlock, a connection, no space, a shut-down. */
function ofDatabase(error: unknown): boolean {
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

/** One row that cannot be burned, or not be issued anew, stops no write-off: it is held, or left burned, with an alarm that names it. */
async function replaceApart(tx: Tx, parts: GrantParts, pickup: string, of: Lost): Promise<Omit<Replaced, 'after'>> {
  const alarm = (kind: string, detail: string) =>
    tx.insertInto('alarm').values({ kind, kiosk: of.kiosk, pickup, detail, at: parts.now() }).execute()
  const burned = await apart(tx, () => burn(tx, parts, pickup, of))
  if ('wrong' in burned) {
    await apart(tx, () => tx.updateTable('pickup').set({ held: true }).where('id', '=', pickup).execute())
    await alarm('write-off-held', 'it could not be burned; its secret may be out of our hands')
    return { done: 0, reissued: 0, held: 1 }
  }
  const { value: old } = burned
  if (old === null) return { done: 1, reissued: 0, held: 0 }
  const replaced = await apart(tx, () => replace(tx, parts, old, of))
  if ('wrong' in replaced) {
    await alarm('not-reissued', 'it was burned, and no other could be issued in its place')
    return { done: 1, reissued: 0, held: 1 }
  }
  return { done: 1, reissued: replaced.value === null ? 0 : 1, held: 0 }
}

/**
 * Burns and replaces the next `rows` pickups that a written-off kiosk still holds, by id after `after`, in the caller's transaction. The kiosk's row
 * is locked first: what it says of them comes before or after.
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
  const together = await apart(tx, async () => {
    let reissued = 0
    for (const { pickup } of open) {
      const old = await burn(tx, parts, pickup, of)
      if (old !== null && (await replace(tx, parts, old, of)) !== null) reissued += 1
    }
    return reissued
  })
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
