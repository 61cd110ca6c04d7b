/** The page says what the table says: a row that was changed and not printed fails here. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { unattendedActs } from '../../src-shared/hub-api/unattended-acts.ts'
import { page, section, withSection } from './acts-page.ts'

it('docs/threat-model.md has every act of the unattended key as the table has it (npm run -s acts -- --write)', () => {
  const text = readFileSync(page, 'utf8')
  expect(withSection(text)).toBe(text)
  expect(section().match(/^\| `/gm)).toHaveLength(unattendedActs.size)
})
