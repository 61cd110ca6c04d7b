/**
 * A hub never makes itself a new identity beside a database that knows another: with a missing or a wrong data folder
 * it would serve with new keys, open nothing that is sealed, and no kiosk would trust it.
 */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type KnownKeyFile } from '../database/index.ts'
import { loadHubKeys, type HubKeys } from './master-key.ts'

interface Folder {
  readonly dataDir: string
  /** `LODGE_HUB_MASTER_KEY_FILE`. */
  readonly masterKeyFile?: string | undefined
}

const masterKey = 'master.key'
/** The files that are made at the first start, once. */
export const keyFileNames = [masterKey, 'authority.pem', 'authority.key', 'export.key'] as const
/** The authority's certificate and its key are made together. */
const goTogether: readonly string[] = ['authority.pem', 'authority.key']

const filesOf = ({ dataDir, masterKeyFile }: Folder) =>
  keyFileNames.map((name) => ({
    name,
    path: name === masterKey && masterKeyFile ? masterKeyFile : join(dataDir, name),
  }))

/**
 * The hub's keys; they are made where neither this folder nor the database has any. Fails with L-728 for a file that
 * the database knows and that is not there, and with L-729 for another hub's master key; nothing has been made then.
 */
export async function keysOfThisHub(db: Db, folder: Folder, now: number): Promise<Result<HubKeys>> {
  const here = allHere(await db.selectFrom('key_file').selectAll().execute(), folder)
  if (!here.ok) return here
  const keys = loadHubKeys(folder.dataDir, folder.masterKeyFile)
  const check = keys.blind('key-check', masterKey)
  const path = folder.masterKeyFile ?? join(folder.dataDir, masterKey)
  await db
    .insertInto('key_file')
    .values({ name: masterKey, path, host: hostname(), check_value: check, noted_at: now })
    // Of two hubs that start beside an empty database the first is the hub.
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await db.selectFrom('key_file').selectAll().where('name', '=', masterKey).executeTakeFirstOrThrow()
  const same = isSameKey(row, keys, path)
  return same.ok ? ok(keys) : same
}

/** Whether each file that the database knows is in this folder. Fails with L-728. */
function allHere(known: readonly KnownKeyFile[], folder: Folder): Result<null> {
  const paths = new Map<string, string>(filesOf(folder).map(({ name, path }) => [name, path]))
  for (const row of known) {
    const path = paths.get(row.name)
    if (path !== undefined && !existsSync(path))
      return fail(failures.keyFileMissing, { path, before: row.path, host: row.host })
  }
  return ok(null)
}

/** Fails with L-729. */
function isSameKey(known: KnownKeyFile, keys: HubKeys, path: string): Result<null> {
  const same = known.check_value?.equals(keys.blind('key-check', masterKey)) === true
  return same ? ok(null) : fail(failures.keyFileOfAnotherHub, { path, before: known.path, host: known.host })
}

/** As a start would judge this folder, and nothing is made. Fails with L-728, L-729. */
export function judgeKeyFiles(known: readonly KnownKeyFile[], folder: Folder): Result<null> {
  const here = allHere(known, folder)
  const master = known.find(({ name }) => name === masterKey)
  if (!here.ok || master === undefined) return here
  const path = folder.masterKeyFile ?? join(folder.dataDir, masterKey)
  return isSameKey(master, loadHubKeys(folder.dataDir, folder.masterKeyFile), path)
}

/** Once all of them are there: where they lie now. */
export async function noteKeyFiles(db: Db, folder: Folder, now: number): Promise<void> {
  for (const { name, path } of filesOf(folder)) {
    if (!existsSync(path)) continue
    const seen = { path, host: hostname(), noted_at: now }
    await db
      .insertInto('key_file')
      .values({ name, check_value: null, ...seen })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(seen))
      .execute()
  }
}

/** The next start makes another one; whether the database knew it. */
export async function forgetKeyFile(db: Db, name: (typeof keyFileNames)[number], now: number): Promise<boolean> {
  return transact(db, async (tx) => {
    const names = goTogether.includes(name) ? goTogether : [name]
    const gone = await tx.deleteFrom('key_file').where('name', 'in', names).returning('name').executeTakeFirst()
    if (gone === undefined) return false
    const detail = JSON.stringify({ file: name })
    const act = { at: now, actor: 'command line', act: 'key-file-forgotten', pickup: null, desk: null, detail }
    await tx.insertInto('audit').values(act).execute()
    return true
  })
}
