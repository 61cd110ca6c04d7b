/**
 * How each kiosk says that it stands. `since` moves only when the light does: "amber for ten minutes" is read from it.
 */
import { sql } from 'kysely'
import { StatusSince, type KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import type { z } from 'zod'
import type { Db } from '../database/index.ts'

export async function takeStatus(db: Db, kiosk: string, status: KioskStatus, now: number): Promise<void> {
  await db
    .insertInto('kiosk_status')
    .values({ kiosk, light: status.light, since: now, at: now, record: JSON.stringify(status) })
    .onConflict((conflict) =>
      conflict.column('kiosk').doUpdateSet((e) => ({
        light: e.ref('excluded.light'),
        since: sql<number>`CASE WHEN kiosk_status.light = excluded.light THEN kiosk_status.since ELSE excluded.since END`,
        at: e.ref('excluded.at'),
        record: e.ref('excluded.record'),
      })),
    )
    .execute()
}

/** By kiosk id, of kiosks in service. */
export async function statuses(db: Db): Promise<Map<string, z.infer<typeof StatusSince>>> {
  const rows = await db
    .selectFrom('kiosk_status')
    .innerJoin('kiosk', 'kiosk.id', 'kiosk_status.kiosk')
    .select(['kiosk_status.kiosk', 'kiosk_status.since', 'kiosk_status.at', 'kiosk_status.record'])
    .where('kiosk.state', '=', 'active')
    .execute()
  return new Map(
    rows.map((row) => [
      row.kiosk,
      StatusSince.parse({ ...(row.record as object), since: Number(row.since), at: Number(row.at) }),
    ]),
  )
}
