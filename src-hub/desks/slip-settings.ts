/**
 * What the institution puts on slips beside its name: a setting of its own, so that nothing had to be added to tables.
 */
import { z } from 'zod'
import { SlipLogo, SlipNote } from '../../src-shared/domain/slip-logo.ts'
import type { Db, Tx } from '../database/index.ts'

const key = 'slip'
const Kept = z.object({ note: SlipNote, logo: SlipLogo.nullable() })
export type SlipSettings = z.infer<typeof Kept>

export async function readSlipSettings(db: Db | Tx): Promise<SlipSettings> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  const kept = Kept.safeParse(row?.value)
  return kept.success ? kept.data : { note: { fi: '', sv: '', en: '' }, logo: null }
}

export async function saveSlipSettings(tx: Tx, settings: SlipSettings): Promise<void> {
  const value = JSON.stringify(settings)
  await tx
    .insertInto('setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}
