/**
 * HTTPS around the routes: validation both ways, callers, failures as `{code, params}` with a status, hub time on every
 * reply.
 */
import type { ServerResponse } from 'node:http'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import manifest from '../../package.json' with { type: 'json' }
import { bodyLimits, longestBody } from '../../src-shared/hub-api/body-limits.ts'
import { openApiPath } from '../../src-shared/hub-api/agent/operations.ts'
import { scimType } from '../../src-shared/hub-api/scim.ts'
import { sessionCookie } from '../../src-shared/hub-api/agent/session.ts'
import { eventsPath } from '../../src-shared/hub-api/agent/health.ts'
import {
  hintPath,
  hubApi,
  hubTimeHeader,
  nextPageHeader,
  type HubRoute,
  type RouteAuth,
} from '../../src-shared/hub-api/index.ts'
import { acceptedEncodings, chooseEncoding, compress, compressFrom } from '../../src-shared/protocol/compression.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { pageHeaders, type EIdSettings } from '../e-id/index.ts'
import { createAnswers, statusOf, type AnswerParts } from './answer.ts'
import { shortBody, unprovenBody } from './bodies.ts'
import { headProves, kioskCaller, namedKiosk } from './callers.ts'
import { consoleHeaders, serveConsole } from './console-files.ts'
import { serveEId } from './e-id-routes.ts'
import { openEvents } from './events.ts'
import type { ConsoleParts, Visitor } from './handlers.ts'
import { openApiDocument, type Metrics } from '../operations/index.ts'
import { openHint, type Hints } from './hints.ts'
import { serveOidc } from './oidc-routes.ts'
import { personCaller } from './sessions.ts'
import { createStreamLimit, streamsOfKiosk, streamsOfPerson } from './stream-limit.ts'
import { serveScim } from './scim-routes.ts'
import { serveStreams } from './streams.ts'

export interface ServerParts extends AnswerParts {
  readonly tls: { readonly key: string; readonly certificate: string } | null
  readonly hints: Hints
  readonly console: ConsoleParts
  /** Folder of the built console; null: none is served. */
  readonly consoleDir: string | null
  /** The broker's settings, where `eIds` is there. */
  readonly eId: EIdSettings | null
  readonly onBug: (route: string, error: unknown) => void
  /** Told of every answer. */
  readonly metrics?: Pick<Metrics, 'observe'>
  /** Open streams, so that a hub that stops can end them. */
  readonly streams?: Set<ServerResponse>
}

/** Longest that a request may take to arrive, ms: a full body over a slow line. */
const requestTimeout = 120_000

/** Answers are JSON for programs: a browser that opens one may do nothing with it. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
} as const

/** Who a browser is, and how it takes a cookie. */
function visitorOf(request: FastifyRequest, reply: FastifyReply): Visitor {
  return {
    origin: `${request.protocol}://${request.host}`,
    cookie: request.cookies[sessionCookie] ?? null,
    browser: String(request.headers['user-agent'] ?? ''),
    setCookie(value) {
      const flags = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const
      if (value === null) void reply.clearCookie(sessionCookie, flags)
      else void reply.setCookie(sessionCookie, value, flags)
    },
  }
}

/**
 * Requests a minute from one address: codes are guessed and tokens tried from few, kiosks come from many behind one.
 */
const limits: Readonly<Record<RouteAuth, number | null>> = { open: 600, code: 30, kiosk: null, agent: 1200 }

/** Bytes of a body as it goes on the line; what does not say counts as the longest. */
function lengthOf(request: FastifyRequest): number {
  if (request.headers['transfer-encoding'] !== undefined) return longestBody
  const length = Number(request.headers['content-length'] ?? 0)
  return Number.isSafeInteger(length) && length >= 0 ? length : longestBody
}

/** Seconds a caller is asked to wait when the hub is out of service. */
const retryAfterSeconds = 5

function refuse(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.code === failures.hubOutOfService || failure.code === failures.hubNotReady)
    reply.header('retry-after', retryAfterSeconds)
  if (failure.code === failures.deviceAsksTooOften)
    reply.header('retry-after', Number(failure.params?.seconds ?? retryAfterSeconds))
  return reply.status(statusOf(failure)).send(failure)
}

