/** Plays many seeds at once, one process for each core. */
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { endWith } from '../support/runner.ts'
import type { Outcome } from './history.ts'
import type { Share } from './seeds.ts'

export interface Batch {
  readonly seeds: number
  readonly first: number
  readonly desks: number
  readonly untilViolation?: boolean
  /** Folder of this file; a mutant has a copy of its own. */
  readonly folder?: string
  readonly onOutcome: (outcome: Outcome) => void
}

/** Longest that one history may take, ms: some take a second. */
const historyMs = 180_000

/**
 * Resolves once every seed has been played. A process that dies, or stays with one seed for too long, is a failure of
 * that seed.
 */
export async function playBatch({
  seeds,
  first,
  desks,
  untilViolation = false,
  folder,
  onOutcome,
}: Batch): Promise<void> {
  const workers = Math.min(availableParallelism(), seeds)
  const file = folder === undefined ? fileURLToPath(new URL('./seeds.ts', import.meta.url)) : `${folder}/seeds.ts`
  let found = false
  await Promise.all(
    Array.from({ length: workers }, (_, n) => {
      const count = Math.ceil((seeds - n) / workers)
      return new Promise<void>((resolve) => {
        const child = fork(file, {
          execArgv: ['--no-warnings'],
          stdio: ['ignore', 'inherit', untilViolation ? 'ignore' : 'inherit', 'ipc'],
        })
        const forget = endWith(() => child.kill('SIGKILL'))
        let played = 0
        let late = false
        const kill = () => {
          late = true
          child.kill('SIGKILL')
        }
        let patience = setTimeout(kill, historyMs)
        child.on('message', (message) => {
          clearTimeout(patience)
          patience = setTimeout(kill, historyMs)
          const outcome = message as Outcome
          played += 1
          onOutcome(outcome)
          if (outcome.violation !== null && untilViolation) found = true
          if (found) child.kill()
        })
        child.on('exit', () => {
          clearTimeout(patience)
          forget()
          if (played < count && !found)
            onOutcome({
              seed: first + n + played * workers,
              violation: late
                ? `bug: this seed did not end within ${historyMs / 1000} s`
                : 'bug: the process of this seed ended',
              story: [],
              handed: 0,
            })
          resolve()
        })
        child.send({ first: first + n, step: workers, count, desks, untilViolation } satisfies Share)
      })
    }),
  )
}
