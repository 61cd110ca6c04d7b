/** Figures for charts, by days of the institution. */
import { sql } from 'kysely'
import { Channel, DeskId } from '../../src-shared/domain/index.ts'
import type { HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { timeZone } from '../../src-shared/domain/zone.ts'
import type { Db } from '../database/index.ts'

const longestDays = 400
/** An arrival longer ago belongs to another visit. */
const visitMs = 12 * 3_600_000

/** Fails with L-667 for a period that ends before it begins or is too long. */
export async function series(db: Db, query: HubQuery<'series'>): Promise<Result<HubReply<'series'>>> {
  const days = (Date.parse(query.to) - Date.parse(query.from)) / 86_400_000
  if (!(days >= 0 && days < longestDays)) return fail(failures.periodUnusable)
  const at = (date: string, more: number) =>
    sql`(extract(epoch from (${date}::date + ${more}::int)::timestamp AT TIME ZONE ${timeZone()}::text) * 1000)::bigint`
  const day = sql`to_char(to_timestamp(h.at / 1000.0) AT TIME ZONE ${timeZone()}::text, 'YYYY-MM-DD')`
  const period = sql`h.at >= ${at(query.from, 0)} AND h.at < ${at(query.to, 1)} ${query.desk === undefined ? sql`` : sql`AND k.desk = ${query.desk}`}`
  const handovers = await sql<{
    day: string
    desk: string
    channel: string
    n: number
  }>`SELECT ${day} AS day, k.desk, p.channel, count(*) AS n
    FROM handover h JOIN kiosk k ON k.id = h.kiosk JOIN pickup p ON p.id = h.pickup WHERE ${period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(
    db,
  )
  const waiting = await sql<{
    day: string
    desk: string
    n: number
    median: number
    p90: number
  }>`SELECT day, desk, count(*) AS n,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) AS median, percentile_cont(0.9) WITHIN GROUP (ORDER BY waited) AS p90
    FROM (SELECT ${day} AS day, k.desk, (h.at - (SELECT max(e.time) FROM ledger_entry e WHERE e.pickup = h.pickup AND e.kiosk = h.kiosk AND e.kind = 'arrival'
        AND e.time <= h.at AND e.time > h.at - ${visitMs})) / 1000.0 AS waited
      FROM handover h JOIN kiosk k ON k.id = h.kiosk WHERE ${period}) visits
    WHERE waited IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  return ok({
    handovers: handovers.rows.map((row) => ({
      day: row.day,
      desk: DeskId.parse(row.desk),
      channel: Channel.parse(row.channel),
      count: Number(row.n),
    })),
    waiting: waiting.rows.map((row) => ({
      day: row.day,
      desk: DeskId.parse(row.desk),
      count: Number(row.n),
      median: Number(row.median),
      p90: Number(row.p90),
    })),
  })
}
