/**
 * `npm run -s test:outages [-- --only TEXT]`: a hub process under load while its PostgreSQL goes, in every way that a
 * server can go, and comes back. A table of outage x (hub up, not ready within, ready within, lost); the last line
 * counts. Needs a PostgreSQL with `pg_basebackup`, and PgBouncer for its two rows; what is missing is skipped and says
 * so.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { DeskId } from '../../src-shared/domain/index.ts'
import { createHubClient, type HubClient } from '../../src-main/sync/index.ts'
import { hubPlace, type HubProcess } from '../hub/hub-process.ts'
import { standbyPostgres, startPostgres, type Server, type Standbys } from '../support/postgres-standby.ts'
import { endWith, startRun, stopAll } from '../support/runner.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { pgbouncer, startPgBouncer, type PgBouncer, type PoolMode } from './pgbouncer.ts'
import { until } from './until.ts'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
/** An outage shows, and is over, within this, ms: what the hub promises. */
const promisedMs = 5000
/** A caller is answered, if only with L-611, within this, ms. */
const answerMs = 12_000
/** Longest that one row, and the start of the servers that it needs, may take, ms; and whatever is stopped after it. */
const rowMs = 150_000
const stopMs = 40_000
const database = 'lodge'
const role = 'lodge_app'

interface Hub {
  readonly process: HubProcess
  readonly probe: HubClient
  ready(): Promise<boolean>
  notes(): Promise<readonly string[]>
  stop(): Promise<void>
}

/** A hub process on `url`, with a client that does not wait longer than a load balancer would. */
async function startHub(folder: string, url: string): Promise<Hub> {
  const place = await hubPlace(folder)
  const running = await place.start(url)
  const now = () => Date.now()
  const stranger = createHubClient({ target: { address: running.url, authority: null }, signer: null, now })
  const pem = await stranger.call('authority', {})
  await stranger.close()
  if (!pem.ok) throw new Error(pem.failure.code)
  const target = { address: running.url, authority: pem.value.pem }
  const probe = createHubClient({ target, signer: null, now, timeoutMs: 1500 })
  return {
    process: running,
    probe,
    ready: async () => (await probe.call('ready', {})).ok,
    async notes() {
      const reply = await probe.call('ready', {})
      return reply.ok ? (reply.value.notes ?? []) : []
    },
    async stop() {
      await probe.close()
      await running.stop()
    },
  }
}

/**
 * A lane of the load asks so often, ms: three of them stay below the 1,200 a minute that the hub takes from one
 * address.
 */
const laneEveryMs = 200

/** Issues one after another; what was acknowledged is remembered, and what was refused is counted by its code. */
function startLoad(hub: Hub, accounts: readonly string[], desk: string) {
  const acknowledged: string[] = []
  const refused = new Map<string, number>()
  let slowestMs = 0
  let on = true
  const work = Promise.all(
    [0, 1, 2].map(async (lane) => {
      for (let n = lane; on; n += 3) {
        const body = {
          account: accounts[n % accounts.length] ?? '',
          desk: DeskId.parse(desk),
          channel: 'porter' as const,
          requestReference: 'R-1',
          secretKind: 'password' as const,
        }
        // A pace, not a wait for anything.
        const pace = new Promise((done) => setTimeout(done, laneEveryMs))
        const asked = performance.now()
        const reply = await hub.process.agent.call('issue', { body })
        slowestMs = Math.max(slowestMs, Math.round(performance.now() - asked))
        if (reply.ok) acknowledged.push(reply.value.pickup)
        else refused.set(reply.failure.code, (refused.get(reply.failure.code) ?? 0) + 1)
        await pace
      }
    }),
  )
  return {
    acknowledged,
    refused,
    refusals: () => [...refused].map(([code, n]) => `${n} ${code}`).join(', ') || 'nothing',
    slowestMs: () => slowestMs,
    async stop() {
      on = false
      await work
    },
  }
}

