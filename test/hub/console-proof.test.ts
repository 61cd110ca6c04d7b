/**
 * Proof that stands alone: chains, exports checked by plain Node without this repository, and what is held of a person
 * told and erased.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { chainPath, exportPath } from '../../src-shared/hub-api/agent/audit.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
const kiosks: string[] = []
const folder = mkdtempSync(join(tmpdir(), 'lodge-proof-'))
const script = fileURLToPath(new URL('../../resources/verify-export.mjs', import.meta.url))
const hostile = '=HYPERLINK("http://evil.example","x")'

beforeAll(async () => {
  fleet = await startFleet()
  for (const [i, desk] of fleet.desks.slice(0, 2).entries()) {
    const kiosk = await fleet.kiosk(desk, `proof${i}`)
    for (const account of fleet.accounts.slice(i * 3, i * 3 + 3)) await fleet.issue(account, desk)
    value(await kiosk.sync.now())
    handOver(kiosk, 2)
    value(await kiosk.sync.now())
    handOver(kiosk, 1)
    value(await kiosk.sync.now())
    kiosks.push(kiosk.records.read()?.kiosk ?? '')
  }
})
afterAll(async () => {
  await fleet.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function get(path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const { hub } = { hub: fleet.hub() }
  const reply = await fetch(hub.url + path, {
    headers: { authorization: 'Bearer agent-token-of-the-tests-0001' },
    dispatcher: new Agent({ connect: { ca: hub.authority } }),
  })
  return {
    status: reply.status,
    text: Buffer.from(await reply.arrayBuffer()).toString(),
    headers: reply.headers as unknown as Headers,
  }
}
const verify = async (kiosk: string) =>
  (await get(`${chainPath}?kiosk=${kiosk}`)).text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const exported = async (format: string, from = 0, to = Date.now() + 60_000) =>
  (await get(`${exportPath}?from=${from}&to=${to}&format=${format}`)).text

/** Runs the script in this machine's own Node, in an empty folder. */
function check(text: string, ...args: string[]): { code: number | null; said: string } {
  const file = join(folder, 'export.jsonl')
  writeFileSync(file, text)
  const done = spawnSync('node', [script, file, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
  })
  return { code: done.status, said: done.stdout + done.stderr }
}

it('a chain that is whole says so, and one that was touched says where', async () => {
  const [first, second] = kiosks
  const whole = await verify(first ?? '')
  const { acked } = await fleet
    .hub()
    .db.selectFrom('kiosk')
    .select('acked')
    .where('id', '=', first ?? '')
    .executeTakeFirstOrThrow()
  expect(whole[0]).toEqual({ t: 'progress', checked: 0, of: Number(acked) })
  expect(whole.at(-1)).toMatchObject({ t: 'intact', checked: Number(acked), lastSignedSeq: Number(acked) })
  expect((await get(`${chainPath}?kiosk=${'x'.repeat(22)}`)).status).toBe(404)

  // Whoever owns the database can take its triggers away; the chain tells.
  const { db, pool } = connectDatabase(fleet.databaseUrl)
  const tamper = async (change: string, undo: string) => {
    await sql.raw(`ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ${change}`).execute(db)
    const told = (await verify(second ?? '')).at(-1)
    await sql.raw(`${undo}; ALTER TABLE ledger_entry ENABLE TRIGGER ALL`).execute(db)
    return told
  }
  await sql.raw(`CREATE TABLE kept AS SELECT * FROM ledger_entry`).execute(db)
  const at = `kiosk = '${second ?? ''}' AND seq = 3`
  const restore = `DELETE FROM ledger_entry WHERE kiosk = '${second ?? ''}'; INSERT INTO ledger_entry SELECT * FROM kept WHERE kiosk = '${second ?? ''}'`
  expect(
    await tamper(`UPDATE ledger_entry SET bytes = replace(bytes, '"time":1', '"time":2') WHERE ${at}`, restore),
  ).toMatchObject({
    t: 'broken',
    seq: 3,
    why: 'hash',
  })
  expect(await tamper(`DELETE FROM ledger_entry WHERE ${at}`, restore)).toMatchObject({
    t: 'broken',
    seq: 3,
    why: 'missing',
  })
  expect(await tamper(`DELETE FROM ledger_entry WHERE kiosk = '${second ?? ''}' AND seq > 3`, restore)).toMatchObject({
    t: 'broken',
    seq: 4,
    why: 'missing',
  })
  expect(
    await tamper(
      `UPDATE ledger_entry SET signature = repeat('A', 86) WHERE kiosk = '${second ?? ''}' AND signature IS NOT NULL`,
      restore,
    ),
  ).toMatchObject({
    t: 'broken',
    why: 'signature',
  })
  expect(
    await tamper(`UPDATE ledger_entry SET signature = NULL WHERE kiosk = '${second ?? ''}'`, restore),
  ).toMatchObject({ t: 'broken', why: 'unsigned-end' })
  expect((await verify(second ?? '')).at(-1)).toMatchObject({ t: 'intact' })
  await sql.raw('DROP TABLE kept').execute(db)
  await db.destroy()
  void pool
})

