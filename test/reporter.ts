/**
 * Ends every run with the slowest files and one plain line, `N passed, N failed, N skipped`, and prints why each
 * skipped test was skipped.
 */
import type { Reporter, TestModule } from 'vitest/node'
import { recordSeconds } from './support/durations.ts'

/** So many of the slowest files are named, where a run has more than a few. */
const named = 10
const few = 12

/** Seconds that a file took, with its environment, its imports and its hooks. */
function secondsOf(module: TestModule): number {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic()
  return (environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration) / 1000
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

export default class PlainLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    const skipped: string[] = []
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') passed += 1
        else if (result.state === 'failed') failed += 1
        else
          skipped.push(
            `skipped: ${test.fullName}: ${('note' in result ? result.note : undefined) ?? 'no reason given'}`,
          )
      }
    }
    for (const line of skipped) say(line)
    const times = modules
      .map((module) => ({ file: module.relativeModuleId, path: module.moduleId, seconds: secondsOf(module) }))
      .sort((a, b) => b.seconds - a.seconds)
    recordSeconds(times)
    if (times.length > few) {
      say(`the slowest of ${times.length} files:`)
      for (const { file, seconds } of times.slice(0, named)) say(`${seconds.toFixed(1).padStart(7)} s  ${file}`)
    }
    say(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  }
}
