/**
 * Files that take longest begin first, so that a run does not end with one worker busy and the others idle. How long a
 * file takes is what the last run here took, else a guess by its size and by what its folder does.
 */
import { statSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { recordedSeconds } from './durations.ts'

/**
 * Seconds for each 10 kB of a file, by what lies in its folder: browsers, then engines and hubs, then rooms by
 * themselves.
 */
const pace: readonly (readonly [folder: RegExp, seconds: number])[] = [
  [/\/test\/(e2e|electron|provision|adversary|canary)\//, 30],
  [/\/test\/(engine|hub|faults|simulation)\//, 12],
  [/\/test\//, 3],
]

function guess(file: string): number {
  const [, seconds] = pace.find(([folder]) => folder.test(file)) ?? [null, 3]
  return (statSync(file).size / 10_000) * seconds
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const recorded = recordedSeconds()
    const secondsOf = new Map(files.map(({ moduleId }) => [moduleId, recorded.get(moduleId) ?? guess(moduleId)]))
    // Groups of projects first: vitest's own order keeps them apart.
    return files.toSorted(
      (a, b) =>
        a.project.config.sequence.groupOrder - b.project.config.sequence.groupOrder ||
        (secondsOf.get(b.moduleId) ?? 0) - (secondsOf.get(a.moduleId) ?? 0),
    )
  }
}