it('a signed export is checked by plain Node alone; anything changed, cut, left out or put in is found', async () => {
  const { key } = value(await fleet.agent().call('exportKey', {}))
  const text = await exported('jsonl')
  const whole = check(text, '--key', key)
  expect(whole.said).toMatch(/^INTACT: \d+ entries of 2 kiosks/)
  expect(whole.code).toBe(0)
  expect(check(text).said).toContain('NOT COMPARED')

  const lines = text.trimEnd().split('\n')
  const entry = lines.findIndex((line) => line.includes('"t":"entry"') && line.includes('handed-over'))
  const join_ = (changed: string[]) => `${changed.join('\n')}\n`
  const changes: Record<string, string> = {
    'an entry changed': join_(
      lines.map((line, i) => (i === entry ? line.replace('handed-over', 'slip-missing') : line)),
    ),
    'an entry left out': join_(lines.filter((_, i) => i !== entry)),
    'an entry twice': join_([...lines.slice(0, entry + 1), ...lines.slice(entry)]),
    'the end cut off': join_(lines.slice(0, -1)),
    'the last line cut': text.slice(0, -10),
    'something after the end': `${text}{"t":"entry"}\n`,
    'another period in the head': join_(lines.map((line, i) => (i === 0 ? line.replace(/"to":\d+/, '"to":1') : line))),
    'a kiosk left out': join_(lines.filter((line) => !line.includes(kiosks[1] ?? '-'))),
    'a signature taken away': join_(
      lines.map((line) =>
        line.includes('"t":"entry"') ? line.replace(/"signature":"[^"]+"/, '"signature":null') : line,
      ),
    ),
  }
  for (const [name, changed] of Object.entries(changes)) {
    const told = check(changed, '--key', key)
    expect(told.code, `${name}: ${told.said}`).toBe(1)
    expect(told.said).toContain('BROKEN')
  }
  expect(check(text, '--key', 'A'.repeat(43)).code).toBe(1)
  expect(check('not an export\n', '--key', key).code).toBe(1)
  // What is no key compares nothing, and does not pass.
  for (const none of ['{}', '{"key":1}', '', key.slice(1)]) expect(check(text, '--key', none).code, none).toBe(2)
})

it('a period in the middle proves itself too', async () => {
  const times = await fleet
    .hub()
    .db.selectFrom('ledger_entry')
    .select('received_at')
    .distinct()
    .orderBy('received_at')
    .execute()
  const [from, to] = [Number(times[1]?.received_at), Number(times[2]?.received_at) + 1]
  const text = await exported('jsonl', from, to)
  const { key } = value(await fleet.agent().call('exportKey', {}))
  expect(check(text, '--key', key)).toMatchObject({ code: 0 })
  expect(check(await exported('jsonl', 1, 2), '--key', key).said).toContain('INTACT: 0 entries of 0 kiosks')
  expect((await get(`${exportPath}?from=5&to=5&format=csv`)).status).toBe(400)
  expect((await get(`${exportPath}?from=0&to=5&format=exe`)).status).toBe(400)
})

