/** The run's PostgreSQL: settings for databases that nobody keeps, and a template with the hub's tables in it. */
import pg from 'pg'
import { connectDatabase, migrate } from '../../../src-hub/database/index.ts'

export const template = 'lodge_template'

/** A database's address in the same cluster. */
export function inCluster(url: string, database: string): string {
  const at = new URL(url)
  at.pathname = `/${database}`
  return at.href
}

export async function prepareCluster(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  // Several hubs at once, each with its pool; nothing has to survive a crash.
  for (const setting of ["max_connections = '400'", "synchronous_commit = 'off'", "full_page_writes = 'off'"])
    await owner.query(`ALTER SYSTEM SET ${setting}`)
  await owner.query(`CREATE DATABASE ${template}`)
  await owner.end()
  const { db } = connectDatabase(inCluster(url, template))
  const migrated = await migrate(db)
  await db.destroy()
  if (!migrated.ok) throw new Error(migrated.failure.code)
}
