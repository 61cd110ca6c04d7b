/**
 * The hub's process is killed in the middle of an import: it goes on where the last chunk ended, and nobody's row is
 * lost or issued twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import pg from 'pg'
import { openTestDatabase } from '../support/database.ts'
import { enrolKiosk } from '../bench/sync/desk-kiosk.ts'
import { value } from './fleet.ts'
import { hubPlace, type HubProcess } from './hub-process.ts'

const rows = 3000

test('killed in the middle and started again, an import goes on by itself; every row is issued exactly once, and the desk has all of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-killed-'))
  const postgres = await openTestDatabase()
  const place = await hubPlace(folder)
  const db = new pg.Client({ connectionString: postgres.url })
  await db.connect()
  const ask = async <T>(text: string, values: unknown[] = []) => (await db.query(text, values)).rows as T[]
  let hub: HubProcess = await place.start(postgres.url)
  try {
    const [desk] = await ask<{ id: string; slip_prefix: string }>(
      `SELECT id, slip_prefix FROM desk WHERE kind = 'porter' ORDER BY id LIMIT 1`,
    )
    if (desk === undefined) throw new Error('no desk')
    const kiosk = await enrolKiosk(hub, desk.id, join(folder, 'kiosk'))
    value(await kiosk.sync.now())
    const held = kiosk.pickups.counts().waiting
    const lines = Array.from({ length: rows }, (_, n) => `cut${n},student,Katko,${n},${desk.slip_prefix},R-${n}`)
    const file = Buffer.from(`account,class,family,given,desk,request_reference\n${lines.join('\n')}\n`)
    const { id } = value(await hub.agent.call('createImport', { body: { name: 'cut.csv', supersede: false } }))
    value(await hub.agent.call('importPart', { body: { id, part: 0, bytes: file.toString('base64'), last: true } }))
    const state = async () =>
      (await ask<{ state: string; done: number }>('SELECT state, done::int AS done FROM import WHERE id = $1', [id]))[0]
    await expect.poll(async () => (await state())?.state, { timeout: 60_000, interval: 50 }).toBe('checked')
    value(await hub.agent.call('runImport', { body: { id } }))
    await expect.poll(async () => (await state())?.done, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0)
    await hub.kill()
    const cut = await state()
    expect(cut).toMatchObject({ state: 'running' })
    expect(cut?.done).toBeLessThan(rows)
    expect(await ask(`SELECT count(*)::int AS n FROM pickup WHERE account LIKE 'cut%'`)).toEqual([{ n: cut?.done }])

    // Nobody asks for it: the process that comes takes it up once the dead one's lease is over.
    hub = await place.start(postgres.url)
    await expect.poll(async () => (await state())?.state, { timeout: 120_000, interval: 200 }).toBe('done')
    expect(await state()).toEqual({ state: 'done', done: rows })
    const [counted] =
      await ask(`SELECT count(*)::int AS pickups, count(DISTINCT p.account)::int AS accounts, count(*) FILTER (WHERE p.state = 'granted')::int AS granted,
      (SELECT count(*)::int FROM "grant" g JOIN pickup q ON q.id = g.pickup WHERE q.account LIKE 'cut%') AS grants,
      (SELECT count(*)::int FROM audit a JOIN pickup q ON q.id = a.pickup WHERE q.account LIKE 'cut%' AND a.act = 'issued') AS audited,
      (SELECT count(*)::int FROM account WHERE account LIKE 'cut%') AS people,
      (SELECT count(DISTINCT issued)::int FROM import_row WHERE state = 'done') AS issued FROM pickup p WHERE p.account LIKE 'cut%'`)
    expect(counted).toEqual({
      pickups: rows,
      accounts: rows,
      granted: rows,
      grants: rows,
      audited: rows,
      people: rows,
      issued: rows,
    })
    value(await kiosk.sync.now())
    expect(kiosk.pickups.counts().waiting - held).toBe(rows)
    await kiosk.close()
  } finally {
    await hub.stop()
    await db.end()
    await postgres.drop()
    rmSync(folder, { recursive: true, force: true })
  }
}, 300_000)
