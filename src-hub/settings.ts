/** The hub's settings from the environment: secrets by file, never by argument. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { fail, ok, type Result } from '../src-shared/failures/result.ts'
import * as failures from '../src-shared/failures/named.ts'
import { hostsOf } from './database/index.ts'
import { onLoopback, type EIdSettings } from './e-id/index.ts'
import { AgentRole } from '../src-shared/hub-api/authority.ts'
import type { Agent } from './http/index.ts'
import type { HubOptions } from './hub.ts'
import type { OidcSettings } from './sign-in/index.ts'
import { readSecretSettings } from './secret-source/index.ts'

const Env = z.object({
  LODGE_HUB_DATA: z.string().min(1).default('.lodge/hub'),
  /** May name several hosts, as libpq's URIs do. */
  DATABASE_URL: z.string().optional(),
  /** Migrates; then DATABASE_URL needs only the running hub's rights. */
  DATABASE_OWNER_URL: z.string().optional(),
  LODGE_HUB_HOST: z.string().min(1).default('127.0.0.1'),
  LODGE_HUB_PORT: z.coerce.number().int().min(0).max(65_535).default(8443),
  /** Comma-separated names for the server certificate. */
  LODGE_HUB_NAMES: z.string().default(''),
  LODGE_HUB_BEHIND_PROXY: z.enum(['0', '1']).default('0'),
  LODGE_HUB_MASTER_KEY_FILE: z.string().optional(),
  /** Lines of `name token [role]`; the role is agent, hr, supervisor, auditor or administrator. */
  LODGE_HUB_AGENT_TOKENS_FILE: z.string().optional(),
  /** Where people reach the console, without a path. */
  LODGE_HUB_CONSOLE_ADDRESS: z
    .url()
    .regex(/^https?:\/\/[^/?#]+\/?$/)
    .transform((address) => new URL(address).origin)
    .optional(),
  /** The console once more, at this port, with the institution's own certificate. */
  LODGE_HUB_CONSOLE_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  LODGE_HUB_CONSOLE_CERTIFICATE_FILE: z.string().min(1).optional(),
  LODGE_HUB_CONSOLE_KEY_FILE: z.string().min(1).optional(),
  /** 0: people sign in by OIDC alone. */
  LODGE_HUB_LOCAL_ACCOUNTS: z.enum(['0', '1']).default('1'),
  LODGE_HUB_OIDC_ISSUER: z.url().optional(),
  LODGE_HUB_OIDC_CLIENT_ID: z.string().min(1).optional(),
  LODGE_HUB_OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  LODGE_HUB_OIDC_LABEL: z.string().min(1).max(60).default('OpenID Connect'),
  LODGE_HUB_OIDC_SCOPE: z.string().min(1).default('openid profile email'),
  LODGE_HUB_OIDC_CLAIM: z.string().min(1).default('groups'),
  /** `value=role`, by commas; the first that fits counts. */
  LODGE_HUB_OIDC_ROLES: z.string().default(''),
  /** Prometheus asks here, in plain HTTP. */
  LODGE_HUB_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LODGE_HUB_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  /** Behind a load balancer: as long as it takes to notice that a hub is not ready. */
  LODGE_HUB_DRAIN_SECONDS: z.coerce.number().min(0).max(60).default(0),
  /** Where secrets are put in force, and how they are made. */
  LODGE_HUB_SECRET_SOURCE_FILE: z.string().optional(),
  /** Comma-separated host names that webhooks may go to, also inside a private network; then to no others. */
  LODGE_HUB_WEBHOOK_HOSTS: z.string().default(''),
  /** PEM of the authority that webhooks' receivers have their certificates from, beside the usual ones. */
  LODGE_HUB_WEBHOOK_CA_FILE: z.string().optional(),
  /** Where CSV files of people sources lie. */
  LODGE_HUB_PEOPLE_FOLDER: z.string().min(1).optional(),
  /** Strong e-ID: the broker, and where people's phones reach this hub. */
  LODGE_HUB_EID_ISSUER: z.url().optional(),
  LODGE_HUB_EID_CLIENT_ID: z.string().min(1).optional(),
  LODGE_HUB_EID_CLIENT_SECRET_FILE: z.string().optional(),
  LODGE_HUB_PUBLIC_URL: z.url().optional(),
  /** Levels of assurance that count, by commas, as the broker names them. */
  LODGE_HUB_EID_ACR: z.string().default(''),
  LODGE_HUB_EID_SCOPE: z.string().min(1).default('openid profile'),
  LODGE_HUB_EID_SECONDS: z.coerce.number().int().min(60).max(900).default(300),
  LODGE_HUB_EID_MAX_AGE_SECONDS: z.coerce.number().int().min(30).max(900).default(300),
  /** An institution's file to fill an empty hub with. */
  LODGE_HUB_SEED: z.string().optional(),
})

