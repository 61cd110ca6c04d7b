/** A source that stands still is told where people look: once for as long as the alarm is open. */
import { describeFailure } from '../../src-shared/failures/codes.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { Tx } from '../database/index.ts'

export async function raiseSourceAlarm(tx: Tx, at: number, source: string, failure: Failure): Promise<void> {
  const detail = `${source}: ${failure.code} ${describeFailure(failure, 'en').what}`
  const open = await tx
    .selectFrom('alarm')
    .select('id')
    .where('kind', '=', 'people-source')
    .where('detail', '=', detail)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  if (open !== undefined) return
  await tx.insertInto('alarm').values({ kind: 'people-source', kiosk: null, pickup: null, detail, at }).execute()
}
