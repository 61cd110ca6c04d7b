/**
 * A wrong setting of an OpenID Connect client is told as one, with the value that was expected and the setting to
 * change: in the flow itself, and by the doctor's questions. A provider that is away is told as away. Real providers
 * where one can be brought to it.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import {
  createProvider,
  newBinding,
  probeProvider,
  type ClientSettings,
  type Trouble,
} from '../../src-hub/oidc/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { languages } from '../../src-shared/domain/index.ts'
import { freePort } from '../free-port.ts'
import { json, makeUp, signed, type MadeUp, type Answer } from './made-up-provider.ts'
import { clientId, clientSecret, returnTo, startProvider, walk } from './real-provider.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})
const names = 'OIDC'
const quick = { totalMs: 3000 }
const right = (issuer: string): ClientSettings => ({ issuer, clientId, clientSecret })

/** A trouble as a table has it: a word, or the code with the params that matter. */
function told(trouble: Trouble | null | 'unknown'): unknown {
  if (trouble === null) return 'ok'
  if (trouble === 'unknown') return trouble
  return 'failure' in trouble ? { code: trouble.failure.code, ...trouble.failure.params } : trouble.kind
}

interface Flow {
  readonly settings: ClientSettings
  readonly scope?: string
  readonly back?: string
  readonly aheadMs?: number
}

/**
 * The whole way of a sign-in: `ok`, or what stood in it. `stays`: the provider keeps the person on a page of its own.
 */
async function flow({ settings, scope = 'openid profile', back = returnTo, aheadMs = 0 }: Flow): Promise<unknown> {
  const now = () => Date.now() + aheadMs
  const provider = createProvider(settings, names, quick)
  const binding = newBinding()
  const address = await provider.address(now(), binding, { redirect_uri: back, scope })
  if (!address.ok) return told(address.trouble)
  const came = await walk(address.value.href, back)
  if (came === null) return 'stays'
  const granted = await provider.exchange(now(), came, binding)
  return granted.ok ? 'ok' : told(granted.trouble)
}

/** What the doctor's questions come to: the first that does not hold. */
async function doctor({ settings, scope = 'openid profile', back = returnTo, aheadMs = 0 }: Flow): Promise<unknown> {
  const asked = { scope, returnTo: back, returnSetting: 'LODGE_HUB_CONSOLE_ADDRESS' }
  const steps = await probeProvider(settings, names, asked, () => Date.now() + aheadMs, quick)
  return told(steps.find(({ trouble }) => trouble !== null)?.trouble ?? null)
}

interface Row {
  readonly client?: Partial<ClientMetadata>
  readonly provider?: Configuration
  readonly path?: string
  readonly settings?: (issuer: string) => Partial<ClientSettings>
  readonly scope?: string
  readonly back?: string
  readonly flow: unknown
  readonly doctor?: unknown
}
const secret = {
  code: 'L-673',
  setting: `LODGE_HUB_${names}_CLIENT_SECRET_FILE`,
  other: `LODGE_HUB_${names}_CLIENT_ID`,
}
const issuerSetting = `LODGE_HUB_${names}_ISSUER`

