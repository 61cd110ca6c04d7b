/** Every reason, cause, means and kind of proof that a ledger can name has words in the console, in each language. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { languages } from '../../src-shared/domain/index.ts'
import { ledgerFacts } from '../../src-shared/hub-api/ledger-entry.ts'

interface Texts {
  readonly fact: Readonly<Record<string, string>>
  readonly factValue: Readonly<Record<string, string>>
}
const textsOf = (language: string) =>
  JSON.parse(readFileSync(new URL(`../../src-hub/console/locales/${language}.json`, import.meta.url), 'utf8')) as Texts

test.each(languages)('in %s', (language) => {
  const { fact, factValue } = textsOf(language)
  const missing: string[] = []
  let looked = 0
  for (const [kind, schema] of Object.entries(ledgerFacts)) {
    for (const [name, shape] of Object.entries(schema.shape)) {
      const options = 'options' in shape ? (shape as { readonly options: readonly unknown[] }).options : []
      if (!(name in fact)) continue
      for (const option of options) {
        looked += 1
        if (typeof option === 'string' && !(option in factValue)) missing.push(`${kind}.${name}: ${option}`)
      }
    }
  }
  expect(looked).toBeGreaterThan(30)
  expect(missing).toEqual([])
})
