/**
 * Ends every run with the slowest files and one plain line, `N passed, N failed, N skipped`; before them, a line for
 * each test that failed, with the first line of what it said, and for each that was skipped, with the reason.
 */
import { stripVTControlCharacters } from 'node:util'
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

/** The first line of an error, without colours. */
function firstLine(error: unknown): string {
  const text =
    error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
      ? String(error.message)
      : String(error)
  return (stripVTControlCharacters(text).trim().split('\n')[0] ?? '').slice(0, 300)
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

export default class PlainLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    const skipped: string[] = []
    for (const error of errors) say(`FAILED outside of a test: ${firstLine(error)}`)
    for (const module of modules) {
      const file = module.relativeModuleId
      for (const error of module.errors()) say(`FAILED ${file}: ${firstLine(error)}`)
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') passed += 1
        else if (result.state === 'failed') {
          failed += 1
          say(`FAILED ${file} > ${test.fullName}: ${firstLine(result.errors[0])}`)
        } else
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
