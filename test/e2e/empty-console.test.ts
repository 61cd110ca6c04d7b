/**
 * Every page of the console in a real browser, on a hub that has its first administrator and nothing else: no page
 * meets an error, and each says in three languages what to do next. The pages are asked of the console's own router, so
 * that a new one is opened too.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgentRole } from '../../src-shared/hub-api/agent/words.ts'
import { languages, type Language } from '../../src-shared/domain/index.ts'
import { password, startConsoleHub, type ConsoleHub } from '../hub/console-hub.ts'
import { openBrowser } from '../support/chromium.ts'
import { buildConsole } from '../support/pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-console-'))
const pictures = process.env['LODGE_TEST_PICTURES']
let hub: ConsoleHub
let browser: Browser

/** Pages that are of use before anything else is there: what each has, in place of an empty state. */
const usable: Readonly<Record<string, string>> = {
  import: 'import-file',
  places: 'add-unit',
  policy: 'rule-student-porter',
  slip: 'change-address',
  retention: 'retention-days',
  settings: 'export-settings',
  setup: 'setup',
  institution: 'institution-form',
  accounts: 'add-account',
  tokens: 'make-token',
  webhooks: 'webhook-url',
  me: 'row',
}
/** Of one thing, by its id: without it there is nothing to open. */
const ofOne: readonly string[] = ['pickup', 'person']

interface Found {
  readonly name: string
  readonly path: string
}

async function signIn(role: AgentRole, language: Language): Promise<{ page: Page; complaints: string[] }> {
  await hub.as(role)
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  })
  await context.addInitScript((chosen) => localStorage.setItem('lodge.console.language', chosen), language)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()} ${message.text()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.url().endsWith('/session'))
      complaints.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(`${hub.hub().url}/sign-in`)
  await page.getByTestId('username').fill(role === 'administrator' ? 'first.admin' : `${role}.one`)
  await page.getByTestId('password').fill(password)
  await page.getByTestId('sign-in').click()
  await page.getByTestId('nav').waitFor()
  complaints.length = 0
  return { page, complaints }
}

/** What the running console's router is to this test. */
interface Router {
  getRoutes(): { name?: unknown; path: string; meta: Record<string, unknown> }[]
  push(path: string): Promise<unknown>
}
interface Mounted {
  readonly __vue_app__: { readonly config: { readonly globalProperties: { readonly $router: Router } } }
}

const app = '#app'
/** The addresses that the running console's router knows. */
async function routesOf(page: Page): Promise<Found[]> {
  return page.locator(app).evaluate((at: Element & Partial<Mounted>) => {
    const router = at.__vue_app__?.config.globalProperties.$router
    if (router === undefined) throw new Error('no console')
    return router
      .getRoutes()
      .filter(({ name, meta }) => typeof name === 'string' && name !== 'nowhere' && meta['open'] !== true)
      .map(({ name, path }) => ({ name: String(name), path }))
  })
}

/** Goes there as a link would. */
async function go(page: Page, path: string): Promise<void> {
  await page.locator(app).evaluate(async (at: Element & Partial<Mounted>, to) => {
    await at.__vue_app__?.config.globalProperties.$router.push(to)
  }, path)
}

beforeAll(async () => {
  await buildConsole(folder)
  hub = await startConsoleHub({ consoleDir: folder }, null)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await hub.stop()
  rmSync(folder, { recursive: true })
})

/** The administrator's pages are nearly all there are, in every language; then what differs for other roles. */
const runs: readonly { readonly role: AgentRole; readonly language: Language }[] = [
  ...languages.map((language) => ({ role: 'administrator' as const, language })),
  { role: 'supervisor', language: 'fi' },
  { role: 'agent', language: 'sv' },
  { role: 'auditor', language: 'en' },
]
describe.each(runs)('as $role, in $language', ({ role, language }) => {
  test('every page says what to do next, and none meets an error', async () => {
    const { page, complaints } = await signIn(role, language)
    const found = await routesOf(page)
    expect(found.length).toBeGreaterThan(20)
    const opened: string[] = []
    for (const { name, path } of found) {
      if (ofOne.includes(name)) continue
      await go(page, path)
      // A page of another role's is not there for this one, and says so.
      const ids = ['empty', 'nowhere', 'row', ...(usable[name] === undefined ? [] : [usable[name]])]
      const seen = page.locator(ids.map((id) => `[data-testid="${id}"]`).join(', ')).first()
      await seen.waitFor({ timeout: 10_000 }).catch(() => {
        throw new Error(`${name} shows neither what it is for nor an empty state`)
      })
      if ((await page.getByTestId('nowhere').count()) > 0) continue
      opened.push(name)
      expect(await page.getByTestId('failure').count(), name).toBe(0)
      for (const empty of await page.getByTestId('empty').all())
        expect((await empty.innerText()).trim().split('\n').length, `${name}: what to do`).toBeGreaterThan(1)
      if (pictures !== undefined && role === 'administrator')
        await page.screenshot({ path: join(pictures, `empty-${name}-${language}.png`) })
    }
    expect(opened.length).toBeGreaterThan(5)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