interface Outage {
  readonly name: string
  /** Makes it; what is returned ends it. */
  readonly make: () => Promise<() => Promise<void>>
  /** false: so short that the hub may never be not ready. */
  readonly shows?: boolean
}

interface Row {
  readonly name: string
  readonly up: boolean
  readonly notReadyMs: number | null
  readonly readyMs: number
  readonly lost: number
  readonly connections: number
  /** Longest that one caller waited for an answer, whichever. */
  readonly slowestMs: number
  /** Codes that callers were refused with. */
  readonly refused: readonly string[]
}

let passed = 0
let failed = 0
let skipped = 0
const run = startRun('test:outages', (more) => `${passed} passed, ${failed + more} failed, ${skipped} skipped`)
function skip(name: string, why: string): void {
  skipped += 1
  process.stdout.write(`skipped: ${name}: ${why}\n`)
}
function fail(name: string, why: string): void {
  failed += 1
  process.stdout.write(`FAILED ${name}: ${why}\n`)
}

const cell = (text: string, width: number) => text.padEnd(width)
const head = ['outage', 'hub up', 'not ready', 'ready', 'slowest', 'lost', 'connections']
const widths = [46, 7, 10, 8, 8, 5, 11]
const line = (cells: readonly string[]) =>
  process.stdout.write(`${cells.map((text, i) => cell(text, widths[i] ?? 0)).join('  ')}\n`)

type Load = ReturnType<typeof startLoad>

/** Stops what a part of the run has started, all of it, and tells of what does not stop. */
async function stopped(started: Parameters<typeof stopAll>[1]): Promise<void> {
  for (const why of await stopAll(stopMs, started)) fail('stopping', why)
}

/** The database now, wherever it is written to. */
type Where = () => Server

/** One row, its load running. Fails where something that is awaited does not come. */
async function measure(hub: Hub, where: Where, load: Load, { make, shows = true }: Outage): Promise<Omit<Row, 'name'>> {
  await until('the load to run', 15_000, async () => load.acknowledged.length >= 5)
  let end: (() => Promise<void>) | null = await make()
  let notReadyMs: number | null = null
  try {
    if (shows) notReadyMs = await until('the hub to be not ready', 20_000, async () => !(await hub.ready()))
    const ending = end
    end = null
    await ending()
  } finally {
    // Rows that follow must not stand in this one's outage.
    await end?.()
  }
  const readyMs = await until('the hub to be ready', 30_000, () => hub.ready())
  const before = load.acknowledged.length
  await until('work to go on', 15_000, async () => load.acknowledged.length > before)
  await load.stop()
  const up = (await hub.probe.call('health', {})).ok
  const server = where()
  const [there] = await server.ask<{ n: number }>(
    'SELECT count(*)::int AS n FROM unnest($1::text[]) AS t(id) JOIN pickup p ON p.id = t.id',
    [load.acknowledged],
    database,
  )
  const [open] = await server.ask<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
    [database],
  )
  return {
    up,
    notReadyMs,
    readyMs,
    lost: load.acknowledged.length - (there?.n ?? 0),
    connections: open?.n ?? 0,
    slowestMs: load.slowestMs(),
    refused: [...load.refused.keys()],
  }
}

/** What a row breaks of what the hub promises. */
const wrongWith = ({ up, notReadyMs, readyMs, lost, connections, slowestMs, refused }: Omit<Row, 'name'>): string[] => [
  ...(up ? [] : ['the hub is gone']),
  ...((notReadyMs ?? 0) > promisedMs ? [`not ready only after ${notReadyMs ?? 0} ms`] : []),
  ...(readyMs > promisedMs ? [`ready only after ${readyMs} ms`] : []),
  ...(lost === 0 ? [] : [`${lost} acknowledged pickups are lost`]),
  // 12 of the pool, the beat's, the listener's; and what is still being given back.
  ...(connections > 30 ? [`${connections} connections are open`] : []),
  ...(slowestMs > answerMs ? [`a caller was answered only after ${slowestMs} ms`] : []),
  ...refused.filter((code) => code !== 'L-611').map((code) => `callers were refused with ${code}`),
]

