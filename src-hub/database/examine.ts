/** A look at a database that changes nothing: for `doctor`. */
import pg from 'pg'
import { newestMigration } from './connect.ts'
import { hostsOf } from './hosts.ts'
import { codeOf } from './lost.ts'

const longestMs = 5000

/** A key file that a hub on this database had at its last start. */
export interface KnownKeyFile {
  readonly name: string
  readonly path: string
  readonly host: string
  readonly check_value: Buffer | null
}

export interface Examined {
  /** Which of the URI's hosts, from 1. */
  readonly host: number
  /** PostgreSQL's error code, or the network's, where it does not answer or a question is refused; else null. */
  readonly error: string | null
  /** A standby takes no writes. */
  readonly standby: boolean
  readonly server: string
  /** The newest migration that it has; null: none yet, or not this role's to read. */
  readonly version: number | null
  /** The hub's key files, as it knows them; null where it knows of none, or this role may not ask. */
  readonly keyFiles: readonly KnownKeyFile[] | null
  /** The database's clock minus this machine's, ms. */
  readonly skewMs: number
}

async function one(url: string, host: number): Promise<Examined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: longestMs, query_timeout: longestMs })
  // A connection that goes is told by the question that was out.
  client.on('error', () => undefined)
  const unknown = { host, standby: false, server: '', version: null, keyFiles: null, skewMs: 0 }
  try {
    await client.connect()
    const before = Date.now()
    const { rows } = await client.query<{ standby: boolean; server: string; ms: string }>(
      `SELECT pg_is_in_recovery() AS standby, current_setting('server_version') AS server,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS ms`,
    )
    const middle = (before + Date.now()) / 2
    const version = await client
      .query<{ version: number | null }>('SELECT max(version) AS version FROM migration')
      .then((found) => found.rows[0]?.version ?? null)
      .catch(() => null)
    const keyFiles = await client
      .query<KnownKeyFile>('SELECT name, path, host, check_value FROM key_file')
      .then((found) => (found.rows.length === 0 ? null : found.rows))
      .catch(() => null)
    const row = rows[0]
    if (row === undefined) return { ...unknown, error: 'no answer' }
    return { ...unknown, ...row, error: null, version, keyFiles, skewMs: Math.round(Number(row.ms) - middle) }
  } catch (error) {
    return { ...unknown, error: codeOf(error) === '' ? 'no answer' : codeOf(error) }
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Each host of the URI; empty for one that is no URI. Never rejects. */
export async function examineDatabase(uri: string): Promise<readonly Examined[]> {
  const urls = hostsOf(uri)
  return urls.ok ? Promise.all(urls.value.map((url, i) => one(url, i + 1))) : []
}

/** Whether a database is of a newer program than this one. */
export const isFromTheFuture = (version: number | null): boolean => version !== null && version > newestMigration
