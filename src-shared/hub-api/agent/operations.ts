/** For whoever runs the hub: whether it serves. */
import { z } from 'zod'
import { Instant } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'

/**
 * What does not stop a hub and somebody should know: `hints-lost` (changes reach kiosks and consoles by polling alone,
 * as behind a pooler in transaction mode), `mark-not-kept` (the data folder cannot be written: a database that goes
 * back in time is noticed by kiosks alone), `position-not-told` (the server does not say timeline and position: the
 * counter does), `clock-off` (this machine's clock is half a minute or more from the database's, whose time the hub
 * goes by).
 */
export const ReadyNote = z.enum(['hints-lost', 'mark-not-kept', 'position-not-told', 'clock-off'])
export type ReadyNote = z.infer<typeof ReadyNote>

export const operationsRoutes = {
  /**
   * Whether to send it requests: its database takes writes, is of this version, and it is not about to stop. 503 with
   * L-611 or L-640 otherwise. `health` only says that the process lives.
   */
  ready: route('GET', '/v1/ready', 'open', {
    query: none,
    body: noBody,
    reply: z.object({ status: z.literal('ready'), hubTime: Instant, notes: z.array(ReadyNote).optional() }),
  }),
} as const

/** `GET`: the contract as an OpenAPI 3.1 document. */
export const openApiPath = '/v1/openapi.json'
