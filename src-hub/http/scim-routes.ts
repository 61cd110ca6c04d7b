/** SCIM 2.0 over HTTP (RFC 7644): the caller is a token of the role `people`, the address names the source. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import * as failures from '../../src-shared/failures/named.ts'
import { fail } from '../../src-shared/failures/result.ts'
import { scimMessages, scimPath, scimType } from '../../src-shared/hub-api/scim.ts'
import { isPeopleToken } from '../api-tokens/index.ts'
import type { Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { brakePush } from '../people-sources/index.ts'
import {
  createUser,
  deleteUser,
  errorBody,
  getUser,
  listUsers,
  patchUser,
  replaceUser,
  resourceTypesOf,
  schemasOf,
  ScimRefusal,
  selected,
  serviceProviderConfigOf,
  type ScimCall,
  type UserResource,
} from '../scim/index.ts'

export interface ScimRouteParts {
  readonly db: Db
  readonly keys: HubKeys
  readonly now: () => number
  /** Where people reach the hub; null: as the request has it. */
  readonly address: string | null
  readonly cover?: (() => Promise<void>) | undefined
  readonly correctionsWanted?: (() => void) | undefined
  readonly onBug: (route: string, error: unknown) => void
}

/** A user with all that may be said of them is far shorter. */
const bodyLimit = 65_536
const perMinute = 3000

const Query = z.object({
  filter: z.string().max(2000).default(''),
  startIndex: z.coerce.number().int().catch(1).default(1),
  count: z.coerce.number().int().catch(100).default(100),
  attributes: z.string().max(2000).default(''),
  excludedAttributes: z.string().max(2000).default(''),
})
const Search = Query.extend({
  attributes: z
    .array(z.string())
    .default([])
    .transform((names) => names.join(',')),
  excludedAttributes: z
    .array(z.string())
    .default([])
    .transform((names) => names.join(',')),
})

const list = (resources: readonly object[], total = resources.length, startIndex = 1) => ({
  schemas: [scimMessages.list],
  totalResults: total,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
})

interface Asked extends ScimCall {
  readonly request: FastifyRequest
  readonly json: unknown
  readonly query: z.infer<typeof Query>
  readonly id: string
}

type Work = (call: Asked, reply: FastifyReply) => Promise<FastifyReply>

const send = (reply: FastifyReply, body: object, status = 200) =>
  reply.status(status).type(scimType).send(JSON.stringify(body))

/** Who asks, for which source, and what; and refusals as SCIM tells them. */
function createHandle(parts: ScimRouteParts) {
  async function asked(request: FastifyRequest): Promise<Asked> {
    const token = String(request.headers.authorization ?? '').replace(/^Bearer /i, '')
    if (!(await isPeopleToken(parts.db, token, parts.now())))
      throw new ScimRefusal(401, 'a token of the role people is needed')
    const { source = '', id = '' } = request.params as { source?: string; id?: string }
    const known = await parts.db
      .selectFrom('people_source')
      .select('settings')
      .where('id', '=', source)
      .where('enabled', '=', true)
      .where('removed_at', 'is', null)
      .executeTakeFirst()
    if ((known?.settings as { kind?: unknown } | undefined)?.kind !== 'scim')
      throw new ScimRefusal(404, 'no such source, or it is not in use')
    const origin = parts.address ?? `${request.protocol}://${request.host}`
    let json: unknown = null
    if (Buffer.isBuffer(request.body) && request.body.length > 0)
      try {
        json = JSON.parse(request.body.toString('utf8'))
      } catch {
        throw new ScimRefusal(400, 'the body is no JSON', 'invalidSyntax')
      }
    const query = Query.safeParse(request.query)
    if (!query.success) throw new ScimRefusal(400, 'the query cannot be read', 'invalidValue')
    return { source, base: `${origin}${scimPath}/${source}`, request, json, query: query.data, id }
  }

  const refuse = (reply: FastifyReply, refusal: ScimRefusal) => {
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="people"')
    return reply
      .status(refusal.status)
      .type(scimType)
      .send(JSON.stringify(errorBody(refusal)))
  }
  return (work: Work) => async (request: FastifyRequest, reply: FastifyReply) => {
    let source = ''
    try {
      const call = await asked(request)
      source = call.source
      return await work(call, reply)
    } catch (error) {
      if (!(error instanceof ScimRefusal)) throw error
      if (error.failure?.code === failures.sourceBraked) await brakePush(parts.db, source, parts.now(), error.failure)
      return refuse(reply, error)
    }
  }
}

