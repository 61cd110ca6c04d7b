/** What a desk has written down, read from a copy of its database while its engine runs. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** `work` on a copy of the database in `file` and its log. */
export function onCopy<T>(file: string, work: (db: Database.Database) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-copy-'))
  try {
    for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, join(folder, `kiosk.db${end}`))
    const db = new Database(join(folder, 'kiosk.db'))
    try {
      return work(db)
    } finally {
      db.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The facts of the ledger's entries of this kind, oldest first. */
export function factsOf(file: string, kind: string): readonly Readonly<Record<string, unknown>>[] {
  return onCopy(file, (db) =>
    db
      .prepare<[string], string>('SELECT bytes FROM ledger WHERE kind = ? ORDER BY seq')
      .pluck()
      .all(kind)
      .map((text) => (JSON.parse(text) as { facts: Record<string, unknown> }).facts),
  )
}