/** Fails with L-101 naming the variable. null: no OIDC. */
function readOidc(e: z.infer<typeof Env>): Result<OidcSettings | null> {
  if (e.LODGE_HUB_OIDC_ISSUER === undefined) return ok(null)
  if (e.LODGE_HUB_OIDC_CLIENT_ID === undefined)
    return fail(failures.settingsUnreadable, { where: 'LODGE_HUB_OIDC_CLIENT_ID' })
  const roles: [string, AgentRole][] = []
  for (const pair of e.LODGE_HUB_OIDC_ROLES.split(',').map((text) => text.trim())) {
    const at = pair.lastIndexOf('=')
    const role = AgentRole.safeParse(pair.slice(at + 1))
    if (at < 1 || !role.success) return fail(failures.settingsUnreadable, { where: 'LODGE_HUB_OIDC_ROLES' })
    roles.push([pair.slice(0, at), role.data])
  }
  let clientSecret: string | null = null
  try {
    if (e.LODGE_HUB_OIDC_CLIENT_SECRET_FILE !== undefined)
      clientSecret = readFileSync(e.LODGE_HUB_OIDC_CLIENT_SECRET_FILE, 'utf8').trim()
  } catch {
    return fail(failures.settingsUnreadable, { where: 'LODGE_HUB_OIDC_CLIENT_SECRET_FILE' })
  }
  return ok({
    issuer: e.LODGE_HUB_OIDC_ISSUER,
    clientId: e.LODGE_HUB_OIDC_CLIENT_ID,
    clientSecret,
    label: e.LODGE_HUB_OIDC_LABEL,
    scope: e.LODGE_HUB_OIDC_SCOPE,
    claim: e.LODGE_HUB_OIDC_CLAIM,
    roles,
  })
}

/** Fails with L-101 naming the variable. null: no e-ID. */
function readEId(e: z.infer<typeof Env>): Result<EIdSettings | null> {
  if (e.LODGE_HUB_EID_ISSUER === undefined) return ok(null)
  const wrong = (where: string) => fail(failures.settingsUnreadable, { where })
  const encrypted = (url: string) => url.startsWith('https://') || onLoopback(url)
  if (!encrypted(e.LODGE_HUB_EID_ISSUER)) return wrong('LODGE_HUB_EID_ISSUER')
  if (e.LODGE_HUB_EID_CLIENT_ID === undefined) return wrong('LODGE_HUB_EID_CLIENT_ID')
  if (e.LODGE_HUB_PUBLIC_URL === undefined || !encrypted(e.LODGE_HUB_PUBLIC_URL)) return wrong('LODGE_HUB_PUBLIC_URL')
  const acr = e.LODGE_HUB_EID_ACR.split(',')
    .map((level) => level.trim())
    .filter(Boolean)
  // Without a list any sign-in of the broker's would count, and some are no strong ones.
  if (acr.length === 0) return wrong('LODGE_HUB_EID_ACR')
  let clientSecret: string | null = null
  try {
    if (e.LODGE_HUB_EID_CLIENT_SECRET_FILE !== undefined)
      clientSecret = readFileSync(e.LODGE_HUB_EID_CLIENT_SECRET_FILE, 'utf8').trim()
  } catch {
    return wrong('LODGE_HUB_EID_CLIENT_SECRET_FILE')
  }
  return ok({
    issuer: e.LODGE_HUB_EID_ISSUER,
    clientId: e.LODGE_HUB_EID_CLIENT_ID,
    clientSecret,
    publicUrl: e.LODGE_HUB_PUBLIC_URL,
    acr,
    scope: e.LODGE_HUB_EID_SCOPE,
    seconds: e.LODGE_HUB_EID_SECONDS,
    maxAgeSeconds: e.LODGE_HUB_EID_MAX_AGE_SECONDS,
  })
}

/** All three or none. Fails with L-101 naming the one that is missing, or the proxy that leaves no use for them. */
function readConsolePort(e: z.infer<typeof Env>): Result<NonNullable<HubOptions['consolePort']> | null> {
  const given = {
    LODGE_HUB_CONSOLE_PORT: e.LODGE_HUB_CONSOLE_PORT,
    LODGE_HUB_CONSOLE_CERTIFICATE_FILE: e.LODGE_HUB_CONSOLE_CERTIFICATE_FILE,
    LODGE_HUB_CONSOLE_KEY_FILE: e.LODGE_HUB_CONSOLE_KEY_FILE,
  }
  const missing = Object.entries(given).filter(([, value]) => value === undefined)
  if (missing.length === 3) return ok(null)
  if (missing[0] !== undefined) return fail(failures.settingsUnreadable, { where: missing[0][0] })
  if (e.LODGE_HUB_BEHIND_PROXY === '1') return fail(failures.settingsUnreadable, { where: 'LODGE_HUB_CONSOLE_PORT' })
  return ok({
    port: e.LODGE_HUB_CONSOLE_PORT ?? 0,
    certificate: {
      certificateFile: e.LODGE_HUB_CONSOLE_CERTIFICATE_FILE ?? '',
      keyFile: e.LODGE_HUB_CONSOLE_KEY_FILE ?? '',
    },
  })
}