async function tryOutage(hub: Hub, where: Where, scene: Scene, outage: Outage): Promise<void> {
  const { name } = outage
  run.at(name, rowMs)
  let load: Load | null = null
  try {
    await until('the hub to be ready before', 20_000, () => hub.ready())
    load = startLoad(hub, scene.accounts, scene.desk)
    const row = await measure(hub, where, load, outage)
    line([
      name,
      row.up ? 'yes' : 'NO',
      row.notReadyMs === null ? '-' : `${row.notReadyMs}`,
      `${row.readyMs}`,
      `${row.slowestMs}`,
      `${row.lost}`,
      `${row.connections}`,
    ])
    const wrong = wrongWith(row)
    if (wrong.length === 0) passed += 1
    else fail(name, wrong.join('; '))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    fail(name, `${why} (the load was refused: ${load?.refusals() ?? 'not begun'})`)
  } finally {
    await stopped({ 'the load': load })
  }
}

interface Scene {
  readonly accounts: readonly string[]
  readonly desk: string
}

async function sceneOf(server: Server): Promise<Scene> {
  const accounts = await server.ask<{ account: string }>(
    `SELECT account FROM account a JOIN recipient r ON r.id = a.recipient WHERE r.class = 'student' AND valid_until IS NULL ORDER BY 1`,
    [],
    database,
  )
  const [desk] = await server.ask<{ id: string }>(
    `SELECT id FROM desk WHERE kind = 'porter' ORDER BY id LIMIT 1`,
    [],
    database,
  )
  return { accounts: accounts.map(({ account }) => account), desk: desk?.id ?? '' }
}

