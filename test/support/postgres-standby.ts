/**
 * A real PostgreSQL with real standbys, for tests of what an outage or a failover does: every server is a process of
 * the test's own, on a port of its own that stays over restarts. Needs a PostgreSQL with its `pg_basebackup` (Debian:
 * `postgresql`); where that is absent `standbyPostgres()` is null, and the test must say so and skip.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../free-port.ts'
import { endWith } from './runner.ts'
import { NotWithin, within as inTime } from './within.ts'

const programs = ['initdb', 'postgres', 'pg_basebackup'] as const

/** Folder of the programs, newest version first; null where no installed PostgreSQL has all of them. */
export function standbyPostgres(): string | null {
  const above = '/usr/lib/postgresql'
  const versions = existsSync(above) ? readdirSync(above).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(above, version, 'bin')), '/usr/bin', '/usr/local/pgsql/bin']
  return folders.find((folder) => programs.every((name) => existsSync(join(folder, name)))) ?? null
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL must not run as root; its package makes a user for it. null when this process is unprivileged already. */
export function postgresUser(): User | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/**
 * How a server goes: `smart` waits for clients, `fast` ends them in order, `immediate` drops everything, `kill` is
 * SIGKILL to every process of it.
 */
export type StopMode = 'smart' | 'fast' | 'immediate' | 'kill'

const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

export interface Server {
  readonly name: string
  readonly port: number
  /** Its data folder. */
  readonly data: string
  /** Connection string as superuser `lodge`, without a password (pg_hba: trust). */
  url(database?: string): string
  /** Starts the process, or starts it again; resolves once it accepts connections. */
  start(): Promise<void>
  /** Does nothing when it does not run. */
  stop(mode: StopMode): Promise<void>
  readonly running: boolean
  /** A standby becomes the primary: its timeline goes up. */
  promote(): Promise<void>
  /** A standby hears no more of its primary: what the primary commits from here on is lost with it. */
  cutOff(): Promise<void>
  /** A stopped server comes back as a read-only standby that follows `primary`, or (null) nobody. */
  comeBackReadOnly(primary: Server | null): Promise<void>
  /** One statement over a connection of its own. */
  ask<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[], database?: string): Promise<T[]>
  /** What the server has written to its log so far. */
  log(): string
}

export interface Standbys {
  readonly primary: Server
  /**
   * Takes a base backup of `of` (the primary when not given) and starts it as a streaming standby. `synchronous`: every
   * commit at the primary waits for it from then on.
   */
  addStandby(name: string, how?: { readonly synchronous?: boolean; readonly of?: Server }): Promise<Server>
  /** Resolves when `standby` has replayed all that `primary` has written; fails after `ms`. */
  caughtUp(standby: Server, primary: Server, ms?: number): Promise<void>
  /** Stops every server that was started here and removes their files. */
  stop(): Promise<void>
}

const base = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'max_connections=60',
  'max_wal_senders=8',
  'wal_level=replica',
  'hot_standby=on',
  'wal_keep_size=256MB',
  'checkpoint_timeout=1h',
  // A synchronous standby holds every commit of a primary that has come back until it has looked for it again: by
  // default 5 s.
  'wal_retrieve_retry_interval=200ms',
]

