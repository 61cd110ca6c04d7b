/**
 * The mutation gate: each guard is removed in turn from a temporary copy of the sources (production code has no switch
 * for it), and the simulation must find a promise broken. A mutant that survives, or a patch that no longer applies, fails.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Outcome } from './history.ts'
import { mutants, type Mutant } from './mutants.ts'
import { playBatch } from './pool.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function makeCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-mutant-'))
  for (const part of ['src-main', 'src-hub', 'src-shared', 'resources', 'test/simulation', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** null when the source no longer has exactly one such place. */
function patched(source: string, { from, to }: Mutant): string | null {
  return source.split(from).length === 2 ? source.replace(from, () => to) : null
}

/** Whether every mutant was killed. */
export async function tryMutants(desks: number, only: string | undefined): Promise<boolean> {
  const copy = makeCopy()
  let killed = 0
  let failed = 0
  try {
    for (const mutant of mutants) {
      if (only !== undefined && !mutant.guard.includes(only)) continue
      const file = join(copy, mutant.file)
      const original = readFileSync(file, 'utf8')
      const source = patched(original, mutant)
      if (source === null) {
        failed += 1
        process.stdout.write(`FAILED  ${mutant.guard}: the patch of ${mutant.file} does not apply\n`)
        continue
      }
      writeFileSync(file, source)
      let seen = 0
      let killer: Outcome | null = null
      await playBatch({
        ...{ seeds: mutant.seeds ?? 300, first: 1, desks, untilViolation: true, folder: join(copy, 'test/simulation') },
        onOutcome(outcome) {
          seen += 1
          if (outcome.violation !== null) killer ??= outcome
        },
      })
      writeFileSync(file, original)
      const by = killer as Outcome | null
      if (by === null) failed += 1
      else killed += 1
      process.stdout.write(
        by === null ? `FAILED  ${mutant.guard}: survived ${seen} seeds\n` : `killed  ${mutant.guard}: seed ${by.seed}, ${by.violation?.split('\n')[0] ?? ''}\n`,
      )
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  process.stdout.write(`${killed} mutants killed, ${failed} failed\n`)
  return failed === 0 && killed > 0
}
