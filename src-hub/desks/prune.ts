/** What every kiosk has long read leaves the feed: it holds names, and a kiosk that was away for longer takes a snapshot (docs/architecture.md#ledger-and-sync, point 4). */
import { sql } from 'kysely'
import type { Db } from '../database/index.ts'

/** Changes kept for each desk: weeks of a busy one. */
export const keptChanges = 2000

/** Deletes all but the newest `keep` changes of every desk. Safe at any time, in several hub processes at once. */
export async function pruneFeeds(db: Db, keep = keptChanges): Promise<void> {
  await db
    .deleteFrom('feed')
    .where('seq', '<=', (e) =>
      e
        .selectFrom('desk')
        .select(sql<number>`head - ${keep}`.as('kept'))
        .whereRef('desk.id', '=', 'feed.desk'),
    )
    .execute()
}
