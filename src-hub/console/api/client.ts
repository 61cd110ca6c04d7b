/**
 * The hub's client for the console: one function for every route, its types and the check of each reply derived from
 * the contract.
 */
import { csrfHeader } from '../../../src-shared/hub-api/agent/session.ts'
import { shownDeep } from '../../../src-shared/domain/human-text.ts'
import { HubFailure, hubApi } from '../../../src-shared/hub-api/index.ts'
import { fail, ok, type Failure, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { ConsoleBody, ConsoleQuery, ConsoleReply, ConsoleRoute } from './contract.ts'

export interface CallInput<R extends ConsoleRoute> {
  readonly query?: ConsoleQuery<R>
  readonly body?: ConsoleBody<R>
  readonly signal?: AbortSignal
}
export type CallHub = <R extends ConsoleRoute>(route: R, input?: CallInput<R>) => Promise<Result<ConsoleReply<R>>>

/** A path with its query; what is not set is left out. */
export function addressOf(path: string, query: object = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query) as [string, unknown][])
    if (typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value !== ''))
      search.set(name, String(value))
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

/**
 * Fails with the hub's own code; with L-601 when it cannot be reached, L-602 when its reply is not of the contract.
 * A session's acts bring its `csrf` token. `onSignedOut` hears of every L-610: the session has ended.
 */
export function createCallHub(fetching: typeof fetch, csrf: () => string | null, onSignedOut: () => void): CallHub {
  return async (name, input = {}) => {
    const route = hubApi[name]
    const token = csrf()
    let answer: Response
    let json: unknown
    try {
      answer = await fetching(addressOf(route.path, input.query), {
        method: route.method,
        credentials: 'same-origin',
        headers: {
          ...(token === null ? {} : { [csrfHeader]: token }),
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        ...(input.signal === undefined ? {} : { signal: input.signal }),
      })
    } catch {
      return fail(failures.hubUnreachable)
    }
    try {
      // What was stored before names were looked at is made harmless here, once, for every page.
      json = shownDeep((await answer.json()) as unknown)
    } catch {
      return fail(answer.status >= 500 ? failures.hubOutOfService : failures.hubUnintelligible)
    }
    if (!answer.ok) {
      const failure = HubFailure.safeParse(json)
      if (!failure.success) return fail(answer.status >= 500 ? failures.hubOutOfService : failures.hubUnintelligible)
      if (failure.data.code === failures.notAllowed) onSignedOut()
      return { ok: false, failure: failure.data as Failure }
    }
    const reply = route.reply.safeParse(json)
    return reply.success ? ok(reply.data as ConsoleReply<typeof name>) : fail(failures.hubUnintelligible)
  }
}
