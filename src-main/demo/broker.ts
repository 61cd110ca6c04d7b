/**
 * A broker of strong e-ID for trying: a real OpenID Connect provider on loopback with the claims that Finnish brokers
 * give. Its page asks who identifies and how strongly, instead of a bank.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider from 'oidc-provider'

/** As the broker knows a person. */
export interface BrokerPerson {
  readonly key: string
  readonly name: string
  readonly claims: Readonly<Record<string, string>>
}

export interface DemoBroker {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The hub's callback is known only once the hub's public address is. */
  serve(returnTo: string): void
  /** Whether it answers at all. */
  setAway(away: boolean): void
  stop(): Promise<void>
}

/** Levels of assurance, as the demo's broker names them. */
export const strongAcr = 'http://broker.example/loa3'
export const weakAcr = 'http://broker.example/loa1'

const claimNames = ['family_name', 'given_name', 'birthdate', 'urn:oid:1.2.246.21']
const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const chunk of request) body = (body + String(chunk)).slice(0, 4000)
  return new URLSearchParams(body)
}

function page(persons: readonly BrokerPerson[]): string {
  const buttons = persons
    .map((person) => `<button name="person" value="${escaped(person.key)}">${escaped(person.name)}</button>`)
    .join('')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Demo broker</title>
<style>body{font:1.0625rem/1.5 system-ui;margin:0 auto;max-width:34rem;padding:1.5rem}button{display:block;width:100%;min-height:3rem;margin:.375rem 0;font:inherit;text-align:left;padding:.5rem 1rem}</style>
<h1>Demo broker</h1><p>Invented people. Who identifies with a bank ID?</p><form method="post">${buttons}
<h2>What can go wrong</h2><button name="cancel" value="1">Cancel</button><label><input type="checkbox" name="weak" value="1"> a weaker means than the hub accepts</label>
<br><label><input type="checkbox" name="stale" value="1"> identified an hour ago</label></form></html>`
}

export async function startBroker(persons: readonly BrokerPerson[], wantedPort = 0): Promise<DemoBroker> {
  const clientId = 'lodge-hub'
  const clientSecret = 'a-secret-of-the-demonstration-only'
  let provider: Provider | null = null
  let away = false

  async function interact(op: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
        .end(page(persons))
      return
    }
    const form = await formOf(request)
    if (form.has('cancel')) {
      await op.interactionFinished(request, response, { error: 'access_denied', error_description: 'cancelled' })
      return
    }
    const ts = Math.floor(Date.now() / 1000) - (form.has('stale') ? 3600 : 0)
    const login = {
      accountId: form.get('person') ?? '',
      acr: form.has('weak') ? weakAcr : strongAcr,
      remember: false,
      ts,
    }
    // A native client's consent is asked for each time; the demo's page is asked once.
    await op.interactionFinished(request, response, { login, consent: {} })
  }

  async function serveRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const op = provider
    if (op === null || away) {
      response.writeHead(503).end()
      return
    }
    if (request.url?.startsWith('/interaction/') === true) await interact(op, request, response)
    else await op.callback()(request, response)
  }

  const server = createServer((request, response) => {
    // A browser that did not begin here, or a session that is over.
    serveRequest(request, response).catch(() =>
      response.headersSent ? response.destroy() : response.writeHead(400).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wantedPort, '127.0.0.1', resolve)
  })
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : wantedPort}`
  return {
    issuer,
    clientId,
    clientSecret,
    serve(returnTo) {
      const op = new Provider(issuer, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            token_endpoint_auth_method: 'client_secret_post',
            redirect_uris: [returnTo],
            // A public address of the demonstration's is on loopback, which only native clients may name.
            application_type: 'native',
          },
        ],
        pkce: { required: () => true },
        acrValues: [strongAcr, weakAcr],
        claims: { profile: claimNames, acr: null, auth_time: null },
        findAccount: (_ctx, sub) => {
          const person = persons.find(({ key }) => key === sub)
          return person === undefined ? undefined : { accountId: sub, claims: () => ({ ...person.claims, sub }) }
        },
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
      provider = op
    },
    setAway(next) {
      away = next
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
