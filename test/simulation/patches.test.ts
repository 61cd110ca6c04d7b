/** Every guard of the mutation gate is where its patch looks for it: moved code is told here, and not after an hour. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mutants } from './mutants.ts'
import { testedMutants } from './tested-mutants.ts'

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url))

test.each([...mutants, ...testedMutants])('$guard', (mutant) => {
  for (const { file, from } of [mutant, ...(mutant.also ?? [])])
    expect(readFileSync(path(file), 'utf8').split(from).length - 1, file).toBe(1)
  if ('test' in mutant) expect(existsSync(path(mutant.test)), mutant.test).toBe(true)
})
