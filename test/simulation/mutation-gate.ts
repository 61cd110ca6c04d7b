/**
 * The mutation gate: each guard is removed in turn from a temporary copy of the sources (production code has no switch
 * for it), and the simulation must find a promise broken. A mutant that survives, or a patch that no longer applies,
 * fails. After them come the guards that a test tells and no history.
 */
import { join } from 'node:path'
import { playHistory, type Outcome } from './history.ts'
import { mutants } from './mutants.ts'
import { makeCopy } from './patching.ts'
import { playBatch } from './pool.ts'
import { tryTested } from './tested-gate.ts'

const parts = [
  'src-main',
  'src-hub',
  'src-shared',
  'resources',
  'test/simulation',
  'package.json',
  'tsconfig.json',
] as const

/** Whether every mutant was killed. */
export async function tryMutants(desks: number, only: string | undefined): Promise<boolean> {
  const copy = makeCopy(parts)
  let killed = 0
  let failed = 0
  try {
    for (const mutant of mutants) {
      if (only !== undefined && !mutant.guard.includes(only)) continue
      const removed = copy.remove([mutant, ...(mutant.also ?? [])])
      if ('misfit' in removed) {
        failed += 1
        process.stdout.write(`FAILED  ${mutant.guard}: the patch of ${removed.misfit} does not apply\n`)
        continue
      }
      let seen = 0
      let killer: Outcome | null = null
      await playBatch({
        ...{
          seeds: mutant.seeds ?? 1500,
          first: 1,
          desks,
          untilViolation: true,
          folder: join(copy.folder, 'test/simulation'),
        },
        onOutcome(outcome) {
          seen += 1
          if (outcome.violation !== null) killer ??= outcome
        },
      })
      removed.restore()
      const verdict = await judge(killer, seen, desks)
      if (verdict.killed) killed += 1
      else failed += 1
      process.stdout.write(`${verdict.killed ? 'killed ' : 'FAILED '} ${mutant.guard}: ${verdict.words}\n`)
    }
  } finally {
    copy.end()
  }
  const tested = await tryTested(only)
  killed += tested.killed
  failed += tested.failed
  process.stdout.write(`${killed} mutants killed, ${failed} failed\n`)
  return failed === 0 && killed > 0
}

/** A seed kills only if the same history holds every promise with the guard in place. */
async function judge(killer: Outcome | null, seen: number, desks: number): Promise<{ killed: boolean; words: string }> {
  if (killer === null) return { killed: false, words: `survived ${seen} seeds` }
  const words = `seed ${killer.seed}, ${killer.violation?.split('\n')[0] ?? ''}`
  const { violation } = await playHistory({ seed: killer.seed, desks })
  return violation === null
    ? { killed: true, words }
    : { killed: false, words: `${words}; but so it goes with the guard too: ${violation}` }
}
