/** Signing in to the console through a real OpenID Connect provider. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { oidcReturnPath, oidcStartPath } from '../../src-shared/hub-api/agent/session.ts'
import { claimValues } from '../../src-hub/sign-in/index.ts'
import { startConsoleHub, type Browser, type ConsoleHub } from '../hub/console-hub.ts'

/** Who the provider says it is, next. */
const person = {
  sub: 'p-1',
  preferred_username: 'Kaisa.Koski',
  name: 'Kaisa Koski',
  groups: ['everyone', 'lodge-supervisors'] as string[],
}
let world: ConsoleHub
let provider: Server
let issuer = ''

beforeAll(async () => {
  provider = createServer()
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  world = await startConsoleHub({
    oidc: {
      issuer,
      clientId: 'lodge',
      clientSecret: 'the-secret-of-the-client-at-the-provider',
      label: 'University account',
      scope: 'openid profile',
      claim: 'groups',
      roles: [
        ['lodge-administrators', 'administrator'],
        ['lodge-supervisors', 'supervisor'],
      ],
    },
  })
  const op = new Provider(issuer, {
    clients: [
      {
        client_id: 'lodge',
        client_secret: 'the-secret-of-the-client-at-the-provider',
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [`${world.hub().url}${oidcReturnPath}`],
      },
    ],
    pkce: { required: () => true },
    claims: { profile: ['name', 'preferred_username', 'groups'] },
    conformIdTokenClaims: true,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...person, sub }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? '',
        accountId: ctx.oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
  })
  const handle = op.callback()
  provider.on('request', (request, reply) => {
    if (request.url?.startsWith('/interaction/') !== true) return void handle(request, reply)
    void op.interactionFinished(request, reply, { login: { accountId: person.sub } })
  })
})
afterAll(async () => {
  await world.stop()
  provider.closeAllConnections()
  await new Promise((resolve) => provider.close(resolve))
})

/** Follows the provider's pages with cookies of its own until they send the browser back to the hub. */
async function atProvider(address: string): Promise<string> {
  const jar = new Map<string, string>()
  for (let at = address; ;) {
    const page = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, text]) => `${name}=${text}`).join('; ') },
    })
    for (const text of page.headers.getSetCookie()) {
      const [, name, kept] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (name !== undefined) jar.set(name, kept ?? '')
    }
    const next = page.headers.get('location')
    if (next === null) throw new Error(`the provider stays: ${page.status} ${await page.text()}`)
    at = new URL(next, at).href
    if (at.startsWith(world.hub().url)) return at
  }
}

/** Begins at the hub: where the browser is sent, and the cookie of its attempt. */
async function begin(browser: Browser): Promise<{ address: string; cookie: string }> {
  const start = await browser.fetch(oidcStartPath)
  const cookie = start.headers.getSetCookie().find((text) => text.startsWith('__Host-lodge-oidc=')) ?? ''
  expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  return { address: start.headers.get('location') ?? '', cookie: cookie.split(';')[0] ?? '' }
}
async function finish(browser: Browser, back: string, cookie: string): Promise<string> {
  const url = new URL(back)
  const done = await browser.fetch(url.pathname + url.search, { headers: { cookie } })
  return done.headers.get('location') ?? `${done.status}`
}
async function signIn(browser = world.browser()): Promise<string> {
  const { address, cookie } = await begin(browser)
  return finish(browser, await atProvider(address), cookie)
}

it('comes in with the role of the first group that counts, recorded under the provider’s name', async () => {
  const browser = world.browser()
  expect((await browser.call('signInOptions')).reply().oidc).toEqual({ label: 'University account', trouble: null })
  const { address, cookie } = await begin(browser)
  const asked = new URL(address).searchParams
  expect(asked.get('code_challenge_method')).toBe('S256')
  expect(asked.get('response_type')).toBe('code')
  expect(await finish(browser, await atProvider(address), cookie)).toBe('/')
  expect((await browser.call('session')).reply()).toMatchObject({
    name: 'kaisa.koski',
    displayName: 'Kaisa Koski',
    role: 'supervisor',
    by: 'oidc',
  })
  // No password opens it, and none can be set.
  expect((await browser.call('changePassword', { old: 'x', new: 'seitsemän kurkea lammella' })).code).toBe('L-654')
})

it('a changed group changes the role and ends what was open; without one nobody comes in', async () => {
  const before = world.browser()
  await signIn(before)
  person.groups = ['lodge-administrators']
  const after = world.browser()
  expect(await signIn(after)).toBe('/')
  expect((await after.call('session')).reply().role).toBe('administrator')
  expect((await before.call('session')).code).toBe('L-657')
  person.groups = ['everyone']
  expect(await signIn()).toBe('/sign-in?failure=L-665')
  person.groups = ['lodge-supervisors']
})

it('another’s way back is no way in: without this browser’s cookie, with another’s, twice, or altered', async () => {
  const victim = world.browser()
  const { address, cookie } = await begin(victim)
  const back = await atProvider(address)
  const thief = world.browser()
  expect(await finish(thief, back, '')).toBe('/sign-in?failure=L-665')
  const own = await begin(thief)
  expect(await finish(thief, back, own.cookie)).toBe('/sign-in?failure=L-665')
  expect(thief.cookie).toBeNull()
  expect(await finish(victim, back, cookie)).toBe('/')
  expect(await finish(victim, back, cookie)).toBe('/sign-in?failure=L-665')
  const again = await begin(world.browser())
  expect(
    await finish(
      world.browser(),
      (await atProvider(again.address)).replace(/code=[^&]+/, 'code=guessed'),
      again.cookie,
    ),
  ).toBe('/sign-in?failure=L-665')
})

it('a stranger with the name of someone who is here already stays out', async () => {
  person.sub = 'p-2'
  expect(await signIn()).toBe('/sign-in?failure=L-665')
  person.sub = 'p-1'
})

it.each([
  [{ groups: 'one' }, 'groups', ['one']],
  [{ realm_access: { roles: ['a', 3, 'b'] } }, 'realm_access.roles', ['a', 'b']],
  [{ 'https://e.org/roles': ['x'] }, 'https://e.org/roles', ['x']],
  [{}, 'groups', []],
  [null, 'a.b', []],
])('claims of %j at %s', (claims, path, values) => {
  expect(claimValues(claims, path)).toEqual(values)
})
