/** Which sources are to be read by now. */
import { sql } from 'kysely'
import type { SourceSettings } from '../../src-shared/hub-api/agent/people-sources.ts'
import type { Db } from '../database/index.ts'
import type { RunParts } from './carry-out.ts'
import { createFolderReader } from './folder.ts'
import { askRun } from './runs.ts'

const hourMs = 3_600_000

/** Asks for a run of every source whose time has come. */
export async function schedule(db: Db, parts: RunParts): Promise<void> {
  const now = parts.now()
  const { rows } = await sql<{
    id: string
    settings: SourceSettings
    every_minutes: number
    mark: string | null
    full_at: number | null
  }>`SELECT id, settings, every_minutes, mark, full_at FROM people_source s
    WHERE enabled AND removed_at IS NULL AND every_minutes IS NOT NULL AND coalesce(next_at, 0) <= ${now}
      AND NOT EXISTS (SELECT 1 FROM people_run r WHERE r.source = s.id AND r.state IN ('waiting','reading','applying','braked'))
    ORDER BY id`.execute(db)
  for (const { id, settings, every_minutes: every, mark, full_at: fullAt } of rows) {
    const due = settings.kind === 'scim' ? false : await worthReading(parts, settings, mark)
    const full = settings.kind === 'ldap' && now - Number(fullAt ?? 0) >= settings.fullHours * hourMs
    if (due) await askRun(db, { source: id, kind: 'run', full, by: 'schedule', now })
    // A file that is not there yet is looked for at the next turn.
    if (due || settings.kind !== 'folder')
      await db
        .updateTable('people_source')
        .set({ next_at: now + Number(every) * 60_000 })
        .where('id', '=', id)
        .execute()
  }
}

async function worthReading(parts: RunParts, settings: SourceSettings, mark: string | null): Promise<boolean> {
  if (settings.kind !== 'folder') return true
  const there = await createFolderReader(parts.places.folder, settings).peek()
  return there !== null && there !== mark
}
