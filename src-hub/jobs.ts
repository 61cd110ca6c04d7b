/** What the hub does by itself: unclaimed pickups go back, missing indexes are filled in, feeds are pruned. Safe in several hub processes at once. */
import { pruneFeeds } from './desks/index.ts'
import { fillBirthIndexes } from './people/index.ts'
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
    // Tried again at the next turn.
    try {
      while (!stopped && (await fillBirthIndexes(db, parts.keys)) > 0);
      while (!stopped && (await returnUnclaimed(db, parts)) > 0);
    } catch (error) {
      onBug('returns', error)
    }
    try {
      if (!stopped) await pruneFeeds(db)
    } catch (error) {
      onBug('feeds', error)
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
