/**
 * Who is told of a wrong setting, and how: whoever signs in, whoever stands at a desk, whoever runs the hub, and by
 * `doctor`.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { doctor as examined } from '../../src-hub/doctor/index.ts'
import { createBroker, type EIdSettings } from '../../src-hub/e-id/index.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { oidcStartPath } from '../../src-shared/hub-api/agent/session.ts'
import type { Failure, Result } from '../../src-shared/failures/result.ts'
import { startConsoleHub } from '../hub/console-hub.ts'
import { openTestDatabase } from '../support/database.ts'
import { json, makeUp, signed, type MadeUp } from './made-up-provider.ts'
import { clientId, clientSecret, startProvider, walk } from './real-provider.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})
const wrongSecret = 'last-year’s-secret-of-the-client'

it('the console: the sign-in page names the setting, one alarm is raised, the log says it; never the secret', async () => {
  const origin = 'http://127.0.0.1:1'
  const provider = await startProvider({ redirect_uris: [`${origin}/v1/agent/oidc/return`] })
  stops.push(() => provider.stop())
  const notes: string[] = []
  const world = await startConsoleHub({
    oidc: {
      ...{ issuer: provider.issuer, clientId, clientSecret: wrongSecret, label: 'University account' },
      ...{ scope: 'openid profile', claim: 'groups', roles: [['lodge', 'administrator']] },
    },
    consoleAddress: origin,
    onNote: (words) => notes.push(words),
  })
  stops.push(() => world.stop())
  for (const _ of [1, 2]) {
    const browser = world.browser()
    const start = await browser.fetch(oidcStartPath)
    const cookie = start.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const came = await walk(start.headers.get('location') ?? '', origin)
    const done = await browser.fetch(`${came?.pathname}${came?.search}`, { headers: { cookie } })
    expect(done.headers.get('location')).toBe('/sign-in?failure=L-673')
    expect((await browser.call('signInOptions')).reply().oidc?.trouble).toEqual({
      code: 'L-673',
      params: { setting: 'LODGE_HUB_OIDC_CLIENT_SECRET_FILE', other: 'LODGE_HUB_OIDC_CLIENT_ID', value: clientId },
    })
  }
  const alarms = () =>
    world.hub().db.selectFrom('alarm').select(['kind', 'detail']).where('kind', '=', 'sign-in-setting').execute()
  await expect.poll(alarms).toHaveLength(1)
  const said = JSON.stringify([await alarms(), notes])
  expect(said).toContain('LODGE_HUB_OIDC_CLIENT_SECRET_FILE')
  expect(said).not.toContain(wrongSecret)
})

describe('the broker of e-ID', () => {
  const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.failure.code)
  const back = 'https://lodge.example.org/e-id/callback'
  async function brokerAt(issuer: string, more: Partial<EIdSettings> = {}) {
    const troubles: Failure[] = []
    const broker = createBroker(
      {
        ...{ issuer, clientId, clientSecret, publicUrl: 'https://lodge.example.org', acr: ['loa3'] },
        ...{ scope: 'openid profile', seconds: 300, maxAgeSeconds: 300, ...more },
      },
      { totalMs: 3000, onTrouble: (failure) => troubles.push(failure) },
    )
    return { broker, troubles }
  }

  it.each<[string, Partial<EIdSettings>, string, string | null]>([
    ['nothing', {}, 'ok', null],
    ['the secret', { clientSecret: wrongSecret }, 'L-327', 'L-673'],
    ['no secret', { clientSecret: null }, 'L-327', 'L-673'],
  ])('wrong: %s', async (_what, more, expected, trouble) => {
    const provider = await startProvider({ redirect_uris: [back] })
    stops.push(() => provider.stop())
    const { broker, troubles } = await brokerAt(provider.issuer, more)
    const binding = broker.newBinding()
    const since = Math.floor(Date.now() / 1000)
    const address = await broker.address(binding, 'fi', Date.now())
    const came = address.ok ? await walk(address.value, back) : null
    const finished = await broker.finish(binding, came?.search ?? '', Date.now(), since)
    expect(code(finished)).toBe(expected)
    expect(troubles[0]?.code ?? null).toBe(trouble)
    expect(JSON.stringify(troubles)).not.toMatch(/last-year/)
  })

  it.each<[string, MadeUp, string, string | null]>([
    ['a web page where the broker should be', { description: () => ({ body: '<p>' }) }, 'L-327', 'L-671'],
    ['another issuer', { description: (usual) => json({ ...usual, issuer: 'https://id.example' }) }, 'L-327', 'L-670'],
    ['out of service', { description: () => ({ status: 503, body: '' }) }, 'L-319', null],
    ['a used code', {}, 'L-322', null],
    ['a minute and a half ahead', { token: tokenAt(90) }, 'L-328', 'L-675'],
    ['a minute and a half behind', { token: tokenAt(-90) }, 'L-328', 'L-675'],
    ['nearly a minute ahead', { token: tokenAt(55) }, 'ok', null],
    ['nearly a minute behind', { token: tokenAt(-55) }, 'ok', null],
    ['dated five minutes back, identified now', { token: tokenAt(-300, 0) }, 'ok', null],
    ['identified ten minutes ago', { token: tokenAt(0, -600) }, 'L-321', null],
  ])('%s', async (_what, said, expected, trouble) => {
    const provider = await makeUp(said)
    stops.push(() => provider.stop())
    const { broker, troubles } = await brokerAt(provider.issuer)
    const binding = { ...broker.newBinding(), nonce: 'n' }
    const since = Math.floor(Date.now() / 1000)
    const search = `?code=c&state=${binding.state}`
    expect(code(await broker.finish(binding, search, Date.now(), since))).toBe(expected)
    expect(troubles.map((failure) => failure.code)).toEqual(trouble === null ? [] : [trouble])
  })

  function tokenAt(seconds: number, identified = seconds): (issuer: string) => ReturnType<typeof json> {
    return (issuer) => {
      const at = Math.floor(Date.now() / 1000) + seconds
      const times = { iat: at, exp: at + 3600, auth_time: at - seconds + identified }
      const token = signed({ iss: issuer, sub: 'p', aud: clientId, nonce: 'n', acr: 'loa3', ...times })
      return json({ access_token: 'a', token_type: 'bearer', id_token: token })
    }
  }
})

interface Told {
  readonly ok: boolean
  readonly checks: readonly { name: string; state: string; failure?: Failure; what?: string; next?: string }[]
}

/** The command as an administrator runs it: exit code, standard output. */
function doctor(env: Readonly<Record<string, string>>, ...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const main = new URL('../../src-hub/main.ts', import.meta.url).pathname
    const given = { PATH: process.env.PATH ?? '', LODGE_HUB_DATA: join(tmpdir(), 'lodge-is-not-there'), ...env }
    execFile(
      process.execPath,
      ['--no-warnings', main, 'doctor', ...args],
      { env: given, timeout: 60_000 },
      (error, stdout) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout }),
    )
  })
}

