/**
 * A later end for a pickup that waits. Its kiosk is granted the same again, envelope and epoch unchanged, with the new
 * end.
 */
import { secretUntil } from '../../src-shared/domain/secret-end.ts'
import { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { asciiJson } from '../../src-shared/protocol/ascii-json.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { oweProlong, type Secrets } from '../secret-source/index.ts'

const longestMs = 366 * 86_400_000

/**
 * Fails with L-609, L-659 (it has ended, or is on its way out), L-667 (an end that is past or more than a year away).
 */
export async function extendPickup(
  db: Db,
  now: number,
  actor: string,
  pickup: string,
  expiresAt: number,
  secrets?: Secrets,
): Promise<Result<number>> {
  if (expiresAt <= now || expiresAt > now + longestMs) return fail(failures.periodUnusable)
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom('pickup')
      .select(['state', 'desk', 'moving_to', 'expires_at', 'secret_days'])
      .where('id', '=', pickup)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'pickup' })
    const waits =
      row.state === 'unassigned' || row.state === 'granted' || (row.state === 'revoking' && row.moving_to !== null)
    if (!waits) return fail(failures.pickupCannotThat)
    await tx.updateTable('pickup').set({ expires_at: expiresAt }).where('id', '=', pickup).execute()
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor,
        act: 'extended',
        pickup,
        desk: row.desk,
        detail: JSON.stringify({ from: Number(row.expires_at), to: expiresAt }),
      })
      .execute()
    // What was put in force with the earlier date is told the later one.
    if (secrets?.directory === true) await oweProlong(tx, now, pickup)
    // One that is being asked back is told with its next grant.
    const grant = await tx
      .selectFrom('grant')
      .selectAll()
      .where('pickup', '=', pickup)
      .where('state', '=', 'granted')
      .executeTakeFirst()
    if (grant === undefined || grant.record === '' || row.desk === null) return ok(expiresAt)
    const until = Number(row.secret_days) > 0 ? { secretUntil: secretUntil(expiresAt, Number(row.secret_days)) } : {}
    const record = GrantedPickup.parse({ ...(JSON.parse(grant.record) as object), expiresAt, ...until })
    await tx
      .updateTable('grant')
      .set({ record: asciiJson(record) })
      .where('pickup', '=', pickup)
      .where('incarnation', '=', grant.incarnation)
      .where('n', '=', grant.n)
      .execute()
    await appendToFeed(tx, row.desk, [{ kind: 'pickup-granted', pickup: record }])
    return ok(expiresAt)
  })
}
