/**
 * `npm run -s simulate -- --seeds N [--first S] [--desks D]`: so many histories, each of one seed.
 * `--seed S` plays one and prints it as a story. `--mutants` removes each guard in turn and must find it out,
 * by a history or by the test that is named for it.
 */
import { parseArgs } from 'node:util'
import { startRun } from '../support/runner.ts'
import { playHistory } from './history.ts'
import { tryMutants } from './mutation-gate.ts'
import { playBatch } from './pool.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    desks: { type: 'string', default: '3' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const desks = Number(values.desks)
/**
 * Longest that one history may take in this process, ms; those in processes of their own are watched by `playBatch`.
 */
const historyMs = 300_000
const run = startRun('simulate', (more) => (more > 0 ? '0 passed, 1 failed' : ''))

async function one(seed: number): Promise<boolean> {
  run.at(`seed ${seed}`, historyMs)
  const { story, violation } = await playHistory({ seed, desks })
  process.stdout.write(`${story.join('\n')}\nseed ${seed}: ${violation ?? 'every promise held'}\n`)
  return violation === null
}

async function many(seeds: number): Promise<boolean> {
  const started = performance.now()
  let passed = 0
  let failed = 0
  let handed = 0
  await playBatch({
    seeds,
    first: Number(values.first),
    desks,
    onOutcome(outcome) {
      handed += outcome.handed
      if (outcome.violation === null) passed += 1
      else {
        failed += 1
        process.stdout.write(`seed ${outcome.seed}: ${outcome.violation}\n`)
      }
    },
  })
  process.stdout.write(
    `${handed} slips handed over in ${((performance.now() - started) / 1000).toFixed(0)} s\n${passed} passed, ${failed} failed\n`,
  )
  // Histories in which nothing happens prove nothing.
  return failed === 0 && passed === seeds && handed > seeds
}

const good =
  values.seed !== undefined
    ? await one(Number(values.seed))
    : values.mutants
      ? await tryMutants(desks, values.only)
      : await many(Number(values.seeds))
run.end(good)
