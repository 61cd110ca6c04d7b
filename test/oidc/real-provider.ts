/** A real OpenID Connect provider on loopback that signs everybody in, and a browser that walks to it and back. */
import { createServer } from 'node:http'
import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider'
import { freePort } from '../free-port.ts'

export const clientId = 'lodge'
export const clientSecret = 'the-secret-of-the-client-at-the-provider'
export const returnTo = 'http://127.0.0.1:9/v1/agent/oidc/return'

export interface RealProvider {
  readonly issuer: string
  stop(): Promise<void>
}

/** `path`: behind the origin in the issuer, such as `/` or `/realms/campus`. */
export async function startProvider(
  client: Partial<ClientMetadata> = {},
  more: Configuration = {},
  path = '',
): Promise<RealProvider> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}${path}`
  const op = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [returnTo],
        application_type: 'native',
        ...client,
      },
    ],
    pkce: { required: () => true },
    acrValues: ['loa3'],
    claims: { profile: ['name', 'preferred_username', 'groups'], acr: null, auth_time: null },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, groups: ['lodge'] }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `${path.replace(/\/$/, '')}/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? '',
        accountId: ctx.oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
    ...more,
  })
  const handle = op.callback()
  const mount = path.replace(/\/$/, '')
  const server = createServer((request, reply) => {
    const url = request.url ?? ''
    if (!url.startsWith(mount)) return void reply.writeHead(404).end()
    if (url.startsWith(`${mount}/interaction/`))
      return void op.interactionFinished(request, reply, {
        login: { accountId: 'p-1', acr: 'loa3', remember: false, ts: Math.floor(Date.now() / 1000) },
        consent: {},
      })
    // As behind a proxy that mounts it: the provider sees the rest of the path, and its own links have all of it.
    Object.assign(request, { originalUrl: url })
    request.url = url.slice(mount.length) || '/'
    void handle(request, reply)
  })
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  return {
    issuer,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Follows the provider's pages with cookies of its own. Resolves with the address that leads back to `back`, or with
 * null when the provider stays.
 */
export async function walk(address: string, back = returnTo): Promise<URL | null> {
  const jar = new Map<string, string>()
  for (let at = address, steps = 0; steps < 12; steps++) {
    if (at.startsWith(back)) return new URL(at)
    const page = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, text]) => `${name}=${text}`).join('; ') },
    })
    for (const text of page.headers.getSetCookie()) {
      const [, name, kept] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (name !== undefined) jar.set(name, kept ?? '')
    }
    const next = page.headers.get('location')
    if (next === null) return null
    at = new URL(next, at).href
  }
  return null
}
