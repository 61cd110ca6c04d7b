/**
 * A kiosk's account of itself: how often it has started, where its ledger ends, and (after a restore of the hub) what it
 * holds. A disk put back from an old image shows here: its counter or its ledger is behind what the hub has seen.
 */
import type { HubBody } from '../../src-shared/hub-api.ts'
import { LedgerHash } from '../../src-shared/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { keep, type Db, type Tx } from '../database/index.ts'
import { transactAndCarryOn } from '../desk-work/index.ts'
import { appendToFeed } from '../desks/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import { releaseHold } from './restore.ts'

export interface Reported {
  readonly acked: number
  readonly head: string
  readonly incarnation: string
}

/**
 * Fails with L-680 for a report that is older than what the hub has acknowledged: the kiosk is asked to say it again, with
 * a challenge, since the network may have kept this one back. With the challenge it is the disk that is old: L-604, the
 * kiosk is frozen and an alarm raised.
 */
export async function takeReport(
  db: Db,
  parts: GrantParts,
  kioskId: string,
  body: HubBody<'report'>,
): Promise<Result<Reported>> {
  return transactAndCarryOn<Result<Reported>>(db, parts, async (tx, wanted) => {
    const kiosk = await tx
      .selectFrom('kiosk')
      .selectAll()
      .where('id', '=', kioskId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const acked = Number(kiosk.acked)
    const { incarnation, holding } = await tx
      .selectFrom('hub')
      .select(['incarnation', 'holding'])
      .executeTakeFirstOrThrow()
    // Made for the hub as it was before it went back: what it says of grants is of then.
    if (body.grants !== null && body.incarnation !== undefined && body.incarnation !== incarnation) return fail('L-607')
    const old = await whyOld(tx, kiosk, body)
    if (old !== null && (body.challenge === undefined || body.challenge !== kiosk.challenge)) {
      const challenge = newId()
      await tx.updateTable('kiosk').set({ challenge }).where('id', '=', kioskId).execute()
      return keep(fail('L-680', { challenge }))
    }
    if (old !== null) {
      await tx.updateTable('kiosk').set({ frozen: true, challenge: null }).where('id', '=', kioskId).execute()
      await tx
        .insertInto('alarm')
        .values({ kind: 'restored-disk', kiosk: kioskId, pickup: null, detail: old, at: parts.now() })
        .execute()
      return keep(fail('L-604'))
    }
    await tx
      .updateTable('kiosk')
      .set({ generation: body.generation, last_contact: parts.now() })
      .where('id', '=', kioskId)
      .execute()
    // Grants count only with the whole ledger behind them: an acknowledgement still to come would be taken for a live grant.
    if (body.grants !== null && body.seq === acked) {
      // A check-in screen is never granted anything. And a hub that waits for nobody's report has forgotten nothing: what a kiosk then claims
      // to hold of another incarnation is made up, and would take it from the desk that holds it.
      if (kiosk.kind === 'desk' && holding) await adopt(tx, parts, incarnation, kiosk, body.grants)
      await tx.updateTable('kiosk').set({ reported: incarnation }).where('id', '=', kioskId).execute()
      await releaseHold(tx, wanted)
    }
    return ok({ acked, head: LedgerHash.parse(kiosk.head_hash), incarnation })
  })
}

async function whyOld(
  tx: Tx,
  kiosk: { id: string; generation: number; acked: number },
  body: HubBody<'report'>,
): Promise<string | null> {
  if (body.generation < Number(kiosk.generation))
    return `started ${body.generation} times, and was seen at ${kiosk.generation}`
  if (body.seq < Number(kiosk.acked)) return `its ledger ends at ${body.seq}, acknowledged is ${kiosk.acked}`
  if (body.acked === 0 || body.acked > Number(kiosk.acked)) return null
  const known = await tx
    .selectFrom('ledger_entry')
    .select('hash')
    .where('kiosk', '=', kiosk.id)
    .where('seq', '=', body.acked)
    .executeTakeFirst()
  return known?.hash === body.ackedHash ? null : `its entry ${body.acked} has another hash`
}

/** Over for good: what a kiosk still holds of it is asked back, and nothing of it is granted again. */
const over: ReadonlySet<string> = new Set(['handed-over', 'dispatched', 'delivered', 'returned-by-post', 'burned'])

/** Whether people, or a newer pickup of the account, have ended it since the backup was put back: a grant from before that does not bring it back. */
async function endedSince(
  tx: Tx,
  pickup: { readonly id: string; readonly account: string; readonly state: string; readonly moving_to: string | null },
): Promise<boolean> {
  if (pickup.state === 'revoking' && pickup.moving_to === null) return true
  if (pickup.state !== 'revoked' && pickup.state !== 'returned') return false
  const newer = await tx
    .selectFrom('pickup')
    .select('id')
    .where('account', '=', pickup.account)
    .where('id', '<>', pickup.id)
    .where('state', 'in', ['unassigned', 'granted', 'revoking'])
    .executeTakeFirst()
  if (newer !== undefined) return true
  const asked = await tx
    .selectFrom('audit')
    .select('id')
    .where('pickup', '=', pickup.id)
    .where('act', 'in', ['revoked', 'blocked', 'superseded', 'returned'])
    .where('id', '>', (e) =>
      e
        .selectFrom('audit')
        .select((f) => f.fn.max('id').as('restored'))
        .where('act', '=', 'restored'),
    )
    .executeTakeFirst()
  return asked !== undefined
}

/**
 * Takes up grants made after the backup. One of a later epoch proves that every earlier grant of that pickup had been
 * acknowledged. The hub no longer has what it granted, so it asks for each back and grants afresh once acknowledged,
 * unless the pickup has come to its end meanwhile.
 */
async function adopt(
  tx: Tx,
  parts: GrantParts,
  incarnation: string,
  kiosk: { readonly id: string; readonly desk: string },
  grants: NonNullable<HubBody<'report'>['grants']>,
): Promise<void> {
  for (const { pickup, epoch } of [...grants].sort((a, b) => (a.pickup < b.pickup ? -1 : 1))) {
    const row = await tx
      .selectFrom('pickup')
      .select(['id', 'account', 'epoch_n', 'state', 'moving_to'])
      .where('id', '=', pickup)
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) {
      // Issued after the backup: the hub knows neither pickup nor person. It is asked back and must be issued again.
      await tx
        .insertInto('alarm')
        .values({
          kind: 'unknown-pickup',
          kiosk: kiosk.id,
          pickup,
          detail: 'granted after the backup',
          at: parts.now(),
        })
        .execute()
      await appendToFeed(tx, kiosk.desk, [{ kind: 'pickup-revoke', pickup, epoch, reason: 'blocked' }])
      continue
    }
    if (epoch.incarnation === incarnation) continue
    const same = await tx
      .selectFrom('grant')
      .select('state')
      .where('pickup', '=', pickup)
      .where('incarnation', '=', epoch.incarnation)
      .where('n', '=', epoch.n)
      .executeTakeFirst()
    if (same !== undefined || epoch.n <= Number(row.epoch_n)) continue
    await tx
      .updateTable('grant')
      .set({ state: 'acknowledged' })
      .where('pickup', '=', pickup)
      .where('state', 'in', ['granted', 'revoking'])
      .execute()
    await tx
      .insertInto('grant')
      .values({
        pickup,
        incarnation: epoch.incarnation,
        n: epoch.n,
        kiosk: kiosk.id,
        state: 'revoking',
        at: parts.now(),
        record: '',
      })
      .execute()
    const is = over.has(row.state) ? 'over' : (await endedSince(tx, row)) ? 'ended' : 'live'
    const change =
      is === 'over' ? {} : { state: 'revoking', desk: kiosk.desk, moving_to: is === 'ended' ? null : kiosk.desk }
    await tx
      .updateTable('pickup')
      .set({ ...change, epoch_n: epoch.n })
      .where('id', '=', pickup)
      .execute()
    await appendToFeed(tx, kiosk.desk, [
      { kind: 'pickup-revoke', pickup, epoch, reason: is === 'live' ? 're-routed' : 'blocked' },
    ])
  }
}
