/**
 * A real hub over HTTPS on a real PostgreSQL, and real kiosks without a shell, for tests of what both promise together.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestDatabase } from '../support/database.ts'
import { parseInstitution, seed, startHub, type HubOptions, type RunningHub } from '../../src-hub/index.ts'
import type { KioskKind, PickupId } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { createHubClient, type HubClient } from '../../src-main/sync/index.ts'
import { enrolKiosk, type DeskKiosk } from '../bench/sync/desk-kiosk.ts'

const token = 'agent-token-of-the-tests-0001'
/** Of whoever sets kiosks up, whatever the tester's own role is. */
const chiefToken = 'chief-token-of-the-tests-0001'

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code} ${JSON.stringify(result.failure.params ?? {})}`)
  return result.value
}

export interface Fleet {
  readonly databaseUrl: string
  readonly desks: readonly string[]
  readonly accounts: readonly string[]
  hub(): RunningHub
  agent(): HubClient
  /** Another hub process's worth of hub on the same database. */
  anotherHub(): Promise<RunningHub>
  /** Stops the hub and starts it again at the same address, on `databaseUrl` or the same database. */
  restart(databaseUrl?: string, between?: () => Promise<void>): Promise<void>
  /** Stops the hub, copies its database and starts it again on the same one. The copy's address. */
  backup(): Promise<string>
  folder(name: string): string
  kiosk(desk: string, name: string, kind?: KioskKind): Promise<DeskKiosk>
  issue(account: string, desk: string): Promise<PickupId>
  alarms(): Promise<HubReply<'alarms'>>
  stop(): Promise<void>
}

/** `role` is the agent's; `more` are options of the hub's beside the usual ones. */
export async function startFleet(role: AgentRole = 'supervisor', more: Partial<HubOptions> = {}): Promise<Fleet> {
  const root = mkdtempSync(join(tmpdir(), 'lodge-fleet-'))
  // A database of the test's own may be another.
  const own = more.databaseUrl === undefined ? await openTestDatabase() : null
  const databaseOf = own?.url ?? more.databaseUrl ?? ''
  const options: HubOptions = {
    dataDir: join(root, 'hub'),
    databaseUrl: databaseOf,
    ...more,
    // Whoever enrols a kiosk here confirms its first opening key as well.
    tokens: new Map([
      ...(more.tokens ?? new Map([[token, { name: 'tester', role }]])),
      [chiefToken, { name: 'chief', role: 'supervisor' }],
    ]),
  }
  let hub = value(await startHub(options))
  const others: RunningHub[] = []
  const open: DeskKiosk[] = []
  const raw = JSON.parse(
    readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8'),
  ) as object
  const data = value(parseInstitution({ ...raw, pickups: [] }))
  const seeded = value(await seed(hub, data))
  const client = (by = token) =>
    createHubClient({
      target: { address: hub.url, authority: hub.authority },
      signer: null,
      token: by,
      now: () => Date.now(),
      timeoutMs: 30_000,
    })
  let agent = client()
  async function restart(databaseUrl = databaseOf, between: () => Promise<void> = async () => undefined) {
    const { port } = hub
    await agent.close()
    await hub.stop()
    await between()
    hub = value(await startHub({ ...options, databaseUrl, port }))
    agent = client()
  }
  const kinds = new Map(data.desks.map((desk) => [desk.key, desk.kind]))
  return {
    databaseUrl: databaseOf,
    desks: [...seeded.desks]
      .filter(([key]) => ['helpdesk', 'porter', 'student-affairs'].includes(kinds.get(key) ?? ''))
      .map(([, id]) => id),
    accounts: data.recipients.filter((person) => person.class === 'student').map((person) => person.account),
    hub: () => hub,
    agent: () => agent,
    async anotherHub() {
      const other = value(await startHub({ ...options, port: 0 }))
      others.push(other)
      return other
    },
    restart,
    async backup() {
      if (own === null) throw new Error('no copy of a database that the test brought')
      let copy = ''
      await restart(undefined, async () => {
        copy = await own.copy()
      })
      return copy
    },
    folder(name) {
      mkdirSync(join(root, name), { recursive: true })
      return join(root, name)
    },
    async kiosk(desk, name, kind) {
      const chief = client(chiefToken)
      const kiosk = await enrolKiosk({ url: hub.url, agent: chief }, desk, join(root, name), kind)
      await chief.close()
      open.push(kiosk)
      value(await kiosk.sync.now())
      return kiosk
    },
    async issue(account, desk) {
      const channel = (await hub.db.selectFrom('desk').select('kind').where('id', '=', desk).executeTakeFirstOrThrow())
        .kind
      const body = {
        account,
        desk: desk as never,
        channel: channel as never,
        requestReference: 'R-1',
        secretKind: 'password' as const,
      }
      return value(await agent.call('issue', { body })).pickup
    },
    alarms: async () => value(await agent.call('alarms', { query: { open: '1', limit: 100 } })),
    async stop() {
      for (const kiosk of open) if (kiosk.store.db.open) await kiosk.close()
      await agent.close()
      for (const other of others) await other.stop()
      await hub.stop()
      await own?.drop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
