/** What the hub does by itself: unclaimed pickups go back. Safe in several hub processes at once. */
import { returnUnclaimed, type GrantParts } from './pickups/index.ts'
import type { Db } from './database/index.ts'

const everyMs = 10 * 60_000

export interface Jobs {
  start(): void
  stop(): Promise<void>
}

export function createJobs(db: Db, parts: GrantParts, onBug: (job: string, error: unknown) => void): Jobs {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  async function run(): Promise<void> {
    try {
      while (!stopped && (await returnUnclaimed(db, parts)) > 0);
    } catch (error) {
      // Tried again at the next turn.
      onBug('returns', error)
    }
  }
  return {
    start() {
      running = run()
      timer = setInterval(() => {
        running = running.then(run)
      }, everyMs)
    },
    async stop() {
      stopped = true
      if (timer !== null) clearInterval(timer)
      await running
    },
  }
}
