/**
 * A hub for the adversary: on a real PostgreSQL, seeded with the demo's institution, in this process (with a clock that
 * can be moved) or as a process of its own (that can be killed). Several on one database.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import {
  parseInstitution,
  seed,
  startHub,
  type HubOptions,
  type Institution,
  type RunningHub,
} from '../../src-hub/index.ts'
import type { KioskKind } from '../../src-shared/domain/index.ts'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { openTestDatabase } from '../support/database.ts'
import { freePort } from '../free-port.ts'
import { createAgent, type Agent, type DeskRow } from './agent-client.ts'
import { enrolClient, type KioskClient } from './kiosk-client.ts'
import { openLine, read, value } from './wire.ts'

const institutionFile = fileURLToPath(new URL('../../resources/demo/institution.json', import.meta.url))
const entry = fileURLToPath(new URL('../../src-hub/main.ts', import.meta.url))
const tokenOf = (role: AgentRole) => `token-of-the-adversary-${role}-0001`

/** A clock that a test moves: this computer's time and what was added to it. */
export interface MovedClock {
  now(): number
  /** Adds to what was added before, ms; negative goes back. */
  move(ms: number): void
  /** Says this from now on, whatever time it is; null lets it run again. */
  hold(at: number | null): void
}

export function movedClock(): MovedClock {
  let added = 0
  let held: number | null = null
  return {
    now: () => held ?? Date.now() + added,
    move: (ms) => void (added += ms),
    hold: (at) => void (held = at),
  }
}

/** One running hub, wherever it runs. */
export interface HubDoor {
  readonly url: string
  readonly port: number
  /** PEM. */
  readonly authority: string
  /** One for each role; made at the first call and closed with the hub. */
  as(role: AgentRole): Agent
  /** Clean end. */
  stop(): Promise<void>
}

/** In this process. */
export interface HubHere extends HubDoor {
  readonly running: RunningHub
  readonly clock: MovedClock
  /** Errors that no route expected, as `route: error`. */
  readonly bugs: readonly string[]
}

/** As a process of its own. */
export interface HubThere extends HubDoor {
  readonly pid: number
  /** What it wrote to standard error. */
  readonly said: () => string
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** The code or signal that it ended with; never resolves while it runs. */
  readonly ended: Promise<number | string>
}

export interface Institute {
  readonly databaseUrl: string
  /**
   * Seeded desks by their keys: `porter-lakeside`, `porter-millhill`, `helpdesk-lakeside`, `student-affairs`, `hr`,
   * `post-room`.
   */
  desk(key: string): DeskRow
  /** Students with a birth date: those whom porters may serve. */
  readonly accounts: readonly string[]
  readonly data: Institution
  /** One more hub in this process, on the same database and data folder. */
  hub(more?: Partial<HubOptions>): Promise<HubHere>
  /** One more hub process, on the same database and data folder. `port` 0 takes one that stays for this call alone. */
  process(options?: {
    port?: number
    env?: NodeJS.ProcessEnv
    flags?: readonly string[]
    databaseUrl?: string
  }): Promise<HubThere>
  /** Enrols an independent client at a desk, by a code of an administrator's at `hub`. */
  kiosk(hub: HubDoor, desk: string, kind?: KioskKind): Promise<KioskClient>
  /** The same with a first opening key that a supervisor has confirmed, so that the hub grants to it. */
  servingKiosk(hub: HubDoor, desk: string): Promise<KioskClient>
  /** Straight into the database, past every rule. */
  sql<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>
  folder(name: string): string
  stop(): Promise<void>
}

function agentsOf(url: string, authority: string): { as: HubDoor['as']; close(): void } {
  const made = new Map<AgentRole, Agent>()
  return {
    as(role) {
      const agent = made.get(role) ?? createAgent(url, authority, role, tokenOf(role))
      made.set(role, agent)
      return agent
    },
    close() {
      for (const agent of made.values()) agent.close()
    },
  }
}

const gone = (child: ChildProcess) =>
  new Promise<number | string>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode ?? child.signalCode ?? '')
    else child.once('exit', (code, signal) => resolve(code ?? signal ?? ''))
  })

const startMs = 60_000

