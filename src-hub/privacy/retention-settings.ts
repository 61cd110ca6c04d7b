/** Settings that people change at run time, one row each: key and JSON. */
import type { z } from 'zod'
import { RetentionSettings } from '../../src-shared/hub-api/agent/audit.ts'
import { transact, type Db } from '../database/index.ts'

type Retention = z.infer<typeof RetentionSettings>
export const retentionKey = 'retention'

/** What holds when nobody has said anything: nothing goes by itself. */
export async function readRetention(db: Db): Promise<Retention> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', retentionKey).executeTakeFirst()
  const parsed = RetentionSettings.safeParse(row?.value)
  return parsed.success ? parsed.data : { personalDataDays: null }
}

export async function saveRetention(db: Db, now: number, actor: string, value: Retention): Promise<void> {
  await transact(db, async (tx) => {
    const text = JSON.stringify(value)
    await tx
      .insertInto('setting')
      .values({ key: retentionKey, value: text })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
      .execute()
    await tx
      .insertInto('audit')
      .values({ at: now, actor, act: 'retention-set', pickup: null, desk: null, detail: text })
      .execute()
  })
}