const withRealProvider: Readonly<Record<string, Row>> = {
  'everything as it should be': { flow: 'ok' },
  'a final slash in the setting alone': { settings: (issuer) => ({ issuer: `${issuer}/` }), flow: 'ok' },
  'a final slash at the provider alone': {
    path: '/',
    settings: (issuer) => ({ issuer: issuer.slice(0, -1) }),
    flow: 'ok',
  },
  'a final slash at both': { path: '/', flow: 'ok' },
  'an issuer with a path, a final slash in the setting': {
    path: '/realms/campus',
    settings: (issuer) => ({ issuer: `${issuer}/` }),
    flow: 'ok',
  },
  'the address of the description in place of the issuer': {
    settings: (issuer) => ({ issuer: `${issuer}/.well-known/openid-configuration` }),
    flow: 'ok',
  },
  'another name of the same server': {
    settings: (issuer) => ({ issuer: issuer.replace('127.0.0.1', 'localhost') }),
    flow: { code: 'L-670', setting: issuerSetting, expected: 'ISSUER' },
  },
  'a path that is not there': {
    settings: (issuer) => ({ issuer: `${issuer}/tenant` }),
    flow: { code: 'L-671', setting: issuerSetting, why: 'HTTP 404' },
  },
  'another realm': {
    path: '/realms/campus',
    settings: (issuer) => ({ issuer: issuer.replace('campus', 'other') }),
    flow: { code: 'L-671', why: 'HTTP 404' },
  },
  'capitals in the path': {
    path: '/realms/campus',
    settings: (issuer) => ({ issuer: issuer.replace('campus', 'Campus') }),
    flow: { code: 'L-671', why: 'HTTP 404' },
  },
  'a client that nobody has registered': {
    settings: () => ({ clientId: 'lodge-hubb' }),
    flow: 'stays',
    doctor: { code: 'L-672', setting: `LODGE_HUB_${names}_CLIENT_ID`, value: 'lodge-hubb' },
  },
  'a client in capitals': {
    settings: () => ({ clientId: 'LODGE' }),
    flow: 'stays',
    doctor: { code: 'L-672', value: 'LODGE' },
  },
  'another secret': { settings: () => ({ clientSecret: 'x'.repeat(40) }), flow: { ...secret, value: clientId } },
  'a secret with a space behind it': { settings: () => ({ clientSecret: `${clientSecret} ` }), flow: secret },
  'no secret where one is needed': { settings: () => ({ clientSecret: null }), flow: secret },
  'a secret where the client has none': {
    client: { token_endpoint_auth_method: 'none', client_secret: undefined },
    flow: secret,
  },
  'a client that must prove itself by JWT': {
    client: { token_endpoint_auth_method: 'client_secret_jwt' },
    flow: secret,
  },
  'a provider that takes the secret in the header alone': {
    client: { token_endpoint_auth_method: 'client_secret_basic' },
    provider: { clientAuthMethods: ['client_secret_basic'] },
    flow: 'ok',
  },
  'a header client at a provider that takes both': {
    client: { token_endpoint_auth_method: 'client_secret_basic' },
    provider: { clientAuthMethods: ['client_secret_basic', 'client_secret_post'] },
    flow: 'ok',
  },
  'an address to come back to that is not registered': {
    back: 'http://127.0.0.1:9/another',
    flow: 'stays',
    doctor: { code: 'L-674', setting: 'LODGE_HUB_CONSOLE_ADDRESS', value: 'http://127.0.0.1:9/another' },
  },
  'an address to come back to with a slash too many': {
    back: `${returnTo}/`,
    flow: 'stays',
    doctor: { code: 'L-674', value: `${returnTo}/` },
  },
  'an address to come back to over https': {
    back: returnTo.replace('http:', 'https:'),
    flow: 'stays',
    doctor: { code: 'L-674', value: returnTo.replace('http:', 'https:') },
  },
  'a scope that this client may not ask for': {
    client: { scope: 'openid' },
    scope: 'openid profile',
    flow: { code: 'L-676', setting: `LODGE_HUB_${names}_SCOPE`, error: 'invalid_scope' },
  },
  'a client without the code flow': {
    client: { response_types: ['id_token'], grant_types: ['implicit'] },
    provider: { responseTypes: ['id_token', 'code'] },
    flow: { code: 'L-676', setting: `LODGE_HUB_${names}_CLIENT_ID`, error: 'invalid_request' },
  },
}

describe('at a real provider', () => {
  it.each(Object.entries(withRealProvider))('%s', async (_what, row) => {
    const provider = await startProvider(row.client, row.provider, row.path)
    stops.push(() => provider.stop())
    const settings = { ...right(provider.issuer), ...row.settings?.(provider.issuer) }
    const asked = {
      settings,
      ...(row.scope === undefined ? {} : { scope: row.scope }),
      ...(row.back === undefined ? {} : { back: row.back }),
    }
    const named = (expected: unknown): unknown =>
      typeof expected === 'object' && expected !== null
        ? expect.objectContaining(
            Object.fromEntries(
              Object.entries(expected).map(([key, value]) => [key, value === 'ISSUER' ? provider.issuer : value]),
            ),
          )
        : expected
    const found = { flow: await flow(asked), doctor: await doctor(asked) }
    expect(found).toEqual({ flow: named(row.flow), doctor: named(row.doctor ?? row.flow) })
    expect(JSON.stringify(found)).not.toContain(settings.clientSecret ?? 'no secret at all')
  })
})

