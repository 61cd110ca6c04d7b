/** A PostgreSQL database of a test's own: in the cluster that the whole run shares, else on a PostgreSQL of its own. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src-hub/database/index.ts'
import { shared } from './shared/client.ts'
import { inCluster, template } from './shared/cluster.ts'

export interface TestDatabase {
  /** With the rights of its owner. */
  readonly url: string
  /** The address of a copy as it is now, which goes with it. Nobody may be connected. */
  copy(): Promise<string>
  drop(): Promise<void>
}

async function ownPostgres(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-database-'))
  const postgres = await startEmbeddedPostgres(folder, { fsync: false })
  return {
    url: postgres.url,
    copy: () => copyOf(postgres.url),
    async drop() {
      await postgres.stop()
      if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function inOne(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

const newName = () => `lodge_${randomBytes(8).toString('hex')}`
const databaseIn = (url: string) => new URL(url).pathname.slice(1)

async function copyOf(url: string): Promise<string> {
  const copy = newName()
  await inOne(inCluster(url, 'template1'), `CREATE DATABASE ${copy} TEMPLATE ${databaseIn(url)}`)
  return inCluster(url, copy)
}

/**
 * A database that nobody else uses, without fsync. It has the hub's tables and nothing in them; with `empty` not even
 * tables. `own`: on a PostgreSQL that this test alone uses, for one that stops it, ends connections or makes roles.
 */
export async function openTestDatabase({ empty = false, own = false } = {}): Promise<TestDatabase> {
  const cluster = own ? null : await shared('postgres')
  if (cluster === null) return ownPostgres()
  const name = newName()
  const copies: string[] = []
  await inOne(cluster, `CREATE DATABASE ${name} ${empty ? '' : `TEMPLATE ${template}`}`)
  return {
    url: inCluster(cluster, name),
    async copy() {
      const copy = await copyOf(inCluster(cluster, name))
      copies.push(copy)
      return copy
    },
    async drop() {
      for (const url of [inCluster(cluster, name), ...copies])
        await inOne(cluster, `DROP DATABASE IF EXISTS ${databaseIn(url)} WITH (FORCE)`)
    },
  }
}
