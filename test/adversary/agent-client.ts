/**
 * People at the console as programs: one bearer token for each role, and the acts that the adversary's tests need of
 * them.
 */
import type { DeskId, PickupId } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { chainPath, exportPath } from '../../src-shared/hub-api/agent/audit.ts'
import { hubApi, type HubBody, type HubReply, type HubRoute } from '../../src-shared/hub-api/index.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { openLine, pathOf, read, value, type Answer, type Query } from './wire.ts'

export interface Agent {
  readonly role: AgentRole
  /** `body` is not checked, so that anything can be sent. */
  call<R extends HubRoute>(
    route: R,
    args?: { query?: Query<R>; body?: HubBody<R> | object; timeoutMs?: number },
  ): Promise<Result<HubReply<R>>>
  /** Any path, with this agent's token; the answer as it came. */
  get(path: string): Promise<Answer>
  /** Issues to a desk on the desk's own channel; `secret` is generated unless given. */
  issue(account: string, desk: DeskRow, secret?: string): Promise<PickupId>
  reroute(pickup: PickupId, to: string): Promise<string>
  revoke(pickup: PickupId, reason?: 'revoked' | 'blocked'): Promise<string>
  writeOff(kiosk: string): Promise<Result<HubReply<'writeOff'>>>
  unfreeze(kiosk: string): Promise<Result<HubReply<'unfreeze'>>>
  /** Open ones, or with `all` closed ones too. */
  alarms(all?: boolean): Promise<HubReply<'alarms'>>
  timeline(pickup: PickupId): Promise<HubReply<'timeline'>['events']>
  /** Everything up to now as CSV or signed JSON lines. */
  exported(format: 'csv' | 'jsonl', range?: { from: number; to: number }): Promise<Answer>
  /** The check of a kiosk's chain: its last line. */
  chain(kiosk: string): Promise<unknown>
  enrolmentCode(desk: string, kind?: 'desk' | 'check-in'): Promise<string>
  close(): void
}

/** A desk as the institution's file has it, with the hub's id. */
export interface DeskRow {
  readonly id: DeskId
  readonly key: string
  readonly kind: string
}

export function createAgent(url: string, authority: string, role: AgentRole, token: string): Agent {
  const line = openLine(url, authority)
  const headers = { authorization: `Bearer ${token}` }
  const call: Agent['call'] = async (route, { query, body, timeoutMs } = {}) => {
    const text = body === undefined ? null : JSON.stringify(body)
    return read(
      route,
      await line.send({
        method: hubApi[route].method,
        path: pathOf(route, query),
        headers: text === null ? headers : { ...headers, 'content-type': 'application/json' },
        body: text,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
    )
  }
  const get = (path: string) => line.send({ method: 'GET', path, headers })
  return {
    role,
    call,
    get,
    async issue(account, desk, secret) {
      const body = {
        account,
        desk: desk.id,
        channel: desk.kind,
        requestReference: 'ADV-1',
        secretKind: 'password',
        ...(secret === undefined ? {} : { secret }),
      }
      return value(await call('issue', { body })).pickup
    },
    reroute: async (pickup, to) => value(await call('revoke', { body: { pickup, reason: 're-routed', to } })).state,
    revoke: async (pickup, reason = 'revoked') =>
      value(await call('revoke', { body: { pickup, reason, to: null } })).state,
    writeOff: (kiosk) => call('writeOff', { body: { kiosk } }),
    unfreeze: (kiosk) => call('unfreeze', { body: { kiosk } }),
    alarms: async (all = false) => value(await call('alarms', { query: { open: all ? '0' : '1', limit: 500 } })),
    timeline: async (pickup) => value(await call('timeline', { query: { pickup } })).events,
    exported: (format, { from, to } = { from: 0, to: Date.now() + 86_400_000 }) =>
      get(`${exportPath}?from=${from}&to=${to}&format=${format}`),
    async chain(kiosk) {
      const { text } = await get(`${chainPath}?kiosk=${kiosk}`)
      return JSON.parse(text.trim().split('\n').at(-1) ?? 'null') as unknown
    },
    enrolmentCode: async (desk, kind = 'desk') => value(await call('enrolmentCode', { body: { desk, kind } })).code,
    close: () => line.close(),
  }
}
