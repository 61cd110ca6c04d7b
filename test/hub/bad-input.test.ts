/**
 * Rubbish at the hub's door, and a hub whose disk is full: a clear answer, nothing lost, nothing taken twice (promise
 * P9).
 */
import { randomBytes } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { sql } from 'kysely'
import { request as send } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signatureHeaders } from '../../src-shared/hub-api/index.ts'
import { signRequest } from '../../src-shared/protocol/request-signature.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import { enrolKiosk, type DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let other: DeskKiosk
beforeAll(async () => {
  fleet = await startFleet('supervisor', { behindProxy: true })
  kiosk = await fleet.kiosk(fleet.desks[0] ?? '', 'kiosk')
  other = await fleet.kiosk(fleet.desks[1] ?? '', 'other')
})
afterAll(() => fleet.stop())

const idOf = (of: DeskKiosk) => of.records.read()?.kiosk ?? ''
/** Headers of a request that `as` says it makes, signed by `by`. */
function signed(
  method: 'GET' | 'POST',
  path: string,
  body: string,
  { as = kiosk, by = kiosk, time = Date.now() } = {},
) {
  return {
    [signatureHeaders.kiosk]: idOf(as),
    [signatureHeaders.time]: String(time),
    [signatureHeaders.signature]: signRequest(by.keys.signKey, method, path, body, time),
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
  }
}
async function call(
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string>,
  body: string | Buffer | null = null,
) {
  const answer = await send(`${fleet.hub().url}${path}`, { method, headers, body })
  const json = (await answer.body.json()) as { code?: string; acked?: number }
  return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], ...json }
}
const held = async (of: DeskKiosk) => {
  const { n } = await fleet
    .hub()
    .db.selectFrom('ledger_entry')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('kiosk', '=', idOf(of))
    .executeTakeFirstOrThrow()
  return Number(n)
}
function batch(of: DeskKiosk): string {
  return JSON.stringify({ entries: of.ledger.after(of.records.read()?.acked ?? 0, 1000) })
}
async function work(of: DeskKiosk, desk: number, account: number): Promise<void> {
  await fleet.issue(fleet.accounts[account] ?? '', fleet.desks[desk] ?? '')
  value(await of.sync.now())
  handOver(of, 1)
}

test('a ledger signed by another desk’s kiosk, for another path, or with a body exchanged is refused; the same request twice counts once', async () => {
  await work(kiosk, 0, 0)
  const before = await held(kiosk)
  const body = batch(kiosk)
  const path = '/v1/ledger'
  expect(await call('POST', path, signed('POST', path, body, { by: other }), body)).toMatchObject({
    status: 403,
    code: 'L-606',
  })
  expect(await call('POST', path, signed('POST', path, body, { as: other }), body)).toMatchObject({ code: 'L-606' })
  expect(await call('POST', path, signed('POST', '/v1/report', body), body)).toMatchObject({ code: 'L-606' })
  expect(await call('POST', path, signed('POST', path, `${body} `), body)).toMatchObject({ code: 'L-606' })
  expect(await held(kiosk)).toBe(before)
  // Recorded on the way and sent again: as if it had come once. Too late, it is not taken at all.
  const recorded = signed('POST', path, body)
  const first = await call('POST', path, recorded, body)
  expect(first).toMatchObject({ status: 200, acked: kiosk.ledger.head().seq })
  expect(await call('POST', path, recorded, body)).toMatchObject({ status: 200, acked: first.acked })
  expect(await call('POST', path, signed('POST', path, body, { time: Date.now() - 600_000 }), body)).toMatchObject({
    code: 'L-605',
  })
  expect(await held(kiosk)).toBe(first.acked)
  expect((await fleet.alarms()).disputes).toEqual([])
})

test('entries that say nothing are poison: kept as they came, an alarm each, the pickup they name held, and the rest of that ledger goes on', async () => {
  const odd = await fleet.kiosk(fleet.desks[2] ?? '', 'odd')
  const pickup = await fleet.issue(fleet.accounts[2] ?? '', fleet.desks[2] ?? '')
  const id = idOf(odd)
  let { seq, hash } = odd.ledger.head()
  const path = '/v1/ledger'
  const kinds = ['', 'no-such-kind', '\u0000\u001f', '\ud800']
  for (const [n, kind] of kinds.entries()) {
    const bytes = JSON.stringify({
      seq: (seq += 1),
      time: 1_772_438_400_000,
      kind,
      pickup: n === 1 ? pickup : null,
      epoch: null,
      actor: null,
      facts: { '\u0000': '\u0000' },
      prev: hash,
    })
    const next = chainHash(hash, bytes)
    hash = next.toString('hex')
    // Each alone: the shortest batch there is.
    const body = JSON.stringify({ entries: [{ bytes, signature: signHash(odd.keys.signKey, next) }] })
    expect(await call('POST', path, signed('POST', path, body, { as: odd, by: odd }), body)).toMatchObject({
      status: 200,
      acked: seq,
    })
  }
  const { alarms } = await fleet.alarms()
  expect(alarms.filter((alarm) => alarm.kind === 'poison-entry' && alarm.kiosk === id).length).toBe(kinds.length)
  const row = await fleet
    .hub()
    .db.selectFrom('pickup')
    .select(['held', 'state'])
    .where('id', '=', pickup)
    .executeTakeFirstOrThrow()
  expect(row).toEqual({ held: true, state: 'granted' })
  const { frozen } = await fleet
    .hub()
    .db.selectFrom('kiosk')
    .select('frozen')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  expect(frozen).toBe(false)
})

