/**
 * Pickups that a kiosk gives up without being asked: sent to other desks, or acknowledged where nobody revoked. One by
 * one that is a day at the desk; most of what it holds within minutes is what somebody does who has carried the kiosk
 * off. It is done all the same, since the kiosk's word ends its grants, and an alarm shows what was given up.
 */
import type { Tx } from '../database/index.ts'

/** Looked at together. */
export const givenUpWindowMs = 600_000
/** So many within the window, whatever is left. */
const many = 10
/** So few are enough where they were most of what there was. */
const few = 3
const keptMs = 30 * 86_400_000

/** Whether what was given up within the window looks like a theft; `left`: what the kiosk still holds. */
export function looksLikeTheft(given: number, left: number): boolean {
  return given >= many || (given >= few && left < given)
}

/** Notes them, and raises one alarm (`sent-away`) for all of a window. In the intake's transaction. */
export async function noteGivenUp(
  tx: Tx,
  kiosk: { readonly id: string; readonly desk: string },
  given: readonly { readonly pickup: string; readonly seq: number }[],
  now: number,
): Promise<void> {
  if (given.length === 0) return
  await tx
    .insertInto('given_up')
    .values(given.map(({ pickup, seq }) => ({ kiosk: kiosk.id, seq, pickup, at: now })))
    .execute()
  await tx
    .deleteFrom('given_up')
    .where('kiosk', '=', kiosk.id)
    .where('at', '<', now - keptMs)
    .execute()
  const since = now - givenUpWindowMs
  const count = (rows: { n: number } | undefined) => Number(rows?.n ?? 0)
  const recent = count(
    await tx
      .selectFrom('given_up')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('kiosk', '=', kiosk.id)
      .where('at', '>=', since)
      .executeTakeFirst(),
  )
  const left = count(
    await tx
      .selectFrom('grant')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('kiosk', '=', kiosk.id)
      .where('state', '=', 'granted')
      .executeTakeFirst(),
  )
  if (!looksLikeTheft(recent, left)) return
  const detail = `${recent} of ${recent + left} within ten minutes`
  const told = await tx
    .updateTable('alarm')
    .set({ detail })
    .where('kind', '=', 'sent-away')
    .where('kiosk', '=', kiosk.id)
    .where('closed_at', 'is', null)
    .where('at', '>=', since)
    .returning('id')
    .execute()
  if (told.length > 0) return
  await tx.insertInto('alarm').values({ kind: 'sent-away', kiosk: kiosk.id, pickup: null, detail, at: now }).execute()
}
