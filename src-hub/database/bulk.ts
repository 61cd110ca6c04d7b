/**
 * The few statements that every database writes its own way: many rows in one round trip, and the hint. They belong to
 * the connection's dialect, so that the rules above them are the same over PostgreSQL and over the store in memory that
 * the simulation runs on.
 */
import { PostgresAdapter, PostgresDialect, sql, type Expression, type SqlBool } from 'kysely'
import type { Db, Tx } from './schema.ts'

export interface NewLedgerRow {
  readonly seq: number
  readonly kind: string
  readonly pickup: string | null
  readonly time: number
  readonly bytes: string
  readonly hash: string
  readonly signature: string | null
  readonly poison: boolean
}

export interface Bulk {
  /** Whether a column holds one of these. */
  among(column: string, values: readonly string[]): Expression<SqlBool>
  /** JSON texts as rows of a desk's feed, numbered from `first`. */
  insertFeed(tx: Tx, desk: string, first: number, bodies: readonly string[]): Promise<void>
  /** Entries of one kiosk, received at `now` (ms). */
  insertEntries(tx: Tx, kiosk: string, rows: readonly NewLedgerRow[], now: number): Promise<void>
  setGrantStates(
    tx: Tx,
    rows: readonly {
      readonly pickup: string
      readonly incarnation: string
      readonly n: number
      readonly state: string
    }[],
  ): Promise<void>
  /** The next grant of each of these pickups, at one kiosk; `record` is JSON. */
  insertGrants(
    tx: Tx,
    of: { readonly kiosk: string; readonly incarnation: string; readonly at: number },
    rows: readonly { readonly pickup: string; readonly n: number; readonly record: string }[],
  ): Promise<void>
  /** Pickups that are granted at `desk` from now on, under epoch `n`. */
  setGranted(tx: Tx, desk: string, rows: readonly { readonly id: string; readonly n: number }[]): Promise<void>
  insertHandovers(
    tx: Tx,
    kiosk: string,
    rows: readonly {
      readonly pickup: string
      readonly seq: number
      readonly slip: string
      readonly at: number
      /** Its row there, where the entry is kept beside the ledger. */
      readonly quarantine: number | null
    }[],
  ): Promise<void>
  updatePickups(
    tx: Tx,
    rows: readonly {
      readonly id: string
      readonly state: string
      readonly movingTo: string | null
      readonly held: boolean
    }[],
  ): Promise<void>
  /** Which pickup was issued in place of each. */
  setReplaced(tx: Tx, rows: readonly { readonly id: string; readonly by: string }[]): Promise<void>
  /** A hint to every hub process that this desk's feed has grown; only once the transaction is through. */
  notify(tx: Tx, desk: string): Promise<void>
}

/** No JSON text, id, hash or signature holds it raw (RFC 8259, section 7): many values travel as one text. */
const separator = '\x1f'
/** Columns travel as one text each: a third of the time that the driver takes to write arrays. */
const column = (values: readonly (string | number)[]) => sql`string_to_array(${values.join(separator)}, ${separator})`