async function startProcess(
  dataDir: string,
  databaseUrl: string,
  { port, env, flags }: { port: number; env: NodeJS.ProcessEnv; flags: readonly string[] },
): Promise<HubThere> {
  const tokens = join(dataDir, 'agents')
  writeFileSync(tokens, AgentRole.options.map((role) => `adversary-${role} ${tokenOf(role)} ${role}\n`).join(''), {
    mode: 0o600,
  })
  const child = fork(entry, flags, {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      LODGE_HUB_DATA: dataDir,
      LODGE_HUB_PORT: String(port),
      LODGE_HUB_AGENT_TOKENS_FILE: tokens,
      DATABASE_URL: databaseUrl,
      ...env,
    },
  })
  let said = ''
  child.stderr?.on('data', (bytes: Buffer) => (said = `${said}${bytes.toString()}`.slice(-100_000)))
  const serving = await new Promise<{ url: string; port: number }>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the hub does not serve after ${startMs} ms: ${said}`)), startMs)
    child.once('exit', (code) => reject(new Error(`the hub ended with ${String(code)}: ${said}`)))
    child.once('message', (message) => {
      clearTimeout(late)
      resolve(message as { url: string; port: number })
    })
  })
  const stranger = openLine(serving.url, null)
  const { pem } = value(read('authority', await stranger.send({ method: 'GET', path: hubApi.authority.path })))
  stranger.close()
  const agents = agentsOf(serving.url, pem)
  const end = async (signal: NodeJS.Signals) => {
    agents.close()
    child.kill(signal)
    await gone(child)
  }
  return {
    url: serving.url,
    port: serving.port,
    authority: pem,
    pid: child.pid ?? 0,
    as: agents.as,
    said: () => said,
    ended: gone(child),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

async function startHere(options: HubOptions): Promise<HubHere> {
  const clock = movedClock()
  const bugs: string[] = []
  const tokens = new Map(AgentRole.options.map((role) => [tokenOf(role), { name: `adversary-${role}`, role }]))
  const running = value(
    await startHub({
      tokens,
      // A computer's own clock shows only where hub time is the database's.
      ...(options.machineClock === undefined ? { now: () => clock.now() } : {}),
      onBug: (route, error) => bugs.push(`${route}: ${error instanceof Error ? error.message : String(error)}`),
      ...options,
    }),
  )
  const agents = agentsOf(running.url, running.authority)
  return {
    url: running.url,
    port: running.port,
    authority: running.authority,
    running,
    clock,
    bugs,
    as: agents.as,
    async stop() {
      agents.close()
      await running.stop()
    },
  }
}

/**
 * A database with the demo's institution in it and no pickups. `databaseUrl`: a PostgreSQL that the test brings (with a
 * standby, behind a proxy); it must be empty.
 */
export async function startInstitute({ databaseUrl }: { databaseUrl?: string } = {}): Promise<Institute> {
  const root = mkdtempSync(join(tmpdir(), 'lodge-adversary-'))
  const own = databaseUrl === undefined ? await openTestDatabase() : null
  const url = databaseUrl ?? own?.url ?? ''
  const dataDir = join(root, 'hub')
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const raw = JSON.parse(readFileSync(institutionFile, 'utf8')) as object
  const data = value(parseInstitution({ ...raw, pickups: [] }))
  const first = value(await startHub({ dataDir, databaseUrl: url, work: false }))
  const ids = value(await seed(first, data)).desks
  await first.stop()
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => undefined)
  const doors: HubDoor[] = []
  const clients: KioskClient[] = []
  async function kiosk(hub: HubDoor, desk: string, kind: KioskKind = 'desk'): Promise<KioskClient> {
    const client = await enrolClient(hub.url, await hub.as('administrator').enrolmentCode(deskOf(desk).id, kind))
    clients.push(client)
    return client
  }
  function deskOf(key: string): DeskRow {
    const id = ids.get(key)
    const kind = data.desks.find((desk) => desk.key === key)?.kind
    if (id === undefined || kind === undefined) throw new Error(`no desk ${key} in the institution`)
    return { id, key, kind }
  }
  return {
    databaseUrl: url,
    desk: deskOf,
    accounts: data.recipients
      .filter((person) => person.class === 'student' && person.birthDate !== null)
      .map((person) => person.account),
    data,
    async hub(more = {}) {
      const door = await startHere({ dataDir, databaseUrl: url, ...more })
      doors.push(door)
      return door
    },
    async process({ port, env = {}, flags = [], databaseUrl: other = url } = {}) {
      const door = await startProcess(dataDir, other, { port: port ?? (await freePort()), env, flags })
      doors.push(door)
      return door
    },
    kiosk,
    async servingKiosk(hub, desk) {
      const client = await kiosk(hub, desk)
      value(await client.registerOpeningKey())
      const { publicKey } = client.openingKeys.at(-1) ?? { publicKey: Buffer.alloc(0) }
      const body = { kiosk: client.id, fingerprint: openingFingerprint(client.id, publicKey) }
      value(await hub.as('supervisor').call('confirmOpeningKey', { body }))
      return client
    },
    sql: async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<T>(text, [...values])).rows,
    folder(name) {
      mkdirSync(join(root, name), { recursive: true, mode: 0o711 })
      return join(root, name)
    },
    async stop() {
      for (const client of clients) client.close()
      // One that a test has stopped or killed already ends at once.
      for (const door of doors) await door.stop().catch(() => undefined)
      await pool.end()
      await own?.drop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
