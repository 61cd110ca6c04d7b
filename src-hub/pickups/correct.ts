/**
 * What has been corrected about a person reaches the grants that a kiosk holds: the same grant again, envelope and
 * epoch unchanged (promise P10). A kiosk of before there were corrections gives the grant back and gets another. Where
 * no grant can be made of what is on record now, every kiosk gives it back, and the pickup waits for a person.
 */
import { sql } from 'kysely'
import pg from 'pg'
import { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { asciiJson } from '../../src-shared/protocol/ascii-json.ts'
import type { TagKey } from '../../src-shared/protocol/tags.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import type { GrantParts } from './grant-parts.ts'
import { grantRecord, loadGrantees, type Grantee } from './grant-record.ts'
import { revokePickup } from './grants.ts'

/** The first kiosks that take a correction (`feedChangesNow`). */
const takesCorrections = 2

/** What of a grant says who its person is and where they may collect it. */
const told = [
  'recipientClass',
  'name',
  'formerNames',
  'language',
  'sponsor',
  'accountValidUntil',
  'address',
  'birthTag',
  'cardTags',
  'namesake',
] as const satisfies readonly (keyof GrantedPickup)[]

/** Names of what differs; cards in another order are the same cards. */
function differences(old: GrantedPickup, now: GrantedPickup): string[] {
  const text = (value: unknown, field: string) =>
    JSON.stringify((field === 'cardTags' ? [...(value as string[])].sort() : value) ?? null)
  return told.filter((field) => text(old[field], field) !== text(now[field], field))
}

/** The grant as it would be made of what is on record now; null where the contract does not allow that. */
function madeAnew(
  parts: Pick<GrantParts, 'keys'>,
  grantee: Grantee,
  kiosk: { readonly id: string; readonly lookup: TagKey },
  old: GrantedPickup,
): GrantedPickup | null {
  try {
    const openingKey = old.sealedTo === undefined ? null : Buffer.from(old.sealedTo, 'base64url')
    const to = { ...kiosk, openingKey }
    const made = grantRecord(parts.keys, grantee, to, old.epoch, Buffer.from(old.envelope, 'base64url'))
    return { ...made, ...(old.walkIn === undefined ? {} : { walkIn: old.walkIn }) }
  } catch (error) {
    if (error instanceof pg.DatabaseError) throw error
    return null
  }
}

/** A record as it stands in `grant`; null for one that no version of the contract reads. */
function stored(record: string): GrantedPickup | null {
  const read = GrantedPickup.safeParse(JSON.parse(record))
  return read.success ? read.data : null
}

/**
 * Compares what these pickups' kiosk was told with what is on record, and tells it what has changed, in the caller's
 * transaction. Locks the kiosk, then the pickups in the order of their ids, as the ledger's intake does. Pickups that
 * are granted elsewhere or not at all by now are passed over: they are told with their next grant. Returns how many
 * were corrected.
 */
export async function correctGrants(
  tx: Tx,
  parts: GrantParts,
  kioskId: string,
  pickups: readonly string[],
): Promise<number> {
  const kiosk = await tx
    .selectFrom('kiosk')
    .select(['id', 'desk', 'feed_changes'])
    .where('id', '=', kioskId)
    .where('state', '=', 'active')
    .forUpdate()
    .executeTakeFirst()
  if (kiosk === undefined) return 0
  const bulk = bulkOf(tx)
  await tx.selectFrom('pickup').select('id').where(bulk.among('id', pickups)).orderBy('id').forUpdate().execute()
  const grants = await tx
    .selectFrom('grant')
    .innerJoin('pickup', 'pickup.id', 'grant.pickup')
    .select(['grant.pickup', 'grant.record'])
    .where(bulk.among('grant.pickup', pickups))
    .where('grant.kiosk', '=', kioskId)
    .where('grant.state', '=', 'granted')
    .where('pickup.state', '=', 'granted')
    // Taken up after a restore: what was granted is being asked back anyway.
    .where('grant.record', '<>', '')
    .orderBy('grant.pickup')
    .execute()
  const grantees = await loadGrantees(
    tx,
    parts.keys,
    grants.map(({ pickup }) => pickup),
  )
  const to = { id: kiosk.id, lookup: parts.keys.tagKey(kiosk.id) }
  const changes: { readonly kind: 'pickup-granted'; readonly pickup: GrantedPickup }[] = []
  const audits: { readonly pickup: string; readonly detail: object }[] = []
  for (const { pickup, record } of grants) {
    const grantee = grantees.get(pickup)
    const old = stored(record)
    const made = grantee === undefined || old === null ? null : madeAnew(parts, grantee, to, old)
    const fields = made === null || old === null ? [] : differences(old, made)
    if (made !== null && fields.length === 0) continue
    if (made === null) await holdUngrantable(tx, parts, kiosk.id, pickup)
    if (made === null || Number(kiosk.feed_changes) < takesCorrections)
      await revokePickup(tx, parts, pickup, 're-routed', kiosk.desk)
    else changes.push({ kind: 'pickup-granted', pickup: made })
    // Which of them, never what they were or are.
    audits.push({ pickup, detail: { what: fields.join(' ') } })
  }
  await sql`UPDATE "grant" g SET record = t.record
    FROM unnest(${changes.map((one) => one.pickup.id)}::text[], ${changes.map((one) => asciiJson(one.pickup))}::text[])
      AS t(pickup, record) WHERE g.pickup = t.pickup AND g.kiosk = ${kiosk.id} AND g.state = 'granted'`.execute(tx)
  await appendToFeed(tx, kiosk.desk, changes)
  if (audits.length > 0)
    await tx
      .insertInto('audit')
      .values(
        audits.map(({ pickup, detail }) => ({
          at: parts.now(),
          actor: 'hub',
          act: 'corrected',
          pickup,
          desk: kiosk.desk,
          detail: JSON.stringify(detail),
        })),
      )
      .execute()
  return audits.length
}

/** Nothing is granted of it until a person has looked and closed the alarm. */
async function holdUngrantable(tx: Tx, parts: GrantParts, kiosk: string, pickup: string): Promise<void> {
  await tx.updateTable('pickup').set({ held: true }).where('id', '=', pickup).execute()
  const detail = 'no grant can be made of what is on record now'
  await tx.insertInto('alarm').values({ kind: 'ungrantable', kiosk, pickup, detail, at: parts.now() }).execute()
}
