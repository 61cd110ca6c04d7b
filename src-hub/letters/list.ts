import { PickupId } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import type { Db } from '../database/index.ts'

/** Letters that have gone, newest first. */
export async function listLetters(db: Db, limit: number): Promise<HubReply<'letters'>> {
  const rows = await db.selectFrom('letter').selectAll().orderBy('at', 'desc').limit(limit).execute()
  return {
    letters: rows.map((row) => ({
      pickup: PickupId.parse(row.pickup),
      tracking: row.tracking,
      at: Number(row.at),
      ended: row.ended as 'delivered' | 'returned-by-post' | null,
      endedAt: row.ended_at === null ? null : Number(row.ended_at),
    })),
  }
}
