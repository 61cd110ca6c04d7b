/** Settings out and in at the command line, as the hub's own entry does it: beside a running hub, and without one. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settingsVersion, type SettingsFile } from '../../src-shared/hub-api/settings-file.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'
import { startConsoleHub, type ConsoleHub } from './console-hub.ts'

const entry = fileURLToPath(new URL('../../src-hub/main.ts', import.meta.url))
const demo = fileURLToPath(new URL('../../resources/demo/institution.json', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lodge-settings-'))
const file = (name: string) => join(folder, name)
let running: ConsoleHub
let alone: TestDatabase

/** The command on a database; what it said and how it ended. */
function hub(databaseUrl: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, LODGE_HUB_DATA: file('hub') }
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', entry, ...args], { env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err })
    })
  })
}

beforeAll(async () => {
  running = await startConsoleHub()
  alone = await openTestDatabase({ empty: true })
})
afterAll(async () => {
  await running.stop()
  await alone.drop()
  rmSync(folder, { recursive: true })
})

it('goes from a running hub to an empty database and out again, equal', async () => {
  expect(await hub(running.hub().databaseUrl, 'export-settings', file('one.json'))).toMatchObject({ code: 0 })
  const one = JSON.parse(readFileSync(file('one.json'), 'utf8')) as SettingsFile
  expect(one.version).toBe(settingsVersion)
  expect(one.desks.length).toBeGreaterThan(3)
  const dry = await hub(alone.url, 'import-settings', file('one.json'), '--dry-run')
  expect(dry).toMatchObject({ code: 0 })
  expect(dry.out).toMatch(/added desk .*\n(.*\n)*\d+ would change/)
  expect(JSON.parse((await hub(alone.url, 'export-settings')).out)).toMatchObject({ units: [], desks: [] })
  expect((await hub(alone.url, 'import-settings', file('one.json'))).out).toMatch(/\d+ changed/)
  expect(await hub(alone.url, 'export-settings', file('two.json'))).toMatchObject({ code: 0 })
  expect(JSON.parse(readFileSync(file('two.json'), 'utf8'))).toEqual(one)
  expect((await hub(alone.url, 'import-settings', file('one.json'))).out).toBe('nothing to change\n')
})

it('reads a file that an editor has put a mark of UTF-8 before', async () => {
  writeFileSync(file('marked.json'), `\ufeff${readFileSync(demo, 'utf8')}`)
  expect(await hub(running.hub().databaseUrl, 'import-settings', file('marked.json'), '--dry-run')).toMatchObject({
    code: 0,
  })
})

it('merges an institution’s file, and says that its people are left out', async () => {
  const merged = await hub(running.hub().databaseUrl, 'import-settings', demo, '--dry-run')
  expect(merged).toMatchObject({ code: 0 })
  expect(merged.out).toMatch(/left out, because it is about people: staff, recipients, pickups/)
})

it('refuses a newer hub’s file, one that cannot be read and none at all, in three languages', async () => {
  writeFileSync(file('newer.json'), JSON.stringify({ version: settingsVersion + 1, units: [{}] }))
  writeFileSync(file('torn.json'), '{"units": [')
  const refusals: readonly [readonly string[], string][] = [
    [[file('newer.json')], 'L-726'],
    [[file('torn.json')], 'L-727'],
    [[file('nowhere.json')], 'L-727'],
    [[], 'L-101'],
  ]
  for (const [args, code] of refusals) {
    const refused = await hub(alone.url, 'import-settings', ...args)
    expect(refused.code).toBe(3)
    expect(refused.err.split('\n').filter((line) => line.startsWith(code))).toHaveLength(3)
  }
})
