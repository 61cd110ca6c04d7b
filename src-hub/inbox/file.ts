/** A request from a kiosk goes into the inbox. Whose card it was is found here, by tags under that kiosk's own key. */
import { setImmediate } from 'node:timers/promises'
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { RequestDecision } from '../../src-shared/hub-api/kiosk/requests.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'

const day = 86_400_000
/** Of one card or account at one kiosk, in a day: whoever plays with the button fills nobody's inbox. */
export const requestsADay = 3
/** And of one kiosk in a day. */
const requestsOfKiosk = 200
const cardsAtOnce = 2000

export function decisionOf(row: {
  id: string
  state: string
  reason: string | null
  reference: string | null
}): RequestDecision {
  return RequestDecision.parse({ request: row.id, state: row.state, reason: row.reason, reference: row.reference })
}

/**
 * Whose card this is: every card's tag is made anew under the kiosk's key, a page at a time, so that other requests are
 * answered in between.
 */
async function holderOf(db: Db, keys: HubKeys, kiosk: string, tag: string): Promise<string | null> {
  const lookup = keys.tagKey(kiosk)
  const wanted = Buffer.from(tag, 'base64url')
  let after: Buffer = Buffer.alloc(0)
  for (;;) {
    const cards = await db
      .selectFrom('card')
      .select(['recipient', 'sealed', 'blind'])
      .where('blind', '>', after)
      .orderBy('blind')
      .limit(cardsAtOnce)
      .execute()
    for (const card of cards) if (cardTag(lookup, keys.open(card.sealed)).equals(wanted)) return card.recipient
    const last = cards.at(-1)
    if (last === undefined || cards.length < cardsAtOnce) return null
    after = last.blind
    await setImmediate()
  }
}

/**
 * A card or an account of nobody is declined at once. Fails with L-236 (too many of this card or account, or of this
 * kiosk, in a day), L-609 (another kiosk's). Idempotent by the request's id.
 */
export async function fileRequest(
  db: Db,
  parts: { readonly keys: HubKeys; readonly now: () => number },
  kiosk: { readonly id: string; readonly desk: string },
  body: HubBody<'fileRequest'>,
): Promise<Result<RequestDecision>> {
  const known = await db
    .selectFrom('delivery_request')
    .selectAll()
    .where('id', '=', body.request)
    .where('kiosk', '=', kiosk.id)
    .executeTakeFirst()
  if (known !== undefined) return ok(decisionOf(known))
  const subject = body.cardTag ?? `account ${body.account ?? ''}`
  const now = parts.now()
  const since = (of: 'subject' | 'kiosk') => {
    const all = db
      .selectFrom('delivery_request')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('kiosk', '=', kiosk.id)
      .where('received_at', '>', now - day)
    return (of === 'subject' ? all.where('subject', '=', subject) : all).executeTakeFirstOrThrow()
  }
  if (Number((await since('subject')).n) >= requestsADay || Number((await since('kiosk')).n) >= requestsOfKiosk)
    return fail(failures.requestsUsedUp)
  const recipient =
    body.cardTag === null
      ? ((await db.selectFrom('account').select('recipient').where('account', '=', body.account).executeTakeFirst())
          ?.recipient ?? null)
      : await holderOf(db, parts.keys, kiosk.id, body.cardTag)
  // Nobody can decide for a person whom nobody knows: it is answered at once, and lies in no inbox.
  const nobody = body.cardTag === null ? ('no-account' as const) : ('unknown-person' as const)
  const decided =
    recipient === null
      ? { state: 'declined', reason: nobody, decided_at: now, decided_by: 'hub' }
      : { reason: null, decided_at: null, decided_by: null }
  return transact(db, async (tx) => {
    const filed = await tx
      .insertInto('delivery_request')
      .values({
        id: body.request,
        kiosk: kiosk.id,
        desk: kiosk.desk,
        subject,
        account: body.account,
        recipient,
        filed_at: body.filedAt,
        received_at: now,
        by_staff: body.staff,
        reference: null,
        pickup: null,
        ...decided,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    // What came of a request is told to the kiosk that filed it, whoever else names it.
    const row = await tx
      .selectFrom('delivery_request')
      .selectAll()
      .where('id', '=', body.request)
      .where('kiosk', '=', kiosk.id)
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'request' })
    if (Number(filed.numInsertedOrUpdatedRows ?? 0) === 1)
      await tx
        .insertInto('audit')
        .values({ at: now, actor: 'kiosk', act: 'request-filed', pickup: null, desk: kiosk.desk, detail: '{}' })
        .execute()
    return ok(decisionOf(row))
  })
}
