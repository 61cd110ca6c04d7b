/** What `doctor` looks at: each check asks one thing that the hub depends on, changes nothing, and says what to do. */
import { X509Certificate } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { oidcReturnPath } from '../../src-shared/hub-api/agent/session.ts'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { examineDatabase, isFromTheFuture, newestMigration, skewWorthTelling } from '../database/index.ts'
import { eIdCallbackPath } from '../e-id/index.ts'
import type { HubOptions } from '../hub.ts'
import { consoleCertificateSettings, judgeKeyFiles, readConsoleCertificate } from '../keys/index.ts'
import { probeProvider, type ClientSettings, type SettingNames, type Trouble } from '../oidc/index.ts'
import { createLdapSource } from '../secret-source/index.ts'

/** `unknown`: whoever was asked did not say, and a person has to try. `not-set`: nothing of the kind is configured. */
export type State = 'ok' | 'failed' | 'unknown' | 'not-set'

export interface Check {
  readonly name: string
  readonly state: State
  /** What is wrong, with what to do. */
  readonly failure?: Failure
  /** A figure or a word beside it; never a secret. */
  readonly detail?: string
}

const good = (name: string, detail = ''): Check => ({ name, state: 'ok', ...(detail === '' ? {} : { detail }) })
const bad = (name: string, { failure }: { failure: Failure }): Check => ({ name, state: 'failed', failure })
const open = (name: string, detail: string): Check => ({ name, state: 'unknown', detail })
const unset = (name: string): Check => ({ name, state: 'not-set' })

function dataFolder({ dataDir }: HubOptions): Check {
  const name = 'data folder'
  if (!existsSync(dataDir)) return open(name, 'is made at the first start')
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    return good(name)
  } catch {
    return bad(name, fail(failures.settingFileUnusable, { where: 'LODGE_HUB_DATA', why: 'EACCES' }))
  }
}

function masterKey({ masterKeyFile }: HubOptions): Check {
  const name = 'master key file'
  if (masterKeyFile === undefined) return unset(name)
  try {
    accessSync(masterKeyFile, constants.R_OK)
    return good(name)
  } catch {
    return bad(name, fail(failures.settingFileUnusable, { where: 'LODGE_HUB_MASTER_KEY_FILE', why: 'cannot be read' }))
  }
}

/** Days before the end of a certificate that somebody should hear of it. */
const daysBefore = 30

/** The certificates of a PEM text: each is one, has begun, and has not ended. */
export function authority(name: string, where: string, pem: string | undefined, now: number): Check {
  if (pem === undefined) return unset(name)
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) return bad(name, fail(failures.settingFileUnusable, { where, why: 'no certificate' }))
  let ends = Number.POSITIVE_INFINITY
  for (const block of blocks) {
    let certificate: X509Certificate
    try {
      certificate = new X509Certificate(block)
    } catch {
      return bad(name, fail(failures.settingFileUnusable, { where, why: 'damaged certificate' }))
    }
    if (certificate.validToDate.getTime() <= now)
      return bad(
        name,
        fail(failures.settingFileUnusable, {
          where,
          why: `ended ${certificate.validToDate.toISOString().slice(0, 10)}`,
        }),
      )
    if (certificate.validFromDate.getTime() > now)
      return bad(
        name,
        fail(failures.settingFileUnusable, {
          where,
          why: `begins ${certificate.validFromDate.toISOString().slice(0, 10)}`,
        }),
      )
    ends = Math.min(ends, certificate.validToDate.getTime())
  }
  const days = Math.floor((ends - now) / 86_400_000)
  return good(name, days < daysBefore ? `ends in ${days} days: renew it` : `${blocks.length}, ends in ${days} days`)
}

/** The institution's own certificate for the console: its files fit each other, and it is valid. */
function consoleCertificate({ consolePort }: HubOptions, now: number): Check {
  const name = 'console’s certificate'
  if (consolePort === undefined) return unset(name)
  const read = readConsoleCertificate(consolePort.certificate)
  return read.ok
    ? authority(name, consoleCertificateSettings.certificateFile, read.value.certificate, now)
    : bad(name, read)
}

