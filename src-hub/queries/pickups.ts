/**
 * Pickups as the console lists and finds them: newest first, a page at a time from where the last one ended, over any
 * number of them.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { HubQuery } from '../../src-shared/hub-api/index.ts'
import type { PickupFilters, PickupRow } from '../../src-shared/hub-api/agent/queries.ts'
import { fullName } from '../../src-shared/domain/person-name.ts'
import { searchTsquery } from '../../src-shared/protocol/search-text.ts'
import type { Db } from '../database/index.ts'

type Where = RawBuilder<SqlBool>
const columns = sql`p.id, p.account, p.recipient, p.desk, p.channel, p.request_reference, p.state, p.issued_at, p.expires_at`

interface Row {
  readonly id: string
  readonly account: string
  readonly recipient: string
  readonly desk: string | null
  readonly channel: string
  readonly request_reference: string | null
  readonly state: string
  readonly issued_at: number
  readonly expires_at: number
  readonly class: string
  readonly family: string
  readonly given: string
}

/** As the route's reply has it, which is held to its contract once, on its way out. */
export function pickupRow(row: Row): PickupRow {
  return {
    id: row.id,
    account: row.account,
    name: fullName(row),
    recipient: row.recipient,
    recipientClass: row.class,
    desk: row.desk,
    channel: row.channel,
    requestReference: row.request_reference,
    state: row.state,
    issuedAt: Number(row.issued_at),
    expiresAt: Number(row.expires_at),
  } as PickupRow
}

/** Twenty-two characters of base64url: it may be a pickup's id. */
const idLike = /^[A-Za-z0-9_-]{22}$/