const html = { status: 200, type: 'text/html', body: '<title>Welcome</title>' }
const away = 'away'
const madeUp: Readonly<Record<string, { said: MadeUp; discovery?: unknown; exchange?: unknown }>> = {
  'a web page in place of the description': {
    said: { description: () => html },
    discovery: { code: 'L-671', why: 'text/html' },
  },
  'a description without an issuer': {
    said: { description: () => json({ hello: 'there' }) },
    discovery: { code: 'L-671', why: 'no OpenID Connect description' },
  },
  'a description without a token endpoint': {
    said: { description: ({ token_endpoint: _, ...rest }) => json(rest) },
    discovery: { code: 'L-671', why: 'no OpenID Connect description' },
  },
  'a description of another issuer': {
    said: { description: (usual) => json({ ...usual, issuer: 'https://id.example.org' }) },
    discovery: { code: 'L-670', expected: 'https://id.example.org' },
  },
  'a description that leads elsewhere': {
    said: { description: () => ({ status: 302, headers: { location: 'https://id.example.org' }, body: '' }) },
    discovery: { code: 'L-671', why: 'HTTP 302' },
  },
  'a description that is not for everybody': {
    said: { description: () => ({ status: 403, body: '' }) },
    discovery: { code: 'L-671', why: 'HTTP 403' },
  },
  'a description that has gone': {
    said: { description: () => ({ status: 410, body: '' }) },
    discovery: { code: 'L-671', why: 'HTTP 410' },
  },
  'a description that is half there': {
    said: { description: () => ({ status: 200, type: 'application/json', body: '{"issuer":' }) },
    discovery: { code: 'L-671', why: 'no JSON' },
  },
  'a description out of service': { said: { description: () => ({ status: 503, body: '' }) }, discovery: away },
  'too many questions': { said: { description: () => ({ status: 429, body: '' }) }, discovery: away },
  'a gateway that waits in vain': { said: { description: () => ({ status: 504, body: '' }) }, discovery: away },
  'a token endpoint that is not there': {
    said: { token: () => ({ status: 404, body: '' }) },
    exchange: { code: 'L-676', error: 'HTTP 404' },
  },
  'a token endpoint that forbids': {
    said: { token: () => ({ status: 403, body: 'no' }) },
    exchange: { code: 'L-676', error: 'HTTP 403' },
  },
  'a token endpoint that asks who is calling': {
    said: { token: () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: '' }) },
    exchange: { code: 'L-673' },
  },
  'a token endpoint that does not say why': {
    said: { token: () => ({ status: 401, body: '' }) },
    exchange: { code: 'L-673' },
  },
  'a grant that is not supported': {
    said: { token: () => json({ error: 'unsupported_grant_type' }, 400) },
    exchange: { code: 'L-676', error: 'unsupported_grant_type' },
  },
  'a request that will not do': {
    said: { token: () => json({ error: 'invalid_request' }, 400) },
    exchange: { code: 'L-676', error: 'invalid_request' },
  },
  'a client that may not': {
    said: { token: () => json({ error: 'unauthorized_client' }, 400) },
    exchange: { code: 'L-676', setting: `LODGE_HUB_${names}_CLIENT_ID` },
  },
  'a word that nobody knows': { said: { token: () => json({ error: '<script>' }, 400) }, exchange: 'refused' },
  'a code that has been used': { said: { token: () => json({ error: 'invalid_grant' }, 400) }, exchange: 'refused' },
  'a token endpoint out of service': { said: { token: () => ({ status: 502, body: '' }) }, exchange: away },
  'a token endpoint that says so itself': {
    said: { token: () => json({ error: 'temporarily_unavailable' }, 400) },
    exchange: away,
  },
  'no ID token': { said: { token: () => json({ access_token: 'a', token_type: 'bearer' }) }, exchange: 'refused' },
}

const came = (issuer: string, state: string) =>
  new URL(`${returnTo}?code=c&state=${state}&iss=${encodeURIComponent(issuer)}`)

async function exchange(said: MadeUp, aheadMs = 0): Promise<unknown> {
  const provider = await makeUp(said)
  stops.push(() => provider.stop())
  const now = Date.now() + aheadMs
  const binding = { ...newBinding(), nonce: 'n' }
  const asked = createProvider(right(provider.issuer), names, quick)
  const granted = await asked.exchange(now, came(provider.issuer, binding.state), binding)
  return granted.ok ? 'ok' : told(granted.trouble)
}
const matching = (expected: unknown): unknown =>
  typeof expected === 'object' && expected !== null ? expect.objectContaining(expected) : expected

