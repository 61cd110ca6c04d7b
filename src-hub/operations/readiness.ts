/** Whether requests should come here: asked by a load balancer, so it costs one statement. */
import { sql } from 'kysely'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { newestMigration, type Db } from '../database/index.ts'

export interface Readiness {
  check(): Promise<Result<null>>
  /** From here on it is not ready: it is about to stop. */
  drain(): void
  readonly draining: boolean
}

export function createReadiness(db: Db): Readiness {
  let draining = false
  return {
    get draining() {
      return draining
    },
    drain() {
      draining = true
    },
    async check() {
      if (draining) return fail('L-640')
      try {
        const { rows } = await sql<{ version: number }>`SELECT max(version) AS version FROM migration`.execute(db)
        // A newer hub has migrated it meanwhile: this one is the old one, and must go.
        return Number(rows[0]?.version) === newestMigration ? ok(null) : fail('L-640')
      } catch {
        return fail('L-611')
      }
    },
  }
}
