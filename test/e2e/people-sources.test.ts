/**
 * People sources in the console, in a real browser on a real hub that has its first administrator and nothing else: a
 * folder of CSV files is made a source, previewed, read, stopped by its brake, let go on.
 */
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { password, startConsoleHub, type ConsoleHub } from '../hub/console-hub.ts'
import { openBrowser } from '../support/chromium.ts'
import { buildConsole } from '../support/pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-sources-'))
const pictures = process.env['LODGE_TEST_PICTURES']
let hub: ConsoleHub
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  await buildConsole(join(folder, 'console'))
  hub = await startConsoleHub({ consoleDir: join(folder, 'console'), peopleFolder: join(folder, 'people') }, null)
  browser = await openBrowser()
  await hub.as('administrator')
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  await context.addInitScript(() => localStorage.setItem('lodge.console.language', 'en'))
  page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(`${hub.hub().url}/sign-in`)
  await page.getByTestId('username').fill('first.admin')
  await page.getByTestId('password').fill(password)
  await page.getByTestId('sign-in').click()
  await page.getByTestId('nav').waitFor()
  complaints.length = 0
})
afterAll(async () => {
  await browser.close()
  await hub.stop()
  rmSync(folder, { recursive: true })
})

const header = 'account;class;family;given;birth_date;cards;identity_code'
const people = (from: number, to: number, family = 'Holm') =>
  Array.from(
    { length: to - from },
    (_, i) => `person${from + i};student;${family};Some;1.2.1990;0500${String(from + i).padStart(4, '0')};`,
  )
let files = 0
/** As a register lays it there: whole, by a rename; written a minute ago. */
function lay(rows: readonly string[], name = `people-${files++}.csv`): void {
  const at = join(folder, 'people', 'register')
  writeFileSync(join(at, 'new.part'), [header, ...rows, ''].join('\r\n'))
  const then = Date.now() / 1000 - 60 + files
  utimesSync(join(at, 'new.part'), then, then)
  renameSync(join(at, 'new.part'), join(at, name))
}
const accounts = () =>
  hub.hub().db.selectFrom('account').select(['account', 'valid_until']).orderBy('account').execute()
const state = (text: string) =>
  page.getByTestId('run-state').first().filter({ hasText: text }).waitFor({ timeout: 15_000 })
/** A second later than what was pressed before: the hub's clock stands still. */
const press = async (id: string) => {
  hub.clock.now += 1000
  await page.getByTestId(id).click()
}
const picture = async (name: string) => {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

test('from an empty hub to people from a folder, with a preview, a report and the brake', async () => {
  await page.getByTestId('nav-people-sources').click()
  await page.getByTestId('empty').first().waitFor()
  await page.getByTestId('add-source').click()
  await picture('source-ldap')
  await page.getByTestId('source-kind').selectOption('folder')
  await page.getByTestId('source-name').fill('Student register')
  await page.getByTestId('source-folder').fill('register')
  await page.getByTestId('source-by-hand').check()
  await picture('source-folder')
  await page.getByTestId('save-source').click()
  await page.getByTestId('preview-source').waitFor()

  // Nothing lies there yet.
  await press('preview-source')
  await state('failed')
  expect(await page.getByTestId('run-problem').first().innerText()).toContain('L-346')

  lay([...people(0, 20), 'person20;student;;;;;', ';student;Nobody;;;;', 'person21;student;Holm;Two;;05000001;'])
  await press('preview-source')
  await state('Preview')
  expect(await accounts()).toEqual([])
  await page.getByTestId('rows-what').selectOption('refused')
  await page.getByTestId('row-problem').nth(3).waitFor()
  const problems = await page.getByTestId('row-problem').allInnerTexts()
  expect(problems.map((text) => /L-\d+/.exec(text)?.[0]).sort()).toEqual(['L-342', 'L-342', 'L-349', 'L-349'])
  await picture('source-preview')

  await press('run-source')
  await state('done')
  expect(await accounts()).toHaveLength(19)
  await press('run-source')
  await state('failed')
  expect(await page.getByTestId('run-problem').first().innerText()).toContain('L-351')

  // Half of the people are missing from the next file.
  lay(people(2, 12))
  await press('run-source')
  await state('waits to be confirmed')
  expect((await accounts()).every((each) => each.valid_until === null)).toBe(true)
  await picture('source-braked')
  await page.getByTestId('confirm-run').click()
  await page.getByTestId('ask-yes').click()
  await state('done')
  expect((await accounts()).filter((each) => each.valid_until !== null)).toHaveLength(9)
  expect(complaints).toEqual([])
})
