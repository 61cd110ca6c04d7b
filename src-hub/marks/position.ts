/**
 * Where the PostgreSQL behind a connection stands. The functions are everybody's by default; a managed service may have
 * none of them.
 */
import { sql } from 'kysely'
import { codeOf, type Db, type Tx } from '../database/index.ts'
import type { Position } from './judge.ts'

export const nowhere: Position = { system: null, timeline: null, lsn: null }

/** No right, no such function, not on this kind of server. */
const refused: ReadonlySet<string> = new Set(['42501', '42883', '0A000', '55000', '22023'])

/**
 * Asks in a transaction of its own, so that a refusal ends nothing. The timeline is that of the log being written: the
 * one in the control file is of the last checkpoint, and a standby just promoted has had none yet.
 */
export async function readPosition(db: Db | Tx): Promise<Position & { readonly refused: boolean }> {
  try {
    const { rows } = await sql<{ system: string; timeline: string; lsn: string }>`
      SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
        substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline, pg_current_wal_lsn()::text AS lsn`.execute(db)
    const [row] = rows
    if (row === undefined) return { ...nowhere, refused: true }
    return { system: row.system, timeline: Number.parseInt(row.timeline, 16), lsn: row.lsn, refused: false }
  } catch (error) {
    if (refused.has(codeOf(error))) return { ...nowhere, refused: true }
    throw error
  }
}
