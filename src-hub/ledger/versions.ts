/** Which version each kiosk's engine was when it last started, from its own ledger. */
import { sql } from 'kysely'
import type { LedgerFacts } from '../../src-shared/hub-api/ledger-entry.ts'
import { readStored } from '../../src-shared/protocol/stored-entry.ts'
import type { Db } from '../database/index.ts'

export type Started = LedgerFacts<'engine-started'>

/** By kiosk id; a kiosk whose first entries are still to come is not in it. */
export async function startedVersions(db: Db): Promise<Map<string, Started>> {
  const { rows } = await sql<{ kiosk: string; bytes: string }>`
    SELECT k.id AS kiosk, e.bytes FROM kiosk k
      CROSS JOIN LATERAL (SELECT bytes FROM ledger_entry WHERE kiosk = k.id AND kind = 'engine-started' AND NOT poison ORDER BY seq DESC LIMIT 1) e
      WHERE k.state = 'active'`.execute(db)
  const versions = new Map<string, Started>()
  for (const { kiosk, bytes } of rows) {
    const entry = readStored(bytes)
    if (entry?.kind === 'engine-started') versions.set(kiosk, entry.facts)
  }
  return versions
}
