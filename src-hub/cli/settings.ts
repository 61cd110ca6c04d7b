/**
 * `npm run hub -- export-settings [FILE]` and `npm run hub -- import-settings FILE [--dry-run]`: settings as a file,
 * beside a running hub or without one. Both write to the database that the hub's own environment names.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { parseSettingsFile, peopleSections, type SettingsChange } from '../../src-shared/hub-api/settings-file.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { HubOptions } from '../hub.ts'
import { withoutMark } from '../seed/index.ts'
import { exportSettings, importSettings } from '../settings-file/index.ts'
import { withDatabase } from './with-database.ts'

export const settingsCommands = ['export-settings', 'import-settings'] as const
export type SettingsCommand = (typeof settingsCommands)[number]

/** `added unit lakeside: Lakeside campus`, for whoever runs the command. */
function lineOf({ what, key, name, change, fields }: SettingsChange): string {
  const which = [what, key, name === null ? null : `(${name.en})`].filter((part) => part !== null).join(' ')
  return `${change} ${which}${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`
}

function readFile(path: string): Result<object> {
  try {
    const json: unknown = JSON.parse(withoutMark(readFileSync(path, 'utf8')))
    if (typeof json === 'object' && json !== null) return ok(json)
  } catch {
    // As for a file without an object in it.
  }
  return fail(failures.settingsFileUnusable, { where: path })
}

/** Fails with L-101 (no FILE, or it cannot be written), L-726, L-727, L-661, L-663, L-801. */
export async function runSettingsCommand(
  command: SettingsCommand,
  args: readonly string[],
  options: HubOptions,
): Promise<Result<null>> {
  const [path] = args.filter((arg) => !arg.startsWith('--'))
  if (command === 'export-settings') {
    const file = await withDatabase(options, async (db) => ok(await exportSettings(db)))
    if (!file.ok) return file
    const text = `${JSON.stringify(file.value, null, 2)}\n`
    try {
      if (path === undefined) writeSync(1, text)
      else writeFileSync(path, text)
    } catch {
      return fail(failures.settingsUnreadable, { where: path ?? 'stdout' })
    }
    return ok(null)
  }
  if (path === undefined) return fail(failures.settingsUnreadable, { where: 'FILE' })
  const json = readFile(path)
  if (!json.ok) return json
  const file = parseSettingsFile(json.value)
  if (!file.ok) return file
  const dryRun = args.includes('--dry-run')
  const now = options.now ?? Date.now
  const changes = await withDatabase(options, (db) => importSettings(db, now(), 'command line', file.value, dryRun))
  if (!changes.ok) return changes
  for (const change of changes.value) writeSync(1, `${lineOf(change)}\n`)
  const left = peopleSections.filter((section) => section in json.value)
  if (left.length > 0) writeSync(1, `left out, because it is about people: ${left.join(', ')}\n`)
  const count = changes.value.length
  writeSync(1, count === 0 ? 'nothing to change\n' : `${count} ${dryRun ? 'would change' : 'changed'}\n`)
  return ok(null)
}
