/**
 * A hub that fails, lies or sends rubbish: the desk says so with a code, keeps everything, and does not hammer at it
 * (promise P9).
 */
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Desk, Incarnation, StaffId } from '../../src-shared/domain/index.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { createSlips } from '../../src-main/release/index.ts'
import { createWalkIns } from '../../src-main/identity/index.ts'
import {
  createApplier,
  createHubClient,
  createPageReader,
  createSync,
  type Sync,
  type Transport,
  type TransportReply,
} from '../../src-main/sync/index.ts'
import { enrolledFolder, incarnation, openRooms, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

const hour = 3_600_000
const words = { fi: 'Lukkari', sv: 'Lukkari', en: 'Lukkari' }
let at: EnrolledFolder
let rooms: Rooms
let sync: Sync
let hub: Transport
let now = 0
let asked: number[] = []
let planned: { at: number; run: () => void } | null = null

/** Plays the desk's timer for so long; the loop of sync has at most one. */
async function play(ms: number): Promise<void> {
  const end = now + ms
  while (planned !== null && planned.at <= end) {
    const { at: due, run } = planned
    planned = null
    now = Math.max(now, due)
    run()
    // Its round is over when the next one is planned.
    await expect.poll(() => planned !== null, { interval: 1, timeout: 20_000 }).toBe(true)
  }
  now = end
}

const reply = (status: number, body: unknown, headers: Record<string, string> = {}): TransportReply => ({
  status,
  headers,
  bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})
const desk = () =>
  Desk.parse({
    id: at.desk,
    kind: 'porter',
    name: words,
    unit: words,
    address: '',
    slipPrefix: 'TST',
    organisation: words,
    changeAddress: 'https://a.example',
    selfServiceAddress: 'https://a.example',
  })
const policy = () => Policy.parse({ version: 1, rules: [], verificationSeconds: 300, accountOnSlip: 'full' })

/** A hub in order, as a transport; `acked` is how far it has the ledger. */
function goodHub(spoil: (path: string, good: TransportReply) => TransportReply = (_, good) => good): Transport {
  return (_method, path, _headers, body) => {
    const head = () => ({ acked: rooms.ledger.head().seq, head: rooms.ledger.head().hash, hubTime: now })
    if (path.startsWith('/v1/report'))
      return Promise.resolve(spoil(path, reply(200, { incarnation, acked: 0, head: '0'.repeat(64), hubTime: now })))
    if (path.startsWith('/v1/ledger')) return Promise.resolve(spoil(path, reply(body === null ? 400 : 200, head())))
    const feed = { incarnation, next: 0, more: false, hubTime: now, changes: [] }
    const snapshot = {
      incarnation,
      head: 0,
      hubTime: now,
      total: 0,
      desk: desk(),
      policy: policy(),
      staff: [],
      pickups: [],
      after: null,
    }
    return Promise.resolve(spoil(path, reply(200, path.startsWith('/v1/feed') ? feed : snapshot)))
  }
}

beforeEach(() => {
  now = 1_700_000_000_000
  asked = []
  planned = null
  at = enrolledFolder()
  rooms = openRooms(at, { now: () => now })
  const { store, ledger, pickups, roster, records, keys } = rooms
  for (let i = 0; i < 5; i++)
    store.transact(() =>
      ledger.append({ kind: 'sign-in-refused', facts: { staff: StaffId.parse(newId()), attemptsLeft: 4 } }),
    )
  const client = createHubClient({
    target: { address: 'https://hub.example', authority: null },
    signer: { kiosk: at.kiosk, key: keys.signKey },
    now: () => now,
    transport: (...call) => {
      asked.push(now)
      return hub(...call)
    },
  })
  sync = createSync({
    hub: client,
    ledger,
    records,
    applier: createApplier({
      store,
      ledger,
      pickups,
      slips: createSlips(store.db),
      roster,
      records,
      walkIns: createWalkIns(store.db, pickups, ledger, () => now),
    }),
    pages: createPageReader(keys.cacheKey, null),
    now: () => now,
    timers: {
      set(run, ms) {
        const mine = { at: now + ms, run }
        planned = mine
        return () => void (planned = planned === mine ? null : planned)
      },
    },
    random: () => 0.5,
    pollMs: 15_000,
    onChange: () => undefined,
  })
})
afterEach(async () => {
  await sync.stop()
  rooms.close()
  at.remove()
})
const unsent = () => rooms.ledger.head().seq - (rooms.records.read()?.acked ?? 0)

test('an hour of 500s: asked ever more rarely, nothing lost, and all of it goes once the hub is well', async () => {
  hub = () => Promise.resolve(reply(500, '<html>it is broken</html>'))
  sync.start()
  await play(hour)
  expect(sync.status()).toMatchObject({ state: 'offline', failure: { code: 'L-611' } })
  expect(asked.length).toBeGreaterThan(60)
  expect(asked.length).toBeLessThan(200)
  const gaps = asked.slice(-20).map((time, i, all) => time - (all[i - 1] ?? time))
  expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(25_000)
  expect(unsent()).toBe(5)
  hub = goodHub()
  await play(2 * 60_000)
  expect(sync.status()).toMatchObject({ state: 'online', failure: null })
  expect(unsent()).toBe(0)
})

test('a kiosk record that does not open is told of at the desk (L-804), and the hub is not asked in its name', async () => {
  hub = goodHub()
  sync.start()
  await play(10_000)
  expect(sync.status()).toMatchObject({ state: 'online', failure: null })
  rooms.store.db.prepare("UPDATE kiosk SET desk = 'no desk'").run()
  const before = asked.length
  await play(2 * 60_000)
  expect(sync.status()).toMatchObject({ state: 'offline', failure: { code: failures.databaseDamaged } })
  expect(asked.length).toBe(before)
})

test('Retry-After is obeyed, but a hub cannot send a desk away for a day', async () => {
  hub = () => Promise.resolve(reply(503, { code: 'L-611' }, { 'retry-after': '86400' }))
  sync.start()
  await play(hour)
  expect(asked.length).toBeGreaterThanOrEqual(5)
  expect(asked.length).toBeLessThanOrEqual(8)
})

const bomb = zstdCompressSync(Buffer.alloc(65 * 1024 * 1024, 32))
const spoiled: readonly [what: string, spoil: (path: string, good: TransportReply) => TransportReply][] = [
  ['cut short', (path, good) => (path.startsWith('/v1/snapshot') ? { ...good, bytes: good.bytes.slice(0, -9) } : good)],
  [
    'too large when unpacked',
    (path, good) =>
      path.startsWith('/v1/snapshot') ? { ...good, headers: { 'content-encoding': 'zstd' }, bytes: bomb } : good,
  ],
  ['packed in an unknown way', (_, good) => ({ ...good, headers: { 'content-encoding': 'lzma' } })],
  [
    'damaged in transit',
    (_, good) => ({ ...good, headers: { 'content-encoding': 'zstd' }, bytes: Buffer.from('28b52ffd0000', 'hex') }),
  ],
  [
    'acknowledging what was never sent',
    (path) =>
      path.startsWith('/v1/ledger')
        ? reply(200, { acked: 999, head: '0'.repeat(64), hubTime: 1_772_438_400_000 })
        : reply(200, { incarnation, acked: 0, head: '0'.repeat(64), hubTime: 1_772_438_400_000 }),
  ],
]
test.each(spoiled)(
  'an answer that is %s is not believed (L-602); the desk waits, keeps its ledger, and goes on with a hub in order',
  async (_, spoil) => {
    hub = goodHub(spoil)
    sync.start()
    await play(10_000)
    expect(sync.status()).toMatchObject({ state: 'offline', failure: { code: 'L-602' } })
    expect(asked.length).toBeLessThan(40)
    expect(rooms.ledger.verifyFrom(0, 'all').bad).toBeNull()
    hub = goodHub()
    await play(2 * 60_000)
    expect(sync.status().state).toBe('online')
    expect(unsent()).toBe(0)
  },
)

test('a page of an incarnation that no report has named is not applied; the desk asks anew, not in a tight loop', async () => {
  const other = Incarnation.parse(newId())
  hub = goodHub((path, good) =>
    /feed|snapshot/.test(path)
      ? { ...good, bytes: Buffer.from(Buffer.from(good.bytes).toString().replaceAll(incarnation, other)) }
      : good,
  )
  sync.start()
  await play(10 * 60_000)
  expect(sync.status().state).toBe('offline')
  expect(rooms.records.read()).toMatchObject({ incarnation, cursor: 0, synced: false })
  expect(asked.length).toBeLessThan(200)
})

const json = (good: TransportReply) => JSON.parse(Buffer.from(good.bytes).toString()) as Record<string, unknown>
const endless: readonly [what: string, spoil: (path: string, good: TransportReply) => TransportReply][] = [
  [
    'a feed that always has more and never says what',
    (path, good) => (path.startsWith('/v1/feed') ? reply(200, { ...json(good), more: true }) : good),
  ],
  [
    'a snapshot whose pages lead back to each other',
    (path, good) =>
      path.startsWith('/v1/snapshot')
        ? reply(200, { ...json(good), after: path.includes('after=AAAA') ? 'B'.repeat(22) : 'A'.repeat(22) })
        : good,
  ],
  [
    'another incarnation that forgets what it has just acknowledged',
    (path, good) =>
      path.startsWith('/v1/report') ? reply(200, { ...json(good), incarnation: 'C'.repeat(22), acked: 0 }) : good,
  ],
]
test.each(endless)('a hub with %s is left alone for a while (L-602), and asked again', async (_, spoil) => {
  hub = goodHub(spoil)
  sync.start()
  await play(10_000)
  expect(sync.status()).toMatchObject({ state: 'offline', failure: { code: 'L-602' } })
  expect(asked.length).toBeLessThan(60)
  hub = goodHub()
  await play(2 * 60_000)
  expect(sync.status().state).toBe('online')
  expect(unsent()).toBe(0)
})

test.each(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DEPTH_ZERO_SELF_SIGNED_CERT'])(
  'a certificate of another authority (%s) is another hub (L-104): nothing is sent, and the desk says so',
  async (code) => {
    hub = () => Promise.reject(Object.assign(new Error('certificate'), { code }))
    sync.start()
    await play(10 * 60_000)
    expect(sync.status()).toMatchObject({ state: 'refused', failure: { code: 'L-104' } })
    expect(asked.length).toBeLessThan(60)
    // No word of the real hub's: the desk goes on with what it has.
    expect(rooms.records.read()?.frozen).toBe(false)
    expect(unsent()).toBe(5)
  },
)

test('on a line too slow for a long batch the ledger gets there in shorter ones, and in long ones again once the line is better', async () => {
  rooms.store.transact(() => {
    for (let i = 0; i < 1_400; i++)
      rooms.ledger.append({ kind: 'sign-in-refused', facts: { staff: StaffId.parse(newId()), attemptsLeft: 4 } })
  })
  const good = goodHub()
  const sizes: number[] = []
  let failed = 0
  let fits = 350
  hub = (method, path, headers, body, totalMs) => {
    if (!path.startsWith('/v1/ledger')) return good(method, path, headers, body, totalMs)
    const { entries } = JSON.parse(String(body)) as { entries: { bytes: string }[] }
    if (entries.length > fits) {
      failed += 1
      return Promise.reject(new Error('timeout'))
    }
    sizes.push(entries.length)
    const { seq } = JSON.parse(entries.at(-1)?.bytes ?? '') as { seq: number }
    return Promise.resolve(reply(200, { acked: seq, head: rooms.ledger.hashAt(seq), hubTime: now }))
  }
  sync.start()
  await play(hour)
  expect(sync.status().state).toBe('online')
  expect(unsent()).toBe(0)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(fits)
  // Found out soon, and not tried again and again.
  expect(failed).toBeLessThanOrEqual(4)
  fits = 5_000
  rooms.store.transact(() => {
    for (let i = 0; i < 1_400; i++)
      rooms.ledger.append({ kind: 'sign-in-refused', facts: { staff: StaffId.parse(newId()), attemptsLeft: 4 } })
  })
  sizes.length = 0
  await play(60_000)
  expect(unsent()).toBe(0)
  expect(sizes.length).toBeLessThan(5)
})

/** A feed of 40 changes in pages of ten, as a transport; `next` is what it says beforehand of the page after one. */
function pagedHub(next: (place: number) => string | null): Transport {
  const good = goodHub()
  const changes = Array.from({ length: 40 }, (_, i) => ({ seq: i + 1, kind: 'staff-removed', staff: newId() }))
  return (method, path, headers, body, totalMs) => {
    if (!path.startsWith('/v1/feed')) return good(method, path, headers, body, totalMs)
    const cursor = Number(new URL(path, 'https://hub.example').searchParams.get('cursor'))
    if (!Number.isSafeInteger(cursor) || cursor > 40)
      return Promise.resolve(reply(400, { code: 'L-608', params: { where: 'query' } }))
    const page = changes.slice(cursor, cursor + 10)
    const more = cursor + page.length < 40
    const said = more ? next(cursor + page.length) : null
    const answer = { incarnation, next: cursor + page.length, more, head: 40, hubTime: now, changes: page }
    return Promise.resolve(reply(200, answer, said === null ? {} : { 'lodge-next': said }))
  }
}
const sayings: readonly [what: string, next: (place: number) => string | null][] = [
  ['where it begins', String],
  ['nothing, as hubs before this one', () => null],
  ['a place that it is not at', (place) => String(place - 10)],
  ['the place of a page long read', () => '0'],
  ['a place beyond the end', () => '4000'],
  ['rubbish', () => 'http://elsewhere.example/?cursor=1'],
]
test.each(sayings)(
  'pages are taken in their order whatever the hub says beforehand of the next one: %s',
  async (_, next) => {
    hub = pagedHub(next)
    sync.start()
    await play(10_000)
    expect(sync.status()).toMatchObject({ state: 'online', failure: null })
    expect(rooms.records.read()?.cursor).toBe(40)
    expect(asked.length).toBeLessThan(25)
  },
)
