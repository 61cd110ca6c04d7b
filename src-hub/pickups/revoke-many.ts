/**
 * Asking many grants back at once: the rules of `revokePickup` for what ends, with the same few statements for any
 * number.
 */
import { Epoch, PickupId } from '../../src-shared/domain/index.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { appendToFeed, type NewChange } from '../desks/index.ts'
import { oweDisable, oweOutcomes } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import type { GrantParts } from './grant-parts.ts'

/** What has ended already, or is on its way out, stays as it is. */
export async function revokeMany(
  tx: Tx,
  parts: GrantParts,
  pickups: readonly string[],
  reason: 'returned' | 'superseded',
): Promise<void> {
  if (pickups.length === 0) return
  const now = parts.now()
  const bulk = bulkOf(tx)
  const rows = await tx
    .selectFrom('pickup')
    .select(['id', 'state', 'desk', 'moving_to'])
    .where(bulk.among('id', pickups))
    .orderBy('id')
    .forUpdate()
    .execute()
  const unassigned = rows.filter(({ state }) => state === 'unassigned')
  if (unassigned.length > 0) {
    const ids = unassigned.map(({ id }) => id)
    const state = reason === 'returned' ? 'returned' : 'revoked'
    await tx.updateTable('pickup').set({ state }).where(bulk.among('id', ids)).execute()
    await oweOutcomes(
      tx,
      now,
      parts.secrets,
      ids.map((id) => ({ id, state })),
    )
    if (reason === 'returned')
      await recordEvents(
        tx,
        now,
        unassigned.map(({ id, desk }) => ({ kind: 'returned', pickup: id, desk })),
      )
  }
  const revoking = rows.filter(({ state }) => state === 'revoking')
  const moving = revoking.flatMap(({ id, moving_to: to }) => (to === null ? [] : [id]))
  if (moving.length > 0)
    await tx.updateTable('pickup').set({ moving_to: null, ending: reason }).where(bulk.among('id', moving)).execute()
  const granted = new Map(
    rows.flatMap(({ id, state, desk }): [string, string][] =>
      state === 'granted' && desk !== null ? [[id, desk]] : [],
    ),
  )
  await askBack(tx, granted, reason)
  // What its kiosk may still hand over until it knows must not bind; others are disabled once acknowledged.
  if (parts.secrets?.directory === true && reason === 'superseded')
    await oweDisable(tx, now, [...granted.keys(), ...revoking.map(({ id }) => id)], false)
}

/** `granted`: the desk of each. */
async function askBack(tx: Tx, granted: ReadonlyMap<string, string>, reason: 'returned' | 'superseded'): Promise<void> {
  if (granted.size === 0) return
  const bulk = bulkOf(tx)
  const ids = [...granted.keys()]
  const grants = await tx
    .selectFrom('grant')
    .select(['pickup', 'incarnation', 'n'])
    .where(bulk.among('pickup', ids))
    .where('state', '=', 'granted')
    .orderBy('pickup')
    .execute()
  await tx
    .updateTable('grant')
    .set({ state: 'revoking' })
    .where(bulk.among('pickup', ids))
    .where('state', '=', 'granted')
    .execute()
  await tx
    .updateTable('pickup')
    .set({ state: 'revoking', moving_to: null, ending: reason })
    .where(bulk.among('id', ids))
    .execute()
  const told = new Map<string, NewChange[]>()
  for (const { pickup, incarnation, n } of grants) {
    const desk = granted.get(pickup) ?? ''
    const changes = told.get(desk) ?? []
    const epoch = Epoch.parse({ incarnation, n: Number(n) })
    changes.push({ kind: 'pickup-revoke', pickup: PickupId.parse(pickup), epoch, reason })
    told.set(desk, changes)
  }
  for (const desk of [...told.keys()].sort()) await appendToFeed(tx, desk, told.get(desk) ?? [])
}
