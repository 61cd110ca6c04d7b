/**
 * Importing pickups, and the people they are for, from CSV: the file goes up in parts, is checked row by row (the dry
 * run), and is carried out only then. Columns are in docs/import.md. A file never brings a secret.
 */
import { z } from 'zod'
import { Count, FailureParams, QueryCount } from '../../domain/bounds.ts'
import { Instant, PickupId } from '../../domain/index.ts'
import { isErrorCode, type ErrorCode } from '../../failures/codes.ts'
import { HumanLabel } from '../../domain/human-text.ts'
import { noBody, none, route } from '../route.ts'

/** Bytes of one part before base64. */
export const importPartBytes = 4 * 1024 * 1024
export const importMaxBytes = 64 * 1024 * 1024
export const importMaxRows = 200_000

export const ImportState = z.enum(['uploading', 'checking', 'refused', 'checked', 'running', 'done', 'cancelled'])
const Problem = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})

const Counted = z.object({ code: z.custom<ErrorCode>(isErrorCode), rows: Count })

export const Import = z.object({
  id: z.string(),
  name: z.string(),
  state: ImportState,
  createdAt: Instant,
  createdBy: z.string(),
  supersede: z.boolean(),
  bytes: Count,
  /** Rows read so far. */
  rows: Count,
  /** Rows that can be carried out, those that cannot, those that have been. */
  ready: Count,
  refused: Count,
  done: Count,
  /** Why the file as a whole is refused. */
  problem: Problem.nullable(),
  /** How many rows by what is wrong with them. */
  problems: z.array(Counted),
  /** How many rows that can be carried out deserve a second look, by what for. */
  warnings: z.array(Counted).default([]),
})

const which = z.object({ id: z.string().max(40) })

export const importRoutes = {
  imports: route('GET', '/v1/agent/imports', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({ imports: z.array(Import) }),
  }),
  import: route('GET', '/v1/agent/imports/one', 'agent', { query: which, body: noBody, reply: Import }),
  /** `supersede`: rows for accounts with a live pickup replace it, instead of being refused. */
  createImport: route('POST', '/v1/agent/imports', 'agent', {
    query: none,
    body: z.object({ name: HumanLabel(120), supersede: z.boolean().default(false) }),
    reply: which,
  }),
  /**
   * `part` counts from 0, in order; the same part again changes nothing. `bytes` is base64 of at most 4 MiB of the
   * file; `last` begins the check.
   */
  importPart: route('POST', '/v1/agent/imports/parts', 'agent', {
    query: none,
    body: z.object({
      id: z.string().max(40),
      part: Count,
      bytes: z
        .string()
        .max(Math.ceil(importPartBytes / 3) * 4)
        .regex(/^[A-Za-z0-9+/]*={0,2}$/),
      last: z.boolean(),
    }),
    reply: z.object({ received: Count }),
  }),
  runImport: route('POST', '/v1/agent/imports/run', 'agent', {
    query: none,
    body: which,
    reply: z.object({ state: ImportState }),
  }),
  cancelImport: route('POST', '/v1/agent/imports/cancel', 'agent', {
    query: none,
    body: which,
    reply: z.object({ state: ImportState }),
  }),
  /** Rows in the order of the file; `line` counts from 2, the first after the header. */
  importRows: route('GET', '/v1/agent/imports/rows', 'agent', {
    query: z.object({
      id: z.string().max(40),
      state: z.enum(['ready', 'refused', 'done']).optional(),
      after: QueryCount.default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    body: noBody,
    reply: z.object({
      rows: z.array(
        z.object({
          line: Count,
          account: z.string(),
          state: z.enum(['ready', 'refused', 'done']),
          problem: Problem.nullable(),
          pickup: PickupId.nullable(),
        }),
      ),
      after: Count.nullable(),
    }),
  }),
} as const
