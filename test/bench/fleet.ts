/**
 * Figures of a fleet: 5,000 simulated kiosks on one hub process and one PostgreSQL, then on two and four processes. The
 * hub speaks plain HTTP on loopback, as behind a proxy that carries the TLS; the kiosks share the machine with it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { connectDatabase, startEmbeddedPostgres, type Db } from '../../src-hub/database/index.ts'
import { createSwarm, enrolSwarm, inParallel, nextEntries, type SimulatedKiosk, type Swarm } from './fleet/swarm.ts'
import { figure, type Figure } from './figure.ts'
import { startBenchHub, type BenchHub } from './sync/children.ts'
import { sized } from './size.ts'
import { within } from '../support/within.ts'

const kiosks = sized(5000, 100)
const few = sized(1000, 50)
const unsent = 20
const pollSeconds = sized(15, 2)
const pollFor = sized(10, 2)
const streams = sized(1000, 50)
const width = 64
/** Longest that a fan-out may take before it counts as lost. */
const hintMs = 60_000

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

/** Resident memory of a process, MiB. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

/** Polls as a fleet does: each kiosk every fifteen seconds, spread evenly. Latencies in ms. */
async function idlePolls(swarm: Swarm, fleet: readonly SimulatedKiosk[]): Promise<number[]> {
  const times: number[] = []
  const open: Promise<void>[] = []
  const gap = (pollSeconds * 1000) / fleet.length
  const from = performance.now()
  for (let i = 0; i * gap < pollFor * 1000; i++) {
    const kiosk = fleet[i % fleet.length]
    if (kiosk === undefined) break
    const wait = from + i * gap - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    open.push(swarm.poll(kiosk).then((took) => void times.push(took)))
  }
  await Promise.all(open)
  return times
}

/** All come back at once, each with its unsent entries, and poll. Seconds until the last is through. */
async function storm(swarm: Swarm, fleet: readonly SimulatedKiosk[], db: Db): Promise<number> {
  const bodies = fleet.map((kiosk) => nextEntries(kiosk, unsent))
  const before = performance.now()
  await inParallel(fleet, width, async (kiosk, i) => {
    await swarm.push(kiosk, bodies[i] ?? '')
    await swarm.poll(kiosk)
  })
  const took = (performance.now() - before) / 1000
  const { n } = await db
    .selectFrom('kiosk')
    .select((e) => e.fn.sum<number>('acked').as('n'))
    .executeTakeFirstOrThrow()
  const sent = fleet.reduce((sum, kiosk) => sum + kiosk.seq, 0)
  if (Number(n) < sent) throw new Error('not all entries were taken')
  return took
}

/** The same rows in as many transactions, by the driver alone. Seconds. */
async function rawStorm(db: Db, count: number): Promise<number> {
  await sql`CREATE TABLE bench_storm (LIKE ledger_entry INCLUDING ALL)`.execute(db)
  const text = 'x'.repeat(300)
  const numbers = Array.from({ length: count }, (_, i) => i)
  const before = performance.now()
  await inParallel(numbers, 12, async (i) => {
    await sql`INSERT INTO bench_storm (kiosk, seq, kind, pickup, time, bytes, hash, received_at, poison)
      SELECT ${String(i)}, n, 'arrival', ${String(i)} || n, 0, ${text}, ${text.slice(0, 64)}, 0, false FROM generate_series(1, ${unsent}::int) AS t(n)`.execute(
      db,
    )
  })
  const took = (performance.now() - before) / 1000
  await sql`DROP TABLE bench_storm`.execute(db)
  return took
}

/** Milliseconds until every listener has had its hint. */
async function fanOut(swarm: Swarm, fleet: readonly SimulatedKiosk[], db: Db): Promise<number> {
  let heard = 0
  let all: () => void = () => undefined
  const done = new Promise<void>((resolve) => {
    all = resolve
  })
  await inParallel(fleet, width, (kiosk) =>
    swarm.listen(kiosk, () => {
      heard += 1
      if (heard === fleet.length) all()
    }),
  )
  const before = performance.now()
  await sql`SELECT pg_notify('lodge_hint', id) FROM unnest(${fleet.map((kiosk) => kiosk.desk)}::text[]) AS t(id)`.execute(
    db,
  )
  await within(hintMs, `a hint at each of ${fleet.length} listeners`, done)
  return performance.now() - before
}

