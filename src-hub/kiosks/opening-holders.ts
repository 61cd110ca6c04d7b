/**
 * Who holds a kiosk's opening key, as its sessions say (src-shared/protocol/opening-holders.ts). The hub alone knows
 * who has been removed since: a kiosk's disk can be put back, with a removed member's rows.
 */
import type { OpeningHoldersText } from '../../src-shared/hub-api/index.ts'
import { isSaidBy, type HoldersStatement } from '../../src-shared/protocol/opening-holders.ts'
import type { Tx } from '../database/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import { judgeHolders, type HoldersJudged, type HoldersKnown } from './opening-key-rules.ts'

interface Kiosk {
  readonly id: string
  readonly desk: string
}

const raw = (key: string) => Buffer.from(key, 'base64url')

export async function holdersKnown(tx: Tx, { id, desk }: Kiosk, n: number | null): Promise<HoldersKnown> {
  const rows = await tx.selectFrom('opening_holder').selectAll().where('kiosk', '=', id).execute()
  const members = await tx.selectFrom('staff_desk').select('staff').where('desk', '=', desk).execute()
  return {
    n,
    current: new Map(
      rows.filter((row) => row.gone_at === null).map((row) => [row.staff, row.key.toString('base64url')]),
    ),
    gaveUp: new Set(rows.filter((row) => row.gone_at !== null).map((row) => row.key.toString('base64url'))),
    members: new Set(members.map(({ staff }) => staff)),
  }
}

/** Whether both proofs are true: of the opening key, and of the own key that the statement gives its maker. */
async function isProved(parts: GrantParts, kiosk: string, key: string, told: OpeningHoldersText): Promise<boolean> {
  const own = told.holders.find(({ staff }) => staff === told.by)
  if (own === undefined) return false
  const statement: HoldersStatement = {
    kiosk,
    key: raw(key),
    n: told.n,
    by: told.by,
    holders: told.holders.map((one) => ({ staff: one.staff, publicKey: raw(one.key) })),
  }
  const hub = parts.keys.countersignPrivate
  return (
    (await isSaidBy(raw(key), statement, raw(told.byKey), hub)) &&
    (await isSaidBy(raw(own.key), statement, raw(told.byPerson), hub))
  )
}

/** What a statement about `key` is worth. Without one, or where a proof is false, nothing is said. */
export async function judged(
  parts: GrantParts,
  kiosk: Kiosk,
  known: HoldersKnown,
  key: string,
  told: OpeningHoldersText | undefined,
): Promise<HoldersJudged> {
  if (told === undefined || !(await isProved(parts, kiosk.id, key, told))) return { is: 'unsaid' }
  return judgeHolders(known, told)
}

/** These hold the key in force, and nobody else: whoever is not among them gave their own key up, for good. */
export async function takeHolders(
  tx: Tx,
  now: number,
  kiosk: string,
  { n, holders }: Pick<OpeningHoldersText, 'n' | 'holders'>,
): Promise<void> {
  for (const { staff, key } of holders)
    await tx
      .insertInto('opening_holder')
      .values({ kiosk, staff, key: raw(key), since: now, gone_at: null })
      .onConflict((conflict) => conflict.columns(['kiosk', 'staff', 'key']).doNothing())
      .execute()
  let gone = tx.updateTable('opening_holder').set({ gone_at: now }).where('kiosk', '=', kiosk)
  gone = gone.where('gone_at', 'is', null)
  if (holders.length > 0)
    gone = gone.where(
      'key',
      'not in',
      holders.map(({ key }) => raw(key)),
    )
  await gone.execute()
  await tx.updateTable('kiosk').set({ holders_n: n }).where('id', '=', kiosk).execute()
}

/**
 * Somebody was removed from these desks (null: from all), or lost their badges: what they chose a PIN for there vouches
 * for nothing any more.
 */
export async function endOwnKeys(tx: Tx, now: number, staff: string, desks: readonly string[] | null): Promise<void> {
  if (desks?.length === 0) return
  const kiosks = tx.selectFrom('kiosk').select('id')
  await tx
    .updateTable('opening_holder')
    .set({ gone_at: now })
    .where('staff', '=', staff)
    .where('gone_at', 'is', null)
    .where('kiosk', 'in', desks === null ? kiosks : kiosks.where('desk', 'in', [...desks]))
    .execute()
}
