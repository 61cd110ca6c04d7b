/**
 * `npm run hub -- key-lost NAME`: a key file of the hub's is gone for good and in no backup. The database forgets it,
 * and the next start makes another. What that costs is in docs/deploy.md: it is not undone by finding the file later.
 */
import { writeSync } from 'node:fs'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { HubOptions } from '../hub.ts'
import { forgetKeyFile, keyFileNames } from '../keys/index.ts'
import { withDatabase } from './with-database.ts'

export const keyLostCommand = 'key-lost'

/** Fails with L-101 (no such NAME) and L-801. */
export async function runKeyLost(args: readonly string[], options: HubOptions): Promise<Result<null>> {
  const name = keyFileNames.find((each) => each === args[0])
  if (name === undefined) return fail(failures.settingsUnreadable, { where: `NAME: ${keyFileNames.join(', ')}` })
  const now = options.now ?? Date.now
  const known = await withDatabase(options, async (db) => ok(await forgetKeyFile(db, name, now())))
  if (!known.ok) return known
  writeSync(1, known.value ? `${name} is forgotten: the next start makes another\n` : `${name} was not known\n`)
  return ok(null)
}