export async function fleetFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'database'))
  const env = { DATABASE_URL: postgres.url, LODGE_HUB_BEHIND_PROXY: '1' }
  const { db } = connectDatabase(postgres.url)
  const hubs: BenchHub[] = []
  const swarms: Swarm[] = []
  try {
    const addHub = async () => {
      const hub = await startBenchHub(join(folder, 'hub'), env)
      hubs.push(hub)
      return hub
    }
    const one = await addHub()
    const { incarnation } = await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
    const connect = () => {
      const swarm = createSwarm(
        hubs.map((hub) => hub.url),
        incarnation,
        width,
      )
      swarms.push(swarm)
      return swarm
    }
    const fleet = await enrolSwarm(db, kiosks)
    const small = fleet.slice(0, few)
    const alone = connect()
    // The first storm of the small fleet warms the hub's code and counts for nothing.
    await storm(alone, small, db)
    const bare = memoryOf(one.pid)
    const quiet = await idlePolls(alone, small)
    const polls = await idlePolls(alone, fleet)
    const stormFew = await storm(alone, small, db)
    const raw = await rawStorm(db, kiosks)
    const stormOne = await storm(alone, fleet, db)
    const hint = await fanOut(alone, fleet.slice(0, streams), db)
    const memory = memoryOf(one.pid)
    await addHub()
    const two = connect()
    const pollsTwo = await idlePolls(two, fleet)
    const stormTwo = await storm(two, fleet, db)
    const memoryTwo = Math.max(...hubs.map((hub) => memoryOf(hub.pid)))
    await addHub()
    await addHub()
    const four = connect()
    const pollsFour = await idlePolls(four, fleet)
    const stormFour = await storm(four, fleet, db)
    const memoryFour = Math.max(...hubs.map((hub) => memoryOf(hub.pid)))
    const growth = stormOne / kiosks / (stormFew / few)
    const first = { name: 'one hub process', value: stormOne }
    const alonePoll = { name: 'p99 with one hub process', value: percentile(polls, 0.99) }
    const aloneMemory = { name: 'one hub process', value: memory }
    return [
      figure(
        'fleet_poll_p99',
        percentile(polls, 0.99),
        'ms',
        { name: 'p99 with 1,000 kiosks', value: percentile(quiet, 0.99) },
        '<= 250 ms',
        (value) => value <= 250,
      ),
      figure(
        'fleet_storm_drain_s',
        stormOne,
        's',
        { name: 'the rows by the driver, 5,000 transactions', value: raw },
        '<= 60 s',
        (value) => value <= 60,
      ),
      figure(
        'fleet_growth',
        growth,
        'x',
        { name: 'seconds for each of 1,000 kiosks', value: 1 },
        'ratio <= 1.5',
        (_, ratio) => ratio <= 1.5,
      ),
      figure(
        'fleet_hint_ms',
        hint,
        'ms',
        { name: 'one idle poll, median', value: percentile(quiet, 0.5) },
        '1,000 streams <= 2000 ms',
        (value) => value <= 2000,
      ),
      figure(
        'fleet_memory',
        memory,
        'MiB',
        { name: 'after 1,000 kiosks', value: bare },
        '<= 512 MiB',
        (value) => value <= 512,
      ),
      figure('fleet_storm_two_hubs_s', stormTwo, 's', first, 'ratio <= 1.25', (_, ratio) => ratio <= 1.25),
      figure('fleet_storm_four_hubs_s', stormFour, 's', first, 'ratio <= 1.5', (_, ratio) => ratio <= 1.5),
      figure(
        'fleet_poll_p99_two_hubs',
        percentile(pollsTwo, 0.99),
        'ms',
        alonePoll,
        '<= 250 ms',
        (value) => value <= 250,
      ),
      figure(
        'fleet_poll_p99_four_hubs',
        percentile(pollsFour, 0.99),
        'ms',
        alonePoll,
        '<= 250 ms',
        (value) => value <= 250,
      ),
      figure('fleet_memory_two_hubs', memoryTwo, 'MiB', aloneMemory, 'each <= 512 MiB', (value) => value <= 512),
      figure('fleet_memory_four_hubs', memoryFour, 'MiB', aloneMemory, 'each <= 512 MiB', (value) => value <= 512),
    ]
  } finally {
    for (const swarm of swarms) await swarm.close()
    await db.destroy()
    for (const hub of hubs) await hub.stop()
    await postgres.stop()
    if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}
