/** HTTPS around the routes: validation both ways, callers, failures as `{code, params}` with a status, hub time on every reply. */
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { hintPath, hubApi, hubTimeHeader, type HubRoute, type RouteAuth } from '../../src-shared/hub-api.ts'
import type { ErrorCode } from '../../src-shared/errors.ts'
import { acceptedEncodings, chooseEncoding, compress, compressFrom, decompress } from '../../src-shared/protocol/compression.ts'
import { fail, type Failure, type Result } from '../../src-shared/result.ts'
import { mayCall } from '../../src-shared/hub-authority.ts'
import { agentCaller, kioskCaller, type Agent, type KioskCaller } from './callers.ts'
import type { Contacts } from './contacts.ts'
import { openHint, type Hints } from './hints.ts'
import { createRoutes, JsonText, type RouteParts } from './routes.ts'

export interface ServerParts extends RouteParts {
  readonly tls: { readonly key: string; readonly certificate: string } | null
  /** Agents by their tokens. */
  readonly tokens: ReadonlyMap<string, Agent>
  readonly hints: Hints
  readonly contacts: Contacts
  readonly onBug: (route: string, error: unknown) => void
}

const bodyLimit = 16 * 1024 * 1024

const statuses: Partial<Record<ErrorCode, number>> = {
  'L-604': 409,
  'L-607': 410,
  'L-609': 404,
  'L-610': 401,
  'L-603': 403,
  'L-606': 403,
  'L-618': 403,
  'L-619': 429,
  'L-605': 403,
  'L-611': 503,
  'L-901': 500,
}

/** Answers are JSON for programs: a browser that opens one may do nothing with it. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
} as const

/** Requests a minute from one address: codes are guessed and tokens tried from few, kiosks come from many behind one. */
const limits: Readonly<Record<RouteAuth, number | null>> = { open: 600, code: 30, kiosk: null, agent: 1200 }

/** Seconds a caller is asked to wait when the hub is out of service. */
const retryAfterSeconds = 5

function refuse(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.code === 'L-611') reply.header('retry-after', retryAfterSeconds)
  return reply.status(statuses[failure.code] ?? 400).send(failure)
}

export function createServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    bodyLimit,
    // Behind a proxy the caller's own address is what the proxy says; the hub then listens on loopback alone.
    trustProxy: parts.tls === null ? 'loopback' : false,
    ...(parts.tls === null ? {} : { https: { key: parts.tls.key, cert: parts.tls.certificate, minVersion: 'TLSv1.2' } }),
  }) as unknown as FastifyInstance
  const routes = createRoutes(parts)

  // The signature is over the exact bytes, so bodies are kept as text and parsed by us.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const text = await decompress(body, String(request.headers['content-encoding'] ?? ''), bodyLimit)
    // Fastify answers an error that names a status with it.
    if (text === null) throw Object.assign(new Error('body'), { statusCode: 413 })
    return text
  })
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header(hubTimeHeader, parts.now())
    reply.header('cache-control', 'no-store')
    for (const [name, value] of Object.entries(securityHeaders)) reply.header(name, value)
    reply.header('accept-encoding', acceptedEncodings)
    const encoding = typeof payload === 'string' && payload.length >= compressFrom ? chooseEncoding(String(request.headers['accept-encoding'] ?? '')) : null
    if (encoding === null || typeof payload !== 'string') return payload
    reply.header('content-encoding', encoding)
    reply.removeHeader('content-length')
    return compress(payload, encoding)
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, fail('L-609', { what: 'route' }).failure))
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status === 429) return refuse(reply, fail('L-619').failure)
    if (status < 500) return refuse(reply, fail('L-608', { where: status === 413 ? 'size' : 'body' }).failure)
    parts.onBug(request.routeOptions.url ?? '?', error)
    // A database that is away or full is an outage, not the caller's doing.
    return refuse(reply, fail('L-611').failure)
  })

  async function identify(name: HubRoute, request: FastifyRequest, raw: string): Promise<Result<{ kiosk: KioskCaller | null; agent: Agent | null }>> {
    switch (hubApi[name].auth) {
      case 'open':
      case 'code':
        return { ok: true, value: { kiosk: null, agent: null } }
      case 'kiosk': {
        const caller = await kioskCaller(parts.db, request, raw, parts.now(), name === 'ledger' || name === 'report')
        if (!caller.ok) return caller
        parts.contacts.heard(caller.value.id, parts.now())
        return { ok: true, value: { kiosk: caller.value, agent: null } }
      }
      case 'agent': {
        const caller = agentCaller(parts.tokens, request)
        if (!caller.ok) return caller
        return mayCall(name, caller.value.role) ? { ok: true, value: { kiosk: null, agent: caller.value } } : fail('L-618')
      }
    }
  }

  async function serve(name: HubRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const route = hubApi[name]
    const raw = typeof request.body === 'string' ? request.body : ''
    const caller = await identify(name, request, raw)
    if (!caller.ok) return refuse(reply, caller.failure)
    let json: unknown
    try {
      json = raw === '' ? undefined : JSON.parse(raw)
    } catch {
      return refuse(reply, fail('L-608', { where: 'body' }).failure)
    }
    const query = route.query.safeParse(request.query)
    const body = route.body.safeParse(json)
    if (!query.success || !body.success) {
      const issue = (query.success ? body.error : query.error)?.issues[0]
      return refuse(reply, fail('L-608', { where: issue?.path.join('.') ?? 'body' }).failure)
    }
    const handler = routes[name] as (call: unknown) => Promise<Result<unknown>>
    const result = await handler({ query: query.data, body: body.data, ...caller.value })
    if (!result.ok) return refuse(reply, result.failure)
    if (result.value instanceof JsonText) return reply.type('application/json; charset=utf-8').send(result.value.text)
    return reply.send(route.reply.parse(result.value))
  }

  app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    errorResponseBuilder: () => Object.assign(new Error('too many'), { statusCode: 429 }),
  })
  // After the plugin: it looks at routes as they are added.
  app.register((scope, _options, ready) => {
    for (const name of Object.keys(hubApi) as HubRoute[]) {
      const { method, path, auth } = hubApi[name]
      const max = limits[auth]
      scope.route({ method, url: path, config: max === null ? {} : { rateLimit: { max } }, handler: (request, reply) => serve(name, request, reply) })
    }
    ready()
  })
  app.get(hintPath, async (request, reply) => {
    const caller = await kioskCaller(parts.db, request, '', parts.now())
    if (!caller.ok) return refuse(reply, caller.failure)
    openHint(parts.hints, caller.value.desk, request, reply)
    return reply
  })
  return app
}