async function within<T>(ms: number, what: string, work: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + ms
  let last = ''
  for (;;) {
    try {
      const found = await work()
      if (found !== undefined) return found
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}${last === '' ? '' : `: ${last}`}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** Longest that a server may take to stop in any mode, ms; then it is killed, and the stop has failed. */
const stopMs = 30_000

const gone = (child: ChildProcess) =>
  new Promise<void>((done) =>
    child.exitCode === null && child.signalCode === null ? child.once('exit', () => done()) : done(),
  )

interface Place {
  readonly bin: string
  readonly name: string
  readonly data: string
  readonly port: number
  readonly settings: readonly string[]
  readonly user: User | null
}

function server({ bin, name, data, port, settings, user }: Place): Server {
  let child: ChildProcess | null = null
  let said = ''
  const as = user ?? {}
  const url = (database = 'postgres') => `postgresql://lodge@127.0.0.1:${port}/${database}`
  const running = () => child !== null && child.exitCode === null && child.signalCode === null

  async function ask<T extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<T[]> {
    const client = new pg.Client({ connectionString: url(database), connectionTimeoutMillis: 5000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<T>(text, [...values])).rows
    } finally {
      await client.end()
    }
  }

  async function start(): Promise<void> {
    if (running()) return
    const options = [...base, ...settings].flatMap((setting) => ['-c', setting])
    const began = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], {
      ...as,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' },
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = began
    // A run that is ended in the middle leaves no server behind.
    const forget = endWith(() => began.kill('SIGQUIT'))
    began.once('exit', forget)
    const from = said.length
    began.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
    })
    await within(30_000, `${name} to accept connections`, async () => {
      if (began.exitCode !== null) throw new Error(`it ended: ${said.slice(from).slice(-400)}`)
      return said.slice(from).includes('ready to accept') ? true : undefined
    })
  }

  /** Every process of the server: a SIGKILL to the first alone leaves its backends at work for a moment. */
  function family(): number[] {
    const pid = child?.pid
    if (pid === undefined) return []
    try {
      const list = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      return [pid, ...list.split('\n').map(Number).filter(Boolean)]
    } catch {
      return [pid]
    }
  }

  async function stop(mode: StopMode): Promise<void> {
    const running = child
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    if (mode === 'kill') killAll()
    else running.kill(stopSignals[mode])
    try {
      await inTime(stopMs, `the ${mode} stop of ${name}`, gone(running))
    } catch (error) {
      if (error instanceof NotWithin) killAll()
      throw error
    }
  }
  function killAll(): void {
    for (const pid of family())
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself meanwhile.
      }
  }

  return {
    name,
    port,
    data,
    url,
    start,
    stop,
    ask,
    get running() {
      return running()
    },
    async promote() {
      await ask('SELECT pg_promote(true, 30)')
      await within(30_000, `${name} to be writable`, async () => {
        const [row] = await ask<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
        return row?.standby === false ? true : undefined
      })
    },
    async cutOff() {
      await ask(`ALTER SYSTEM SET primary_conninfo = ''`)
      await ask('SELECT pg_reload_conf()')
      await within(15_000, `${name} to stop listening to its primary`, async () => {
        const [row] = await ask<{ n: number }>('SELECT count(*)::int AS n FROM pg_stat_wal_receiver')
        return row?.n === 0 ? true : undefined
      })
    },
    async comeBackReadOnly(primary) {
      if (running()) throw new Error(`${name} runs`)
      writeFileSync(join(data, 'standby.signal'), '')
      const to = primary === null ? '' : `host=127.0.0.1 port=${primary.port} user=lodge application_name=${name}`
      writeFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${to}'\nsynchronous_standby_names = ''\n`)
      for (const file of ['standby.signal', 'postgresql.auto.conf'])
        if (user !== null) chownSync(join(data, file), user.uid, user.gid)
      await start()
    },
    log: () => said,
  }
}

/**
 * Starts a primary. `settings` (`name=value`) hold for it and its standbys; their files lie in a folder of their own in
 * `above`.
 */
export async function startPostgres(
  bin: string,
  { settings = [] as readonly string[], fsync = false, above = tmpdir() } = {},
): Promise<Standbys> {
  const user = postgresUser()
  const folder = mkdtempSync(join(above, 'lodge-postgres-'))
  chmodSync(folder, 0o755)
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' }
  const all = fsync ? ['fsync=on', ...settings] : settings
  const servers: Server[] = []
  const run = (program: string, args: readonly string[]) =>
    execFileSync(join(bin, program), [...args], {
      ...(user ?? {}),
      env,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  async function place(name: string): Promise<Place> {
    const data = join(folder, name)
    mkdirSync(data, { mode: 0o700 })
    if (user !== null) chownSync(data, user.uid, user.gid)
    return { bin, name, data, port: await freePort(), settings: all, user }
  }
  async function stopAll(): Promise<void> {
    // Standbys first: a primary waits for what it owes them.
    for (const one of [...servers].reverse()) await one.stop('immediate')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const at = await place('primary')
    run('initdb', ['-D', at.data, '-U', 'lodge', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'])
    const primary = server(at)
    servers.push(primary)
    await primary.start()
    return {
      primary,
      async addStandby(name, { synchronous = false, of = primary } = {}) {
        const place0 = await place(name)
        const from = `host=127.0.0.1 port=${of.port} user=lodge application_name=${name}`
        run('pg_basebackup', ['-D', place0.data, '-d', from, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync'])
        const standby = server(place0)
        servers.push(standby)
        await standby.start()
        await within(30_000, `${name} to follow ${of.name}`, async () => {
          const rows = await of.ask(
            `SELECT 1 FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'`,
            [name],
          )
          return rows.length === 1 ? true : undefined
        })
        if (synchronous) {
          await of.ask(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`)
          await of.ask('SELECT pg_reload_conf()')
          await within(15_000, `${name} to be synchronous`, async () => {
            const rows = await of.ask(
              `SELECT 1 FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync'`,
              [name],
            )
            return rows.length === 1 ? true : undefined
          })
        }
        return standby
      },
      async caughtUp(standby, of, ms = 20_000) {
        const [at0] = await of.ask<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
        await within(ms, `${standby.name} to have what ${of.name} has`, async () => {
          const [row] = await standby.ask<{ there: boolean }>(
            'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there',
            [at0?.lsn],
          )
          return row?.there === true ? true : undefined
        })
      },
      stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}
