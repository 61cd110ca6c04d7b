/** The hub's database for a command that runs beside a running hub or without one. */
import { mkdirSync } from 'node:fs'
import type { Result } from '../../src-shared/failures/result.ts'
import {
  connectDatabase,
  migrate,
  runningPostgres,
  startEmbeddedPostgres,
  type Db,
  type EmbeddedPostgres,
} from '../database/index.ts'
import type { HubOptions } from '../hub.ts'

/** The database of these options, made and migrated where it is not there yet. Fails with L-801. */
export async function withDatabase<T>(options: HubOptions, work: (db: Db) => Promise<Result<T>>): Promise<Result<T>> {
  const given = options.databaseOwnerUrl ?? options.databaseUrl ?? runningPostgres(options.dataDir)
  let own: EmbeddedPostgres | null = null
  if (given === null) {
    mkdirSync(options.dataDir, { recursive: true, mode: 0o711 })
    own = await startEmbeddedPostgres(options.dataDir)
  }
  const { db } = connectDatabase(given ?? own?.url ?? '')
  try {
    const migrated = await migrate(db)
    return migrated.ok ? await work(db) : migrated
  } finally {
    await db.destroy()
    await own?.stop()
  }
}
