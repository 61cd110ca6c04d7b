/** Whom a source has brought, and who has gone from it. */
import { sql } from 'kysely'
import type { Db, Tx } from '../database/index.ts'

export interface Linked {
  readonly key: string
  readonly account: string
  readonly recipient: string
}

const recordset = (rows: readonly Linked[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS t(key text, account text, recipient text)`

/** The source has these people. */
export async function link(tx: Tx | Db, source: string, now: number, rows: readonly Linked[]): Promise<void> {
  if (rows.length === 0) return
  await sql`INSERT INTO people_link (source, key, account, recipient, made_at, changed_at)
    SELECT ${source}, key, account, recipient, ${now}, ${now} FROM ${recordset(rows)}
    ON CONFLICT (source, key) DO UPDATE SET account = excluded.account, recipient = excluded.recipient,
      changed_at = excluded.changed_at, gone_at = NULL, before = NULL`.execute(tx)
}

/** The source no longer has these people; the end that each account had until now is remembered, before it is ended. */
export async function unlink(tx: Tx | Db, source: string, now: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await sql`UPDATE people_link l SET gone_at = ${now}, changed_at = ${now},
      before = (SELECT valid_until FROM account a WHERE a.account = l.account)
    WHERE source = ${source} AND key = ANY(${[...keys]}::text[]) AND gone_at IS NULL`.execute(tx)
}
