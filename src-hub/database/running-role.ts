/**
 * The role that a running hub has at its database: it writes what it must and can neither change nor delete what has
 * been recorded. The owner migrates and gives it its rights; triggers refuse the same to whoever has more.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { userOf } from './hosts.ts'
import type { Db } from './schema.ts'

const roleName = 'lodge_hub'
/** Any number, the same for every hub process. */
const rightsLock = 5_634_335

/** Tables whose rows are facts: added to and read, never changed. */
export const appendOnly = ['ledger_entry', 'quarantine', 'handover', 'audit'] as const

/** A password of the running role's own, kept beside the cluster's. */
function passwordOf(dataDir: string): string {
  const file = join(dataDir, 'database-role')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  return readFileSync(file, 'utf8').trim()
}

/** `role` must exist. Rights are given anew at every start, so that tables of a new version are covered. */
async function grantRights(owner: Db, role: string): Promise<void> {
  await owner.transaction().execute(async (tx) => {
    // Two hubs that start in the same second would change the same rows of PostgreSQL's own tables.
    await sql`SELECT pg_advisory_xact_lock(${rightsLock})`.execute(tx)
    const name = sql.id(role)
    await sql`GRANT USAGE ON SCHEMA public TO ${name}`.execute(tx)
    await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name}`.execute(tx)
    await sql`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${name}`.execute(tx)
    for (const table of appendOnly)
      await sql`REVOKE UPDATE, DELETE, TRUNCATE ON ${sql.table(table)} FROM ${name}`.execute(tx)
    await sql`REVOKE INSERT, UPDATE, DELETE ON migration FROM ${name}`.execute(tx)
  })
}

/** In the hub's own cluster: makes the role, and returns the address to run with. */
export async function prepareOwnRole(owner: Db, ownerUrl: string, dataDir: string): Promise<string> {
  const password = passwordOf(dataDir)
  const known = await sql`SELECT 1 FROM pg_roles WHERE rolname = ${roleName}`.execute(owner)
  const act = known.rows.length === 0 ? 'CREATE' : 'ALTER'
  await sql`${sql.raw(act)} ROLE ${sql.id(roleName)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${sql.lit(password)}`.execute(
    owner,
  )
  await grantRights(owner, roleName)
  const url = new URL(ownerUrl)
  url.username = roleName
  url.password = password
  return url.href
}

/** At a server of the institution's: its administrator has made the role that `runningUrl` names. */
export async function prepareRole(owner: Db, runningUrl: string): Promise<void> {
  await grantRights(owner, userOf(runningUrl))
}
