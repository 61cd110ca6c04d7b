/**
 * Two hubs of one institution that start in the same second, on a database that neither has seen: real processes, a
 * real PostgreSQL.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'
import { stopAll } from '../support/runner.ts'
import { hubPlace, type HubProcess } from './hub-process.ts'

const role = 'lodge_two_starts'
const stopMs = 40_000
const folder = mkdtempSync(join(tmpdir(), 'lodge-two-'))
let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase({ empty: true, own: true })
})
afterAll(async () => {
  delete process.env['DATABASE_OWNER_URL']
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
function urlOf(name: string, user: 'owner' | 'running'): string {
  const url = new URL(database.url)
  url.pathname = `/${name}`
  if (user === 'running') [url.username, url.password] = [role, 'of-the-test']
  return url.href
}

test('both serve, whatever each made of the database at the same time', async () => {
  await asOwner(`CREATE ROLE ${role} LOGIN PASSWORD 'of-the-test'`)
  const one = await hubPlace(join(folder, 'one'))
  // Keys of one institution: both processes have them.
  await asOwner('CREATE DATABASE first')
  process.env['DATABASE_OWNER_URL'] = urlOf('first', 'owner')
  await (await one.start(urlOf('first', 'running'))).stop()
  cpSync(join(folder, 'one'), join(folder, 'other'), { recursive: true })
  rmSync(join(folder, 'other', 'hub', 'database-mark.json'), { force: true })
  const other = await hubPlace(join(folder, 'other'))
  for (const name of ['second', 'third', 'fourth']) {
    await asOwner(`CREATE DATABASE ${name}`)
    process.env['DATABASE_OWNER_URL'] = urlOf(name, 'owner')
    rmSync(join(folder, 'one', 'hub', 'database-mark.json'), { force: true })
    rmSync(join(folder, 'other', 'hub', 'database-mark.json'), { force: true })
    const started = await Promise.allSettled([one, other].map((place) => place.start(urlOf(name, 'running'))))
    const hubs = started.flatMap((each): HubProcess[] => (each.status === 'fulfilled' ? [each.value] : []))
    try {
      expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
      for (const { agent } of hubs) expect(await agent.call('ready', {})).toMatchObject({ ok: true })
    } finally {
      expect(await stopAll(stopMs, Object.fromEntries(hubs.map((hub) => [hub.url, hub])))).toEqual([])
    }
  }
})