describe('at a provider that answers anything', () => {
  it.each(Object.entries(madeUp))('%s', async (_what, { said, discovery, exchange: expected }) => {
    if (discovery !== undefined) {
      const provider = await makeUp(said)
      stops.push(() => provider.stop())
      const found = await createProvider(right(provider.issuer), names, quick).discover(Date.now())
      expect(found.ok ? 'ok' : told(found.trouble)).toEqual(matching(discovery))
    }
    if (expected !== undefined) expect(await exchange(said)).toEqual(matching(expected))
  })

  it.each([
    ['nobody listens', async () => `http://127.0.0.1:${await freePort()}`],
    ['no such name', async () => 'https://provider.invalid'],
  ])('away: %s', async (_what, issuer) => {
    const found = await createProvider(right(await issuer()), names, quick).discover(Date.now())
    expect(found.ok ? 'ok' : told(found.trouble)).toBe('away')
  })

  it('a certificate that nobody vouches for is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lodge-oidc-'))
    const { key, certificate } = await issueServerIdentity(folder, ['localhost'])
    rmSync(folder, { recursive: true })
    const server = createServer({ key, cert: certificate }, (_request, reply) => void reply.end())
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    stops.push(() => new Promise((resolve) => void server.close(() => resolve())))
    const issuer = `https://localhost:${(server.address() as AddressInfo).port}`
    const found = await createProvider(right(issuer), names, quick).discover(Date.now())
    expect(found.ok ? 'ok' : told(found.trouble)).toEqual(
      expect.objectContaining({ code: 'L-671', why: expect.stringMatching(/CERT|VERIFY|ISSUER/) as string }),
    )
  })
})

describe('what the doctor reads on a page', () => {
  const page = (body: string, status = 200): Answer => ({ status, type: 'text/html', body })
  const form =
    '<form action="/adfs/oauth2/authorize?client_id=lodge&redirect_uri=https%3A%2F%2Flodge"><input name=user>'
  it.each<[string, Answer, unknown]>([
    ['a sign-in form that carries the request on', page(form), 'unknown'],
    ['an address that is not trusted', page('Invalid parameter: redirect_uri', 400), { code: 'L-674' }],
    [
      'a client that is not known, with a link back',
      page('<html>Client not found. <a href="/login?redirect_uri=https">back</a>', 400),
      { code: 'L-672' },
    ],
    ['a client’s parameter', page('Error: Invalid value for ‘client_id’ parameter', 400), { code: 'L-672' }],
    ['nothing that is known', page('<html>The application is not registered', 400), { code: 'L-676' }],
  ])('%s', async (_what, authorization, expected) => {
    const provider = await makeUp({ authorization })
    stops.push(() => provider.stop())
    const asked = { scope: 'openid', returnTo, returnSetting: 'LODGE_HUB_CONSOLE_ADDRESS' }
    const steps = await probeProvider(right(provider.issuer), names, asked, () => Date.now(), quick)
    const trouble = steps.find(({ step }) => step === 'client')?.trouble ?? null
    expect(trouble === 'unknown' ? trouble : told(trouble)).toEqual(matching(expected))
  })
})

/** A token as it is usual, but for `claims`; its times are seconds from the hub's. */
function tokenOf(times: Readonly<Record<string, number>>, claims: Readonly<Record<string, unknown>> = {}): MadeUp {
  return {
    token(issuer) {
      const now = Math.floor(Date.now() / 1000)
      const at = Object.fromEntries(
        Object.entries({ iat: 0, exp: 300, ...times }).map(([name, seconds]) => [name, now + seconds]),
      )
      const token = signed({ iss: issuer, sub: 'p', aud: clientId, nonce: 'n', ...at, ...claims })
      return json({ access_token: 'a', token_type: 'bearer', id_token: token })
    },
  }
}