export interface HubSettings {
  readonly options: HubOptions
  readonly seedFile: string | null
  /** How long readiness fails before the hub stops, ms. */
  readonly drainMs: number
}

/** Fails with L-101 naming the variable or line, never its value. */
export function readSettings(env: NodeJS.ProcessEnv): Result<HubSettings> {
  const parsed = Env.safeParse(env)
  if (!parsed.success)
    return fail(failures.settingsUnreadable, { where: String(parsed.error.issues[0]?.path[0] ?? 'environment') })
  const e = parsed.data
  for (const where of ['DATABASE_URL', 'DATABASE_OWNER_URL'] as const) {
    const hosts = e[where] === undefined ? null : hostsOf(e[where], where)
    if (hosts?.ok === false) return hosts
  }
  const tokens = new Map<string, Agent>()
  if (e.LODGE_HUB_AGENT_TOKENS_FILE !== undefined) {
    let lines: string[]
    try {
      lines = readFileSync(e.LODGE_HUB_AGENT_TOKENS_FILE, 'utf8').split('\n')
    } catch {
      return fail(failures.settingsUnreadable, { where: 'LODGE_HUB_AGENT_TOKENS_FILE' })
    }
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue
      const match = /^(\S+) (\S{20,})(?: (\S+))?$/.exec(line.trim())
      // A line without a role is a helpdesk agent's.
      const role = AgentRole.safeParse(match?.[3] ?? 'agent')
      if (match?.[1] === undefined || match[2] === undefined || !role.success)
        return fail(failures.settingsUnreadable, { where: `LODGE_HUB_AGENT_TOKENS_FILE:${i + 1}` })
      tokens.set(match[2], { name: match[1], role: role.data })
    }
  }
  const oidc = readOidc(e)
  if (!oidc.ok) return oidc
  const consolePort = readConsolePort(e)
  if (!consolePort.ok) return consolePort
  const eId = readEId(e)
  if (!eId.ok) return eId
  const secretSettings =
    e.LODGE_HUB_SECRET_SOURCE_FILE === undefined ? null : readSecretSettings(e.LODGE_HUB_SECRET_SOURCE_FILE)
  if (secretSettings?.ok === false) return secretSettings
  let webhookCa: string | undefined
  try {
    if (e.LODGE_HUB_WEBHOOK_CA_FILE !== undefined) webhookCa = readFileSync(e.LODGE_HUB_WEBHOOK_CA_FILE, 'utf8')
  } catch {
    return fail(failures.settingsUnreadable, { where: 'LODGE_HUB_WEBHOOK_CA_FILE' })
  }
  const listed = (text: string) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
  return ok({
    options: {
      dataDir: e.LODGE_HUB_DATA,
      host: e.LODGE_HUB_HOST,
      port: e.LODGE_HUB_PORT,
      names: listed(e.LODGE_HUB_NAMES),
      webhookGuard: { hosts: listed(e.LODGE_HUB_WEBHOOK_HOSTS), loopback: false },
      ...(e.LODGE_HUB_METRICS_PORT === undefined
        ? {}
        : { metrics: { host: e.LODGE_HUB_METRICS_HOST, port: e.LODGE_HUB_METRICS_PORT } }),
      ...(webhookCa === undefined ? {} : { webhookCa }),
      ...(e.LODGE_HUB_PEOPLE_FOLDER === undefined ? {} : { peopleFolder: e.LODGE_HUB_PEOPLE_FOLDER }),
      ...(secretSettings === null ? {} : { secretSettings: secretSettings.value }),
      behindProxy: e.LODGE_HUB_BEHIND_PROXY === '1',
      tokens,
      consoleAddress: e.LODGE_HUB_CONSOLE_ADDRESS ?? null,
      ...(consolePort.value === null ? {} : { consolePort: consolePort.value }),
      localAccounts: e.LODGE_HUB_LOCAL_ACCOUNTS === '1',
      oidc: oidc.value,
      eId: eId.value,
      ...(e.DATABASE_URL === undefined ? {} : { databaseUrl: e.DATABASE_URL }),
      ...(e.DATABASE_OWNER_URL === undefined ? {} : { databaseOwnerUrl: e.DATABASE_OWNER_URL }),
      ...(e.LODGE_HUB_MASTER_KEY_FILE === undefined ? {} : { masterKeyFile: e.LODGE_HUB_MASTER_KEY_FILE }),
    },
    seedFile: e.LODGE_HUB_SEED ?? null,
    drainMs: e.LODGE_HUB_DRAIN_SECONDS * 1000,
  })
}