const postgresBulk: Bulk = {
  among: (name, values) => sql<SqlBool>`${sql.ref(name)} = ANY(${values}::text[])`,
  async insertFeed(tx, desk, first, bodies) {
    await sql`INSERT INTO feed (desk, seq, body) SELECT ${desk}, ${first - 1} + n, body
      FROM unnest(string_to_array(${bodies.join(separator)}, ${separator})) WITH ORDINALITY AS t(body, n)`.execute(tx)
  },
  async insertEntries(tx, kiosk, rows, now) {
    await sql`INSERT INTO ledger_entry (kiosk, seq, kind, pickup, time, bytes, hash, signature, received_at, poison)
      SELECT ${kiosk}, seq::bigint, kind, nullif(pickup, ''), time::bigint, bytes, hash, nullif(signature, ''), ${now}, poison = '1'
      FROM unnest(${column(rows.map((row) => row.seq))}, ${column(rows.map((row) => row.kind))}, ${column(rows.map((row) => row.pickup ?? ''))},
        ${column(rows.map((row) => row.time))}, ${column(rows.map((row) => row.bytes))}, ${column(rows.map((row) => row.hash))},
        ${column(rows.map((row) => row.signature ?? ''))}, ${column(rows.map((row) => (row.poison ? '1' : '0')))})
        AS t(seq, kind, pickup, time, bytes, hash, signature, poison)`.execute(tx)
  },
  async setGrantStates(tx, rows) {
    await sql`UPDATE "grant" g SET state = t.state FROM unnest(${rows.map((g) => g.pickup)}::text[], ${rows.map((g) => g.incarnation)}::text[],
      ${rows.map((g) => g.n)}::bigint[], ${rows.map((g) => g.state)}::text[]) AS t(pickup, incarnation, n, state)
      WHERE g.pickup = t.pickup AND g.incarnation = t.incarnation AND g.n = t.n`.execute(tx)
  },
  async insertGrants(tx, { kiosk, incarnation, at }, rows) {
    await sql`INSERT INTO "grant" (pickup, incarnation, n, kiosk, state, at, record) SELECT pickup, ${incarnation}, n::bigint, ${kiosk}, 'granted', ${at}, record
      FROM unnest(${column(rows.map((row) => row.pickup))}, ${column(rows.map((row) => row.n))}, ${column(rows.map((row) => row.record))})
        AS t(pickup, n, record)`.execute(tx)
  },
  async setGranted(tx, desk, rows) {
    await sql`UPDATE pickup p SET state = 'granted', desk = ${desk}, epoch_n = t.n::bigint, moving_to = NULL
      FROM unnest(${column(rows.map((row) => row.id))}, ${column(rows.map((row) => row.n))}) AS t(id, n) WHERE p.id = t.id`.execute(
      tx,
    )
  },
  async insertHandovers(tx, kiosk, rows) {
    await sql`INSERT INTO handover (pickup, kiosk, seq, slip, at, quarantine) SELECT pickup, ${kiosk}, seq, slip, at, quarantine
      FROM unnest(${rows.map((h) => h.pickup)}::text[], ${rows.map((h) => h.seq)}::bigint[], ${rows.map((h) => h.slip)}::text[],
        ${rows.map((h) => h.at)}::bigint[], ${rows.map((h) => h.quarantine)}::bigint[]) AS t(pickup, seq, slip, at, quarantine)`.execute(
      tx,
    )
  },
  async updatePickups(tx, rows) {
    await sql`UPDATE pickup p SET state = t.state, moving_to = t.moving_to, held = t.held FROM unnest(${rows.map((c) => c.id)}::text[],
      ${rows.map((c) => c.state)}::text[], ${rows.map((c) => c.movingTo)}::text[], ${rows.map((c) => c.held)}::boolean[]) AS t(id, state, moving_to, held)
      WHERE p.id = t.id`.execute(tx)
  },
  async setReplaced(tx, rows) {
    await sql`UPDATE pickup p SET replaced_by = t.by FROM unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ by }) => by)}::text[]) AS t(id, by)
      WHERE p.id = t.id`.execute(tx)
  },
  async notify(tx, desk) {
    await sql`SELECT pg_notify('lodge_hint', ${desk})`.execute(tx)
  },
}

class HubPostgresAdapter extends PostgresAdapter {
  readonly bulk = postgresBulk
}

export class HubPostgresDialect extends PostgresDialect {
  override createAdapter(): HubPostgresAdapter {
    return new HubPostgresAdapter()
  }
}

/** The bulk statements of the database behind `db`. */
export function bulkOf(db: Db | Tx): Bulk {
  const { adapter } = db.getExecutor() as { adapter: { readonly bulk?: Bulk } }
  if (adapter.bulk === undefined) throw new Error('a database without bulk statements')
  return adapter.bulk
}