describe('doctor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-doctor-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const signIn = (issuer: string, secret: string) => ({
    LODGE_HUB_OIDC_ISSUER: issuer,
    LODGE_HUB_OIDC_CLIENT_ID: clientId,
    LODGE_HUB_OIDC_CLIENT_SECRET_FILE: file('secret', secret),
    LODGE_HUB_OIDC_SCOPE: 'openid profile',
    LODGE_HUB_OIDC_ROLES: 'lodge=agent',
    LODGE_HUB_CONSOLE_ADDRESS: 'https://lodge.example.org',
  })
  const console = 'https://lodge.example.org/v1/agent/oidc/return'

  it('finds nothing wrong where nothing is, and ends with 0', async () => {
    const provider = await startProvider({ redirect_uris: [console] })
    stops.push(() => provider.stop())
    const postgres = await openTestDatabase()
    stops.push(() => postgres.drop())
    const { certificate } = await issueServerIdentity(folder, ['localhost'])
    const env = {
      ...signIn(provider.issuer, clientSecret),
      DATABASE_URL: postgres.url,
      LODGE_HUB_WEBHOOK_CA_FILE: file('ca.pem', certificate),
    }
    const { code, text } = await doctor(env, '--json')
    const told = JSON.parse(text) as Told
    expect({ code, ok: told.ok, wrong: told.checks.filter(({ state }) => state === 'failed') }).toEqual({
      code: 0,
      ok: true,
      wrong: [],
    })
    expect(told.checks.filter(({ state }) => state === 'ok').map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['settings', 'database', 'clock of this machine', 'webhooks’ authority'],
        ...['sign-in: description', 'sign-in: client', 'sign-in: clock', 'sign-in: secret'],
      ]),
    )
  })

  it.each<[string, (issuer: string) => Record<string, string>, string, string]>([
    ['the secret', (issuer) => signIn(issuer, wrongSecret), 'sign-in: secret', 'L-673'],
    ['the issuer', (issuer) => signIn(`${issuer}/x`, clientSecret), 'sign-in: description', 'L-671'],
    [
      'the console’s address',
      (issuer) => ({ ...signIn(issuer, clientSecret), LODGE_HUB_CONSOLE_ADDRESS: 'https://other.example.org' }),
      'sign-in: client',
      'L-674',
    ],
    [
      'the client',
      (issuer) => ({ ...signIn(issuer, clientSecret), LODGE_HUB_OIDC_CLIENT_ID: 'nobody' }),
      'sign-in: client',
      'L-672',
    ],
    ['a provider that is away', () => signIn('http://127.0.0.1:9', clientSecret), 'sign-in: description', 'L-330'],
    ['a setting', () => ({ LODGE_HUB_PORT: 'many' }), 'settings', 'L-101'],
    ['the database', () => ({ DATABASE_URL: 'postgresql://u@127.0.0.1:9/db' }), 'database', 'L-723'],
    [
      'an authority that is none',
      () => ({ LODGE_HUB_WEBHOOK_CA_FILE: file('none.pem', 'hello') }),
      'webhooks’ authority',
      'L-724',
    ],
    [
      'a master key that is not there',
      () => ({ LODGE_HUB_MASTER_KEY_FILE: '/nowhere/key' }),
      'master key file',
      'L-724',
    ],
    [
      'the directory',
      () => ({
        LODGE_HUB_SECRET_SOURCE_FILE: file(
          'source.json',
          JSON.stringify({
            source: {
              ...{ kind: 'ldap', url: 'ldaps://127.0.0.1:9', bindDn: 'cn=x', baseDn: 'dc=x', flavour: 'rfc3062' },
              ...{ bindPasswordFile: file('bind', wrongSecret), filter: '(uid={account})' },
            },
          }),
        ),
      }),
      'directory',
      'L-717',
    ],
    [
      'the broker',
      (issuer) => ({
        LODGE_HUB_EID_ISSUER: `${issuer}/x`,
        LODGE_HUB_EID_CLIENT_ID: clientId,
        LODGE_HUB_EID_ACR: 'loa3',
        LODGE_HUB_PUBLIC_URL: 'https://lodge.example.org',
      }),
      'e-ID: description',
      'L-671',
    ],
  ])('names what is wrong, and ends with 1: %s', async (_what, env, name, expected) => {
    const provider = await startProvider({ redirect_uris: [console] })
    stops.push(() => provider.stop())
    const settings = { LODGE_HUB_DATA: join(tmpdir(), 'lodge-is-not-there'), ...env(provider.issuer) }
    const { exitCode: code, text } = await examined(['--json'], settings)
    const wrong = (JSON.parse(text) as Told).checks.filter(({ state }) => state === 'failed')
    expect(wrong.map((check) => [check.name, check.failure?.code])).toEqual([[name, expected]])
    expect(wrong[0]?.next).not.toBe('')
    expect(code).toBe(1)
    expect(text).not.toContain(wrongSecret)
  })

  it('reads as text in three languages, and refuses what it does not know', async () => {
    const { code, text } = await doctor({ LODGE_HUB_PORT: 'many' }, '--language', 'fi')
    expect(code).toBe(1)
    expect(text).toMatch(/^WRONG settings\n {6}L-101 .+LODGE_HUB_PORT/)
    expect((await doctor({}, '--jsno')).code).toBe(2)
    expect((await doctor({}, '--language', 'de')).code).toBe(2)
    rmSync(folder, { recursive: true, force: true })
  })
})
