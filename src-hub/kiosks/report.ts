/**
 * A kiosk's account of itself: how often it has started, where its ledger ends, and (after a restore of the hub) what
 * it holds. A disk put back from an old image shows here: its counter or its ledger is behind what the hub has seen.
 */
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { LedgerHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { keep, transact, type Db, type Kept, type Tx } from '../database/index.ts'
import { transactAndCarryOn } from '../desk-work/index.ts'
import { createStride, usualPace, type GrantParts } from '../pickups/index.ts'
import { adopt, inOrder, type Held } from './adopt.ts'
import { releaseHold } from './restore.ts'

export interface Reported {
  readonly acked: number
  readonly head: string
  readonly incarnation: string
}

/**
 * How long a report's request goes on taking up what it says before the kiosk is asked to come again, ms: a kiosk waits
 * ten seconds for an answer.
 */
const patienceMs = 5000
/** Grants that one transaction takes up at most. */
const mostAtOnce = 100

/**
 * Fails with L-680 for a report that is older than what the hub has acknowledged: the kiosk is asked to say it again,
 * with a challenge, since the network may have kept this one back. With the challenge it is the disk that is old:
 * L-604, the kiosk is frozen and an alarm raised. L-611 where there is more to take up than one request has patience
 * for, or the ledger has gone on meanwhile: what has been taken up stays, and the next report goes on. A report counts
 * only once all that it says is taken up.
 */
export async function takeReport(
  db: Db,
  parts: GrantParts,
  kioskId: string,
  body: HubBody<'report'>,
): Promise<Result<Reported>> {
  const heard = await transact<Result<Reported>>(db, (tx) => hear(tx, parts, kioskId, body))
  // Grants count only with the whole ledger behind them: an acknowledgement still to come would be taken for a live
  // grant.
  if (!heard.ok || body.grants === null || body.seq !== heard.value.acked) return heard
  const whole = await takeUp(db, parts, kioskId, heard.value.incarnation, { seq: body.seq, grants: body.grants })
  if (!whole.ok) return whole
  return transactAndCarryOn<Result<Reported>>(db, parts, async (tx, wanted) => {
    if ((await standing(tx, kioskId, heard.value.incarnation, body.seq)) === null) return fail(failures.hubOutOfService)
    await tx.updateTable('kiosk').set({ reported: heard.value.incarnation }).where('id', '=', kioskId).execute()
    await releaseHold(tx, wanted)
    return heard
  })
}

/** Who the kiosk is by now, and where its ledger stands. */
async function hear(
  tx: Tx,
  parts: GrantParts,
  kioskId: string,
  body: HubBody<'report'>,
): Promise<Result<Reported> | Kept<Result<Reported>>> {
  const kiosk = await tx.selectFrom('kiosk').selectAll().where('id', '=', kioskId).forUpdate().executeTakeFirstOrThrow()
  const { incarnation } = await tx.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
  // Made for the hub as it was before it went back: what it says of grants is of then.
  if (body.grants !== null && body.incarnation !== undefined && body.incarnation !== incarnation)
    return fail(failures.cursorInvalid)
  const old = await whyOld(tx, kiosk, body)
  if (old !== null && (body.challenge === undefined || body.challenge !== kiosk.challenge)) {
    const challenge = newId()
    await tx.updateTable('kiosk').set({ challenge }).where('id', '=', kioskId).execute()
    return keep(fail(failures.kioskChallenged, { challenge }))
  }
  if (old !== null) {
    await tx.updateTable('kiosk').set({ frozen: true, challenge: null }).where('id', '=', kioskId).execute()
    await tx
      .insertInto('alarm')
      .values({ kind: 'restored-disk', kiosk: kioskId, pickup: null, detail: old, at: parts.now() })
      .execute()
    return keep(fail(failures.kioskFrozen))
  }
  await tx
    .updateTable('kiosk')
    .set({ generation: body.generation, last_contact: parts.now() })
    .where('id', '=', kioskId)
    .execute()
  return ok({ acked: Number(kiosk.acked), head: LedgerHash.parse(kiosk.head_hash), incarnation })
}

/**
 * The kiosk, its row locked, while its report still holds: the hub is the one that it was made for, and all of the
 * ledger that it speaks of is here and nothing after it. null: it does not, and the kiosk has to report again.
 */
async function standing(tx: Tx, kioskId: string, incarnation: string, seq: number) {
  const kiosk = await tx
    .selectFrom('kiosk')
    .select(['id', 'desk', 'kind', 'acked'])
    .where('id', '=', kioskId)
    .where('state', '=', 'active')
    .forUpdate()
    .executeTakeFirst()
  const hub = await tx.selectFrom('hub').select(['incarnation', 'holding']).executeTakeFirstOrThrow()
  if (kiosk === undefined || Number(kiosk.acked) !== seq || hub.incarnation !== incarnation) return null
  return { ...kiosk, holding: hub.holding }
}

const keyOf = ({ pickup, epoch }: Held) => `${pickup} ${epoch.incarnation} ${epoch.n}`

/** What reports of this kiosk before this one have had taken up, and it has not acknowledged yet. */
async function takenUp(db: Db, kioskId: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('grant')
    .select(['pickup', 'incarnation', 'n'])
    .where('kiosk', '=', kioskId)
    .where('state', '=', 'revoking')
    .where('record', '=', '')
    .execute()
  return new Set(rows.map(({ pickup, incarnation, n }) => `${pickup} ${incarnation} ${Number(n)}`))
}

/**
 * Takes up all that the kiosk holds, in short transactions. L-611 when the report holds no more, or it takes too long
 * for one request.
 */
async function takeUp(
  db: Db,
  parts: GrantParts,
  kioskId: string,
  incarnation: string,
  said: { readonly seq: number; readonly grants: readonly Held[] },
): Promise<Result<null>> {
  const pace = parts.pace ?? usualPace
  const stride = createStride(pace, mostAtOnce)
  const taken = await takenUp(db, kioskId)
  const grants = inOrder(said.grants).filter((held) => !taken.has(keyOf(held)))
  const began = pace.clock()
  let at = 0
  while (at < grants.length) {
    const from = pace.clock()
    if (from - began > patienceMs) return fail(failures.hubOutOfService)
    const some = grants.slice(at, at + stride.rows)
    const done = await transact(db, async (tx) => {
      const kiosk = await standing(tx, kioskId, incarnation, said.seq)
      if (kiosk === null) return 'stale'
      // A check-in screen is never granted anything. And a hub that waits for nobody's report has forgotten nothing:
      // what a kiosk then claims to hold of another incarnation is made up, and would take it from the desk that holds
      // it.
      if (kiosk.kind !== 'desk' || !kiosk.holding) return 'nothing'
      await adopt(tx, parts, incarnation, kiosk, some)
      return 'more'
    })
    if (done === 'stale') return fail(failures.hubOutOfService)
    if (done === 'nothing') break
    at += some.length
    await stride.took(from)
  }
  return ok(null)
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
