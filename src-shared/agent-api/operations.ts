/** For whoever runs the hub: whether it serves. */
import { z } from 'zod'
import { Instant } from '../domain.ts'
import { noBody, none, route } from '../hub-route.ts'

export const operationsRoutes = {
  /** Whether to send it requests: its database answers, is of this version, and it is not about to stop. 503 with L-611 or L-640 otherwise. `health` only says that the process lives. */
  ready: route('GET', '/v1/ready', 'open', {
    query: none,
    body: noBody,
    reply: z.object({ status: z.literal('ready'), hubTime: Instant }),
  }),
} as const

/** `GET`: the contract as an OpenAPI 3.1 document. */
export const openApiPath = '/v1/openapi.json'
