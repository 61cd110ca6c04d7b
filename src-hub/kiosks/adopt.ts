/**
 * Taking up what a kiosk was granted after the backup that the hub was put back from, as its report says: batch by
 * batch, each a transaction that finds out for itself what is still to do, so that a report that was cut off is made
 * again and goes on.
 */
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { hubPickupCan } from '../../src-shared/domain/pickup-states.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import type { GrantParts } from '../pickups/index.ts'

export type Held = NonNullable<HubBody<'report'>['grants']>[number]

/** What a report says is held, in the order in which pickups are locked: of each pickup the newest grant. */
export function inOrder(grants: readonly Held[]): readonly Held[] {
  const newest = new Map<string, Held>()
  for (const held of grants) {
    const other = newest.get(held.pickup)
    if (other === undefined || other.epoch.n < held.epoch.n) newest.set(held.pickup, held)
  }
  return [...newest.values()].sort((a, b) => (a.pickup < b.pickup ? -1 : 1))
}

interface Pickup {
  readonly id: string
  readonly account: string
  readonly state: string
  readonly moving_to: string | null
}

/**
 * Those that people, or a newer pickup of the account, have ended since the backup was put back: a grant from before
 * that does not bring them back.
 */
async function endedSince(tx: Tx, pickups: readonly Pickup[]): Promise<ReadonlySet<string>> {
  const ended = new Set(
    pickups.flatMap(({ id, state, moving_to: to }) => (state === 'revoking' && to === null ? [id] : [])),
  )
  const maybe = pickups.filter(({ state }) => state === 'revoked' || state === 'returned')
  if (maybe.length === 0) return ended
  const bulk = bulkOf(tx)
  const newer = await tx
    .selectFrom('pickup')
    .select('account')
    .where(
      bulk.among(
        'account',
        maybe.map(({ account }) => account),
      ),
    )
    .where('state', 'in', ['unassigned', 'granted', 'revoking'])
    .execute()
  const lives = new Set(newer.map(({ account }) => account))
  const asked = await tx
    .selectFrom('audit')
    .select('pickup')
    .where(
      bulk.among(
        'pickup',
        maybe.map(({ id }) => id),
      ),
    )
    .where('act', 'in', ['revoked', 'blocked', 'superseded', 'returned'])
    .where('id', '>', (e) =>
      e
        .selectFrom('audit')
        .select((f) => f.fn.max('id').as('restored'))
        .where('act', '=', 'restored'),
    )
    .execute()
  const byPeople = new Set(asked.map(({ pickup }) => pickup))
  for (const { id, account } of maybe) if (lives.has(account) || byPeople.has(id)) ended.add(id)
  return ended
}

/**
 * Issued after the backup: the hub knows neither pickup nor person. Each is asked back and must be issued again; one
 * alarm names it.
 */
async function askForUnknown(
  tx: Tx,
  now: number,
  kiosk: { readonly id: string; readonly desk: string },
  unknown: readonly Held[],
) {
  if (unknown.length === 0) return
  const named = await tx
    .selectFrom('alarm')
    .select('pickup')
    .where('kind', '=', 'unknown-pickup')
    .where('kiosk', '=', kiosk.id)
    .where(
      bulkOf(tx).among(
        'pickup',
        unknown.map(({ pickup }) => pickup),
      ),
    )
    .execute()
  const told = new Set(named.map(({ pickup }) => pickup))
  const news = unknown.filter(({ pickup }) => !told.has(pickup))
  if (news.length === 0) return
  const alarm = { kind: 'unknown-pickup' as const, kiosk: kiosk.id, detail: 'granted after the backup', at: now }
  await tx
    .insertInto('alarm')
    .values(news.map(({ pickup }) => ({ ...alarm, pickup })))
    .execute()
  await appendToFeed(
    tx,
    kiosk.desk,
    news.map(({ pickup, epoch }) => ({ kind: 'pickup-revoke' as const, pickup, epoch, reason: 'blocked' as const })),
  )
}

