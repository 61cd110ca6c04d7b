/**
 * One request answered, whatever carried it: caller, validation both ways, handler. HTTP is around this, and so is the
 * simulation.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { failureOfText } from '../../src-shared/domain/human-text.ts'
import { mayCall } from '../../src-shared/hub-api/authority.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import type { Session } from '../sign-in/index.ts'
import { textOf, type WireBody } from './bodies.ts'
import { headProves, namedKiosk, provenKiosk, type Agent, type KioskCaller } from './callers.ts'
import type { Contacts } from './contacts.ts'
import type { Limits, UnpackingCaller } from './limits.ts'
import { JsonPage, type RouteParts, type Visitor } from './handlers.ts'
import { createRoutes } from './routes.ts'
import { personCaller } from './sessions.ts'

export interface AnswerParts extends RouteParts {
  /** Agents by their tokens. */
  readonly tokens: ReadonlyMap<string, Agent>
  readonly contacts: Pick<Contacts, 'heard'>
  /** What a caller may have of this process; a simulation, whose clock is its own, has none. */
  readonly limits?: Limits
}

export interface HubRequest {
  readonly method: string
  /** Path and query, exactly as signed. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly query: unknown
  /** The body: its text before compression (empty when there is none), or as it came off the line. */
  readonly raw: string | WireBody
  /** Of the caller, as the line has it. */
  readonly address?: string
  /** Of a browser; what comes by other ways has none. */
  readonly visitor?: Visitor
}

const nobody: Visitor = { origin: '', cookie: null, browser: '', setCookie: () => undefined }

const statuses: Partial<Record<ErrorCode, number>> = {
  [failures.kioskFrozen]: 409,
  [failures.cursorInvalid]: 410,
  [failures.notFound]: 404,
  [failures.notAllowed]: 401,
  [failures.kioskNotAccepted]: 403,
  [failures.signatureInvalid]: 403,
  [failures.roleNotAllowed]: 403,
  [failures.tooManyFromAddress]: 429,
  [failures.clockRefused]: 403,
  [failures.hubOutOfService]: 503,
  [failures.fileTooLarge]: 413,
  [failures.tooManyRows]: 413,
  [failures.importAtAnotherStage]: 409,
  [failures.sourceBusy]: 409,
  [failures.hubNotReady]: 503,
  [failures.passwordWrong]: 401,
  [failures.tooManyWrongTries]: 429,
  [failures.accountOff]: 403,
  [failures.linkSpent]: 403,
  [failures.sessionEnded]: 401,
  [failures.foreignPage]: 403,
  [failures.lastAdministrator]: 409,
  [failures.cardTaken]: 409,
  [failures.pickupCannotThat]: 409,
  [failures.livePickupExists]: 409,
  [failures.secretStillEnding]: 409,
  [failures.policySavedMeanwhile]: 409,
  [failures.accountTaken]: 409,
  [failures.deviceAsksTooOften]: 429,
  [failures.ledgerKeptAsEvidence]: 409,
  [failures.openingKeyRefused]: 409,
  [failures.openingKeyOfAnother]: 409,
  [failures.openingKeyOverShared]: 409,
  [failures.holdersUnsaid]: 409,
  [failures.fingerprintDiffers]: 409,
  [failures.noOpeningKeyWaits]: 409,
  [failures.fingerprintLocked]: 409,
  [failures.institutionIncomplete]: 409,
  [failures.bug]: 500,
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

  return async (name, request) => {
    const visitor = request.visitor ?? nobody
    const caller = await identify(parts, name, request, visitor)
    if (!caller.ok) return caller
    try {
      return await handle(parts, routes, name, request, visitor, caller.value)
    } finally {
      caller.value.leave()
    }
  }
}

/** Who asks, and what they sent. */
interface Caller {
  readonly kiosk: KioskCaller | null
  readonly agent: Agent | null
  readonly session: Session | null
  /** The body's text. */
  readonly text: string
  /** The answer is on its way: the caller's place among those being answered is free. */
  readonly leave: () => void
}
const unidentified = { kiosk: null, agent: null, session: null, leave: () => undefined }

async function bodyText(
  { limits }: AnswerParts,
  name: HubRoute,
  request: HubRequest,
  caller: UnpackingCaller | null,
): Promise<Result<string>> {
  return typeof request.raw === 'string' ? ok(request.raw) : textOf(name, request.raw, caller, limits)
}

async function identifyKiosk(parts: AnswerParts, name: HubRoute, request: HubRequest): Promise<Result<Caller>> {
  const named = await namedKiosk(parts.db, request, name === 'ledger' || name === 'report' ? name : 'none')
  if (!named.ok) return named
  const wire = typeof request.raw === 'string' ? null : request.raw.bytes
  const proven = wire === null ? null : headProves(named.value, request, wire.length, wire)
  const unpacking = { name: named.value.caller.id, proven: proven === true, address: request.address ?? '' }
  if (proven === false) return fail(failures.signatureInvalid)
  const body = await bodyText(parts, name, request, unpacking)
  if (!body.ok) return body
  const caller = provenKiosk(named.value, request, body.value, parts.now())
  if (!caller.ok) {
    const unpacked = typeof request.raw !== 'string' && request.raw.encoding !== ''
    if (caller.failure.code === failures.signatureInvalid && unpacked) parts.limits?.refused(unpacking)
    return caller
  }
  const entered = parts.limits?.enter(caller.value.id) ?? ok(() => undefined)
  if (!entered.ok) return entered
  parts.contacts.heard(caller.value.id, parts.now())
  return ok({ ...unidentified, kiosk: caller.value, text: body.value, leave: entered.value })
}

async function identify(
  parts: AnswerParts,
  name: HubRoute,
  request: HubRequest,
  visitor: Visitor,
): Promise<Result<Caller>> {
  switch (hubApi[name].auth) {
    case 'open':
    case 'code': {
      const body = await bodyText(parts, name, request, null)
      return body.ok ? ok({ ...unidentified, text: body.value }) : body
    }
    case 'kiosk':
      return identifyKiosk(parts, name, request)
    case 'agent': {
      const caller = await personCaller(parts, request, visitor)
      if (!caller.ok) return caller
      if (!mayCall(name, caller.value.agent.role)) return fail(failures.roleNotAllowed)
      const { name: who } = caller.value.agent
      const body = await bodyText(parts, name, request, { name: who, proven: true, address: request.address ?? '' })
      return body.ok ? ok({ ...unidentified, ...caller.value, text: body.value }) : body
    }
  }
}

async function handle(
  parts: AnswerParts,
  routes: ReturnType<typeof createRoutes>,
  name: HubRoute,
  request: HubRequest,
  visitor: Visitor,
  caller: Caller,
): Promise<Result<Answer>> {
  const route = hubApi[name]
  let json: unknown
  try {
    json = caller.text === '' ? undefined : JSON.parse(caller.text)
  } catch {
    return fail(failures.requestMalformed, { where: 'body' })
  }
  const query = route.query.safeParse(request.query)
  const body = route.body.safeParse(json)
  if (!query.success || !body.success) {
    const issue = (query.success ? body.error : query.error)?.issues[0]
    const where = issue?.path.join('.') ?? 'body'
    const text = failureOfText(issue)
    return text === null ? fail(failures.requestMalformed, { where }) : fail(text.code, { ...text.params, where })
  }
  const { kiosk, agent, session } = caller
  const handler = routes[name] as (call: unknown) => Promise<Result<unknown>>
  const result = await handler({ query: query.data, body: body.data, kiosk, agent, session, visitor })
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
