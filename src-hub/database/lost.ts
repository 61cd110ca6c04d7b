/** Which errors mean that a connection is of no more use, and which that a transaction may be tried again. */

/**
 * SQLSTATE (PostgreSQL manual, appendix A): what a server says that is going, has gone, or does not take writes any
 * more. 25006 read-only, 25P03 and 57P05 ended for idling, 57P01-57P03 shutting down, crashed or not yet up, class 08
 * the line.
 */
const ending: ReadonlySet<string> = new Set(['25006', '25P03', '57P01', '57P02', '57P03', '57P05'])
/** What the driver says without a code. */
const words =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout)/
const system: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED', 'ECONNABORTED'])

/** The error's SQLSTATE or system code; empty where it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** Whether the connection that answered so must not be used again. */
export function endsConnection(error: unknown): boolean {
  const code = codeOf(error)
  if (ending.has(code) || system.has(code) || /^08...$/.test(code)) return true
  return code === '' && error instanceof Error && words.test(error.message)
}

/**
 * Deadlock, serialization failure, and a row that another transaction made first: looked at again, the second sees it
 * and answers for it.
 */
const again: ReadonlySet<string> = new Set(['40P01', '40001', '23505'])
export const mayTryAgain = (error: unknown): boolean => again.has(codeOf(error))

/**
 * Milliseconds to wait before attempt `attempt` (the second is 2): full jitter under a growing ceiling ("Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015). Transactions that met once do not meet again.
 */
export function waitBefore(attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(400, 8 * 2 ** attempt))
}