/**
 * Takes up grants made after the backup, in the caller's transaction, the kiosk's row locked. One of a later epoch
 * proves that every earlier grant of that pickup had been acknowledged. The hub no longer has what it granted, so it
 * asks for each back and grants afresh once acknowledged, unless the pickup has come to its end meanwhile. What has
 * been taken up already is passed over.
 */
export async function adopt(
  tx: Tx,
  parts: GrantParts,
  incarnation: string,
  kiosk: { readonly id: string; readonly desk: string },
  held: readonly Held[],
): Promise<void> {
  const now = parts.now()
  const bulk = bulkOf(tx)
  const among = held.map(({ pickup }) => pickup)
  const rows = await tx
    .selectFrom('pickup')
    .select(['id', 'account', 'epoch_n', 'state', 'moving_to'])
    .where(bulk.among('id', among))
    .orderBy('id')
    .forUpdate()
    .execute()
  const known = new Map<string, (typeof rows)[number]>(rows.map((row) => [row.id, row]))
  await askForUnknown(
    tx,
    now,
    kiosk,
    held.filter(({ pickup }) => !known.has(pickup)),
  )
  const grants = await tx
    .selectFrom('grant')
    .select(['pickup', 'incarnation', 'n'])
    .where(bulk.among('pickup', among))
    .execute()
  const taken = new Set(grants.map(({ pickup, incarnation: of, n }) => `${pickup} ${of} ${Number(n)}`))
  const fresh = held.flatMap((one) => {
    const row = known.get(one.pickup)
    if (row === undefined || one.epoch.incarnation === incarnation) return []
    if (taken.has(`${one.pickup} ${one.epoch.incarnation} ${one.epoch.n}`)) return []
    return one.epoch.n <= Number(row.epoch_n) ? [] : [{ ...one, row }]
  })
  if (fresh.length === 0) return
  await tx
    .updateTable('grant')
    .set({ state: 'acknowledged' })
    .where(
      bulk.among(
        'pickup',
        fresh.map(({ pickup }) => pickup),
      ),
    )
    .where('state', 'in', ['granted', 'revoking'])
    .execute()
  const grant = { kiosk: kiosk.id, state: 'revoking', at: now, record: '' }
  await tx
    .insertInto('grant')
    .values(fresh.map(({ pickup, epoch: { incarnation: of, n } }) => ({ ...grant, pickup, incarnation: of, n })))
    .execute()
  const gone = await endedSince(
    tx,
    fresh.map(({ row }) => row),
  )
  // Over for good: what a kiosk still holds of it is asked back, and nothing of it is granted again.
  const become = (row: Pickup) => (!hubPickupCan.beFreed(row.state) ? 'over' : gone.has(row.id) ? 'ended' : 'live')
  // Those of one kind and epoch at once: there are few epochs.
  const groups = new Map<string, { is: ReturnType<typeof become>; n: number; ids: string[] }>()
  for (const { row, epoch } of fresh) {
    const is = become(row)
    const group = groups.get(`${is} ${epoch.n}`) ?? { is, n: epoch.n, ids: [] }
    group.ids.push(row.id)
    groups.set(`${is} ${epoch.n}`, group)
  }
  for (const { is, n, ids } of groups.values()) {
    const change =
      is === 'over' ? {} : { state: 'revoking', desk: kiosk.desk, moving_to: is === 'ended' ? null : kiosk.desk }
    await tx
      .updateTable('pickup')
      .set({ ...change, epoch_n: n })
      .where(bulk.among('id', ids))
      .execute()
  }
  await appendToFeed(
    tx,
    kiosk.desk,
    fresh.map(({ pickup, epoch, row }) => ({
      kind: 'pickup-revoke' as const,
      pickup,
      epoch,
      reason: become(row) === 'live' ? ('re-routed' as const) : ('blocked' as const),
    })),
  )
}
