/** A hub beside a database that knows another hub's keys: real PostgreSQL, real folders. */
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { examine } from '../../src-hub/doctor/index.ts'
import { runKeyLost } from '../../src-hub/cli/key-lost.ts'
import { startHub, type RunningHub } from '../../src-hub/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'

const base = mkdtempSync(join(tmpdir(), 'lodge-key-files-'))
const own = join(base, 'own')
let database: TestDatabase
let running: RunningHub | null = null

beforeAll(async () => {
  database = await openTestDatabase({ empty: true })
  expect(await start(own)).toBe('serves')
  await stop()
})
afterAll(async () => {
  await database.drop()
  rmSync(base, { recursive: true, force: true })
})
afterEach(() => stop())

async function stop(): Promise<void> {
  await running?.stop(0)
  running = null
}

/** 'serves', or the failure as an administrator reads it. */
async function start(dataDir: string, masterKeyFile?: string): Promise<string> {
  const started = await startHub({
    dataDir,
    databaseUrl: database.url,
    ...(masterKeyFile === undefined ? {} : { masterKeyFile }),
  })
  if (!started.ok) return `${started.failure.code} ${Object.values(describeFailure(started.failure, 'en')).join(' ')}`
  running = started.value
  return 'serves'
}

describe('beside a database that has a hub', () => {
  it('an empty folder is refused, with the file that is missing and where it was, and stays empty', async () => {
    const empty = join(base, 'empty')
    const said = await start(empty)
    expect(said).toMatch(/^L-728 /)
    expect(said).toContain(join(empty, 'master.key'))
    expect(said).toContain(`last at ${join(own, 'master.key')}`)
    expect(readdirSync(empty).filter((name) => name !== 'mark')).toEqual([])
  })

  it.each(['master.key', 'authority.pem', 'authority.key', 'export.key'])(
    '%s alone missing is refused, and not made anew',
    async (name) => {
      renameSync(join(own, name), join(base, 'kept'))
      try {
        const said = await start(own)
        expect(said).toMatch(/^L-728 /)
        expect(said).toContain(join(own, name))
        expect(existsSync(join(own, name))).toBe(false)
      } finally {
        renameSync(join(base, 'kept'), join(own, name))
      }
      expect(await start(own)).toBe('serves')
    },
  )

  it('another hub’s folder is refused', async () => {
    const others = await openTestDatabase({ empty: true })
    const folder = join(base, 'others')
    const other = await startHub({ dataDir: folder, databaseUrl: others.url })
    if (!other.ok) throw new Error(other.failure.code)
    await other.value.stop(0)
    await others.drop()
    expect(await start(folder)).toMatch(/^L-729 /)
    expect(await start(own)).toBe('serves')
  })

  it('a master key file that the setting names elsewhere is looked for there', async () => {
    const elsewhere = join(base, 'secret')
    expect(await start(own, elsewhere)).toMatch(/^L-728 /)
    expect(existsSync(elsewhere)).toBe(false)
    cpSync(join(own, 'master.key'), elsewhere)
    expect(await start(own, elsewhere)).toBe('serves')
  })

  it('doctor says the same, and makes nothing', async () => {
    const said = async (dataDir: string) =>
      (await examine({ dataDir, databaseUrl: database.url })).find(({ name }) => name === 'key files of this database')
    expect(await said(own)).toMatchObject({ state: 'ok' })
    const empty = join(base, 'looked-at')
    expect(await said(empty)).toMatchObject({ state: 'failed', failure: { code: 'L-728' } })
    expect(existsSync(empty)).toBe(false)
  })

  it.each(['authority.key', 'export.key'])('%s lost for good is made anew once somebody has said so', async (name) => {
    rmSync(join(own, name))
    if (name === 'authority.key') rmSync(join(own, 'authority.pem'))
    const options = { dataDir: own, databaseUrl: database.url }
    expect(await runKeyLost(['another.key'], options)).toMatchObject({ ok: false, failure: { code: 'L-101' } })
    expect(await start(own)).toMatch(/^L-728 /)
    expect(await runKeyLost([name], options)).toMatchObject({ ok: true })
    expect(await start(own)).toBe('serves')
    const acts = await running?.db.selectFrom('audit').select(['act', 'detail']).execute()
    expect(acts).toContainEqual({ act: 'key-file-forgotten', detail: { file: name } })
    await stop()
    expect(await start(own)).toBe('serves')
  })

  it('the folder may move with all that is in it', async () => {
    const moved = join(base, 'moved')
    renameSync(own, moved)
    expect(await start(moved)).toBe('serves')
    await stop()
    renameSync(moved, own)
    expect(await start(own)).toBe('serves')
  })
})

it('of two hubs with folders of their own that start beside an empty database, one serves', async () => {
  const empty = await openTestDatabase({ empty: true })
  const results = await Promise.all(
    ['left', 'right'].map((name) => startHub({ dataDir: join(base, name), databaseUrl: empty.url })),
  )
  const codes = results.map((result) => (result.ok ? 'serves' : result.failure.code)).sort()
  for (const result of results) if (result.ok) await result.value.stop(0)
  await empty.drop()
  expect(codes).toEqual(['L-729', 'serves'])
})
