/** The contract as an OpenAPI 3.1 document, derived from the schemas that validate (`src-shared/hub-api/index.ts`). */
import { z } from 'zod'
import { sessionCookie } from '../../src-shared/hub-api/agent/session.ts'
import { eventsPath } from '../../src-shared/hub-api/agent/health.ts'
import { agentAuthorities } from '../../src-shared/hub-api/authority.ts'
import {
  hintPath,
  hubApi,
  nextPageHeader,
  signatureHeaders,
  type HubRoute,
  type RouteAuth,
} from '../../src-shared/hub-api/index.ts'

type Json = Record<string, unknown>

/** As JSON Schema 2020-12, which OpenAPI 3.1 has; what only code can check is left open. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const made = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any', reused: 'inline' }) as Json
  delete made.$schema
  return made
}

const security: Readonly<Record<RouteAuth, readonly Json[]>> = {
  open: [],
  code: [],
  kiosk: [{ kioskId: [], kioskTime: [], kioskSignature: [] }],
  agent: [{ token: [] }, { session: [] }],
}

const failure = {
  description: 'An expected failure: its code, and what fills its texts',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
}

const paged: ReadonlySet<HubRoute> = new Set<HubRoute>(['feed', 'snapshot'])
const pageHeaders = {
  headers: {
    [nextPageHeader]: {
      description: 'Where the next page begins, unless this is the last: it can be asked for before this one is read.',
      schema: { type: 'string' },
    },
  },
}

function operation(name: HubRoute): Json {
  const { auth, query, body, reply } = hubApi[name]
  const asked = schemaOf(query, 'input')
  const properties = (asked.properties ?? {}) as Record<string, Json>
  const required = new Set((asked.required ?? []) as string[])
  const parameters = Object.entries(properties).map(([key, schema]) => ({
    name: key,
    in: 'query',
    required: required.has(key),
    schema,
  }))
  const sent = hubApi[name].method === 'POST' ? schemaOf(body, 'input') : null
  const roles = (agentAuthorities as Readonly<Partial<Record<HubRoute, readonly string[]>>>)[name]
  return {
    operationId: name,
    tags: [auth],
    ...(roles === undefined ? {} : { description: `Roles: ${roles.join(', ')}.` }),
    security: security[auth],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(sent === null ? {} : { requestBody: { required: true, content: { 'application/json': { schema: sent } } } }),
    responses: {
      200: {
        description: 'Done',
        ...(paged.has(name) ? pageHeaders : {}),
        content: { 'application/json': { schema: schemaOf(reply, 'output') } },
      },
      default: failure,
    },
  }
}

const stream = (operationId: string, auth: RouteAuth, description: string): Json => ({
  operationId,
  tags: [auth],
  description,
  security: security[auth],
  responses: {
    200: { description: 'A stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    default: failure,
  },
})

/** The whole document; `version` is the program's. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {}
  for (const name of Object.keys(hubApi) as HubRoute[]) {
    const { method, path } = hubApi[name]
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name) }
  }
  paths[hintPath] = { get: stream('hint', 'kiosk', 'Server-sent events that only say "pull now".') }
  paths[eventsPath] = { get: stream('events', 'agent', 'Server-sent events that say what has changed.') }
  const header = (name: string) => ({ type: 'apiKey', in: 'header', name })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lodge hub',
      version,
      description:
        'Every reply carries the hub’s time (ms) in `lodge-hub-time`. Agents bring a token or the console’s session; kiosks sign each request (Ed25519).',
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'open', description: 'For anybody' },
      { name: 'code', description: 'With a one-time code or a password in the body' },
      { name: 'kiosk', description: 'Signed by a kiosk' },
      { name: 'agent', description: 'For agents and programs' },
    ],
    paths,
    components: {
      schemas: {
        Failure: {
          type: 'object',
          required: ['code'],
          properties: {
            code: { type: 'string', pattern: '^L-\\d{3}$' },
            params: { type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
          },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
        kioskId: header(signatureHeaders.kiosk),
        kioskTime: header(signatureHeaders.time),
        kioskSignature: header(signatureHeaders.signature),
      },
    },
  }
}
