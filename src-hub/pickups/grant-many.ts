/**
 * Makes grants: any number of pickups of one desk with the same few statements. The rules of when to are `grants.ts`.
 */
import pg from 'pg'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { Epoch, KioskId, PickupId, SecretKind, WalkInId } from '../../src-shared/domain/index.ts'
import { asciiJson } from '../../src-shared/protocol/ascii-json.ts'
import { sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import type { TagKey } from '../../src-shared/protocol/tags.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { generateSecret } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import type { GrantParts } from './grant-parts.ts'
import { grantRecord, loadGrantees, type Grantee } from './grant-record.ts'

export interface ReadyKiosk {
  readonly id: string
  readonly openingKey: Buffer
  /** In which it is granted: whoever begins another waits for this transaction. */
  readonly incarnation: string
}

/** The database has forgotten what this process has seen in it: nothing may be granted on its word. */
export class WentBack extends Error {
  override name = 'WentBack'
}

/**
 * The desk's active kiosk that can open envelopes, locked against change until the transaction ends. null while an
 * opening key waits for a supervisor's word: either nobody could open what is sealed to the one in force, or somebody
 * else has the kiosk's signing key. Throws `WentBack`.
 */
export async function readyKiosk(tx: Tx, parts: Pick<GrantParts, 'floor'>, desk: string): Promise<ReadyKiosk | null> {
  const hub = await tx.selectFrom('hub').select(['incarnation', 'holding']).forShare().executeTakeFirstOrThrow()
  // After a restore from backup the hub holds: it grants nothing until every kiosk has reported.
  if (hub.holding) return null
  const floor = parts.floor?.()
  if (floor !== undefined && floor.n > 0) {
    const mark = await tx.selectFrom('hub_mark').select('n').where('hub', '=', floor.hub).executeTakeFirst()
    if (Number(mark?.n ?? 0) < floor.n) throw new WentBack('the database went back in time')
  }
  const kiosk = await tx
    .selectFrom('kiosk')
    .select(['id', 'opening_key', 'pending_key', 'frozen'])
    .where('desk', '=', desk)
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .forUpdate()
    .executeTakeFirst()
  return kiosk === undefined || kiosk.opening_key === null || kiosk.pending_key !== null || kiosk.frozen
    ? null
    : { id: kiosk.id, openingKey: kiosk.opening_key, incarnation: hub.incarnation }
}

/** A pickup to be granted, its row locked and found to wait. */
export interface Grantable {
  readonly id: string
  readonly secretKind: string
  /** Of its newest grant; 0 before the first. */
  readonly n: number
  readonly walkIn: string | null
}

/**
 * Everything of a grant that can go wrong for one pickup alone, before anything is written. null: it cannot be sealed
 * for its kiosk.
 */
async function seal(
  parts: GrantParts,
  kiosk: ReadyKiosk & { readonly lookup: TagKey },
  { id, secretKind, n, walkIn }: Grantable,
  grantee: Grantee | undefined,
  given: Buffer | null,
): Promise<GrantedPickup | null> {
  const epoch = Epoch.parse({ incarnation: kiosk.incarnation, n: n + 1 })
  const secret = given ?? (parts.secrets?.generate ?? generateSecret)(SecretKind.parse(secretKind))
  try {
    const envelope = await (parts.seal ?? sealEnvelope)(kiosk.openingKey, secret, {
      pickup: PickupId.parse(id),
      kiosk: KioskId.parse(kiosk.id),
      epoch,
    })
    if (grantee === undefined) throw new Error('a pickup without a person')
    const record = grantRecord(parts.keys, grantee, kiosk, epoch, envelope)
    // The proof at the desk was for this grant; one that moves on is like any other.
    return walkIn === null || n > 0 ? record : { ...record, walkIn: WalkInId.parse(walkIn) }
  } catch (error) {
    // A statement that failed has ended the transaction: that is the database's, not this pickup's.
    if (error instanceof pg.DatabaseError) throw error
    return null
  } finally {
    if (given === null) secret.fill(0)
  }
}

/** The desk where each of these pickups was granted last. */
async function lastDesks(tx: Tx, pickups: readonly string[]): Promise<Map<string, string>> {
  if (pickups.length === 0) return new Map()
  const rows = await tx
    .selectFrom('grant')
    .innerJoin('kiosk', 'kiosk.id', 'grant.kiosk')
    .select(['grant.pickup', 'kiosk.desk'])
    .where(bulkOf(tx).among('grant.pickup', pickups))
    .orderBy('grant.n')
    .execute()
  return new Map(rows.map(({ pickup, desk }) => [pickup, desk]))
}

/**
 * Grants each to the desk's ready kiosk under its next epoch, in the caller's transaction. `secretOf` gives a secret
 * that is made already (the caller wipes it), null has one made. One that cannot be sealed is held, with an alarm,
 * until a person has looked; the others go on. Returns the ids of those that are granted.
 */
export async function grantMany(
  tx: Tx,
  parts: GrantParts,
  desk: string,
  kiosk: ReadyKiosk,
  pickups: readonly Grantable[],
  secretOf: (pickup: string) => Buffer | null = () => null,
): Promise<string[]> {
  if (pickups.length === 0) return []
  const now = parts.now()
  const bulk = bulkOf(tx)
  const ids = pickups.map(({ id }) => id)
  const grantees = await loadGrantees(tx, parts.keys, ids)
  const before = await lastDesks(
    tx,
    pickups.flatMap(({ id, n }) => (n > 0 ? [id] : [])),
  )
  const to = { ...kiosk, lookup: parts.keys.tagKey(kiosk.id) }
  const sealed = await Promise.all(
    pickups.map(async (one) => ({ one, record: await seal(parts, to, one, grantees.get(one.id), secretOf(one.id)) })),
  )
  const bad = sealed.flatMap(({ one, record }) => (record === null ? [one.id] : []))
  if (bad.length > 0) {
    await tx.updateTable('pickup').set({ held: true }).where(bulk.among('id', bad)).execute()
    const detail = 'its record cannot be sealed for its kiosk'
    await tx
      .insertInto('alarm')
      .values(bad.map((pickup) => ({ kind: 'ungrantable', kiosk: kiosk.id, pickup, detail, at: now })))
      .execute()
  }
  const made = sealed.flatMap(({ one, record }) => (record === null ? [] : [{ id: one.id, n: one.n + 1, record }]))
  if (made.length === 0) return []
  await bulk.setGranted(tx, desk, made)
  await bulk.insertGrants(
    tx,
    { kiosk: kiosk.id, incarnation: kiosk.incarnation, at: now },
    made.map(({ id, n, record }) => ({ pickup: id, n, record: asciiJson(record) })),
  )
  await appendToFeed(
    tx,
    desk,
    made.map(({ record }) => ({ kind: 'pickup-granted' as const, pickup: record })),
  )
  // A fresh secret at the same desk is nobody's news.
  await recordEvents(
    tx,
    now,
    made.flatMap(({ id, n }) => {
      const was = n === 1 ? null : (before.get(id) ?? null)
      return was === desk ? [] : [{ kind: was === null ? ('ready' as const) : ('moved' as const), pickup: id, desk }]
    }),
  )
  return made.map(({ id }) => id)
}
