/**
 * Taking in a ledger file that was carried here: the kiosk's own signature first, then the same intake as over the
 * network.
 */
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { DeskId, Incarnation } from '../../src-shared/domain/index.ts'
import { readCarried, receiptName, writeReceipt } from '../../src-shared/protocol/carried-ledger.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db } from '../database/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import { takeLedger } from './intake.ts'

const batch = 500

/**
 * Fails as the route says. A file that is refused changes nothing, but that with L-681 (frozen, or at odds with what
 * the hub holds) what it holds is kept as evidence; one that comes again changes nothing more and gets its receipt
 * again.
 */
export async function takeCarried(
  db: Db,
  parts: GrantParts,
  text: string,
  by: string,
): Promise<Result<HubReply<'importLedger'>>> {
  const file = readCarried(text)
  if (!file.ok) return file
  const { head } = file.value
  const kiosk = await db
    .selectFrom('kiosk')
    .select(['id', 'desk', 'state', 'sign_key', 'acked', 'frozen'])
    .where('id', '=', head.kiosk)
    .executeTakeFirst()
  if (kiosk === undefined) return fail(failures.carriedOfAnotherKiosk)
  const entries = file.value.entries(publicKeyFromRaw(kiosk.sign_key))
  if (!entries.ok) return entries
  const before = Number(kiosk.acked)
  // No word against the kiosk: only the order in which its files came. Of one that serves no more the earlier ones may
  // never come.
  if (head.after > before && kiosk.state === 'active' && !kiosk.frozen)
    return fail(failures.carriedGap, { from: before + 1 })
  let end = { acked: before, head: '' }
  let kept = 0
  let refused = false
  for (let at = 0; at < entries.value.length; at += batch) {
    const some = entries.value.slice(at, at + batch)
    const bare = some.slice(0, -1).map(({ bytes }) => ({ bytes }))
    const taken = await takeLedger(db, parts, kiosk.id, [...bare, ...some.slice(-1)])
    if (taken.ok) end = taken.value
    else if (taken.failure.code !== failures.kioskFrozen && taken.failure.params?.['kept'] === undefined) return taken
    else {
      refused = true
      kept += Number(taken.failure.params?.['kept'] ?? 0)
    }
  }
  const at = parts.now()
  const taken = end.acked - before
  await db
    .insertInto('audit')
    .values({
      at,
      actor: by,
      act: 'ledger-carried',
      pickup: null,
      desk: kiosk.desk,
      detail: JSON.stringify({ kiosk: kiosk.id, after: head.after, taken, ...(refused ? { kept } : {}) }),
    })
    .execute()
  if (refused) return fail(failures.ledgerKeptAsEvidence, { kept })
  const receipt = writeReceipt(parts.keys.lookupKey(kiosk.id), {
    kiosk: head.kiosk,
    incarnation: Incarnation.parse(
      (await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()).incarnation,
    ),
    ...end,
    at,
  })
  return ok({
    kiosk: head.kiosk,
    desk: DeskId.parse(kiosk.desk),
    taken,
    acked: end.acked,
    name: receiptName(kiosk.id, end.acked),
    receipt,
  })
}
