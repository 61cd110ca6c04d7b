/** What a route of the hub API is, apart from which there are: groups of routes are records of these. */
import { z } from 'zod'

/**
 * How a caller is known: not at all, by a one-time code in the body, by the kiosk's signature, or as an agent (a token,
 * or the console's session).
 */
export type RouteAuth = 'open' | 'code' | 'kiosk' | 'agent'

interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly auth: RouteAuth
  readonly query: z.ZodType
  readonly body: z.ZodType
  readonly reply: z.ZodType
}

/** One route of the hub API: how it is called, by whom, and what goes in and out. */
export function route<A extends RouteAuth, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  method: 'GET' | 'POST',
  path: string,
  auth: A,
  shapes: { query: Q; body: B; reply: R },
): { readonly method: 'GET' | 'POST'; readonly path: string; readonly auth: A } & Readonly<typeof shapes> {
  const made = { method, path, auth, ...shapes }
  return made satisfies Route
}

/** No query. */
export const none = z.object({})
/** No body. */
export const noBody = z.undefined().or(z.null())
