/**
 * Debian's PgBouncer in front of one server, in session or transaction mode. It refuses to run as root, and runs as
 * PostgreSQL's user then.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { postgresUser } from '../support/postgres-standby.ts'
import { endWith } from '../support/runner.ts'
import { until } from './until.ts'

export type PoolMode = 'session' | 'transaction'

export const pgbouncer = (): string | null =>
  ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path)) ?? null

export interface PgBouncer {
  readonly port: number
  stop(): Promise<void>
}

export async function startPgBouncer(program: string, target: number, mode: PoolMode): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-pgbouncer-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const settings = join(folder, 'pgbouncer.ini')
  const lines = [
    '[databases]',
    // With `auth_type=any` every client is this one user.
    `* = host=127.0.0.1 port=${target} user=lodge`,
    '[pgbouncer]',
    'listen_addr=127.0.0.1',
    `listen_port=${port}`,
    'auth_type=any',
    'unix_socket_dir=',
    `pool_mode=${mode}`,
    'max_client_conn=100',
    'default_pool_size=20',
    'server_login_retry=1',
  ]
  writeFileSync(settings, `${lines.join('\n')}\n`)
  const child = spawn(program, ['-q', settings], { ...(postgresUser() ?? {}), stdio: 'ignore', cwd: '/' })
  const forget = endWith(() => child.kill('SIGKILL'))
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  void gone.then(forget)
  await until(
    'PgBouncer to listen',
    10_000,
    () =>
      new Promise<boolean>((done) => {
        const socket = connect(port, '127.0.0.1')
        socket.once('connect', () => {
          socket.destroy()
          done(true)
        })
        socket.once('error', () => done(false))
      }),
  )
  return {
    port,
    async stop() {
      child.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
