/** Ends every run with one plain line, `N passed, N failed, N skipped`, and prints why each skipped test was skipped. */
import type { Reporter, TestModule } from 'vitest/node'

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
    for (const line of skipped) process.stdout.write(`${line}\n`)
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`)
  }
}
