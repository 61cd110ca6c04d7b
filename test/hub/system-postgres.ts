/**
 * The PostgreSQL that the system has installed, with its own pg_dump: a cluster of the test's own. The one that npm
 * carries has neither pg_dump nor pg_restore.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

const programs = ['initdb', 'postgres', 'pg_dump', 'pg_restore'] as const

/** Folder with all of them, newest first; null where there is none. */
export function systemPostgres(): string | null {
  const above = '/usr/lib/postgresql'
  const versions = existsSync(above) ? readdirSync(above).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(above, version, 'bin')),
    '/usr/bin',
    '/usr/local/bin',
    '/usr/local/pgsql/bin',
    '/opt/homebrew/bin',
  ]
  return folders.find((folder) => programs.every((name) => existsSync(join(folder, name)))) ?? null
}

/** PostgreSQL must not run as root; Debian's package makes its user. null when this process is unprivileged already. */
function postgresUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export interface SystemPostgres {
  /** Of a database in it. */
  url(database: string): string
  run(program: 'pg_dump' | 'pg_restore', args: readonly string[]): void
  stop(): Promise<void>
}

/** `folder` must be one that PostgreSQL's user may pass through. */
export async function startSystemPostgres(bin: string, folder: string): Promise<SystemPostgres> {
  const user = postgresUser()
  const as = user === null ? {} : user
  const data = join(folder, 'cluster')
  mkdirSync(data, { mode: 0o700 })
  chmodSync(folder, 0o711)
  if (user !== null) chownSync(data, user.uid, user.gid)
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'lodge', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      ...as,
      env,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => [
    '-c',
    setting,
  ])
  const child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...as,
    env,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  await new Promise<void>((ready, failed) => {
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (said.includes('ready to accept connections')) ready()
    })
    child.once('exit', () => failed(new Error(`PostgreSQL did not start: ${said.slice(-400)}`)))
    child.once('error', failed)
  })
  return {
    url: (database) => `postgresql://lodge@127.0.0.1:${port}/${database}`,
    run: (program, args) =>
      void execFileSync(join(bin, program), [...args], { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    async stop() {
      child.kill('SIGINT')
      await exited
      rmSync(data, { recursive: true, force: true })
    },
  }
}
