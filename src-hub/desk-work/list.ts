/** Jobs of many pickups as people see them. */
import { DeskId } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import type { Db } from '../database/index.ts'

/** Those that go on, oldest first. */
export async function openWork(db: Db): Promise<HubReply<'watch'>['work']> {
  const rows = await db
    .selectFrom('desk_work')
    .select(['kind', 'desk', 'total', 'done', 'held', 'created_at'])
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    kind: row.kind,
    desk: DeskId.parse(row.desk),
    total: Number(row.total),
    done: Number(row.done),
    held: Number(row.held),
    since: Number(row.created_at),
  }))
}

/**
 * How far the replacements of a written-off kiosk are: over all its jobs, and how many pickups it still holds in its
 * open one.
 */
export async function replacedOf(db: Db, kiosk: string): Promise<{ burned: number; reissued: number }> {
  const row = await db
    .selectFrom('desk_work')
    .select(['done', 'reissued'])
    .where('kind', '=', 'replace')
    .where('subject', '=', kiosk)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { burned: Number(row?.done ?? 0), reissued: Number(row?.reissued ?? 0) }
}