type Get = (path: string, work: Work) => void

/** Lists of what never changes: a filter on them is refused (RFC 7644, 4). */
function serveFixed(get: Get): void {
  const fixed = (path: string, of: (base: string) => readonly { readonly id: string }[]) => {
    get(path, async (call, reply) => {
      if (call.query.filter !== '') throw new ScimRefusal(403, 'this list is not filtered')
      return send(reply, list(of(call.base)))
    })
    get(`${path}/:id`, async (call, reply) => {
      const found = of(call.base).find(({ id }) => id === call.id)
      if (found === undefined) throw new ScimRefusal(404, 'not found')
      return send(reply, found)
    })
  }
  fixed('/Schemas', schemasOf)
  fixed('/ResourceTypes', resourceTypesOf)
  get('/ServiceProviderConfig', async (call, reply) => {
    if (call.query.filter !== '') throw new ScimRefusal(403, 'this is not filtered')
    return send(reply, serviceProviderConfigOf(call.base))
  })
}

export function serveScim(app: FastifyInstance, parts: ScimRouteParts): void {
  const handle = createHandle(parts)
  /** An answer is given once the hub would notice that what it says was lost. */
  const changed = async () => {
    await parts.cover?.()
    parts.correctionsWanted?.()
  }
  const part = (call: Asked, user: UserResource) => selected(user, call.query.attributes, call.query.excludedAttributes)

  async function find(call: Asked, query: z.infer<typeof Query>) {
    const { total, start, resources } = await listUsers(parts, call, query)
    const shown = resources.map((user) => selected(user, query.attributes, query.excludedAttributes))
    return list(shown, total, start)
  }

  const at = (path: string) => `${scimPath}/:source${path}`
  const config = { config: { rateLimit: { max: perMinute } }, bodyLimit }
  const get = (path: string, work: Work) => app.get(at(path), config, handle(work))

  serveFixed(get)
  get('/Users', async (call, reply) => send(reply, await find(call, call.query)))
  get('/Users/:id', async (call, reply) => send(reply, part(call, await getUser(parts, call, call.id))))
  app.post(
    at('/Users/.search'),
    config,
    handle(async (call, reply) => {
      const search = Search.safeParse(call.json)
      if (!search.success) throw new ScimRefusal(400, 'the search cannot be read', 'invalidSyntax')
      return send(reply, await find(call, search.data))
    }),
  )
  app.post(
    at('/Users'),
    config,
    handle(async (call, reply) => {
      const user = await createUser(parts, call, call.json)
      await changed()
      return send(reply.header('location', user.meta.location), part(call, user), 201)
    }),
  )
  for (const [method, change] of [
    ['PUT', replaceUser],
    ['PATCH', patchUser],
  ] as const)
    app.route({
      method,
      url: at('/Users/:id'),
      ...config,
      handler: handle(async (call, reply) => {
        const user = await change(parts, call, call.id, call.json)
        await changed()
        return send(reply, part(call, user))
      }),
    })
  app.delete(
    at('/Users/:id'),
    config,
    handle(async (call, reply) => {
      await deleteUser(parts, call, call.id)
      await changed()
      return reply.status(204).send()
    }),
  )
  for (const path of ['/Me', '/Bulk'])
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: at(path),
      ...config,
      handler: handle(async () => {
        throw new ScimRefusal(501, 'not offered here')
      }),
    })
  app.all(
    at('/*'),
    config,
    handle(async () => {
      throw new ScimRefusal(404, fail(failures.notFound).failure.code)
    }),
  )
}
