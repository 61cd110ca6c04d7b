/** SQLite as the kiosk uses it: one file, one owner, every commit on the platter before the screen confirms it. */
import Database from 'better-sqlite3'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { migrations as all, type Migration } from './migrations.ts'

export type Sqlite = Database.Database

export interface Store {
  readonly db: Sqlite
  /** Runs `work` in one IMMEDIATE transaction: all of it is durable when this returns, or none of it happened. */
  transact<T>(work: () => T): T
  close(): void
}

/** A row that is there but was not written by this kiosk, or not like that: its seal does not open. */
export class DamagedRow extends Error {
  override name = 'DamagedRow'
}

/** Thrown where a disk or lock fails under a running engine; `storageFailure` turns it into a Failure at the door. */
export function storageFailure(error: unknown): Failure | null {
  if (error instanceof DamagedRow) return { code: failures.databaseDamaged }
  if (!(error instanceof Database.SqliteError)) return null
  const code = error.code
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return { code: failures.databaseInUse }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return { code: failures.databaseDamaged }
  // Every statement here is written against the migrated schema: one that does not fit it met a damaged schema.
  if (code === 'SQLITE_ERROR' && /^no such (?:table|column|index)/.test(error.message))
    return { code: failures.databaseDamaged }
  if (
    code.startsWith('SQLITE_FULL') ||
    code.startsWith('SQLITE_IOERR') ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_CANTOPEN')
  )
    return { code: failures.diskNotWritable }
  return null
}

function migrate(db: Sqlite, migrations: readonly Migration[]): Failure | null {
  const newest = migrations.at(-1)?.version ?? 0
  const found = db.pragma('user_version', { simple: true }) as number
  if (found > newest) return { code: failures.databaseNewer }
  // A table that is built anew is referred to by others: references are checked at the end of each migration instead
  // ("Making Other Kinds Of Table Schema Changes").
  db.pragma('foreign_keys = OFF')
  for (const migration of migrations) {
    if (migration.version <= found) continue
    db.transaction(() => {
      db.exec(migration.sql)
      if ((db.pragma('foreign_key_check') as unknown[]).length > 0) throw new DamagedRow('rows that refer to nothing')
      db.pragma(`user_version = ${migration.version}`)
    }).immediate()
  }
  db.pragma('foreign_keys = ON')
  return null
}

/**
 * Opens (or creates) the kiosk's database and takes it for this process alone: an exclusive lock held until close, so a
 * hung engine or a second shell cannot print (docs/architecture.md#one-handover-end-to-end). WAL with synchronous=FULL:
 * a commit survives power loss (SQLite documentation, "PRAGMA synchronous"); the library's WAL default is NORMAL and
 * would not.
 *
 * A Buffer holds the bytes of such a file and stays in memory: a simulation's disk.
 *
 * Fails with L-801 (from the future; the file is not changed), L-802 (in use), L-803 (cannot write), L-804 (damaged).
 */
export function openStore(file: string | Buffer, migrations: readonly Migration[] = all): Result<Store> {
  let db: Sqlite | null = null
  try {
    db = new Database(file, { timeout: 300 })
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('trusted_schema = OFF')
    db.pragma('temp_store = MEMORY')
    // Never mapped into memory: a page that the disk cannot give, or a file cut short, would be SIGBUS and the end of
    // the process. As a read it is an error.
    db.pragma('mmap_size = 0')
    db.pragma('cache_size = -64000')
    db.exec('BEGIN IMMEDIATE; COMMIT')
    const refused = migrate(db, migrations)
    if (refused !== null) {
      db.close()
      return { ok: false, failure: refused }
    }
  } catch (error) {
    db?.close()
    const failure = storageFailure(error)
    if (failure === null) {
      if (error instanceof TypeError) return fail(failures.diskNotWritable)
      throw error
    }
    return { ok: false, failure }
  }
  const opened = db
  return ok({
    db: opened,
    transact: (work) => opened.transaction(work).immediate(),
    close: () => {
      opened.close()
    },
  })
}
