/** A real hub on a real PostgreSQL with the demo's institution, and browsers that sign in to its console over HTTP. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestDatabase } from '../support/database.ts'
import { parseInstitution, seed, startHub, type HubOptions, type RunningHub } from '../../src-hub/index.ts'
import { csrfHeader, sessionCookie } from '../../src-shared/hub-api/agent/session.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { hubApi, type HubBody, type HubReply, type HubRoute } from '../../src-shared/hub-api/index.ts'
import { value } from './fleet.ts'

export const password = 'lakka-kuura-pihlaja-41'

export interface Answer<R extends HubRoute> {
  readonly status: number
  readonly code: string | null
  /** The reply as it came; `reply()` when it must have been a good one. */
  readonly json: Record<string, unknown>
  readonly headers: Headers
  reply(): HubReply<R>
}

interface Extra {
  /** Other headers, or null for one that is left out. */
  readonly headers?: Readonly<Record<string, string | null>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
}

let browsers = 1

/** A browser: keeps its cookie, sends the page's origin and, once it knows it, the session's token. */
export class Browser {
  readonly #hub: () => RunningHub
  cookie: string | null = null
  csrf: string | null = null
  /** As the hub set it last, with its flags. */
  setCookie = ''
  /** Each browser has an address of its own, as the proxy in front says. */
  readonly #address = `10.${(browsers >> 16) & 255}.${(browsers >> 8) & 255}.${browsers++ & 255}`
  constructor(hub: () => RunningHub) {
    this.#hub = hub
  }
  get origin(): string {
    return new URL(this.#hub().url).origin
  }
  async fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const reply = await fetch(this.#hub().url + path, {
      redirect: 'manual',
      ...init,
      headers: {
        'x-forwarded-for': this.#address,
        ...(this.cookie === null ? {} : { cookie: `${sessionCookie}=${this.cookie}` }),
        ...init.headers,
      },
    })
    for (const text of reply.headers.getSetCookie()) {
      if (!text.startsWith(`${sessionCookie}=`)) continue
      this.setCookie = text
      this.cookie = /^[^=]+=([^;]*)/.exec(text)?.[1] ?? null
      if (this.cookie === '') this.cookie = null
    }
    return reply
  }
  async call<R extends HubRoute>(
    name: R,
    body?: HubBody<R> | Record<string, unknown>,
    extra: Extra = {},
  ): Promise<Answer<R>> {
    const { method, path, reply: shape } = hubApi[name]
    const query = new URLSearchParams(
      Object.entries(extra.query ?? {}).flatMap(([key, text]) => (text === undefined ? [] : [[key, String(text)]])),
    )
    const headers: Record<string, string> =
      method === 'GET' ? {} : { 'content-type': 'application/json', origin: this.origin }
    if (method !== 'GET' && this.csrf !== null) headers[csrfHeader] = this.csrf
    for (const [key, text] of Object.entries(extra.headers ?? {})) {
      if (text === null) Reflect.deleteProperty(headers, key)
      else headers[key] = text
    }
    const answer = await this.fetch(`${path}${query.size === 0 ? '' : `?${query.toString()}`}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    const json = (await answer.json()) as Record<string, unknown>
    if (answer.ok && typeof json.csrf === 'string') this.csrf = json.csrf
    return {
      status: answer.status,
      code: answer.ok ? null : String(json.code),
      json,
      headers: answer.headers,
      reply() {
        if (!answer.ok) throw new Error(`${name}: ${answer.status} ${JSON.stringify(json)}`)
        return shape.parse(json) as HubReply<R>
      },
    }
  }
}

const demoInstitution = new URL('../../resources/demo/institution.json', import.meta.url)

export interface ConsoleHub {
  hub(): RunningHub
  readonly clock: { now: number }
  readonly desks: ReadonlyMap<string, string>
  browser(): Browser
  /** Signed in with that role: the account is made and invited by the first administrator. */
  as(role: AgentRole): Promise<Browser>
  /** Another process of the same hub. */
  another(): Promise<RunningHub>
  stop(): Promise<void>
}

/** `institution` null: a fresh hub, as it is before anybody has set anything up. */
export async function startConsoleHub(
  more: Partial<HubOptions> = {},
  institution: URL | null = demoInstitution,
): Promise<ConsoleHub> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-console-'))
  const clock = { now: Date.now() }
  const postgres = await openTestDatabase()
  const options: HubOptions = {
    dataDir: join(folder, 'hub'),
    databaseUrl: postgres.url,
    behindProxy: true,
    now: () => clock.now,
    ...more,
  }
  const hub = value(await startHub(options))
  const desks =
    institution === null
      ? new Map<string, string>()
      : value(
          await seed(hub, {
            ...value(parseInstitution(JSON.parse(readFileSync(institution, 'utf8')))),
            pickups: [],
          }),
        ).desks
  const others: RunningHub[] = []
  const browser = () => new Browser(() => hub)
  const signedIn = new Map<AgentRole, Promise<Browser>>()

  async function make(role: AgentRole): Promise<Browser> {
    const one = browser()
    if (role === 'administrator') {
      ;(
        await one.call('firstAdministrator', {
          token: hub.firstAdministrator ?? '',
          username: 'first.admin',
          name: 'Administrator',
          password,
        })
      ).reply()
      return one
    }
    const administrator = await as('administrator')
    ;(await administrator.call('saveConsoleAccount', { username: `${role}.one`, name: `One ${role}`, role })).reply()
    const { link } = (await administrator.call('inviteConsoleAccount', { username: `${role}.one` })).reply()
    ;(await one.call('acceptInvitation', { token: new URL(link).hash.slice(1), password })).reply()
    return one
  }
  function as(role: AgentRole): Promise<Browser> {
    const known = signedIn.get(role) ?? make(role)
    signedIn.set(role, known)
    return known
  }
  return {
    hub: () => hub,
    clock,
    desks,
    browser,
    as,
    async another() {
      const other = value(await startHub(options))
      others.push(other)
      return other
    },
    async stop() {
      for (const other of others) await other.stop()
      await hub.stop()
      await postgres.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
