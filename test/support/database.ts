/** A PostgreSQL database of a test's own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../src-hub/database/index.ts'

export interface TestDatabase {
  /** With the rights of its owner. */
  readonly url: string
  drop(): Promise<void>
}

/** An empty database that nobody else uses, on a PostgreSQL without fsync. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-database-'))
  const postgres = await startEmbeddedPostgres(folder, { fsync: false })
  return {
    url: postgres.url,
    async drop() {
      await postgres.stop()
      if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
