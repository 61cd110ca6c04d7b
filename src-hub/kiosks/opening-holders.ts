/**
 * Who holds a kiosk's opening key, as its sessions say (src-shared/protocol/opening-holders.ts). The hub alone knows
 * who has been removed since: a kiosk's disk can be put back, with a removed member's rows.
 */
import { OpeningHoldersText } from '../../src-shared/hub-api/index.ts'
import { isSaidBy, type HoldersStatement } from '../../src-shared/protocol/opening-holders.ts'
import type { Tx } from '../database/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import { judgeHolders, soundKeys, type HoldersJudged, type HoldersKnown } from './opening-key-rules.ts'

interface Kiosk {
  readonly id: string
  readonly desk: string
}

const raw = (key: string) => Buffer.from(key, 'base64url')
const text = (key: Buffer) => key.toString('base64url')

export async function holdersKnown(tx: Tx, { id, desk }: Kiosk, n: number | null): Promise<HoldersKnown> {
  const rows = await tx.selectFrom('opening_holder').selectAll().where('kiosk', '=', id).execute()
  const words = await tx.selectFrom('opening_holder_word').selectAll().where('kiosk', '=', id).execute()
  const working = await tx.selectFrom('staff_desk').select('staff').where('desk', '=', desk).execute()
  const members = new Set(working.map(({ staff }) => staff))
  return {
    n,
    current: new Map(rows.filter((row) => row.gone_at === null).map((row) => [row.staff, text(row.key)])),
    sound: soundKeys(
      rows.filter(({ first }) => first).map((row) => text(row.key)),
      words.map((row) => ({ key: text(row.key), byStaff: row.by_staff, byKey: text(row.by_key) })),
      members,
    ),
    gaveUp: new Set(rows.filter((row) => row.gone_at !== null).map((row) => text(row.key))),
    members,
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

/** `first`: a supervisor's letters stand behind the list, or it is the first that this kiosk has stated. */
export interface HoldersTaken {
  readonly kiosk: string
  readonly told: Pick<OpeningHoldersText, 'n' | 'by' | 'holders'>
  readonly first: boolean
}

/** These hold the key in force, and nobody else: whoever is not among them gave their own key up, for good. */
export async function takeHolders(tx: Tx, now: number, { kiosk, told, first }: HoldersTaken): Promise<void> {
  const { n, by, holders } = told
  const byKey = holders.find(({ staff }) => staff === by)?.key
  for (const { staff, key } of holders) {
    const row = { kiosk, staff, key: raw(key), since: now, gone_at: null, first }
    await tx
      .insertInto('opening_holder')
      .values(row)
      .onConflict((conflict) => conflict.columns(['kiosk', 'staff', 'key']).doNothing())
      .execute()
    if (first)
      await tx
        .updateTable('opening_holder')
        .set({ first: true })
        .where('kiosk', '=', kiosk)
        .where('staff', '=', staff)
        .where('key', '=', row.key)
        .execute()
    if (byKey === undefined || staff === by) continue
    await tx
      .insertInto('opening_holder_word')
      .values({ kiosk, key: row.key, by_staff: by, by_key: raw(byKey) })
      .onConflict((conflict) => conflict.columns(['kiosk', 'key', 'by_staff', 'by_key']).doNothing())
      .execute()
  }
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
 * for nothing any more, whether the hub knew it or was told of it with an opening key that waits. Locks the kiosks'
 * rows, so that nothing is told of meanwhile.
 */
export async function endOwnKeys(tx: Tx, now: number, staff: string, desks: readonly string[] | null): Promise<void> {
  if (desks?.length === 0) return
  let found = tx.selectFrom('kiosk').select(['id', 'pending_holders']).where('kind', '=', 'desk')
  if (desks !== null) found = found.where('desk', 'in', [...desks])
  const kiosks = await found.where('state', '=', 'active').orderBy('id').forUpdate().execute()
  if (kiosks.length === 0) return
  for (const { id, pending_holders } of kiosks) {
    const said = pending_holders === null ? [] : OpeningHoldersText.parse(pending_holders).holders
    for (const { key } of said.filter((one) => one.staff === staff))
      await tx
        .insertInto('opening_holder')
        .values({ kiosk: id, staff, key: raw(key), since: now, gone_at: now, first: false })
        .onConflict((conflict) => conflict.columns(['kiosk', 'staff', 'key']).doNothing())
        .execute()
  }
  await tx
    .updateTable('opening_holder')
    .set({ gone_at: now })
    .where('staff', '=', staff)
    .where('gone_at', 'is', null)
    .where(
      'kiosk',
      'in',
      kiosks.map(({ id }) => id),
    )
    .execute()
}
