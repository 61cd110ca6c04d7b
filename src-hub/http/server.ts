/** HTTPS around the routes: validation both ways, callers, failures as `{code, params}` with a status, hub time on every reply. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { hintPath, hubApi, hubTimeHeader, type HubRoute } from '../../src-shared/hub-api.ts'
import type { ErrorCode } from '../../src-shared/errors.ts'
import { acceptedEncodings, chooseEncoding, compress, compressFrom, decompress } from '../../src-shared/protocol/compression.ts'
import { fail, type Failure, type Result } from '../../src-shared/result.ts'
import { agentCaller, kioskCaller, type KioskCaller } from './callers.ts'
import type { Contacts } from './contacts.ts'
import { openHint, type Hints } from './hints.ts'
import { createRoutes, JsonText, type RouteParts } from './routes.ts'

export interface ServerParts extends RouteParts {
  readonly tls: { readonly key: string; readonly certificate: string } | null
  /** Agents' tokens by value: the name they act under. */
  readonly tokens: ReadonlyMap<string, string>
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
  'L-605': 403,
  'L-611': 503,
  'L-901': 500,
}

/** Seconds a caller is asked to wait when the hub is out of service. */
const retryAfterSeconds = 5

function refuse(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.code === 'L-611') reply.header('retry-after', retryAfterSeconds)
  return reply.status(statuses[failure.code] ?? 400).send(failure)
}

export function createServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    bodyLimit,
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
    reply.header('x-content-type-options', 'nosniff')
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
    if (status < 500) return refuse(reply, fail('L-608', { where: status === 413 ? 'size' : 'body' }).failure)
    parts.onBug(request.routeOptions.url ?? '?', error)
    // A database that is away or full is an outage, not the caller's doing.
    return refuse(reply, fail('L-611').failure)
  })

  async function identify(name: HubRoute, request: FastifyRequest, raw: string): Promise<Result<{ kiosk: KioskCaller | null; agent: string | null }>> {
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
        return caller.ok ? { ok: true, value: { kiosk: null, agent: caller.value } } : caller
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

  for (const name of Object.keys(hubApi) as HubRoute[]) {
    const { method, path } = hubApi[name]
    app.route({ method, url: path, handler: (request, reply) => serve(name, request, reply) })
  }
  app.get(hintPath, async (request, reply) => {
    const caller = await kioskCaller(parts.db, request, '', parts.now())
    if (!caller.ok) return refuse(reply, caller.failure)
    openHint(parts.hints, caller.value.desk, request, reply)
    return reply
  })
  return app
}