export function createServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    bodyLimit: longestBody,
    requestTimeout,
    // Behind a proxy the caller's own address is what the proxy says; the hub then listens on loopback alone.
    trustProxy: parts.tls === null ? 'loopback' : false,
    ...(parts.tls === null
      ? {}
      : { https: { key: parts.tls.key, cert: parts.tls.certificate, minVersion: 'TLSv1.2' } }),
    // With and without TLS are two types of Fastify's; nothing here depends on which.
    // eslint-disable-next-line no-restricted-syntax
  }) as unknown as FastifyInstance
  const answer = createAnswers(parts)

  // Bodies are kept as they came: they are unpacked and parsed when it is known whose they are.
  app.removeAllContentTypeParsers()
  const json = ['application/json', scimType]
  app.addContentTypeParser(json, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onSend', (request, reply, payload) => dress(parts, request, reply, payload))
  void app.register(cookie)
  const files = serveConsole(app, parts.consoleDir)
  app.addHook('onResponse', async (request, reply) => {
    parts.metrics?.observe(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime)
  })
  app.setNotFoundHandler((request, reply) =>
    files?.page(request, reply) === true ? reply : refuse(reply, fail(failures.notFound, { what: 'route' }).failure),
  )
  app.setErrorHandler((error, request, reply) => refuseError(parts, error, request, reply))

  app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    errorResponseBuilder: () => Object.assign(new Error('too many'), { statusCode: 429 }),
  })
  // After the plugin: it looks at routes as they are added.
  app.register((scope, _options, ready) => {
    for (const name of Object.keys(hubApi) as HubRoute[]) addRoute(scope, parts, answer, name)
    serveStreams(scope, { ...parts, visitor: visitorOf, refuse })
    if (parts.eId !== null && parts.eIds !== undefined && parts.eIds !== null) serveEId(scope, parts.eId, parts.eIds)
    serveOidc(scope, { db: parts.db, now: parts.now, console: parts.console, visitor: visitorOf })
    serveScim(scope, { ...parts, address: parts.console.address })
    ready()
  })
  serveEvents(app, parts)
  serveHints(app, parts)
  let openApi = ''
  app.get(openApiPath, { config: { rateLimit: { max: 60 } } }, async (_request, reply) => {
    openApi ||= JSON.stringify(openApiDocument(manifest.version))
    return reply.type('application/json; charset=utf-8').send(openApi)
  })
  return app
}

type Answering = ReturnType<typeof createAnswers>

/** A route of the contract: who calls is looked at before a long body is taken from the line. */
function addRoute(scope: FastifyInstance, parts: ServerParts, answer: Answering, name: HubRoute): void {
  const { method, path, auth } = hubApi[name]
  const max = limits[auth]
  scope.route({
    method,
    url: path,
    config: max === null ? {} : { rateLimit: { max } },
    bodyLimit: bodyLimits[name],
    // Before the body is taken from the line.
    onRequest: async (request, reply) => {
      const stop = await mayBring(parts, name, request, reply)
      if (!stop.ok) return refuse(reply.header('connection', 'close'), stop.failure)
    },
    handler: (request, reply) => serve(answer, name, request, reply),
  })
}