/** The database, and how far its clock is from this machine's, ms. */
async function database(options: HubOptions): Promise<{ readonly checks: readonly Check[]; readonly skewMs: number }> {
  const { databaseUrl: url } = options
  if (url === undefined)
    return { checks: [open('database', 'the hub’s own PostgreSQL: it starts with the hub')], skewMs: 0 }
  const hosts = await examineDatabase(url)
  const checks = hosts.map((host): Check => {
    const name = hosts.length === 1 ? 'database' : `database, host ${host.host}`
    if (host.error !== null) return bad(name, fail(failures.databaseHostUnusable, { host: host.host, why: host.error }))
    if (isFromTheFuture(host.version)) return bad(name, fail(failures.databaseNewer))
    const waits = host.version === null || host.version < newestMigration ? ', migrates at the next start' : ''
    return good(name, `PostgreSQL ${host.server}${host.standby ? ', a standby' : ''}${waits}`)
  })
  // A standby answers and takes no writes: one host must be more than that.
  const writes = hosts.find((host) => host.error === null && !host.standby)
  if (writes === undefined && hosts.every((host) => host.error === null))
    return {
      checks: [...checks, bad('database writes', fail(failures.databaseHostUnusable, { host: 1, why: '25006' }))],
      skewMs: 0,
    }
  if (writes === undefined) return { checks, skewMs: 0 }
  const seconds = Math.round(Math.abs(writes.skewMs) / 1000)
  const clock =
    Math.abs(writes.skewMs) >= skewWorthTelling
      ? bad('clock of this machine', fail(failures.clockOffDatabase, { seconds }))
      : good('clock of this machine', `${seconds} s from the database’s`)
  const name = 'key files of this database'
  const { keyFiles } = writes
  const judged = keyFiles === null ? null : judgeKeyFiles(keyFiles, options)
  const keys = judged === null ? open(name, 'are noted at the first start') : judged.ok ? good(name) : bad(name, judged)
  return { checks: [...checks, clock, keys], skewMs: writes.skewMs }
}

function stateOf(name: string, trouble: Trouble | null | 'unknown', away: Failure): Check {
  if (trouble === null) return good(name)
  if (trouble === 'unknown' || trouble.kind === 'cancelled' || trouble.kind === 'refused')
    return open(name, 'the provider does not say: sign in once by hand')
  return bad(name, { failure: trouble.kind === 'away' ? away : trouble.failure })
}

interface Client {
  readonly title: string
  readonly names: SettingNames
  readonly settings: ClientSettings & { readonly scope: string }
  readonly returnTo: string | null
  readonly returnSetting: string
  readonly away: Failure
}

async function provider({ title, names, settings, away, ...back }: Client, now: () => number): Promise<Check[]> {
  const probed = await probeProvider(settings, names, { scope: settings.scope, ...back }, now)
  return probed.map(({ step, trouble }) =>
    step === 'client' && trouble === 'unknown' && back.returnTo === null
      ? open(`${title}: client`, `set ${back.returnSetting}, and the address to come back to is checked as well`)
      : stateOf(`${title}: ${step}`, trouble, away),
  )
}

function signIn(options: HubOptions, now: () => number): Promise<Check[]> {
  const { oidc, consoleAddress } = options
  if (oidc === undefined || oidc === null) return Promise.resolve([unset('sign-in')])
  return provider(
    {
      title: 'sign-in',
      names: 'OIDC',
      settings: oidc,
      returnTo: consoleAddress === undefined || consoleAddress === null ? null : consoleAddress + oidcReturnPath,
      returnSetting: 'LODGE_HUB_CONSOLE_ADDRESS',
      away: fail(failures.nothingListens, { where: oidc.issuer }).failure,
    },
    now,
  )
}

function eId({ eId: settings }: HubOptions, now: () => number): Promise<Check[]> {
  if (settings === undefined || settings === null) return Promise.resolve([unset('e-ID')])
  return provider(
    {
      title: 'e-ID',
      names: 'EID',
      settings,
      returnTo: new URL(eIdCallbackPath, settings.publicUrl).href,
      returnSetting: 'LODGE_HUB_PUBLIC_URL',
      away: fail(failures.nothingListens, { where: settings.issuer }).failure,
    },
    now,
  )
}

async function directory({ secretSettings }: HubOptions, now: number): Promise<Check[]> {
  const source = secretSettings?.source
  switch (source?.kind) {
    case undefined:
    case 'none':
      return [unset('directory')]
    case 'webhook':
      return [
        authority('secret source’s authority', 'source.caFile', source.ca, now),
        open('secret source', 'a webhook is not asked: it would change a password'),
      ]
    case 'ldap': {
      const outcome = await createLdapSource(source).check()
      return [
        authority('directory’s authority', 'source.caFile', source.ca, now),
        outcome.kind === 'done'
          ? good('directory')
          : bad('directory', fail(failures.directoryUnusable, { why: 'why' in outcome ? outcome.why : outcome.kind })),
      ]
    }
  }
}

/** Everything that can be looked at from outside, in the order in which a hub needs it. */
export async function examine(options: HubOptions, machine: () => number = Date.now): Promise<readonly Check[]> {
  const { checks, skewMs } = await database(options)
  const now = () => machine() + skewMs
  const [signInChecks, eIdChecks, directoryChecks] = await Promise.all([
    signIn(options, now),
    eId(options, now),
    directory(options, now()),
  ])
  return [
    dataFolder(options),
    masterKey(options),
    ...checks,
    ...signInChecks,
    ...eIdChecks,
    ...directoryChecks,
    authority('webhooks’ authority', 'LODGE_HUB_WEBHOOK_CA_FILE', options.webhookCa, now()),
    consoleCertificate(options, now()),
  ]
}
