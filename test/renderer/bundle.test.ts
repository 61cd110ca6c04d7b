/** What ships: small, its own, and able to run under a policy that forbids making code from text. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { administrationTexts } from '../../src-shared/failures/administration-texts.ts'
import { buildWindow } from '../support/pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-window-'))
let files: { name: string; bytes: Buffer }[] = []
beforeAll(async () => {
  await buildWindow(folder)
  files = readdirSync(join(folder, 'assets')).map((name) => ({
    name,
    bytes: readFileSync(join(folder, 'assets', name)),
  }))
}, 60_000)
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const code = () => files.filter(({ name }) => /\.(js|css)$/.test(name))
const script = () =>
  code()
    .map(({ bytes }) => bytes.toString('utf8'))
    .join('\n')

describe('the built window', () => {
  it('is at most 150 kB of gzipped script and style at the start, and 220 with every screen that is fetched later', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    const size = (some: typeof files) => some.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0)
    const start = size(code().filter(({ name }) => page.includes(name)))
    expect(start).toBeGreaterThan(20_000)
    expect(start).toBeLessThanOrEqual(150_000)
    expect(size(code())).toBeLessThanOrEqual(220_000)
  })

  it('makes no code from text', () => {
    expect(script()).not.toMatch(/new Function\(|\beval\(/)
    // zod asks once whether it may; main.ts answers for it before the first schema is made.
    expect(script().match(/\bFunction\(/g)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(script()).toMatch(/jitless:!0/)
  })

  it('has no inline script or style and fetches nothing from elsewhere', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/)
    expect(page).toContain('Content-Security-Policy')
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^\.\//)
    for (const [, address] of script().matchAll(/url\(([^)]*)\)/g))
      expect(address).not.toMatch(/^["']?(https?:|\/\/|data:)/)
    expect(script()).not.toMatch(/(?:fetch|import)\(["'`]https?:/)
  })

  it('knows the codes of the hub’s administration, and leaves their texts at the hub', () => {
    const text = script()
    const entries = Object.entries(administrationTexts)
    expect(entries.filter(([code]) => !text.includes(code)).map(([code]) => code)).toEqual([])
    expect(entries.filter(([, { en }]) => text.includes(en[0])).map(([code]) => code)).toEqual([])
  })

  it('carries its own font and no map of its sources', () => {
    expect(files.filter(({ name }) => name.endsWith('.woff2'))).toHaveLength(4)
    expect(files.filter(({ name }) => name.endsWith('.map'))).toEqual([])
  })
})
