/** One request answered, whatever carried it: caller, validation both ways, handler. HTTP is around this, and so is the simulation. */
import type { IncomingHttpHeaders } from 'node:http'
import { hubApi, type HubRoute } from '../../src-shared/hub-api.ts'
import type { ErrorCode } from '../../src-shared/errors.ts'
import { mayCall } from '../../src-shared/hub-authority.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/result.ts'
import type { Session } from '../sign-in/index.ts'
import { kioskCaller, type Agent, type KioskCaller } from './callers.ts'
import type { Contacts } from './contacts.ts'
import { JsonPage, type RouteParts, type Visitor } from './handlers.ts'
import { createRoutes } from './routes.ts'
import { personCaller } from './sessions.ts'

export interface AnswerParts extends RouteParts {
  /** Agents by their tokens. */
  readonly tokens: ReadonlyMap<string, Agent>
  readonly contacts: Pick<Contacts, 'heard'>
}

export interface HubRequest {
  readonly method: string
  /** Path and query, exactly as signed. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly query: unknown
  /** The body's text before compression; empty when there is none. */
  readonly raw: string
  /** Of a browser; what comes by other ways has none. */
  readonly visitor?: Visitor
}

const nobody: Visitor = { origin: '', cookie: null, browser: '', setCookie: () => undefined }

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
  'L-631': 413,
  'L-632': 413,
  'L-638': 409,
  'L-640': 503,
  'L-650': 401,
  'L-651': 429,
  'L-652': 403,
  'L-655': 403,
  'L-657': 401,
  'L-664': 403,
  'L-656': 409,
  'L-658': 409,
  'L-659': 409,
  'L-660': 409,
  'L-662': 409,
  'L-666': 409,
  'L-901': 500,
}

export function statusOf(failure: Failure): number {
  return statuses[failure.code] ?? 400
}

/** A reply as JSON, in bytes where it is a long one. */
export interface Answer {
  readonly body: string | Buffer
  /** Of a page: where the next one begins. */
  readonly next: string | null
}

/** The reply, or an expected failure. Throws when the database is away. */
export function createAnswers(parts: AnswerParts): (name: HubRoute, request: HubRequest) => Promise<Result<Answer>> {
  const routes = createRoutes(parts)

  interface Caller {
    readonly kiosk: KioskCaller | null
    readonly agent: Agent | null
    readonly session: Session | null
  }
  async function identify(name: HubRoute, request: HubRequest, visitor: Visitor): Promise<Result<Caller>> {
    switch (hubApi[name].auth) {
      case 'open':
      case 'code':
        return ok({ kiosk: null, agent: null, session: null })
      case 'kiosk': {
        const caller = await kioskCaller(
          parts.db,
          request,
          request.raw,
          parts.now(),
          name === 'ledger' || name === 'report',
        )
        if (!caller.ok) return caller
        parts.contacts.heard(caller.value.id, parts.now())
        return ok({ kiosk: caller.value, agent: null, session: null })
      }
      case 'agent': {
        const caller = await personCaller(parts, request, visitor)
        if (!caller.ok) return caller
        return mayCall(name, caller.value.agent.role) ? ok({ kiosk: null, ...caller.value }) : fail('L-618')
      }
    }
  }

  return async (name, request) => {
    const route = hubApi[name]
    const visitor = request.visitor ?? nobody
    const caller = await identify(name, request, visitor)
    if (!caller.ok) return caller
    let json: unknown
    try {
      json = request.raw === '' ? undefined : JSON.parse(request.raw)
    } catch {
      return fail('L-608', { where: 'body' })
    }
    const query = route.query.safeParse(request.query)
    const body = route.body.safeParse(json)
    if (!query.success || !body.success) {
      const issue = (query.success ? body.error : query.error)?.issues[0]
      return fail('L-608', { where: issue?.path.join('.') ?? 'body' })
    }
    const handler = routes[name] as (call: unknown) => Promise<Result<unknown>>
    const result = await handler({ query: query.data, body: body.data, ...caller.value, visitor })
    if (!result.ok) return result
    // Whoever is told that something was done is told once the hub would notice that it was lost.
    if (route.method !== 'GET') await parts.cover?.()
    const { value } = result
    return ok(
      value instanceof JsonPage
        ? { body: value.bytes, next: value.next }
        : { body: JSON.stringify(route.reply.parse(value)), next: null },
    )
  }
}