describe('clocks', () => {
  const ahead = (seconds: number) => ({ code: 'L-675', wayEn: 'ahead of', near: seconds })
  const behind = (seconds: number) => ({ code: 'L-675', wayEn: 'behind', near: seconds })
  it.each<[string, Readonly<Record<string, number>>, 'ok' | { code: string; wayEn: string; near: number }]>([
    ['the same', {}, 'ok'],
    ['a minute ahead', { iat: 58, exp: 358 }, 'ok'],
    ['a minute behind', { iat: -58, exp: 242 }, 'ok'],
    ['not valid before a minute from now', { nbf: 57 }, 'ok'],
    ['expired a minute ago', { iat: -30, exp: -55 }, 'ok'],
    ['identified in a minute', { auth_time: 57 }, 'ok'],
    ['ahead by more', { iat: 63, exp: 363 }, ahead(63)],
    ['dated five minutes back, as Microsoft Entra does', { iat: -300, nbf: -300, exp: 3600 }, 'ok'],
    ['behind by more, and not expired yet', { iat: -63, exp: 237 }, 'ok'],
    ['an hour ahead: a zone was forgotten', { iat: 3600, exp: 3900 }, ahead(3600)],
    ['an hour behind', { iat: -3600, exp: -3300 }, behind(3600)],
    ['two hours ahead', { iat: 7200, exp: 7500, nbf: 7200 }, ahead(7200)],
    ['not valid before two minutes from now', { iat: 120, nbf: 120, exp: 420 }, ahead(120)],
    ['expired two minutes ago', { iat: -420, exp: -120 }, behind(420)],
    ['a day ahead', { iat: 86_400, exp: 86_700 }, ahead(86_400)],
    ['a year behind', { iat: -31_536_000, exp: -31_535_700 }, behind(31_536_000)],
    ['identified in two minutes', { auth_time: 120 }, ahead(120)],
  ])('%s', async (_what, times, expected) => {
    const found = await exchange(tokenOf(times))
    if (expected === 'ok') return expect(found).toBe('ok')
    const { seconds, ...rest } = found as { seconds: number }
    expect(rest).toMatchObject({ code: expected.code, wayEn: expected.wayEn, allowed: 60 })
    // A second may pass while the test runs.
    expect(Math.abs(seconds - expected.near)).toBeLessThanOrEqual(3)
  })

  it.each([-3600, -90, 90, 3600])('the hub’s own clock counts, not the machine’s: %i s apart', async (seconds) => {
    const times = { iat: seconds, exp: seconds + 300, auth_time: seconds }
    expect(await exchange(tokenOf(times), seconds * 1000)).toBe('ok')
    // Of one that is behind, what has expired is named.
    expect(await exchange(tokenOf({ exp: 20 }), seconds * 1000)).toMatchObject({ code: 'L-675' })
  })

  it('by the doctor, from the head of an answer', async () => {
    const provider = await startProvider()
    stops.push(() => provider.stop())
    expect(await doctor({ settings: right(provider.issuer), aheadMs: 3_600_000 })).toMatchObject({
      code: 'L-675',
      wayEn: 'behind',
    })
  })
})

describe('an ID token that is for somebody else', () => {
  it.each<[string, Readonly<Record<string, unknown>>, unknown]>([
    ['another client', { aud: 'another' }, { code: 'L-672', value: clientId, expected: 'another' }],
    ['two clients, neither this one', { aud: ['a', 'b'] }, { code: 'L-672', expected: 'a b' }],
    ['another issuer', { iss: 'https://id.example.org/' }, { code: 'L-670', expected: 'https://id.example.org/' }],
    ['another try', { nonce: 'other' }, 'refused'],
  ])('%s', async (_what, claims, expected) => {
    expect(await exchange(tokenOf({}, claims))).toEqual(matching(expected))
  })
})

it('every text has a value in each of its places, in three languages', () => {
  const params = {
    ...{ setting: 'S', value: 'V', expected: 'E', why: 'W', other: 'O', error: 'R', seconds: 90, allowed: 60 },
    ...{ wayFi: 'edellä', waySv: 'före', wayEn: 'ahead of', where: 'H', host: 1 },
  }
  const codes = [
    'L-670',
    'L-671',
    'L-672',
    'L-673',
    'L-674',
    'L-675',
    'L-676',
    'L-329',
    'L-330',
    'L-717',
    'L-723',
    'L-724',
  ] as const
  for (const code of codes)
    for (const language of languages) {
      const { what, next } = describeFailure({ code, params }, language)
      expect(`${what} ${next}`).not.toContain('…')
    }
})
