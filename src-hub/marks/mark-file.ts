/**
 * The mark outside of the database: one small file in the data folder, written whole or not at all, and on the disk
 * before anything rests on it.
 */
import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Incarnation } from '../../src-shared/domain/index.ts'
import type { Mark } from './judge.ts'

const MarkFile = z.object({
  hub: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  incarnation: Incarnation,
  n: z.number().int().nonnegative(),
  system: z.string().nullable(),
  timeline: z.number().int().nullable(),
  lsn: z.string().nullable(),
})

export interface MarkStore {
  /** null where there is none, or none that can be read. */
  read(): Mark | null
  /** Resolves once it would survive the loss of power. Rejects when it cannot be kept. */
  write(mark: Mark): Promise<void>
}

async function synced(path: string, flags: string, text?: string): Promise<void> {
  const file = await open(path, flags, 0o600)
  try {
    if (text !== undefined) await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

export function markFile(dataDir: string): MarkStore {
  const path = join(dataDir, 'database-mark.json')
  // Of this process alone: two on one folder must not write into each other's.
  const fresh = `${path}.${process.pid}`
  return {
    read() {
      try {
        const parsed = MarkFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
        return parsed.success ? parsed.data : null
      } catch {
        return null
      }
    },
    async write(mark) {
      await synced(fresh, 'w', `${JSON.stringify(mark)}\n`)
      await rename(fresh, path)
      // The folder's own entry as well; a folder cannot be opened for that everywhere.
      await synced(dataDir, 'r').catch(() => undefined)
    },
  }
}
