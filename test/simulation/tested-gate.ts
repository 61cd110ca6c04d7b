/**
 * Guards that a test tells: each is removed from a temporary copy of the project, where its test file must then fail,
 * test by test; a file that no longer loads shows nothing, and neither does one that fails with the guard in place.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { within } from '../support/within.ts'
import { makeCopy, type Copy } from './patching.ts'
import { testedMutants } from './tested-mutants.ts'

const parts = [
  'src-main',
  'src-hub',
  'src-shared',
  'src-renderer',
  'resources',
  'test',
  'docs',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'electron.vite.config.ts',
] as const

/** Longest that one file may take, ms. */
const fileMs = 300_000

/** Vitest's JSON report, as far as it is needed. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) })),
})

interface Ran {
  readonly passed: number
  /** Names of the tests that failed. */
  readonly failed: readonly string[]
}

/** Runs one file in the copy. Throws when Vitest leaves no report. */
async function run(copy: Copy, file: string): Promise<Ran> {
  const report = join(copy.folder, 'report.json')
  rmSync(report, { force: true })
  const vitest = join(copy.folder, 'node_modules/vitest/vitest.mjs')
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--root', copy.folder, '--reporter', 'json', '--outputFile', report, file],
    { cwd: copy.folder, stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
  await within(fileMs, `the end of ${file}`, ended).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const read = Report.parse(JSON.parse(readFileSync(report, 'utf8')))
  return {
    passed: read.numPassedTests,
    failed: read.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ),
  }
}

/** Tries those whose guard has `only` in its name, or all, and says so line by line. */
export async function tryTested(only: string | undefined): Promise<{ killed: number; failed: number }> {
  const some = testedMutants.filter(({ guard }) => only === undefined || guard.includes(only))
  let killed = 0
  if (some.length === 0) return { killed, failed: 0 }
  const copy = makeCopy(parts)
  try {
    for (const [test, guards] of Map.groupBy(some, (mutant) => mutant.test)) {
      const whole = await run(copy, test)
      for (const mutant of guards) {
        const verdict =
          whole.failed.length > 0 || whole.passed === 0
            ? { killed: false, words: `${test} fails with the guard too: ${whole.failed[0] ?? 'it has no tests'}` }
            : await tryOne(copy, mutant)
        if (verdict.killed) killed += 1
        process.stdout.write(`${verdict.killed ? 'killed ' : 'FAILED '} ${mutant.guard}: ${verdict.words}\n`)
      }
    }
  } finally {
    copy.end()
  }
  return { killed, failed: some.length - killed }
}

async function tryOne(
  copy: Copy,
  mutant: (typeof testedMutants)[number],
): Promise<{ readonly killed: boolean; readonly words: string }> {
  const removed = copy.remove([mutant, ...(mutant.also ?? [])])
  if ('misfit' in removed) return { killed: false, words: `the patch of ${removed.misfit} does not apply` }
  try {
    const { failed } = await run(copy, mutant.test)
    const [first] = failed
    return first === undefined
      ? { killed: false, words: `survived ${mutant.test}` }
      : { killed: true, words: `${mutant.test}, ${first}` }
  } finally {
    removed.restore()
  }
}