test('a kiosk asks for a page of an incarnation that is not: it is told to begin anew, and its own place stays', async () => {
  const feed = (incarnation: string, cursor: number) => `/v1/feed?incarnation=${incarnation}&cursor=${cursor}&limit=10`
  for (const path of [feed('F'.repeat(22), 0)])
    expect(await call('GET', path, signed('GET', path, ''))).toMatchObject({ status: 410, code: 'L-607' })
  const path = '/v1/ledger'
  const body = JSON.stringify({ entries: kiosk.ledger.after(0, 1), incarnation: 'F'.repeat(22) })
  expect(await call('POST', path, signed('POST', path, body), body)).toMatchObject({ status: 410, code: 'L-607' })
  value(await kiosk.sync.now())
})

test('two computers with codes for one desk join at the same moment: one is in, the other is told that the desk is taken', async () => {
  const desk = fleet.desks[3] ?? ''
  const folders = ['first', 'second'].map((name) => fleet.folder(`race-${name}`))
  const joined = await Promise.allSettled(
    folders.map((folder) => enrolKiosk({ url: fleet.hub().url, agent: fleet.agent() }, desk, folder)),
  )
  expect(joined.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(joined.map((one) => (one.status === 'rejected' ? (one.reason as Error).message : ''))).toContain('L-106')
  for (const one of joined) if (one.status === 'fulfilled') await one.value.close()
})

test('bodies that are cut, far too long, or unpack into far too much are refused, and the hub goes on', async () => {
  const path = '/v1/ledger'
  const cut = '{"entries":[{"bytes":"'
  expect(await call('POST', path, signed('POST', path, cut), cut)).toMatchObject({ status: 400, code: 'L-608' })
  const many = JSON.stringify({ entries: Array.from({ length: 5001 }, () => ({ bytes: '{}' })) })
  expect(await call('POST', path, signed('POST', path, many), many)).toMatchObject({ status: 400, code: 'L-608' })
  const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, 32))
  expect(
    await call(
      'POST',
      path,
      { ...signed('POST', path, ''), 'content-type': 'application/json', 'content-encoding': 'zstd' },
      bomb,
    ),
  ).toMatchObject({
    code: 'L-608',
  })
  const noise = randomBytes(4096)
  expect(
    await call(
      'POST',
      path,
      { ...signed('POST', path, ''), 'content-type': 'application/json', 'content-encoding': 'zstd' },
      noise,
    ),
  ).toMatchObject({
    code: 'L-608',
  })
  value(await kiosk.sync.now())
})

test('a hub whose disk is full takes nothing by halves: the desk is told so (L-611), keeps its ledger, and sends it when there is room', async () => {
  await work(other, 1, 1)
  const { db } = fleet.hub()
  const before = await held(other)
  // What PostgreSQL says when it cannot extend a file, in the middle of a batch.
  await sql`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.kind = 'slip-printed' THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$`.execute(
    db,
  )
  await sql`CREATE TRIGGER full_disk BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION no_room()`.execute(db)
  const body = batch(other)
  const refused = await call('POST', '/v1/ledger', signed('POST', '/v1/ledger', body, { as: other, by: other }), body)
  expect(refused).toMatchObject({ status: 503, code: 'L-611' })
  expect(Number(refused.retryAfter)).toBeGreaterThan(0)
  expect(await other.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-611' } })
  expect(other.sync.status()).toMatchObject({ state: 'offline', failure: { code: 'L-611' } })
  expect(await held(other)).toBe(before)
  await sql`DROP TRIGGER full_disk ON ledger_entry`.execute(db)
  value(await other.sync.now())
  expect(await held(other)).toBe(other.ledger.head().seq)
  expect(other.records.read()?.acked).toBe(other.ledger.head().seq)
})