it('a formula in a name is text in the CSV', async () => {
  const { db } = fleet.hub()
  const entry = await db
    .selectFrom('ledger_entry')
    .select(['bytes'])
    .where('kind', '=', 'verification')
    .executeTakeFirstOrThrow()
  const { actor } = JSON.parse(entry.bytes) as { actor: string }
  await sql`INSERT INTO staff (id, name, role) VALUES (${actor}, ${hostile}, 'counter')`.execute(db)
  const csv = await exported('csv')
  expect(csv.startsWith('\ufeff')).toBe(true)
  expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`)
  expect(csv).not.toMatch(/(^|,|\r\n)"?[=+@\t]/m)
})

it.each(['=1+1', '+cmd', '-x', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '\u202e=1', '＝1', '＋1', '－1', '＠A'])(
  'a name that begins as %j is no formula in any cell of the CSV',
  async (name) => {
    await fleet.hub().db.updateTable('staff').set({ name }).execute()
    const rows = parse((await exported('csv')).slice(1))
    const cells = rows.flat().filter((cell) => cell.includes(name.trim().slice(-2)))
    expect(cells.length).toBeGreaterThan(0)
    expect(rows.flat().filter((cell) => /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell))).toEqual([])
  },
)

it('all that is held of a person is told, and then erased, with the ledger as it was', async () => {
  const account = fleet.accounts[0] ?? ''
  const { db } = fleet.hub()
  const { recipient } = await db
    .selectFrom('account')
    .select('recipient')
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  const body = { recipient: recipient as never }
  const told = value(await fleet.agent().call('dataSubject', { body }))
  const person = await db.selectFrom('recipient').selectAll().where('id', '=', recipient).executeTakeFirstOrThrow()
  const data = told.data as {
    person: { birth_date: string }
    cards: string[]
    pickups: { id: string }[]
    others: Record<string, unknown[]>
  }
  expect(data.person.birth_date).toMatch(/^\d{4}-\d\d-\d\d$/)
  expect(data.cards.length).toBeGreaterThan(0)
  expect(Object.keys(data.others)).toEqual(expect.arrayContaining(['audit', 'grant', 'handover', 'ledger_entry']))
  for (const language of ['fi', 'sv', 'en'] as const)
    expect(told.text[language]).toContain(`${person.given} ${person.family}`)

  // Live: no.
  const again = await fleet.issue(account, fleet.desks[2] ?? '')
  const refused = await fleet.agent().call('erase', { body: { ...body, confirm: true } })
  expect(refused.ok ? null : refused.failure.code).toBe('L-660')
  value(await fleet.agent().call('revoke', { body: { pickup: again, reason: 'revoked', to: null } }))

  const before = await Promise.all(kiosks.map(async (kiosk) => (await verify(kiosk)).at(-1)))
  const erased = value(await fleet.agent().call('erase', { body: { ...body, confirm: true } }))
  expect(erased.pickups).toBe(data.pickups.length + 1)
  expect(await Promise.all(kiosks.map(async (kiosk) => (await verify(kiosk)).at(-1)))).toEqual(before)
  // Nowhere in the database is what would lead back to the person: not the names, the account or the card.
  const { rows: tables } = await sql<{
    name: string
  }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`.execute(
    db,
  )
  const needles = [account, ...data.cards, data.person.birth_date]
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.table(name)} t`.execute(db)
    for (const needle of needles)
      expect(
        rows.filter(({ row }) => row.includes(needle)),
        `${needle} in ${name}`,
      ).toEqual([])
  }
  const left = await sql<{
    n: number
  }>`SELECT count(*) AS n FROM recipient WHERE family = ${person.family} AND given = ${person.given}`.execute(db)
  expect(Number(left.rows[0]?.n)).toBe(0)
  const gone = await fleet.agent().call('dataSubject', { body })
  expect(gone.ok ? null : gone.failure.code).toBe('L-609')
  // Its kiosk goes on, also from the very beginning of its feed.
  const timeline = value(await fleet.agent().call('timeline', { query: { pickup: data.pickups[0]?.id as never } }))
  expect(timeline.events.map((event) => event.kind)).toContain('handed-over')
})

it('retention is kept and audited', async () => {
  const administrator = fleet.agent()
  const refused = await administrator.call('saveRetention', { body: { personalDataDays: 90 } })
  expect(refused.ok ? null : refused.failure.code).toBe('L-618')
  expect(value(await administrator.call('retention', {}))).toEqual({ personalDataDays: 90 })
})
