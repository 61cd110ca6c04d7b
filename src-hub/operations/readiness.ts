/**
 * Whether requests should come here: asked by a load balancer, so it costs nothing. What it answers by is asked every
 * second (database/beat.ts).
 */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { ReadyNote } from '../../src-shared/hub-api/agent/operations.ts'
import type { DatabaseStanding } from '../database/index.ts'

export interface Readiness {
  check(): Promise<Result<{ readonly notes: readonly ReadyNote[] }>>
  /** From here on it is not ready: it is about to stop. */
  drain(): void
  readonly draining: boolean
}

interface Parts {
  readonly database: () => DatabaseStanding
  /** Whether the database is of this program's version: a newer hub may have migrated it, then this one must go. */
  readonly current: () => boolean
  /** What does not stop it, and somebody should know. */
  readonly notes: () => readonly ReadyNote[]
}

export function createReadiness({ database, current, notes }: Parts): Readiness {
  let draining = false
  return {
    get draining() {
      return draining
    },
    drain() {
      draining = true
    },
    async check() {
      if (draining) return fail(failures.hubNotReady)
      if (!database().ready) return fail(failures.hubOutOfService)
      return current() ? ok({ notes: notes() }) : fail(failures.hubNotReady)
    },
  }
}