const others = `datname = '${database}' AND pid <> pg_backend_pid()`
const terminate = (server: Server) =>
  server.ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`)
async function set(server: Server, setting: string, value: string | null): Promise<void> {
  await server.ask(value === null ? `ALTER SYSTEM RESET ${setting}` : `ALTER SYSTEM SET ${setting} = '${value}'`)
  await server.ask('SELECT pg_reload_conf()')
}

/** Takes every connection that a role without privileges can have, and the hub's own from it. */
async function takeAll(server: Server): Promise<() => Promise<void>> {
  const taken: pg.Client[] = []
  const limit = performance.now() + 4000
  await terminate(server)
  while (performance.now() < limit) {
    const client = new pg.Client({ connectionString: server.url(database).replace('lodge@', `${role}@`) })
    client.on('error', () => undefined)
    try {
      await client.connect()
      taken.push(client)
    } catch {
      // None is left: the hub's newest are taken from it as well.
      await server.ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others} AND pid <> ALL($1::int[])`,
        [await pidsOf(taken)],
      )
    }
  }
  return async () => {
    await Promise.all(taken.map((client) => client.end()))
  }
}
async function pidsOf(clients: readonly pg.Client[]): Promise<number[]> {
  return Promise.all(
    clients.map(
      async (client) => (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0,
    ),
  )
}

/** Ends in every way and comes back by itself: the same server throughout. */
function sameServer(server: Server, proxy: TcpProxy): Outage[] {
  const comeBack = () => server.start()
  return [
    {
      name: 'every backend terminated under load',
      shows: false,
      async make() {
        for (let n = 0; n < 3; n++) await terminate(server)
        return async () => undefined
      },
    },
    {
      name: 'idle in transaction killed under load',
      shows: false,
      async make() {
        const ended = () => server.log().split('terminating connection due to idle-in-transaction timeout').length - 1
        const before = ended()
        await set(server, 'idle_in_transaction_session_timeout', '1ms')
        await terminate(server)
        await until('transactions to be ended for idling', 30_000, async () => ended() >= before + 3)
        return () => set(server, 'idle_in_transaction_session_timeout', null)
      },
    },
    ...(['fast', 'immediate', 'kill'] as const).map((mode) => ({
      name: mode === 'kill' ? 'kill -9' : `${mode} stop`,
      async make() {
        await server.stop(mode)
        return comeBack
      },
    })),
    {
      name: 'network cut',
      async make() {
        proxy.cut()
        return async () => proxy.mend()
      },
    },
    { name: 'no connection left', make: () => takeAll(server) },
  ]
}

/** Another server takes the place. */
function otherServer(postgres: Standbys, second: Server, third: () => Promise<Server>): readonly [Outage, Outage] {
  return [
    {
      name: 'switchover to a synchronous standby',
      async make() {
        await postgres.primary.stop('fast')
        return () => second.promote()
      },
    },
    {
      name: 'failover, the old one comes back read-only',
      async make() {
        const next = await third()
        await second.stop('fast')
        return async () => {
          await next.promote()
          await second.comeBackReadOnly(null)
        }
      },
    },
  ]
}

async function direct(bin: string, root: string): Promise<void> {
  const postgres = await startPostgres(bin)
  const proxies: TcpProxy[] = []
  let hub: Hub | null = null
  try {
    const { primary } = postgres
    await primary.ask(`CREATE ROLE ${role} LOGIN`)
    await primary.ask(`CREATE DATABASE ${database}`)
    const second = await postgres.addStandby('second', { synchronous: true })
    const third = await postgres.addStandby('third', { of: primary })
    for (const { port } of [primary, second, third]) proxies.push(await startTcpProxy(port))
    const hosts = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',')
    const url = (user: string) => `postgresql://${user}@${hosts}/${database}?target_session_attrs=read-write`
    process.env['DATABASE_OWNER_URL'] = url('lodge')
    hub = await startHub(join(root, 'direct'), url(role))
    const scene = await sceneOf(primary)
    const [first] = proxies
    if (first === undefined) throw new Error('no proxy')
    let now = primary
    const wanted = ({ name }: Outage) => values.only === undefined || name.includes(values.only)
    for (const outage of sameServer(primary, first).filter(wanted)) await tryOutage(hub, () => now, scene, outage)
    const [switchover, failover] = otherServer(postgres, second, async () => {
      // The third follows the new primary from here on, so that it has everything.
      await set(second, 'synchronous_standby_names', null)
      await third.stop('fast')
      await third.comeBackReadOnly(second)
      await postgres.caughtUp(third, second)
      return third
    })
    // The second begins where the first has ended.
    if (![switchover, failover].some(wanted)) return
    now = second
    await tryOutage(hub, () => now, scene, switchover)
    now = third
    await tryOutage(hub, () => now, scene, failover)
    const [back] = await now.ask<{ n: number }>(
      `SELECT count(*)::int AS n FROM alarm WHERE kind = 'database-went-back'`,
      [],
      database,
    )
    if (back?.n === 0) passed += 1
    else fail('nothing went back', `${back?.n ?? '?'} alarms say that the database went back in time`)
  } finally {
    delete process.env['DATABASE_OWNER_URL']
    await stopped({
      'the hub': hub,
      proxies: { stop: () => Promise.all(proxies.map((proxy) => proxy.stop())) },
      PostgreSQL: postgres,
    })
  }
}

/** A small file system of the database's own; null where none may be mounted. */
function smallDisk(root: string): { readonly folder: string; unmount(): void } | null {
  const folder = join(root, 'small')
  mkdirSync(folder)
  chmodSync(root, 0o755)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return null
  }
  const unmount = () => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' })
  const forget = endWith(unmount)
  return {
    folder,
    unmount() {
      forget()
      unmount()
    },
  }
}

/** Writes until nothing fits any more. */
function fill(file: string): void {
  for (const size of [1024 * 1024, 4096]) {
    const block = Buffer.alloc(size)
    try {
      for (;;) appendFileSync(file, block)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOSPC') throw error
    }
  }
}

