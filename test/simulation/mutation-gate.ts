/**
 * The mutation gate: each guard is removed in turn from a temporary copy of the sources (production code has no switch
 * for it), and the simulation must find a promise broken. A mutant that survives, or a patch that no longer applies,
 * fails.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { playHistory, type Outcome } from './history.ts'
import { mutants, type Mutant, type Patch } from './mutants.ts'
import { playBatch } from './pool.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function makeCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-mutant-'))
  for (const part of [
    'src-main',
    'src-hub',
    'src-shared',
    'resources',
    'test/simulation',
    'package.json',
    'tsconfig.json',
  ])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Removes the guard in the copy; returns how to put it back, or the file whose patch no longer applies. */
function remove(copy: string, mutant: Mutant): { restore: () => void } | { misfit: string } {
  const patches: readonly Patch[] = [mutant, ...(mutant.also ?? [])]
  const originals = new Map<string, string>()
  const restore = () => {
    for (const [file, text] of originals) writeFileSync(file, text)
  }
  for (const { file, from, to } of patches) {
    const path = join(copy, file)
    const source = readFileSync(path, 'utf8')
    if (source.split(from).length !== 2) {
      restore()
      return { misfit: file }
    }
    if (!originals.has(path)) originals.set(path, source)
    writeFileSync(
      path,
      source.replace(from, () => to),
    )
  }
  return { restore }
}

/** Whether every mutant was killed. */
export async function tryMutants(desks: number, only: string | undefined): Promise<boolean> {
  const copy = makeCopy()
  let killed = 0
  let failed = 0
  try {
    for (const mutant of mutants) {
      if (only !== undefined && !mutant.guard.includes(only)) continue
      const removed = remove(copy, mutant)
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
          folder: join(copy, 'test/simulation'),
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
    rmSync(copy, { recursive: true, force: true })
  }
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
