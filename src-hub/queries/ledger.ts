/** The ledger and the audit trail as people browse them: newest first, by key. */
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import { DeskId, KioskId, PickupId, type Localized } from '../../src-shared/domain/index.ts'
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { tellStored } from '../../src-shared/protocol/stored-entry.ts'
import type { Db } from '../database/index.ts'
import { deskNames } from './desk-names.ts'

interface Row {
  readonly kiosk: string
  readonly seq: number
  readonly kind: string
  readonly pickup: string | null
  readonly time: number
  readonly bytes: string
  readonly hash: string
  readonly received_at: number
  readonly poison: boolean
  readonly desk: string | null
  readonly desk_name: unknown
  readonly unit_name: unknown
}
type Where = RawBuilder<SqlBool>

const columns = sql`kiosk, seq, kind, pickup, time, bytes, hash, received_at, poison`
const and = (wheres: readonly Where[]) =>
  wheres.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(wheres, sql` AND `)}`

function common(query: HubQuery<'ledgerEntries'>): Where[] {
  const wheres: Where[] = []
  if (query.kind !== undefined) wheres.push(sql`kind = ${query.kind}`)
  if (query.receivedFrom !== undefined) wheres.push(sql`received_at >= ${query.receivedFrom}`)
  if (query.receivedTo !== undefined) wheres.push(sql`received_at < ${query.receivedTo}`)
  return wheres
}

/** A page with the names of its desks: one question, since every further one is a trip of its own. */
const named = (page: RawBuilder<unknown>, order: RawBuilder<unknown>) =>
  sql<Row>`SELECT e.*, d.id AS desk, d.name AS desk_name, u.name AS unit_name FROM (${page}) e
    LEFT JOIN kiosk k ON k.id = e.kiosk LEFT JOIN desk d ON d.id = k.desk LEFT JOIN unit u ON u.id = d.unit ORDER BY ${order}`

/**
 * Kiosks one after another: a desk's kiosks follow each other in time, and within one the order received is the order
 * of its own numbers.
 */
async function byKiosks(
  db: Db,
  query: HubQuery<'ledgerEntries'>,
  kiosks: readonly string[],
  wanted: number,
): Promise<Row[]> {
  const [, fromKiosk, fromSeq] = /^k\.([A-Za-z0-9_-]{22})\.(\d{1,16})$/.exec(query.after ?? '') ?? []
  const rows: Row[] = []
  const start = fromKiosk === undefined ? 0 : kiosks.indexOf(fromKiosk)
  for (const kiosk of kiosks.slice(Math.max(0, start))) {
    const wheres = [sql<SqlBool>`kiosk = ${kiosk}`, ...common(query)]
    if (kiosk === fromKiosk) wheres.push(sql`seq < ${Number(fromSeq)}`)
    const page = await named(
      sql`SELECT ${columns} FROM ledger_entry WHERE ${and(wheres)} ORDER BY seq DESC LIMIT ${wanted - rows.length}`,
      sql`e.seq DESC`,
    ).execute(db)
    rows.push(...page.rows)
    if (rows.length === wanted) break
  }
  return rows
}

async function byTime(db: Db, query: HubQuery<'ledgerEntries'>, wanted: number): Promise<Row[]> {
  const wheres = common(query)
  if (query.pickup !== undefined) wheres.push(sql`pickup = ${query.pickup}`)
  const [, at, kiosk, seq] = /^t\.(\d{1,16})\.([A-Za-z0-9_-]{22})\.(\d{1,16})$/.exec(query.after ?? '') ?? []
  if (at !== undefined) wheres.push(sql`(received_at, kiosk, seq) < (${Number(at)}, ${kiosk}, ${Number(seq)})`)
  const page = sql`SELECT ${columns} FROM ledger_entry WHERE ${and(wheres)} ORDER BY received_at DESC, kiosk DESC, seq DESC LIMIT ${wanted}`
  return (await named(page, sql`e.received_at DESC, e.kiosk DESC, e.seq DESC`).execute(db)).rows
}

/** The newest first, as their desk had them. */
async function kiosksOf(db: Db, { kiosk, desk }: HubQuery<'ledgerEntries'>): Promise<string[]> {
  if (kiosk !== undefined) return [kiosk]
  const rows = await db
    .selectFrom('kiosk')
    .select('id')
    .where('desk', '=', desk ?? '')
    .orderBy('enrolled_at', 'desc')
    .execute()
  return rows.map((row) => row.id)
}

export async function browseLedger(db: Db, query: HubQuery<'ledgerEntries'>): Promise<HubReply<'ledgerEntries'>> {
  const byAge = query.pickup !== undefined || (query.kiosk === undefined && query.desk === undefined)
  const found = byAge
    ? await byTime(db, query, query.limit + 1)
    : await byKiosks(db, query, await kiosksOf(db, query), query.limit + 1)
  const rows = found.slice(0, query.limit)
  const read = rows.map((row) => ({ row, entry: tellStored(row.bytes) }))
  const actors = [...new Set(read.flatMap(({ entry }) => entry.actor ?? []))]
  const names = new Map(
    actors.length === 0
      ? []
      : (await db.selectFrom('staff').select(['id', 'name']).where('id', 'in', actors).execute()).map((one) => [
          one.id,
          one.name,
        ]),
  )
  const last = rows.at(-1)
  const mark = (row: Row) => (byAge ? `t.${row.received_at}.${row.kiosk}.${row.seq}` : `k.${row.kiosk}.${row.seq}`)
  return {
    entries: read.map(({ row, entry }) => ({
      kiosk: KioskId.parse(row.kiosk),
      desk:
        row.desk === null
          ? null
          : { id: DeskId.parse(row.desk), name: row.desk_name as Localized, unit: row.unit_name as Localized },
      seq: Number(row.seq),
      kind: row.kind,
      time: storedInstant(row.time),
      receivedAt: Number(row.received_at),
      pickup: row.pickup === null ? null : PickupId.parse(row.pickup),
      actor: entry.actor === null ? null : (names.get(entry.actor) ?? null),
      facts: { ...entry.facts },
      hash: row.hash,
      poison: row.poison,
    })),
    next: found.length > query.limit && last !== undefined ? mark(last) : null,
  }
}

export async function browseAudit(db: Db, query: HubQuery<'auditTrail'>): Promise<HubReply<'auditTrail'>> {
  let rows = db
    .selectFrom('audit')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
  if (query.actor !== undefined) rows = rows.where('actor', '=', query.actor)
  if (query.act !== undefined) rows = rows.where('act', '=', query.act)
  if (query.pickup !== undefined) rows = rows.where('pickup', '=', query.pickup)
  if (query.after !== undefined && /^\d{1,16}$/.test(query.after)) rows = rows.where('id', '<', Number(query.after))
  const found = await rows.execute()
  const desks = await deskNames(db)
  const page = found.slice(0, query.limit)
  return {
    acts: page.map((row) => ({
      id: Number(row.id),
      at: Number(row.at),
      actor: row.actor,
      act: row.act,
      pickup: row.pickup === null ? null : PickupId.parse(row.pickup),
      desk: desks.get(row.desk ?? '') ?? null,
      detail: row.detail as Record<string, unknown>,
    })),
    next: found.length > query.limit ? String(page.at(-1)?.id ?? '') : null,
  }
}
