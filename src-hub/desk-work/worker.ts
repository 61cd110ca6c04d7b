/** Does what jobs of many pickups (`want.ts`) wait for. Safe in several hub processes. */
import { newId } from '../../src-shared/protocol/ids.ts'
import type { Db } from '../database/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import { createWorkerLoop, LeaseLost } from '../worker-loop.ts'
import { goOn, leave, take } from './run.ts'

const pollMs = 1000
/** Then another job has its turn. */
const turnMs = 500

export interface DeskWorker {
  start(): void
  stop(): Promise<void>
  /** Works until nothing waits; returns how many turns that took. */
  run(): Promise<number>
}

/** One turn with the job that has waited longest; false when none waits. */
export async function oneTurn(db: Db, parts: GrantParts): Promise<boolean> {
  const lease = newId()
  const job = await take(db, parts, { lease })
  if (job === null) return false
  try {
    await goOn(db, parts, job, turnMs)
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
  } finally {
    await leave(db, lease)
  }
  return true
}

export function createDeskWorker(db: Db, parts: GrantParts, onBug: (job: string, error: unknown) => void): DeskWorker {
  const loop = createWorkerLoop(
    pollMs,
    () => run(),
    (error) => {
      onBug('desk-work', error)
    },
  )
  async function run(): Promise<number> {
    let turns = 0
    while (!loop.stopped && (await oneTurn(db, parts))) turns += 1
    return turns
  }
  return {
    run,
    start: () => {
      loop.start()
    },
    stop: () => loop.stop(),
  }
}
