/**
 * A kiosk whose signing key is in hostile hands, on a real hub and PostgreSQL: whatever it signs is taken in, kept and
 * an alarm, holds and ends nothing of another desk's, and every list, export, timeline and report still answers, also
 * where such an entry was stored long ago.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainPath, exportPath } from '../../src-shared/hub-api/agent/audit.ts'
import { instantRange } from '../../src-shared/domain/bounds.ts'
import { RecipientId, type PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const script = fileURLToPath(new URL('../../resources/verify-export.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lodge-poison-'))
let fleet: Fleet
let mine: DeskKiosk
let theirs: DeskKiosk
/** Granted at the hostile kiosk, and at another desk's. */
let own: PickupId
let other: PickupId
const db = () => fleet.hub().db
/** Where the hostile kiosk's ledger ends at the hub. */
const end = { seq: 0, prev: '' }

/** An entry in its place in the hostile kiosk's chain; `say` is everything else, as text after the head. */
type Say = (head: { readonly seq: number; readonly prev: string }) => string
const as =
  (more: Record<string, unknown>): Say =>
  ({ seq, prev }) => {
    const entry = { actor: null, epoch: null, pickup: own, time: Date.now(), ...more, prev, seq }
    return JSON.stringify(Object.fromEntries(Object.entries(entry).sort(([one], [next]) => (one < next ? -1 : 1))))
  }

/** Signs and sends; the hub must acknowledge all of it. */
async function send(...said: readonly Say[]): Promise<void> {
  const entries = said.map((say) => {
    const bytes = say({ seq: (end.seq += 1), prev: end.prev })
    const hash = chainHash(end.prev, bytes.toWellFormed())
    end.prev = hash.toString('hex')
    return { bytes, signature: signHash(mine.keys.signKey, hash) }
  })
  expect(value(await mine.hub.call('ledger', { body: { entries } }))).toMatchObject({ acked: end.seq, head: end.prev })
}

async function get(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const hub = fleet.hub()
  const reply = await fetch(hub.url + path, {
    headers: { authorization: 'Bearer agent-token-of-the-tests-0001' },
    dispatcher: new Agent({ connect: { ca: hub.authority } }),
  })
  return { status: reply.status, text: await reply.text() }
}
const exported = (format: string) => get(`${exportPath}?from=0&to=${Date.now() + 60_000}&format=${format}`)

/** Everything that shows a ledger to people answers; the export holds by its own script. */
async function everythingReads(): Promise<void> {
  const agent = fleet.agent()
  for (const pickup of [own, other]) {
    value(await agent.call('timeline', { query: { pickup } }))
    value(await agent.call('pickup', { query: { pickup } }))
    value(await agent.call('ledgerEntries', { query: { pickup, limit: 500 } }))
  }
  value(await agent.call('ledgerEntries', { query: { limit: 500 } }))
  value(await agent.call('pickups', { query: { limit: 100 } }))
  value(await agent.call('alarms', { query: { open: '0', limit: 500 } }))
  value(await agent.call('auditTrail', { query: { limit: 500 } }))
  value(await agent.call('watch', { query: {} }))
  value(await agent.call('desks', { query: {} }))
  const today = new Date().toISOString().slice(0, 10)
  value(await agent.call('series', { query: { from: today, to: today } }))
  const rows = await db().selectFrom('pickup').select('recipient').where('id', 'in', [own, other]).execute()
  for (const { recipient } of rows)
    value(await agent.call('dataSubject', { body: { recipient: RecipientId.parse(recipient) } }))
  const csv = await exported('csv')
  expect(csv.status).toBe(200)
  // A stream that breaks in the middle has sent its 200 already: the last entry must be in it.
  expect(csv.text.trimEnd().split('\n').length).toBeGreaterThan(end.seq)
  const proof = await exported('jsonl')
  const file = join(folder, 'export.jsonl')
  writeFileSync(file, proof.text)
  expect(spawnSync('node', [script, file], { encoding: 'utf8' }).stdout).toContain('INTACT')
  const kiosk = mine.records.read()?.kiosk ?? ''
  expect((await get(`${chainPath}?kiosk=${kiosk}`)).text).toContain('"t":"intact"')
}
const stateOf = (id: string) =>
  db().selectFrom('pickup').select(['state', 'held']).where('id', '=', id).executeTakeFirstOrThrow()