async function diskFull(bin: string, root: string): Promise<void> {
  const name = 'disk full'
  if (values.only !== undefined && !name.includes(values.only)) return
  const disk = smallDisk(root)
  if (disk === null) return skip(name, 'a small file system of its own cannot be mounted here')
  let postgres: Standbys | null = null
  let hub: Hub | null = null
  try {
    postgres = await startPostgres(bin, { above: disk.folder, settings: ['wal_keep_size=0', 'max_wal_size=32MB'] })
    const { primary } = postgres
    await primary.ask(`CREATE DATABASE ${database}`)
    hub = await startHub(join(root, 'full'), primary.url(database))
    const ballast = join(disk.folder, 'ballast')
    await tryOutage(hub, () => primary, await sceneOf(primary), {
      name,
      async make() {
        fill(ballast)
        // The log goes on in a segment that there is no room for.
        for (let n = 0; n < 4; n++) {
          await primary.ask('CREATE TABLE IF NOT EXISTS filler (n int)').catch(() => undefined)
          await primary.ask('SELECT pg_switch_wal()').catch(() => undefined)
        }
        return async () => {
          rmSync(ballast)
          // It may be on its way out still, or coming up by itself.
          await until('the server to take writes again', 30_000, async () => {
            await primary.start()
            await primary.ask('CREATE TABLE again (n int)', [], database)
            return true
          })
        }
      },
    })
  } catch (error) {
    fail(name, error instanceof Error ? error.message : String(error))
  } finally {
    await stopped({ 'the hub': hub, PostgreSQL: postgres })
    disk.unmount()
  }
}

async function pooled(bin: string, program: string, root: string, mode: PoolMode): Promise<void> {
  const postgres = await startPostgres(bin)
  let bouncer: PgBouncer | null = null
  let hub: Hub | null = null
  const name = `PgBouncer, ${mode} mode`
  try {
    const { primary } = postgres
    await primary.ask(`CREATE DATABASE ${database}`)
    bouncer = await startPgBouncer(program, primary.port, mode)
    const running = await startHub(join(root, mode), `postgresql://lodge@127.0.0.1:${bouncer.port}/${database}`)
    hub = running
    const lost = async () => (await running.notes()).includes('hints-lost')
    if (mode === 'transaction') {
      const ms = await until('the hub to say that hints are lost', 20_000, lost)
      process.stdout.write(`${name}: says hints-lost after ${ms} ms\n`)
    } else {
      // For what must not happen, time itself is the subject: the hub says so three seconds after a word that did not
      // come.
      await new Promise((done) => setTimeout(done, 4000))
      if (await lost()) throw new Error('says that hints are lost, and they are not')
    }
    passed += 1
    const scene = await sceneOf(primary)
    await tryOutage(running, () => primary, scene, {
      name: `${name}: kill -9 behind it`,
      async make() {
        await primary.stop('kill')
        return () => primary.start()
      },
    })
  } catch (error) {
    fail(name, error instanceof Error ? error.message : String(error))
  } finally {
    await stopped({ 'the hub': hub, PgBouncer: bouncer, PostgreSQL: postgres })
  }
}

const root = mkdtempSync(join(tmpdir(), 'lodge-outages-'))
try {
  const bin = standbyPostgres()
  if (bin === null) skip('all outages', 'no PostgreSQL with pg_basebackup is installed here')
  else {
    line(head)
    run.at('a primary, two standbys and a hub to start', rowMs)
    await direct(bin, root)
    run.at('a server on a small disk and a hub to start', rowMs)
    await diskFull(bin, root)
    const program = pgbouncer()
    for (const mode of ['session', 'transaction'] as const)
      if (program === null) skip(`PgBouncer, ${mode} mode`, 'no pgbouncer is installed here')
      else if (values.only === undefined || 'PgBouncer'.includes(values.only)) {
        run.at(`PgBouncer in ${mode} mode and a hub to start`, rowMs)
        await pooled(bin, program, root, mode)
      }
  }
} catch (error) {
  fail('all outages', error instanceof Error ? error.message : String(error))
} finally {
  rmSync(root, { recursive: true, force: true })
}
if (passed + failed + skipped === 0) fail('all outages', `no row's name holds "${values.only ?? ''}"`)
run.end(failed === 0)
