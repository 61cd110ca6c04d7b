/** PostgreSQL through Kysely, and the migrations. */
import { setTimeout } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { HubPostgresDialect } from './bulk.ts'
import { hostsOf } from './hosts.ts'
import { mayTryAgain, waitBefore } from './lost.ts'
import { migrations } from './migrations.ts'
import { createPool, type HubPool, type PoolTimes } from './pool.ts'
import type { Db, Tables, Tx } from './schema.ts'

// bigint columns hold counters and milliseconds, all far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Any number, the same for every hub process: migrations of one database run one at a time. */
const migrationLock = 5_634_334

/** `uri` may name several hosts. Throws for one that is none: settings are checked before. */
export function connectDatabase(uri: string, times: Partial<PoolTimes> = {}): { db: Db; pool: HubPool } {
  const urls = hostsOf(uri)
  if (!urls.ok) throw new Error('not a connection URI of PostgreSQL')
  const pool = createPool(urls.value, times)
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
    if (Math.max(0, ...applied) > newest) return fail(failures.databaseNewer)
    // Each that is missing, in the order of their numbers: numbers are not given out in the order in which work is
    // done.
    for (const migration of migrations) {
      if (applied.has(migration.version)) continue
      await sql.raw(migration.sql).execute(tx)
      await sql`INSERT INTO migration (version) VALUES (${migration.version})`.execute(tx)
    }
    return ok(null)
  })
}

const attempts = 8

/** What a transaction ends with although it is a failure: all that it wrote stays. */
export class Kept<T> {
  readonly result: T
  constructor(result: T) {
    this.result = result
  }
}

/**
 * Says that a failure is to be kept together with what was written before it (a freeze, a count of tries, what was
 * asked back).
 */
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
 * ledger intake kiosk, pickup, desk. Nothing of the ended attempt remains, and the next one waits a while, each another
 * one, so that those that met do not meet again. `work` must be safe to run again. Where it comes to a failed Result,
 * nothing that it wrote remains either, unless it says `keep(failure)`.
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
      if (attempt === attempts || !mayTryAgain(error)) throw error
      await setTimeout(waitBefore(attempt + 1, Math.random))
    }
  }
}
