/**
 * Desks of a real hub where thousands wait, and their kiosks: real keys, signed requests and ledgers; no store behind.
 */
import canonicalize from 'canonicalize'
import type { KeyObject } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../../../src-hub/database/index.ts'
import type { HubKeys } from '../../../src-hub/keys/index.ts'
import { createHubClient, type HubClient } from '../../../src-main/sync/index.ts'
import { DeskId, Incarnation, KioskId, type KioskKind } from '../../../src-shared/domain/index.ts'
import type { GrantedPickup, HubBody } from '../../../src-shared/hub-api/index.ts'
import { genesisHash, LedgerHash, type LedgerKind } from '../../../src-shared/hub-api/ledger-entry.ts'
import { newSealKeyPair } from '../../../src-shared/protocol/envelope.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { chainHash, signHash } from '../../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer } from '../../../src-shared/protocol/request-signature.ts'
import { fillDesk, inventPickups } from '../sync/hub-fill.ts'
import type { BenchHub } from '../sync/children.ts'

export interface BigKiosk {
  readonly id: KioskId
  readonly key: KeyObject
  readonly openingKey: Buffer
  readonly hub: HubClient
}

export interface BigDesk {
  readonly id: DeskId
  /** The one that serves, and a check-in screen: the desk's feed is read by both. */
  readonly kiosk: BigKiosk
  readonly screen: BigKiosk
  readonly pickups: readonly GrantedPickup[]
  /** People for whom more is issued there meanwhile. */
  readonly accounts: readonly string[]
}

const issued = 2000

type Where = Pick<BenchHub, 'url' | 'authority'>

async function addKiosk(db: Db, hub: Where, desk: string, kind: KioskKind, withKey: boolean): Promise<BigKiosk> {
  const id = KioskId.parse(newId())
  const sign = newSignKeyPair()
  const { publicKey: openingKey } = await newSealKeyPair()
  const { incarnation } = await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
  await db
    .insertInto('kiosk')
    .values({
      id,
      desk,
      kind,
      state: 'active',
      sign_key: sign.publicKey,
      opening_key: withKey ? openingKey : null,
      head_hash: genesisHash,
      reported: incarnation,
      last_contact: null,
      enrolled_at: Date.now(),
    })
    .execute()
  const key = privateKeyFromDer(sign.privateKeyDer)
  const client = createHubClient({
    target: { address: hub.url, authority: hub.authority },
    signer: { kiosk: id, key },
    now: () => Date.now(),
    timeoutMs: 60_000,
  })
  return { id, key, openingKey, hub: client }
}

async function addAccounts(db: Db, desk: string): Promise<string[]> {
  const accounts = Array.from({ length: issued }, (_, i) => `${desk.slice(0, 8)}-issue-${i}`)
  const people = accounts.map(() => newId())
  await sql`INSERT INTO recipient (id, class, family, given, former_names, language)
    SELECT id, 'student', 'Korhonen', 'Aino', '[]', 'fi' FROM unnest(${people}::text[]) AS t(id)`.execute(db)
  await sql`INSERT INTO account (account, recipient) SELECT * FROM unnest(${accounts}::text[], ${people}::text[])`.execute(
    db,
  )
  return accounts
}

/**
 * A porter's desk whose kiosk holds `count` pickups, granted in `incarnation` (the hub's, unless it is said);
 * `withKey`: its opening key is in force.
 */
export async function addBigDesk(
  db: Db,
  hub: Where,
  keys: HubKeys,
  count: number,
  { withKey = true, incarnation }: { readonly withKey?: boolean; readonly incarnation?: string } = {},
): Promise<BigDesk> {
  const unit = await db.selectFrom('unit').select('id').limit(1).executeTakeFirstOrThrow()
  const id = DeskId.parse(newId())
  const name = JSON.stringify({ fi: 'Vahtimestari', sv: 'Vaktmästare', en: 'Porter' })
  await db
    .insertInto('desk')
    .values({ id, unit: unit.id, kind: 'porter', name, slip_prefix: 'BIG', hours: null })
    .execute()
  const kiosk = await addKiosk(db, hub, id, 'desk', withKey)
  const screen = await addKiosk(db, hub, id, 'check-in', false)
  const now = await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
  const pickups = inventPickups(count, incarnation ?? now.incarnation, keys.lookupKey(kiosk.id)).map((pickup) => ({
    ...pickup,
    account: `${pickup.account}-${id}`,
  }))
  await fillDesk(db, id, kiosk.id, pickups, keys.seal('ABCDEFGH'))
  return { id, kiosk, screen, pickups, accounts: await addAccounts(db, id) }
}

/** What the desk's kiosk holds waits to be granted instead, as if it had never been. */
export async function neverGranted(db: Db, desk: BigDesk): Promise<void> {
  await sql`DELETE FROM "grant" WHERE kiosk = ${desk.kiosk.id}`.execute(db)
  await sql`DELETE FROM feed WHERE desk = ${desk.id}`.execute(db)
  await sql`UPDATE pickup SET state = 'unassigned', epoch_n = 0 WHERE desk = ${desk.id}`.execute(db)
  await sql`UPDATE desk SET head = 0 WHERE id = ${desk.id}`.execute(db)
  await sql`ANALYZE`.execute(db)
}

/** All that its kiosk holds has been asked back, and is to go to another desk. */
export async function askedBack(db: Db, desk: BigDesk, to: string | null): Promise<void> {
  await sql`UPDATE "grant" SET state = 'revoking' WHERE kiosk = ${desk.kiosk.id}`.execute(db)
  await sql`UPDATE pickup SET state = 'revoking', moving_to = ${to} WHERE desk = ${desk.id}`.execute(db)
  await sql`ANALYZE`.execute(db)
}

/**
 * One batch of a kiosk's ledger from its first entry on, one entry for each pickup of its desk; signed as a kiosk
 * signs.
 */
export function batchOf(
  desk: BigDesk,
  kind: LedgerKind,
  facts: Record<string, string> | ((pickup: string) => Record<string, string>),
  signEvery: number,
): HubBody<'ledger'> {
  let prev: string = genesisHash
  const entries = desk.pickups.map(({ id: pickup, epoch }, i) => {
    const said = typeof facts === 'function' ? facts(pickup) : facts
    const entry = { seq: i + 1, time: Date.now(), kind, pickup, epoch, actor: null, facts: said, prev }
    const bytes = canonicalize(entry) ?? ''
    const hash = chainHash(prev, bytes)
    prev = hash.toString('hex')
    const signs = i + 1 === desk.pickups.length || (i + 1) % signEvery === 0
    return signs ? { bytes, signature: signHash(desk.kiosk.key, hash) } : { bytes }
  })
  return { entries }
}

/** What a kiosk says of itself after a restore of the hub: it holds all of its desk's pickups, granted before that. */
export function reportOf(desk: BigDesk, incarnation: string): HubBody<'report'> {
  return {
    generation: 1,
    seq: 0,
    acked: 0,
    ackedHash: LedgerHash.parse(genesisHash),
    incarnation: Incarnation.parse(incarnation),
    grants: desk.pickups.map(({ id, epoch }) => ({ pickup: id, epoch })),
  }
}
