/** People's callers: a token, or the console's session with what keeps other sites from using it. */
import { csrfHeader } from '../../src-shared/hub-api/agent/session.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db } from '../database/index.ts'
import { csrfMatches, findSession, type Session } from '../sign-in/index.ts'
import { agentCaller, type Agent, type CallerRequest } from './callers.ts'
import type { ConsoleParts, Visitor } from './handlers.ts'

export interface PersonParts {
  readonly db: Db
  readonly tokens: ReadonlyMap<string, Agent>
  readonly now: () => number
  readonly console?: ConsoleParts
}

/** Whether a browser says that the page it is on is the console's own. */
export function fromOwnPage(request: CallerRequest, origins: readonly (string | null)[]): boolean {
  const { origin } = request.headers
  if (origin !== undefined) return origins.includes(origin)
  return request.headers['sec-fetch-site'] === 'same-origin'
}

/**
 * Fails with L-610 (nobody), L-657 (the session has ended), L-664 (an unsafe call by cookie from elsewhere or without
 * its token).
 */
export async function personCaller(
  parts: PersonParts,
  request: CallerRequest,
  visitor: Visitor,
  use = true,
): Promise<Result<{ agent: Agent; session: Session | null }>> {
  const { cookie } = visitor
  if (cookie === null || request.headers.authorization !== undefined) {
    const caller = await agentCaller(parts.db, parts.tokens, request, parts.now())
    return caller.ok ? ok({ agent: caller.value, session: null }) : caller
  }
  const session = await findSession(parts.db, cookie, parts.now(), use)
  if (!session.ok) {
    visitor.setCookie(null)
    return session
  }
  const safe = request.method === 'GET' || request.method === 'HEAD'
  if (
    !safe &&
    !(
      fromOwnPage(request, [visitor.origin, parts.console?.address ?? null]) &&
      csrfMatches(session.value, request.headers[csrfHeader])
    )
  )
    return fail(failures.foreignPage)
  return ok({ agent: { name: session.value.username, role: session.value.role }, session: session.value })
}
