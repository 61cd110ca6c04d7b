/**
 * Burning a pickup whose secret may be out of our hands and issuing another in its place: a new pickup with a fresh
 * secret, so that the old one, disabled at the source, can never be the valid one again (promise P2).
 */
import { PickupId } from '../../src-shared/domain.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { Tx } from '../database/index.ts'
import { oweOutcomes } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import { grantPickup, type GrantParts } from './grants.ts'
import { newPickupCode, unclaimedDays } from './issue.ts'

/** In the caller's transaction, with the pickup's row locked. Returns the new pickup's id; null when nobody waits for one (it was being revoked). */
export async function burnAndReplace(
  tx: Tx,
  parts: GrantParts,
  pickup: string,
  actor: string,
  cause: string,
): Promise<string | null> {
  const old = await tx.selectFrom('pickup').selectAll().where('id', '=', pickup).forUpdate().executeTakeFirstOrThrow()
  // Handed over elsewhere, and being asked back from here: nobody waits for another.
  if (
    old.state === 'handed-over' ||
    old.state === 'dispatched' ||
    old.state === 'delivered' ||
    old.state === 'returned-by-post'
  )
    return null
  const desk = old.state === 'revoking' ? old.moving_to : old.desk
  const now = parts.now()
  await tx.updateTable('pickup').set({ state: 'burned', moving_to: null }).where('id', '=', pickup).execute()
  const audit = (act: string, about: string, detail: object) =>
    tx
      .insertInto('audit')
      .values({ at: now, actor, act, pickup: about, desk: old.desk, detail: JSON.stringify(detail) })
      .execute()
  await audit('burned', pickup, { cause })
  await oweOutcomes(tx, now, parts.secrets, [{ id: pickup, state: 'burned' }])
  await recordEvents(tx, now, [{ kind: 'burned', pickup, desk: old.desk }])
  if (desk === null) return null
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
  await tx.updateTable('pickup').set({ replaced_by: id }).where('id', '=', pickup).execute()
  await audit('issued', id, { replaces: pickup })
  await grantPickup(tx, parts, id, desk, null)
  return id
}
