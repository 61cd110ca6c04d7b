/**
 * The pages for people: every file that they name is there, and every link leads to a page and a heading that exist.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** Prose alone: what stands in a fenced block is an example. */
const prose = (page: string) => readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')

/** A heading's fragment, as GitHub makes it: lower case, no punctuation, spaces as hyphens. */
const fragmentOf = (heading: string) =>
  heading
    .replace(/[`*]|\]\([^)]*\)/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

const headings = (page: string) =>
  new Set([...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => fragmentOf(heading)))

/**
 * Paths of the project in code spans: `src-hub/pickups/grants.ts`; one with a placeholder or a pattern names no one
 * file.
 */
const named = (page: string) =>
  [...prose(page).matchAll(/`((?:src-(?:main|hub|shared|renderer)|test|resources|docs)\/[\w./@-]+)`/g)].map(
    ([, path = '']) => path,
  )

const links = (page: string) =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))

describe.each(pages)('%s', (page) => {
  test('names files and folders that exist', () => {
    expect(named(page).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('links to pages and headings that exist', () => {
    const broken = links(page).filter((target) => {
      const [file = '', fragment] = target.split('#')
      const to = file === '' ? page : join(dirname(page), file)
      if (!existsSync(join(root, to))) return true
      return fragment !== undefined && to.endsWith('.md') && !headings(to).has(fragment)
    })
    expect(broken).toEqual([])
  })
})

/** Citations of a page's heading in the code: `docs/architecture.md#security`. Only this repository's own `docs/`. */
const cited = ['src-main', 'src-hub', 'src-shared', 'src-renderer', 'test', 'resources'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue|mjs)$/.test(name) && !/node_modules/.test(name))
    .flatMap((name) =>
      [...readFileSync(join(root, folder, name), 'utf8').matchAll(/\b(docs\/[\w-]+\.md)#([a-z][\w-]+)/g)].map(
        ([, to = '', fragment = '']) => ({ from: join(folder, name), to, fragment }),
      ),
    ),
)

test('the code cites headings that exist', () => {
  expect(cited.length).toBeGreaterThan(40)
  expect(cited.filter(({ to, fragment }) => !existsSync(join(root, to)) || !headings(to).has(fragment))).toEqual([])
})

test('every decision has its headings and its row', () => {
  const names = readdirSync(join(root, 'docs/decisions'))
  const index = readFileSync(join(root, 'docs/decisions.md'), 'utf8')
  const parts = ['context', 'decision', 'alternatives-refused', 'what-it-costs']
  expect(names.length).toBeGreaterThan(15)
  expect(
    names.filter((name) => {
      const page = readFileSync(join(root, 'docs/decisions', name), 'utf8')
      const [number = '', title = ''] = /^# (\d{4})\. (.+)$/m.exec(page)?.slice(1) ?? []
      const date = /^- Date: (\d{4}-\d{2}-\d{2})$/m.exec(page)?.[1] ?? 'none'
      const row = new RegExp(`^\\| \\[${number}\\]\\(decisions/${name}\\) +\\| ${date} \\| (.+?) +\\|$`, 'm').exec(
        index,
      )?.[1]
      const whole = parts.every((part) => headings(join('docs/decisions', name)).has(part))
      return !name.startsWith(`${number}-`) || row !== title || !/^- Status: \S/m.test(page) || !whole
    }),
  ).toEqual([])
})

test('finds what it looks for', () => {
  expect(named('docs/architecture.md').length).toBeGreaterThan(30)
  expect(links('README.md').length).toBeGreaterThan(20)
  expect(headings('docs/architecture.md')).toContain('ledger-and-sync')
})
