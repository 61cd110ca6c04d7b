/**
 * Grants: the hub's statement that one kiosk alone may release a pickup. Every grant carries a fresh secret and the
 * next epoch; only an acknowledgement ends one (docs/architecture.md#ledger-and-sync, point 6). The database keeps at
 * most one open.
 */
import { Epoch, PickupId } from '../../src-shared/domain/index.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { oweDisable, oweOutcomes, oweSet } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import { grantMany, readyKiosk } from './grant-many.ts'
import { usualPace, type GrantParts } from './grant-parts.ts'
import { createStride } from './stride.ts'

export { WentBack } from './grant-many.ts'
export type { GrantParts, MarkFloor } from './grant-parts.ts'

/** Requests for grants that go into one transaction at most. */
const mostRevokes = 500

/** What can be granted: the pickup and the kiosk that could open it, both locked. null: it must wait. */
async function grantable(tx: Tx, parts: GrantParts, id: string, desk: string) {
  const kiosk = await readyKiosk(tx, parts, desk)
  if (kiosk === null) return null
  const row = await tx
    .selectFrom('pickup')
    .select(['state', 'account', 'secret_kind', 'epoch_n', 'held', 'walk_in'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (row.state !== 'unassigned' || row.held) return null
  const pickup = { id, secretKind: row.secret_kind, n: Number(row.epoch_n), walkIn: row.walk_in }
  return { kiosk, pickup, account: row.account }
}

/**
 * Grants an unassigned pickup to its desk's kiosk, in the caller's transaction. `secret` (UTF-8, the caller wipes it)
 * or a freshly generated one is sealed here and kept nowhere else. false: the desk has no kiosk that could open it yet,
 * or the directory must have the secret first; then it is granted by `secret-jobs/`.
 */
export async function grantPickup(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  desk: string,
  secret: Buffer | null,
): Promise<boolean> {
  const found = await grantable(tx, parts, pickup, desk)
  if (found === null) return false
  if (parts.secrets?.directory === true) {
    await tx.updateTable('pickup').set({ desk }).where('id', '=', pickup).execute()
    await oweSet(tx, parts.now(), [{ id: pickup, account: found.account }])
    return false
  }
  return (await grantMany(tx, parts, desk, found.kiosk, [found.pickup], () => secret)).length > 0
}

/** Grants with a secret that is in force at the source. false: it can no longer be granted there. */
export async function grantBound(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  desk: string,
  secret: Buffer,
): Promise<boolean> {
  const found = await grantable(tx, parts, pickup, desk)
  return found !== null && (await grantMany(tx, parts, desk, found.kiosk, [found.pickup], () => secret)).length > 0
}

/**
 * The first grant of pickups that were issued in the caller's transaction, desk by desk; where a desk is not ready,
 * they wait.
 */
export async function grantNew(
  tx: Tx,
  parts: GrantParts,
  fresh: readonly {
    readonly id: string
    readonly account: string
    readonly secretKind: string
    readonly desk: string
  }[],
): Promise<void> {
  for (const desk of [...new Set(fresh.map((one) => one.desk))].sort()) {
    const kiosk = await readyKiosk(tx, parts, desk)
    if (kiosk === null) continue
    const here = fresh.filter((one) => one.desk === desk)
    if (parts.secrets?.directory === true) await oweSet(tx, parts.now(), here)
    else
      await grantMany(
        tx,
        parts,
        desk,
        kiosk,
        here.map(({ id, secretKind }) => ({ id, secretKind, n: 0, walkIn: null })),
      )
  }
}

/** Where a round over what waits at a desk has come to: pickups in the order in which they were issued. */
export interface Place {
  readonly issuedAt: number
  readonly id: string
}

/**
 * Grants the next `rows` pickups that wait for a desk after `place`, in the caller's transaction. Returns the place to
 * go on from and how many were granted; `place` null when nothing waits after it, or the desk has no kiosk that could
 * open one.
 */
export async function grantNext(
  tx: Tx,
  parts: GrantParts,
  desk: string,
  place: Place | null,
  rows: number,
): Promise<{ readonly place: Place | null; readonly granted: number }> {
  const kiosk = await readyKiosk(tx, parts, desk)
  if (kiosk === null) return { place: null, granted: 0 }
  let waiting = tx
    .selectFrom('pickup')
    .select(['id', 'account', 'secret_kind', 'epoch_n', 'held', 'walk_in', 'issued_at'])
    .where('desk', '=', desk)
    .where('state', '=', 'unassigned')
    .orderBy('issued_at')
    .orderBy('id')
    .limit(rows)
    .forUpdate()
    // Whoever has one locked waits for the kiosk, perhaps: the next round finds it.
    .skipLocked()
  if (place !== null)
    waiting = waiting.where((e) =>
      e.or([e('issued_at', '>', place.issuedAt), e.and([e('issued_at', '=', place.issuedAt), e('id', '>', place.id)])]),
    )
  const found = await waiting.execute()
  const last = found.at(-1)
  const next = last === undefined ? null : { issuedAt: Number(last.issued_at), id: last.id }
  const free = found.filter((row) => !row.held)
  if (parts.secrets?.directory === true) {
    await oweSet(tx, parts.now(), free)
    return { place: next, granted: 0 }
  }
  const granted = await grantMany(
    tx,
    parts,
    desk,
    kiosk,
    free.map((row) => ({
      id: row.id,
      secretKind: row.secret_kind,
      n: Number(row.epoch_n),
      walkIn: row.walk_in,
    })),
  )
  return { place: next, granted: granted.length }
}

/**
 * Whether a pickup still waits to be granted that could be: its desk is ready, it is not held, and its secret is not
 * being put in force.
 */
export async function someoneWaits(tx: Tx, parts: GrantParts, desk: string): Promise<boolean> {
  if ((await readyKiosk(tx, parts, desk)) === null) return false
  const row = await tx
    .selectFrom('pickup')
    .select('id')
    .where('desk', '=', desk)
    .where('state', '=', 'unassigned')
    .where('held', '=', false)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('secret_job')
            .select('secret_job.id')
            .whereRef('secret_job.pickup', '=', 'pickup.id')
            .where('secret_job.kind', '=', 'set')
            .where('secret_job.state', 'in', ['pending', 'running']),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export type RevokeReason = 're-routed' | 'revoked' | 'superseded' | 'returned' | 'blocked'

/**
 * Asks for a grant back. An unassigned pickup moves or ends at once; a granted one only when its kiosk acknowledges.
 * Returns the pickup's state afterwards; null when it has ended already.
 */
export async function revokePickup(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  reason: RevokeReason,
  movingTo: string | null,
): Promise<string | null> {
  const row = await tx
    .selectFrom('pickup')
    .select(['state', 'desk', 'moving_to'])
    .where('id', '=', pickup)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return null
  if (row.state === 'unassigned') {
    if (movingTo === null) {
      const state = reason === 'returned' ? 'returned' : 'revoked'
      await tx.updateTable('pickup').set({ state }).where('id', '=', pickup).execute()
      await oweOutcomes(tx, parts.now(), parts.secrets, [{ id: pickup, state }])
      if (state === 'returned') await recordEvents(tx, parts.now(), [{ kind: 'returned', pickup, desk: row.desk }])
      return state
    }
    await tx.updateTable('pickup').set({ desk: movingTo }).where('id', '=', pickup).execute()
    return (await grantPickup(tx, parts, pickup, movingTo, null)) ? 'granted' : 'unassigned'
  }
  const ending: 'returned' | 'superseded' | 'revoked' =
    reason === 'returned' || reason === 'superseded' ? reason : 'revoked'
  // What its kiosk may still hand over until it knows must not bind; others are disabled once acknowledged.
  const disableNow = async () => {
    if (parts.secrets?.directory === true && (reason === 'superseded' || reason === 'blocked'))
      await oweDisable(tx, parts.now(), [pickup], reason === 'blocked')
  }
  if (row.state === 'revoking') {
    // One on its way out (superseded or revoked) is not brought back: its account may have a newer one.
    if (row.moving_to === null && movingTo !== null) return null
    const change = { moving_to: movingTo, ...(movingTo === null ? { ending } : {}) }
    if (row.moving_to !== null) await tx.updateTable('pickup').set(change).where('id', '=', pickup).execute()
    // On the move or on its way out already: what is blocked now must not bind either.
    if (movingTo === null) await disableNow()
    return 'revoking'
  }
  if (row.state !== 'granted' || row.desk === null) return null
  const grant = await tx
    .selectFrom('grant')
    .selectAll()
    .where('pickup', '=', pickup)
    .where('state', '=', 'granted')
    .executeTakeFirstOrThrow()
  await tx
    .updateTable('grant')
    .set({ state: 'revoking' })
    .where('pickup', '=', pickup)
    .where('incarnation', '=', grant.incarnation)
    .where('n', '=', grant.n)
    .execute()
  await tx
    .updateTable('pickup')
    .set({ state: 'revoking', moving_to: movingTo, ending })
    .where('id', '=', pickup)
    .execute()
  await disableNow()
  await appendToFeed(tx, row.desk, [
    {
      kind: 'pickup-revoke',
      pickup: PickupId.parse(pickup),
      epoch: Epoch.parse({ incarnation: grant.incarnation, n: Number(grant.n) }),
      reason,
    },
  ])
  return 'revoking'
}

/** Granted pickups of a kiosk for a snapshot, in pages by id: as they were granted, envelope included. */
export async function openGrants(db: Db, kiosk: string, after: string | null, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('grant')
    .select('record')
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .where('pickup', '>', after ?? '')
    // Taken up after a restore: what was granted is known to the kiosk alone, and is being asked back.
    .where('record', '<>', '')
    .orderBy('pickup')
    .limit(limit)
    .execute()
  return rows.map((row) => row.record)
}

/** How many grants of a kiosk are open. */
export async function countGrants(db: Db, kiosk: string): Promise<number> {
  const { total } = await db
    .selectFrom('grant')
    .select((e) => e.fn.countAll<number>().as('total'))
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .where('record', '<>', '')
    .executeTakeFirstOrThrow()
  return Number(total)
}

/** Asks again for the next `rows` by pickup; null when that was the last of them. */
async function repeatNext(
  db: Db,
  kiosk: { readonly id: string; readonly desk: string },
  after: string,
  rows: number,
): Promise<string | null> {
  return transact(db, async (tx) => {
    const asked = await tx
      .selectFrom('grant')
      .innerJoin('pickup', 'pickup.id', 'grant.pickup')
      .select(['grant.pickup', 'grant.incarnation', 'grant.n', 'pickup.moving_to'])
      .where('grant.kiosk', '=', kiosk.id)
      .where('grant.state', '=', 'revoking')
      .where('grant.pickup', '>', after)
      .orderBy('grant.pickup')
      .limit(rows)
      .execute()
    await appendToFeed(
      tx,
      kiosk.desk,
      asked.map((grant) => ({
        kind: 'pickup-revoke' as const,
        pickup: PickupId.parse(grant.pickup),
        epoch: Epoch.parse({ incarnation: grant.incarnation, n: Number(grant.n) }),
        reason: grant.moving_to === null ? ('revoked' as const) : ('re-routed' as const),
      })),
    )
    return asked.length < rows ? null : (asked.at(-1)?.pickup ?? null)
  })
}

/**
 * Asks again, behind the head that a snapshot states, for every grant still to be acknowledged: the snapshot lists it,
 * and a kiosk that lost its place in the feed may never have read the first request (promise P5). In short
 * transactions; whoever is cut off in the middle has had no snapshot, and asks for one again.
 */
export async function repeatRevokes(
  db: Db,
  parts: Pick<GrantParts, 'pace'>,
  kiosk: { readonly id: string; readonly desk: string },
): Promise<void> {
  const pace = parts.pace ?? usualPace
  const stride = createStride(pace, mostRevokes)
  for (let after: string | null = ''; after !== null;) {
    const from = pace.clock()
    after = await repeatNext(db, kiosk, after, stride.rows)
    if (after !== null) await stride.took(from)
  }
}
