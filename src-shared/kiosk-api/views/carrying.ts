/** The ledger of a desk without network, carried on a memory stick. */
import { z } from 'zod'
import { Count, Measure } from '../../domain/bounds.ts'
import { command, query } from '../contract.ts'

const none = z.object({})
/** Its folder, as `sticks` lists it: no other is written to. */
const stick = z.string().min(1).max(1000)

export const carryingMethods = {
  /** The sticks that are plugged in, and how far a writing is that is under way. Supervisors only. */
  sticks: query(
    none,
    z.object({
      sticks: z.array(z.object({ id: z.string(), name: z.string(), freeBytes: Measure })),
      writing: z.object({ done: Count, total: Count }).nullable(),
    }),
  ),
  /** Writes what the hub has not acknowledged, or (`whole`) everything, to a stick. Recorded. Supervisors only. */
  carryLedger: command(
    z.object({ stick, whole: z.boolean() }),
    z.object({ files: Count, entries: Count, upTo: Count }),
  ),
  /** Takes the hub's receipt from a stick. Recorded. Supervisors only. */
  takeReceipt: command(z.object({ stick }), z.object({ acked: Count, fresh: Count })),
} as const
