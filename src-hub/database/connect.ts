/** PostgreSQL through Kysely, and the migrations. */
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { HubPostgresDialect } from './bulk.ts'
import { migrations } from './migrations.ts'
import type { Db, Tables, Tx } from './schema.ts'

// bigint columns hold counters and milliseconds, all far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Any number, the same for every hub process: migrations of one database run one at a time. */
const migrationLock = 5_634_334

/** Longest wait for a connection, ms: what has waited longer was given up by its caller, and would only fill memory. */
const connectionTimeoutMillis = 30_000
/** A connection is kept this long for the next question, ms: to make one costs as much as several answers. */
const idleTimeoutMillis = 120_000

export function connectDatabase(connectionString: string): { db: Db; pool: pg.Pool } {
  // A server that has vanished without a word is noticed, and nobody waits for it longer than a caller waits for the hub.
  const pool = new pg.Pool({
    connectionString,
    max: 12,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis,
    idleTimeoutMillis,
  })
  // An idle connection that breaks is replaced by the pool; the next query tells.
  pool.on('error', () => undefined)
  return { db: new Kysely<Tables>({ dialect: new HubPostgresDialect({ pool }) }), pool }
}

/** What this program makes of a database, and can work with. */
export const newestMigration = migrations.at(-1)?.version ?? 0

/** Fails with L-801 for a database from the future; it is not changed. */
export async function migrate(db: Db): Promise<Result<null>> {
  const newest = newestMigration
  return db.transaction().execute(async (tx) => {
    await sql`SELECT pg_advisory_xact_lock(${migrationLock})`.execute(tx)
    await sql`CREATE TABLE IF NOT EXISTS migration (version int PRIMARY KEY)`.execute(tx)
    const found = await sql<{ version: number }>`SELECT version FROM migration`.execute(tx)
    const applied = new Set(found.rows.map(({ version }) => version))
    if (Math.max(0, ...applied) > newest) return fail('L-801')
    // Each that is missing, in the order of their numbers: numbers are not given out in the order in which work is done.
    for (const migration of migrations) {
      if (applied.has(migration.version)) continue
      await sql.raw(migration.sql).execute(tx)
      await sql`INSERT INTO migration (version) VALUES (${migration.version})`.execute(tx)
    }
    return ok(null)
  })
}

const attempts = 5

/** Deadlock, serialization failure, and a row that another transaction made first: looked at again, the second sees it and answers for it. */
const again: ReadonlySet<unknown> = new Set(['40P01', '40001', '23505'])

/** What a transaction ends with although it is a failure: all that it wrote stays. */
export class Kept<T> {
  readonly result: T
  constructor(result: T) {
    this.result = result
  }
}

/** Says that a failure is to be kept together with what was written before it (a freeze, a count of tries, what was asked back). */
export function keep<T>(result: T): Kept<T> {
  return new Kept(result)
}

/** Ends a transaction without a trace, with a failure for the caller. */
class TakenBack<T> extends Error {
  readonly result: T
  constructor(result: T) {
    super('taken back')
    this.result = result
  }
}

function isFailure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'failure' in value && 'ok' in value && value.ok === false
}

/**
 * One transaction, done again when PostgreSQL ends it to resolve a deadlock: an issue locks pickup, desk, kiosk and a
 * ledger intake kiosk, pickup, desk. Nothing of the ended attempt remains. `work` must be safe to run again. Where it
 * comes to a failed Result, nothing that it wrote remains either, unless it says `keep(failure)`.
 */
export async function transact<T>(db: Db, work: (tx: Tx) => Promise<T | Kept<T>>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(async (tx) => {
        const result = await work(tx)
        if (result instanceof Kept) return result.result
        if (isFailure(result)) throw new TakenBack(result)
        return result
      })
    } catch (error) {
      if (error instanceof TakenBack) return error.result as T
      if (attempt === attempts || !again.has((error as { code?: unknown }).code)) throw error
    }
  }
}