const openAlarms = async (pickup: string | null) =>
  (await fleet.alarms()).alarms.filter((alarm) => alarm.pickup === pickup)

async function closeAll(): Promise<void> {
  for (const { id } of (await fleet.alarms()).alarms)
    value(await fleet.agent().call('closeAlarm', { body: { what: 'alarm', id } }))
}

beforeAll(async () => {
  fleet = await startFleet('supervisor', { work: false })
  const [a = '', b = ''] = fleet.desks
  mine = await fleet.kiosk(a, 'mine')
  theirs = await fleet.kiosk(b, 'theirs')
  own = await fleet.issue(fleet.accounts[0] ?? '', a)
  other = await fleet.issue(fleet.accounts[1] ?? '', b)
  for (const kiosk of [mine, theirs]) value(await kiosk.sync.now())
  const { acked, head_hash } = await db()
    .selectFrom('kiosk')
    .select(['acked', 'head_hash'])
    .where('id', '=', mine.records.read()?.kiosk ?? '')
    .executeTakeFirstOrThrow()
  end.seq = Number(acked)
  end.prev = head_hash
}, 120_000)
afterAll(async () => {
  await fleet.stop()
  rmSync(folder, { recursive: true, force: true })
})

const nested =
  (depth: number): Say =>
  (head) =>
    as({ kind: 'arrival', facts: 0 })(head).replace(
      '"facts":0',
      `"facts":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    )
const poison: Readonly<Record<string, Say>> = {
  'time 2^53-1': as({ kind: 'arrival', facts: { by: 'card' }, time: Number.MAX_SAFE_INTEGER }),
  'time 9e15': as({ kind: 'arrival', facts: { by: 'card' }, time: 9e15 }),
  'time 0': as({ kind: 'arrival', facts: { by: 'card' }, time: 0 }),
  'a negative time': as({ kind: 'arrival', facts: { by: 'card' }, time: -1 }),
  'time just past the last': as({ kind: 'arrival', facts: { by: 'card' }, time: instantRange.to + 1 }),
  'time as text': as({ kind: 'arrival', facts: { by: 'card' }, time: '2026' }),
  'no time': as({ kind: 'arrival', facts: { by: 'card' }, time: undefined }),
  'no facts': as({ kind: 'arrival' }),
  'facts null': as({ kind: 'arrival', facts: null }),
  'facts a list': as({ kind: 'arrival', facts: [1, 2] }),
  'facts of other kinds': as({ kind: 'arrival', facts: { by: { a: [1] }, code: 1e300, reason: null, number: true } }),
  'no kind': as({ facts: {} }),
  'kind a number': as({ kind: 7, facts: {} }),
  'a long kind': as({ kind: 'k'.repeat(500), facts: {} }),
  'a kind of control characters': as({ kind: '\u0000\u001f\u202e', facts: {} }),
  'actor with a NUL': as({ kind: 'arrival', facts: { by: 'card' }, actor: '\u0000' }),
  'actor an object': as({ kind: 'arrival', facts: { by: 'card' }, actor: { a: 1 } }),
  'facts with a NUL': as({ kind: 'arrival', facts: { by: '\u0000', reason: '\ud800' } }),
  'epoch past any': as({ kind: 'arrival', facts: { by: 'card' }, epoch: { incarnation: newId(), n: 9e15 } }),
  'pickup a number': as({ kind: 'arrival', facts: { by: 'card' }, pickup: 3 }),
  'pickup left out': as({ kind: 'arrival', facts: { by: 'card' }, pickup: undefined }),
  'nested 40 deep': nested(40),
  'nested 3,000 deep': nested(1300),
  'nested 3,000 deep in lists': (head) =>
    as({ kind: 'arrival', facts: 0 })(head).replace('"facts":0', `"facts":${'['.repeat(3000)}${']'.repeat(3000)}`),
  'longer than an entry may be': as({ kind: 'arrival', facts: { by: 'x'.repeat(30_000) } }),
  'not canonical': (head) => ` ${as({ kind: 'arrival', facts: { by: 'card' } })(head)}`,
  'two of one name': (head) => as({ kind: 'arrival', facts: { by: 'card' } })(head).replace('{', '{"kind":"x",'),
  'a prototype': (head) =>
    as({ kind: 'arrival', facts: 0 })(head).replace('"facts":0', '"facts":{"__proto__":{"by":1}}'),
}

describe('an entry that is poison', () => {
  it.each(Object.keys(poison))('%s: kept, alarmed, and the rest goes on', async (name) => {
    const before = (await fleet.alarms()).alarms.length
    const say = poison[name]
    if (say === undefined) throw new Error('no such entry')
    await send(say, as({ kind: 'pin-changed', facts: {}, pickup: null }))
    const { alarms } = await fleet.alarms()
    expect(alarms.length).toBe(before + 1)
    expect(alarms[0]?.kind).toBe('poison-entry')
    const stored = await db()
      .selectFrom('ledger_entry')
      .select(['poison', 'time'])
      .where('kiosk', '=', mine.records.read()?.kiosk ?? '')
      .where('seq', 'in', [end.seq - 1, end.seq])
      .orderBy('seq')
      .execute()
    expect(stored.map((row) => row.poison)).toEqual([true, false])
  })

  it('leaves every list, timeline, export and report readable', everythingReads, 60_000)

  it('shows an absurd time as unknown and none as another', async () => {
    const { events } = value(await fleet.agent().call('timeline', { query: { pickup: own } }))
    const times = events.filter(({ kind }) => kind === 'arrival').map(({ time }) => time)
    expect(times).toContain(null)
    for (const time of times) if (time !== null) expect(Math.abs(time - Date.now())).toBeLessThan(600_000)
    const { entries } = value(await fleet.agent().call('ledgerEntries', { query: { pickup: own, limit: 500 } }))
    expect(entries.some(({ time }) => time === null)).toBe(true)
    const { recipient } = await db()
      .selectFrom('pickup')
      .select('recipient')
      .where('id', '=', own)
      .executeTakeFirstOrThrow()
    const told = value(await fleet.agent().call('dataSubject', { body: { recipient: RecipientId.parse(recipient) } }))
    expect(told.text.fi).toContain('aika ei tiedossa')
    expect(told.text.sv).toContain('okänd tid')
    expect(told.text.en).toContain('time unknown')
  })

  it('holds only what this kiosk was granted: another desk’s pickup goes on', async () => {
    await closeAll()
    const { epoch } = theirs.pickups.get(other) ?? {}
    for (const claimed of [null, epoch, { incarnation: newId(), n: 3 }, 'x'])
      await send(as({ kind: 'poison-of-another', facts: {}, pickup: other, epoch: claimed }))
    expect(await stateOf(other)).toEqual({ state: 'granted', held: false })
    expect((await openAlarms(other)).map(({ kind }) => kind)).toEqual(Array<string>(4).fill('foreign-entry'))
    await send(as({ kind: 'poison-of-its-own', facts: {}, pickup: own }))
    expect((await stateOf(own)).held).toBe(true)
    await everythingReads()
  })

  it('lets its pickup go when the last of its alarms is closed, not before; also when two are closed at once', async () => {
    await closeAll()
    expect((await stateOf(own)).held).toBe(false)
    await send(as({ kind: 'x', facts: {} }), as({ kind: 'y', facts: {} }), as({ kind: 'z', facts: {} }))
    const ids = (await openAlarms(own)).map(({ id }) => id)
    expect(ids).toHaveLength(3)
    const close = async (id: number) => value(await fleet.agent().call('closeAlarm', { body: { what: 'alarm', id } }))
    await close(ids[0] ?? 0)
    expect((await stateOf(own)).held).toBe(true)
    await Promise.all(ids.slice(1).map(close))
    expect((await stateOf(own)).held).toBe(false)
  })
})

it('entries that were stored before they were refused are read as well', async () => {
  const kiosk = mine.records.read()?.kiosk ?? ''
  const text = {
    'not JSON': 'x',
    null: 'null',
    'a number': '7',
    'time past any': JSON.stringify({ kind: 'arrival', facts: {}, time: 2 ** 53 - 1 }),
    'no facts': JSON.stringify({ kind: 'arrival' }),
    deep: `{"facts":${'['.repeat(4000)}${']'.repeat(4000)}}`,
  }
  let seq = 1_000_000
  for (const bytes of Object.values(text))
    for (const poisoned of [true, false])
      for (const kind of ['arrival', 'engine-started', 'walk-in-verified', 'handed-over'])
        await sql`INSERT INTO ledger_entry (kiosk, seq, kind, pickup, time, bytes, hash, signature, received_at, poison)
          VALUES (${kiosk}, ${(seq += 1)}, ${kind}, ${own}, ${2 ** 53 - 1}, ${bytes}, '', NULL, ${Date.now()}, ${poisoned})`.execute(
          db(),
        )
  await sql`INSERT INTO handover (pickup, kiosk, seq, slip, at) VALUES (${own}, ${kiosk}, ${seq}, 'x', ${2 ** 53 - 1}) ON CONFLICT DO NOTHING`.execute(
    db(),
  )
  await sql`UPDATE pickup SET issued_at = ${2 ** 53 - 1}, expires_at = ${2 ** 53 - 1} WHERE id = ${own}`.execute(db())
  await sql`INSERT INTO alarm (kind, kiosk, pickup, detail, at) VALUES ('x', ${kiosk}, ${own}, '', ${2 ** 53 - 1})`.execute(
    db(),
  )
  await sql`INSERT INTO audit (at, actor, act, pickup, detail) VALUES (${2 ** 53 - 1}, 'x', 'x', ${own}, '{}')`.execute(
    db(),
  )
  const agent = fleet.agent()
  value(await agent.call('timeline', { query: { pickup: own } }))
  value(await agent.call('pickup', { query: { pickup: own } }))
  value(await agent.call('pickups', { query: { limit: 100 } }))
  value(await agent.call('ledgerEntries', { query: { pickup: own, limit: 500 } }))
  value(await agent.call('desks', { query: {} }))
  value(await agent.call('watch', { query: {} }))
  value(await agent.call('alarms', { query: { open: '1', limit: 100 } }))
  value(await agent.call('auditTrail', { query: { limit: 100 } }))
  const { recipient } = await db()
    .selectFrom('pickup')
    .select('recipient')
    .where('id', '=', own)
    .executeTakeFirstOrThrow()
  value(await agent.call('dataSubject', { body: { recipient: RecipientId.parse(recipient) } }))
  expect((await exported('csv')).text.split('\n').filter((line) => line.includes(String(seq)))).toHaveLength(1)
  expect((await exported('jsonl')).text).toContain('"t":"end"')
  await sql`ALTER TABLE ledger_entry DISABLE TRIGGER ALL`.execute(db())
  await sql`DELETE FROM ledger_entry WHERE seq > 1000000`.execute(db())
  await sql`ALTER TABLE ledger_entry ENABLE TRIGGER ALL`.execute(db())
}, 60_000)

it('holds for whatever else an entry says: taken in, and read', async () => {
  const anything = fc.jsonValue({ maxDepth: 6 })
  const field = <T>(usual: T) => fc.oneof(fc.constant(usual), anything)
  const entry = fc
    .record(
      {
        kind: fc.oneof(
          fc.constantFrom(
            'handed-over',
            'dispatched',
            'slip-missing',
            'sent-elsewhere',
            'walk-in-abandoned',
            'arrival',
          ),
          fc.string({ unit: 'binary' }),
          anything,
        ),
        time: fc.oneof(fc.constant(Date.now()), fc.maxSafeInteger(), fc.double(), anything),
        pickup: fc.oneof(fc.constant(own), fc.constant(other), anything),
        epoch: field(null),
        actor: field(null),
        facts: anything,
      },
      { requiredKeys: [] },
    )
    .map(
      (more): Say =>
        ({ seq, prev }) =>
          JSON.stringify({ ...more, prev, seq }),
    )
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), async (entries) => {
      await send(...entries)
    }),
    { numRuns: 60 },
  )
  expect((await stateOf(other)).held).toBe(false)
  await everythingReads()
}, 120_000)
