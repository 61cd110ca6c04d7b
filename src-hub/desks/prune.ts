/**
 * What every kiosk has long read leaves the feed: it holds names, and a kiosk that was away for longer takes a snapshot
 * (DESIGN section 8, point 4).
 */
import type { Db } from '../database/index.ts'

/** Changes kept for each desk: weeks of a busy one. */
export const keptChanges = 2000

/** Changes deleted by one statement at most. */
const atOnce = 2000

/**
 * Deletes all but the newest `keep` changes of every desk, oldest first and some at a time. Safe at any time, in
 * several hub processes at once.
 */
export async function pruneFeeds(db: Db, keep = keptChanges): Promise<void> {
  const desks = await db
    .selectFrom('desk')
    .select((e) => [
      'desk.id',
      'desk.head',
      e
        .selectFrom('feed')
        .select((f) => f.fn.min('feed.seq').as('oldest'))
        .whereRef('feed.desk', '=', 'desk.id')
        .as('oldest'),
    ])
    .orderBy('desk.id')
    .execute()
  for (const { id, head, oldest } of desks) {
    const last = Number(head) - keep
    if (oldest === null) continue
    for (let from = Number(oldest); from <= last; from += atOnce)
      await db
        .deleteFrom('feed')
        .where('desk', '=', id)
        .where('seq', '>=', from)
        .where('seq', '<=', Math.min(last, from + atOnce - 1))
        .execute()
  }
}
