/**
 * Grants: the hub's statement that one kiosk alone may release a pickup. Every grant carries a fresh secret and the
 * next epoch; only an acknowledgement ends one (DESIGN section 8, point 6). The database keeps at most one open.
 */
import pg from 'pg'
import type { GrantedPickup } from '../../src-shared/hub-api.ts'
import { Epoch, KioskId, PickupId, SecretKind, WalkInId } from '../../src-shared/domain.ts'
import { asciiJson } from '../../src-shared/protocol/ascii-json.ts'
import { sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { generateSecret, oweDisable, oweOutcomes, oweSet, type Secrets } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import { grantRecord, loadGrantees } from './grant-record.ts'

export interface GrantParts {
  readonly keys: HubKeys
  readonly incarnation: string
  readonly now: () => number
  /** Seals a secret to a kiosk's opening key: HPKE, unless a simulation has its own. */
  readonly seal?: typeof sealEnvelope
  /** Makes a pickup's id: random, unless a simulation has its own. */
  readonly newId?: () => string
  /** How secrets are made, and whether a directory must have them first; without it the house's generator and none. */
  readonly secrets?: Secrets
}

/** The desk's active kiosk that can open envelopes, locked against change until the transaction ends. */
export async function readyKiosk(tx: Tx, desk: string): Promise<{ id: string; openingKey: Buffer } | null> {
  const kiosk = await tx
    .selectFrom('kiosk')
    .select(['id', 'opening_key', 'frozen'])
    .where('desk', '=', desk)
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    // After a restore from backup the hub holds: it grants nothing until every kiosk has reported.
    .where((e) => e.not(e.exists(e.selectFrom('hub').select('one').where('holding', '=', true))))
    .forUpdate()
    .executeTakeFirst()
  return kiosk === undefined || kiosk.opening_key === null || kiosk.frozen
    ? null
    : { id: kiosk.id, openingKey: kiosk.opening_key }
}

/** The pickup as its kiosk shall know it, tags under that kiosk's own key. */
interface Sealing {
  readonly id: string
  readonly openingKey: Buffer
}

/** Everything of a grant that can go wrong for one pickup alone, before anything is written. null, with an alarm: it is held until a person has looked. */
async function makeGrant(
  tx: Tx,
  parts: GrantParts,
  pickup: { readonly id: string; readonly secretKind: string },
  kiosk: Sealing,
  epoch: Epoch,
  secret: Buffer | null,
): Promise<GrantedPickup | null> {
  const { id } = pickup
  const sealed = secret ?? (parts.secrets?.generate ?? generateSecret)(SecretKind.parse(pickup.secretKind))
  try {
    const envelope = await (parts.seal ?? sealEnvelope)(kiosk.openingKey, sealed, {
      pickup: PickupId.parse(id),
      kiosk: KioskId.parse(kiosk.id),
      epoch,
    })
    const grantee = (await loadGrantees(tx, [id])).get(id)
    if (grantee === undefined) throw new Error('a pickup without a person')
    return grantRecord(
      parts.keys,
      grantee,
      { id: kiosk.id, lookup: parts.keys.lookupKey(kiosk.id), openingKey: kiosk.openingKey },
      epoch,
      envelope,
    )
  } catch (error) {
    // A statement that failed has ended the transaction: that is the database's, not this pickup's.
    if (error instanceof pg.DatabaseError) throw error
    await tx.updateTable('pickup').set({ held: true }).where('id', '=', id).execute()
    await tx
      .insertInto('alarm')
      .values({
        kind: 'ungrantable',
        kiosk: kiosk.id,
        pickup: id,
        detail: 'its record cannot be sealed for its kiosk',
        at: parts.now(),
      })
      .execute()
    return null
  } finally {
    if (secret === null) sealed.fill(0)
  }
}

/** What can be granted: the pickup and the kiosk that could open it, both locked. null: it must wait. */
async function grantable(tx: Tx, pickup: string, desk: string) {
  const kiosk = await readyKiosk(tx, desk)
  if (kiosk === null) return null
  const row = await tx
    .selectFrom('pickup')
    .select(['state', 'account', 'secret_kind', 'epoch_n', 'held', 'walk_in'])
    .where('id', '=', pickup)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return row.state !== 'unassigned' || row.held ? null : { kiosk, row }
}

/**
 * Grants an unassigned pickup to its desk's kiosk, in the caller's transaction. `secret` (UTF-8, the caller wipes it)
 * or a freshly generated one is sealed here and kept nowhere else. false: the desk has no kiosk that could open it yet, or the
 * directory must have the secret first; then it is granted by `secret-jobs/`.
 */
export async function grantPickup(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  desk: string,
  secret: Buffer | null,
): Promise<boolean> {
  const found = await grantable(tx, pickup, desk)
  if (found === null) return false
  if (parts.secrets?.directory === true) {
    await tx.updateTable('pickup').set({ desk }).where('id', '=', pickup).execute()
    await oweSet(tx, parts.now(), [{ id: pickup, account: found.row.account }])
    return false
  }
  return grantFound(tx, parts, pickup, desk, found, secret)
}

/** Grants with a secret that is in force at the source. false: it can no longer be granted there. */
export async function grantBound(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  desk: string,
  secret: Buffer,
): Promise<boolean> {
  const found = await grantable(tx, pickup, desk)
  return found !== null && grantFound(tx, parts, pickup, desk, found, secret)
}

async function grantFound(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  desk: string,
  { kiosk, row }: NonNullable<Awaited<ReturnType<typeof grantable>>>,
  secret: Buffer | null,
): Promise<boolean> {
  const n = Number(row.epoch_n) + 1
  const epoch = Epoch.parse({ incarnation: parts.incarnation, n })
  const made = await makeGrant(tx, parts, { id: pickup, secretKind: row.secret_kind }, kiosk, epoch, secret)
  if (made === null) return false
  // The proof at the desk was for this grant; one that moves on is like any other.
  const record = row.walk_in === null || n > 1 ? made : { ...made, walkIn: WalkInId.parse(row.walk_in) }
  await tx
    .updateTable('pickup')
    .set({ state: 'granted', desk, epoch_n: n, moving_to: null })
    .where('id', '=', pickup)
    .execute()
  await tx
    .insertInto('grant')
    .values({
      pickup,
      incarnation: parts.incarnation,
      n,
      kiosk: kiosk.id,
      state: 'granted',
      at: parts.now(),
      record: asciiJson(record),
    })
    .execute()
  await appendToFeed(tx, desk, [{ kind: 'pickup-granted', pickup: record }])
  // A fresh secret at the same desk is nobody's news.
  const before = n === 1 ? null : await lastDesk(tx, pickup, n)
  if (before !== desk)
    await recordEvents(tx, parts.now(), [{ kind: before === null ? 'ready' : 'moved', pickup, desk }])
  return true
}

/** Where it was granted before. */
async function lastDesk(tx: Tx, pickup: string, n: number): Promise<string | null> {
  const row = await tx
    .selectFrom('grant')
    .innerJoin('kiosk', 'kiosk.id', 'grant.kiosk')
    .select('kiosk.desk')
    .where('grant.pickup', '=', pickup)
    .where('grant.n', '<', n)
    .orderBy('grant.n', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.desk ?? null
}

/** Grants whatever waits for a desk: after its kiosk registered an opening key. */
export async function grantWaiting(tx: Tx, parts: GrantParts, desk: string): Promise<number> {
  const waiting = await tx
    .selectFrom('pickup')
    .select('id')
    .where('desk', '=', desk)
    .where('state', '=', 'unassigned')
    .orderBy('issued_at')
    .execute()
  let granted = 0
  for (const { id } of waiting) if (await grantPickup(tx, parts, id, desk, null)) granted += 1
  return granted
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

/**
 * Asks again, behind the head that a snapshot states, for every grant still to be acknowledged: the snapshot lists it,
 * and a kiosk that lost its place in the feed may never have read the first request (promise P5).
 */
export async function repeatRevokes(db: Db, kiosk: { readonly id: string; readonly desk: string }): Promise<void> {
  await transact(db, async (tx) => {
    const asked = await tx
      .selectFrom('grant')
      .innerJoin('pickup', 'pickup.id', 'grant.pickup')
      .select(['grant.pickup', 'grant.incarnation', 'grant.n', 'pickup.moving_to'])
      .where('grant.kiosk', '=', kiosk.id)
      .where('grant.state', '=', 'revoking')
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
  })
}
