/** Opening and closing the desk: readiness, the opening checklist with its test slip, the end of a shift. */
import { z } from 'zod'
import { command } from '../contract.ts'
import { Language } from '../../domain/index.ts'
import { Readiness } from '../../domain/readiness.ts'

/** What opening and closing add to the pushed state. */
export const roundState = {
  /** Can this desk serve now, and offline? */
  readiness: Readiness,
  /** Somebody is signed in, and nobody has gone through the opening checklist today. */
  openingDue: z.boolean(),
} as const

export const roundMethods = {
  /** The day's first: what stands open is recorded with it. */
  openDesk: command(z.object({}), z.null()),
  /** Prints a slip without a secret. An unconfirmed one is no failure: people see it. */
  testPrinter: command(z.object({ language: Language }), z.object({ confirmed: z.boolean() })),
  /** Records what was done and what is left, and signs out. `hand-over`: a colleague goes on. */
  endShift: command(z.object({ next: z.enum(['hand-over', 'close']) }), z.null()),
} as const