/** Whether a body may come: a long one only from a caller whose head, or token, shows who it is. */
async function mayBring(
  parts: ServerParts,
  name: HubRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Result<null>> {
  if (request.method === 'GET') return ok(null)
  const length = lengthOf(request)
  if (length <= shortBody) return ok(null)
  const tooLong = fail(failures.requestMalformed, { where: 'size' })
  if (length > bodyLimits[name]) return tooLong
  switch (hubApi[name].auth) {
    case 'open':
    case 'code':
      return tooLong
    case 'agent': {
      const caller = await personCaller(parts, request, visitorOf(request, reply))
      return caller.ok ? ok(null) : caller
    }
    case 'kiosk': {
      const named = await namedKiosk(parts.db, request, 'ledger')
      if (!named.ok) return named
      const proven = headProves(named.value, request, length, null)
      if (proven === false) return fail(failures.signatureInvalid)
      return proven === true || length <= unprovenBody ? ok(null) : tooLong
    }
  }
}

async function serve(
  answer: Answering,
  name: HubRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const { method, url, headers, query, ip: address } = request
  const raw = { bytes, encoding: String(headers['content-encoding'] ?? '') }
  const visitor = visitorOf(request, reply)
  const result = await answer(name, { method, url, headers, query, raw, address, visitor })
  if (!result.ok) return refuse(reply, result.failure)
  const { body, next } = result.value
  if (next !== null) reply.header(nextPageHeader, next)
  return reply.type('application/json; charset=utf-8').send(body)
}

/** Headers of every answer, and its compression. */
async function dress(
  parts: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  reply.header(hubTimeHeader, parts.now())
  // A connection that stays open would keep a hub that stops waiting.
  if (parts.readiness?.draining === true) reply.header('connection', 'close')
  if (request.page !== true) reply.header('cache-control', 'no-store')
  const own = request.page === true ? consoleHeaders : request.phone === true ? pageHeaders : {}
  for (const [name, value] of Object.entries({ ...securityHeaders, ...own })) reply.header(name, value)
  reply.header('accept-encoding', acceptedEncodings)
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload
  const encoding =
    payload.length >= compressFrom ? chooseEncoding(String(request.headers['accept-encoding'] ?? '')) : null
  if (encoding === null) return payload
  reply.header('content-encoding', encoding)
  reply.removeHeader('content-length')
  return compress(payload, encoding)
}

function refuseError(parts: ServerParts, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status === 429) return refuse(reply, fail(failures.tooManyFromAddress).failure)
  // A text that PostgreSQL cannot hold (NUL): the caller's doing.
  if ((error as { code?: string }).code === '22021')
    return refuse(reply, fail(failures.requestMalformed, { where: 'text' }).failure)
  if (status < 500)
    return refuse(reply, fail(failures.requestMalformed, { where: status === 413 ? 'size' : 'body' }).failure)
  parts.onBug(request.routeOptions.url ?? '?', error)
  // A database that is away or full is an outage, not the caller's doing.
  return refuse(reply, fail(failures.hubOutOfService).failure)
}

/** An answer that goes on: a hub that stops ends it. */
function track(parts: ServerParts, raw: ServerResponse): void {
  parts.streams?.add(raw)
  raw.once('close', () => parts.streams?.delete(raw))
}
/** What consoles are told as it happens. */
function serveEvents(app: FastifyInstance, parts: ServerParts): void {
  const consoleStreams = createStreamLimit(streamsOfPerson)
  app.get(eventsPath, { config: { rateLimit: { max: 120 } } }, async (request, reply) => {
    const visitor = visitorOf(request, reply)
    const caller = await personCaller(parts, request, visitor)
    if (!caller.ok) return refuse(reply, caller.failure)
    const still = async () => (await personCaller(parts, request, { ...visitor, setCookie: () => undefined }, false)).ok
    track(parts, reply.raw)
    consoleStreams.open(caller.value.agent.name, reply.raw)
    openEvents(parts.hints.events, securityHeaders, still, request, reply)
    return reply
  })
}

/** What kiosks are told as it happens. */
function serveHints(app: FastifyInstance, parts: ServerParts): void {
  const hintStreams = createStreamLimit(streamsOfKiosk)
  app.get(hintPath, async (request, reply) => {
    const caller = await kioskCaller(parts.db, request, '', parts.now())
    if (!caller.ok) return refuse(reply, caller.failure)
    const { id, desk } = caller.value
    const entered = parts.limits?.enter(id) ?? ok(() => undefined)
    if (!entered.ok) return refuse(reply, entered.failure)
    entered.value()
    track(parts, reply.raw)
    hintStreams.open(id, reply.raw)
    openHint(parts.hints, desk, request, reply)
    return reply
  })
}
