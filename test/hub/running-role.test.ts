/**
 * A running hub's own connection can neither change nor delete what has been recorded, whatever statement it is made to
 * run.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  appendOnly,
  connectDatabase,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src-hub/database/index.ts'
import { startHub, type RunningHub } from '../../src-hub/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-role-'))
let hub: RunningHub
beforeAll(async () => {
  chmodSync(folder, 0o711)
  const started = await startHub({ dataDir: join(folder, 'hub'), fsync: false, behindProxy: true })
  if (!started.ok) throw new Error(started.failure.code)
  hub = started.value
})
afterAll(async () => {
  await hub.stop()
  if (hub.clusterMovedTo !== null) rmSync(hub.clusterMovedTo, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

const run = (text: string) =>
  sql
    .raw(text)
    .execute(hub.db)
    .then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    )
/** insufficient_privilege, and the owner's rights that it lacks. */
const refused = '42501'

it.each(
  appendOnly.flatMap((table) => [
    `UPDATE ${table} SET at = 0`,
    `UPDATE ${table} SET kiosk = 'x'`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
    `DROP TABLE ${table}`,
    `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
  ]),
)('%s is refused', async (statement) => {
  expect(['42501', '42703']).toContain(await run(statement))
  expect(await run(statement)).not.toBe('done')
})

it.each([
  'DELETE FROM migration',
  'CREATE ROLE thief SUPERUSER',
  'SET ROLE lodge',
  'CREATE TABLE stray (a int)',
  "COPY hub TO PROGRAM 'id'",
])('%s is refused', async (statement) => {
  expect(await run(statement)).toBe(refused)
})

it('may still do its work', async () => {
  expect(await run("INSERT INTO audit (at, actor, act, detail) VALUES (1, 'a', 'b', '{}')")).toBe('done')
  expect(await run('SELECT * FROM audit')).toBe('done')
  expect(await run('UPDATE desk SET head = head')).toBe('done')
})

it('has the same rights at a server of the institution’s, given by its owner', async () => {
  const server: EmbeddedPostgres = await startEmbeddedPostgres(join(folder, 'server'), { fsync: false })
  const owner = connectDatabase(server.url).db
  await sql.raw("CREATE ROLE kiosk_hub LOGIN PASSWORD 'p'").execute(owner)
  await owner.destroy()
  const running = new URL(server.url)
  running.username = 'kiosk_hub'
  running.password = 'p'
  const started = await startHub({
    dataDir: join(folder, 'second'),
    databaseUrl: running.href,
    databaseOwnerUrl: server.url,
    behindProxy: true,
  })
  if (!started.ok) throw new Error(started.failure.code)
  const code = await sql
    .raw('DELETE FROM ledger_entry')
    .execute(started.value.db)
    .then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    )
  await started.value.stop()
  expect(code).toBe(refused)
  // And the owner, who has every right, is refused by the triggers.
  const again = connectDatabase(server.url).db
  await sql.raw("INSERT INTO audit (at, actor, act, detail) VALUES (1, 'a', 'b', '{}')").execute(again)
  await expect(sql.raw('DELETE FROM audit').execute(again)).rejects.toThrow('append-only')
  await expect(sql.raw('TRUNCATE ledger_entry').execute(again)).rejects.toThrow('append-only')
  await again.destroy()
  await server.stop()
})
