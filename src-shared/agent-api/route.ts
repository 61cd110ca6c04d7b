/** One route of the hub API: method, path, who may call, and the shapes both ways. */
import { z } from 'zod'

/** How a caller is known: not at all, by a one-time code or a password in the body, by the kiosk's signature, or as an agent (a token, or the console's session). */
export type RouteAuth = 'open' | 'code' | 'kiosk' | 'agent'

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly auth: RouteAuth
  readonly query: z.ZodType
  readonly body: z.ZodType
  readonly reply: z.ZodType
}

export function route<Auth extends RouteAuth, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  method: 'GET' | 'POST',
  path: string,
  auth: Auth,
  shapes: { query: Q; body: B; reply: R },
) {
  return { method, path, auth, ...shapes } as const satisfies Route
}

export const none = z.object({})
export const noBody = z.undefined().or(z.null())
