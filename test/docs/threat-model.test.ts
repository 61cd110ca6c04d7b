/**
 * Each row of the threat model names what tries it: a test file, or a command that plays it. The files are there, and
 * each of the page's sections that promises something names one as well.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const section = (heading: string) => page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''

/** Test files and commands in a text, each of which must be there. */
function namedIn(text: string): string[] {
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  return spans.filter((code) => /\.test\.ts$/.test(code) || /^npm run -s /.test(code))
}
function isThere(name: string): boolean {
  const [, script] = /^npm run -s ([\w:-]+)/.exec(name) ?? []
  return script === undefined ? existsSync(join(root, name)) : script in scripts
}

const rows = section('Who, and what stops them')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  // A cell may hold an escaped bar; none does today, and one that did would have five bars.
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))

test('the page has its table', () => {
  expect(rows.length).toBeGreaterThan(25)
  for (const row of rows) expect(row).toHaveLength(4)
})

describe('what tries each row', () => {
  test.each(rows.map((row) => [row[0] ?? '', row[3] ?? '']))('%s', (_who, triedBy) => {
    const named = namedIn(triedBy)
    expect(named).not.toEqual([])
    expect(named.filter((name) => !isThere(name))).toEqual([])
  })
})

test.each([
  'Which opening key the hub seals to',
  'Who has a share, as the hub knows it',
  'What the unattended key may sign',
  'Whom a kiosk shares an opening key with',
  'Played besides',
  'Memory',
])('what tries the section “%s”', (heading) => {
  const named = namedIn(section(heading))
  expect(named).not.toEqual([])
  expect(named.filter((name) => !isThere(name))).toEqual([])
})
