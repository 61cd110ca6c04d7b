/**
 * What the hub does by itself: unclaimed pickups go back, missing indexes are filled in, feeds are pruned. Safe in
 * several hub processes at once.
 */
import { pruneFeeds } from './desks/index.ts'
import { fillBirthIndexes } from './people/index.ts'
import { returnUnclaimed, type GrantParts } from './pickups/index.ts'
import type { Db } from './database/index.ts'
import { purgeEnded } from './privacy/index.ts'
import { oweEndings } from './secret-jobs/index.ts'
import { pruneWebhooks, tellExpiring } from './webhooks/index.ts'

const everyMs = 10 * 60_000

export interface Jobs {
  start(): void
  stop(): Promise<void>
}

export function createJobs(db: Db, parts: GrantParts, onBug: (job: string, error: unknown) => void): Jobs {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  const now = () => parts.now()
  const source = parts.secrets?.directory === true
  const works: readonly (readonly [name: string, work: () => Promise<unknown>])[] = [
    ['birth-indexes', () => whileSome(() => fillBirthIndexes(db, parts.keys))],
    ['returns', () => returnUnclaimed(db, parts, () => !stopped)],
    ['secret-ends', () => (source ? oweEndings(db, now(), () => !stopped) : Promise.resolve())],
    ['feeds', () => pruneFeeds(db)],
    ['retention', () => purgeEnded(db, now(), () => !stopped, undefined, source)],
    ['expiring', () => tellExpiring(db, now())],
    ['webhooks', () => pruneWebhooks(db, now())],
  ]
  async function whileSome(work: () => Promise<number>): Promise<void> {
    while (!stopped && (await work()) > 0);
  }
  async function run(): Promise<void> {
    for (const [name, work] of works) {
      // Tried again at the next turn; one that fails stops no other.
      try {
        if (!stopped) await work()
      } catch (error) {
        onBug(name, error)
      }
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