const all = (wheres: readonly Where[]) =>
  wheres.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(wheres, sql` AND `)}`

/**
 * Where words are looked for: `rare` by their index and then in order; `few` among `found`; `common` in order, and each
 * looked at.
 */
type Words = 'rare' | 'few' | 'common'

/**
 * The rows that fit, newest first, before `mark`. Where words, class or channel are asked for, the search table is
 * walked; else the pickups themselves, by an index that fits the filter. A few states have an index each, so each is
 * asked apart.
 */
function matching(
  filters: PickupFilters,
  mark: { issuedAt: number; id: string } | null,
  limit: number,
  words: Words,
): RawBuilder<Row> {
  const { text, desk, state, channel, recipientClass, issuedFrom, issuedTo } = filters
  const viaSearch = text !== undefined || channel !== undefined || recipientClass !== undefined
  const time = viaSearch ? sql.ref('s.issued_at') : sql.ref('p.issued_at')
  const id = viaSearch ? sql.ref('s.pickup') : sql.ref('p.id')
  const wheres: Where[] = []
  if (text !== undefined && words === 'common') wheres.push(sql`s.search @@ ${searchTsquery(text)}::tsquery`)
  if (channel !== undefined) wheres.push(sql`s.channel = ${channel}`)
  if (recipientClass !== undefined) wheres.push(sql`s.class = ${recipientClass}`)
  if (desk !== undefined) wheres.push(sql`p.desk = ${desk}`)
  if (issuedFrom !== undefined) wheres.push(sql`${time} >= ${issuedFrom}`)
  if (issuedTo !== undefined) wheres.push(sql`${time} < ${issuedTo}`)
  if (mark !== null) wheres.push(sql`(${time}, ${id}) < (${mark.issuedAt}, ${mark.id})`)
  const hits = words === 'few' ? sql`found` : sql`lodge_found(${searchTsquery(text ?? '')}, ${everything})`
  const search = text !== undefined && words !== 'common' ? hits : sql`pickup_search`
  const from = viaSearch ? sql`${search} s JOIN pickup p ON p.id = s.pickup` : sql`pickup p`
  const page = (more: readonly Where[]) =>
    sql`SELECT ${columns} FROM ${from} WHERE ${all([...wheres, ...more])} ORDER BY ${time} DESC, ${id} DESC LIMIT ${limit}`
  if (state === undefined) return sql`${page([])}`
  const apart = !viaSearch && desk === undefined && !state.includes('handed-over')
  if (!apart) return sql`${page([sql`p.state IN (${sql.join(state)})`])}`
  const pages = [...new Set(state)].map((one) => sql`(${page([sql`p.state = ${one}`])})`)
  return sql`SELECT * FROM (${sql.join(pages, sql` UNION ALL `)}) p ORDER BY p.issued_at DESC, p.id DESC LIMIT ${limit}`
}

const everything = 1_000_000_000
/** More hits than this are many: the newest of them are never far. */
const manyHits = 5000

const narrowed = ({ text: _, ...rest }: PickupFilters) => Object.values(rest).some((value) => value !== undefined)

const named = (page: RawBuilder<Row>) =>
  sql<Row>`SELECT p.*, r.class, r.family, r.given FROM (${page}) p JOIN recipient r ON r.id = p.recipient ORDER BY p.issued_at DESC, p.id DESC`

type Mark = { readonly issuedAt: number; readonly id: string } | null

/**
 * Another filter may fit few of many: then the index of words leads in any case. Else the words' index is asked once,
 * and the page is among its hits unless they are many.
 */
async function pageOf(db: Db, filters: PickupFilters, mark: Mark, limit: number): Promise<Row[]> {
  const { text } = filters
  if (text === undefined || narrowed(filters))
    return (await named(matching(filters, mark, limit, 'rare')).execute(db)).rows
  const { rows } = await sql<
    { hits: number; id: string | null } & Row
  >`WITH found AS MATERIALIZED (SELECT * FROM lodge_found(${searchTsquery(text)}, ${manyHits + 1})),
      counted AS MATERIALIZED (SELECT count(*) AS hits FROM found)
    SELECT c.hits, p.* FROM counted c LEFT JOIN LATERAL (SELECT * FROM (${named(matching(filters, mark, limit, 'few'))}) n WHERE c.hits <= ${manyHits}) p ON true
    ORDER BY p.issued_at DESC, p.id DESC`.execute(db)
  if (Number(rows[0]?.hits ?? 0) > manyHits)
    return (await named(matching(filters, mark, limit, 'common')).execute(db)).rows
  return rows.filter((row) => row.id !== null)
}

/** `after` is a `next` of before. */
export async function listPickups(
  db: Db,
  query: HubQuery<'pickups'>,
): Promise<{ pickups: PickupRow[]; next: string | null }> {
  const { limit, after, ...filters } = query
  if (filters.text !== undefined && idLike.test(filters.text)) {
    const { rows } =
      await sql<Row>`SELECT ${columns}, r.class, r.family, r.given FROM pickup p JOIN recipient r ON r.id = p.recipient WHERE p.id = ${filters.text}`.execute(
        db,
      )
    if (rows.length > 0) return { pickups: rows.map(pickupRow), next: null }
  }
  const [, issuedAt, id] = /^(\d{1,16})\.([A-Za-z0-9_-]{22})$/.exec(after ?? '') ?? []
  const mark = issuedAt === undefined || id === undefined ? null : { issuedAt: Number(issuedAt), id }
  const rows = await pageOf(db, filters, mark, limit + 1)
  const pickups = rows.slice(0, limit).map(pickupRow)
  const last = pickups.at(-1)
  return { pickups, next: rows.length > limit && last !== undefined ? `${last.issuedAt}.${last.id}` : null }
}

/** Nobody reads an exact number above this. */
const countMost = 1000
const countMs = 1500

export async function countPickups(
  db: Db,
  filters: PickupFilters,
): Promise<{ count: number | null; more: boolean; estimate: boolean }> {
  if (Object.values(filters).every((value) => value === undefined)) {
    const { rows } = await sql<{
      n: number
    }>`SELECT reltuples::bigint AS n FROM pg_class WHERE oid = 'pickup'::regclass`.execute(db)
    const n = Number(rows[0]?.n ?? -1)
    if (n > countMost) return { count: n, more: false, estimate: true }
  }
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`SELECT set_config('statement_timeout', ${String(countMs)}, true)`.execute(tx)
      const { rows } = await sql<{
        n: number
      }>`SELECT count(*) AS n FROM (${matching(filters, null, countMost + 1, 'rare')}) p`.execute(tx)
      const n = Number(rows[0]?.n ?? 0)
      return { count: Math.min(n, countMost), more: n > countMost, estimate: false }
    })
  } catch (error) {
    // query_canceled: too long for a number that is only for orientation.
    if ((error as { code?: string }).code === '57014') return { count: null, more: true, estimate: false }
    throw error
  }
}
