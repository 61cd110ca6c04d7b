/**
 * An institution's first day in a real browser, from an empty database, with no seed file and no SQL: the first
 * administrator's link opens the set-up guide, and what it asks for is filled in page by page: institution, unit and
 * desk, policy, slip, people from a CSV file, an account that issues, staff and a badge. A kiosk joins by its code and
 * its supervisor chooses a PIN; a pickup is issued, handed over, and seen in the console.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, type RunningHub } from '../../src-hub/index.ts'
import { createBrowserShell } from '../../src-main/browser/index.ts'
import { untilUp, type DemoDesk } from '../../src-main/demo/desk.ts'
import { passportOf } from '../../src-main/demo/institution.ts'
import { systemClock } from '../../src-main/desk/index.ts'
import { badge, csv, person, pin } from '../first-day/institution.ts'
import { password } from '../hub/console-hub.ts'
import { value } from '../hub/fleet.ts'
import { openBrowser } from '../support/chromium.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'
import { buildConsole, builtWindow } from '../support/pages.ts'
import { startTestEngine } from '../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-first-day-'))
chmodSync(folder, 0o711)
/** A fingerprint as a kiosk's screen shows it. */
const letterShape = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/
const pictures = process.env['LODGE_TEST_PICTURES']
const complaints: string[] = []
let database: TestDatabase
let hub: RunningHub
let browser: Browser
let guide: Page
let agent: Page
let kiosk: DemoDesk
let desk: Page
let shell: ReturnType<typeof createBrowserShell>

async function newPage(): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
  })
  const opened = await context.newPage()
  opened.on('pageerror', (error) => complaints.push(error.message))
  opened.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text()))
      complaints.push(message.text())
  })
  return opened
}
const at = (path: string) => `${hub.url}${path}`
async function inThree(page: Page, name: string, text: string): Promise<void> {
  for (const language of ['fi', 'sv', 'en']) await page.getByTestId(`${name}-${language}`).fill(text)
}
/** The step is done, says the guide; then on to the next. */
async function stepDone(step: string): Promise<void> {
  await guide.locator(`[data-testid="step-${step}"][data-state="done"]`).waitFor({ timeout: 15_000 })
  if (pictures !== undefined) await guide.screenshot({ path: join(pictures, `first-day-${step}.png`), fullPage: true })
  await guide.getByTestId('setup-next').click()
}
const see = (id: string) => desk.getByTestId(id).first().waitFor({ timeout: 20_000 })
const press = (id: string) => desk.getByTestId(id).first().click()
async function typePin(): Promise<void> {
  await see('screen-pin')
  await desk.keyboard.type(pin)
  await desk.keyboard.press('Enter')
}

beforeAll(async () => {
  mkdirSync(join(folder, 'console'))
  await buildConsole(join(folder, 'console'))
  database = await openTestDatabase({ empty: true })
  hub = value(
    await startHub({ dataDir: join(folder, 'hub'), databaseUrl: database.url, consoleDir: join(folder, 'console') }),
  )
  browser = await openBrowser()
  kiosk = await startTestEngine({ key: 'first', dataDir: join(folder, 'kiosk'), hub: { port: hub.port }, code: null })
  await untilUp(kiosk)
  shell = createBrowserShell({
    supervisor: kiosk.supervisor,
    rendererDir: await builtWindow(join(folder, 'window')),
    port: 0,
    monotonic: systemClock.monotonic,
  })
  await shell.start()
})
afterAll(async () => {
  await browser.close()
  await shell.stop()
  await kiosk.stop()
  await hub.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('the first administrator’s link opens the guide, which begins with the institution', async () => {
  guide = await newPage()
  await guide.goto(at(`/welcome#${hub.firstAdministrator ?? ''}`))
  await guide.getByTestId('name').fill('Auri Laine')
  await guide.getByTestId('username').fill('auri.laine')
  await guide.getByTestId('password').fill(password)
  await guide.getByTestId('password-again').fill(password)
  await guide.getByTestId('welcome-submit').click()
  await guide.getByTestId('at-institution').waitFor()
  expect(await guide.getByTestId('missing').innerText()).toContain('name in three languages')
  await inThree(guide, 'text', 'Suvanto')
  await guide.getByTestId('change-address').fill('https://id.example.org/change')
  await guide.getByTestId('self-service-address').fill('https://id.example.org/self')
  await guide.getByTestId('email').fill('helpdesk@example.org')
  await guide.getByTestId('save-institution').click()
  await stepDone('institution')
})

test('a unit, and a desk that is open at all hours', async () => {
  await guide.getByTestId('at-places').waitFor()
  await guide.getByTestId('add-unit').click()
  await inThree(guide, 'text', 'Ranta')
  await guide.getByTestId('address').fill('Rantatie 4, 00999 Suvanto')
  await guide.getByTestId('save-place').click()
  await guide.getByTestId('add-desk').click()
  await inThree(guide, 'text', 'Helpdesk')
  await guide.getByTestId('kind').selectOption('helpdesk')
  await guide.getByTestId('prefix').fill('HD')
  await guide.getByTestId('inherit').uncheck()
  for (let day = 0; day < 7; day++) {
    const spans = guide.locator('.week .spans').nth(day)
    if ((await spans.locator('input').count()) === 0) await spans.getByRole('button').click()
    for (const end of [0, 1]) {
      await spans.locator('input').nth(end).fill('00:00')
      await spans.locator('input').nth(end).blur()
    }
  }
  await guide.getByTestId('save-place').click()
  await stepDone('places')
})

test('a policy from its template, and own words on the slip', async () => {
  await guide.getByTestId('at-policy').waitFor()
  await guide.getByTestId('template-applied-sciences').check()
  await guide.getByTestId('training-address').fill('https://id.example.org/training')
  await guide.getByTestId('use-template').click()
  await stepDone('policy')
  await guide.getByTestId('at-slip').waitFor()
  await inThree(guide, 'note', 'Tervetuloa')
  await guide.getByTestId('save-slip').click()
  await stepDone('slip')
})

test('people from a CSV file', async () => {
  await guide.getByTestId('at-people').waitFor()
  await guide
    .getByTestId('import-file')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await guide.getByTestId('import-send').click()
  await guide.locator('[data-testid="import-state"][data-state="checked"]').waitFor({ timeout: 60_000 })
  expect(await guide.getByTestId('import-refused').count()).toBe(0)
  await guide.getByTestId('import-run').click()
  await guide.getByTestId('ask-yes').click()
  await guide.locator('[data-testid="import-state"][data-state="done"]').waitFor({ timeout: 60_000 })
  await stepDone('people')
})

test('an account that issues, staff and a badge', async () => {
  await guide.getByTestId('at-accounts').waitFor()
  await guide.getByTestId('add-account').click()
  await guide.getByTestId('account-name').fill('Ritva Salo')
  await guide.getByTestId('account-username').fill('ritva.salo')
  await guide.getByTestId('account-role').selectOption('supervisor')
  await guide.getByTestId('save-account').click()
  const link = await guide.getByTestId('once').inputValue()
  agent = await newPage()
  await agent.goto(link)
  await agent.getByTestId('password').fill(password)
  await agent.getByTestId('password-again').fill(password)
  await agent.getByTestId('welcome-submit').click()
  await agent.getByTestId('nav').waitFor()
  await stepDone('accounts')

  await guide.getByTestId('at-staff').waitFor()
  await guide.getByTestId('add-staff').click()
  const form = guide.getByTestId('staff-form')
  await form.getByTestId('staff-name').fill('Ritva Salo')
  await form.locator('select').selectOption('supervisor')
  await form.getByTestId('badge').fill(badge)
  await form.locator('input[type="checkbox"]').check()
  await form.getByTestId('save-staff').click()
  await stepDone('staff')
})

test('the first kiosk joins by its code; its supervisor chooses a PIN and confirms its key at the console', async () => {
  await guide.getByTestId('at-kiosk').waitFor()
  await guide.getByTestId('enrol-desk').selectOption({ index: 1 })
  await guide.getByTestId('make-code').click()
  const code = await guide.getByTestId('code-text').innerText()
  desk = await newPage()
  await desk.goto(shell.launchUrl())
  await see('screen-enrol')
  await desk.getByTestId('enrol-hub').fill(`https://127.0.0.1:${kiosk.cable.port}`)
  await desk.getByTestId('enrol-code').fill(code.trim())
  await press('enrol-submit')
  await see('screen-first-supervisor')
  kiosk.reader.tap(badge)
  await typePin()
  await typePin()
  await see('screen-queue')
  // A person reads the letters off the kiosk's screen.
  await press('shift')
  const reason = desk.getByTestId('readiness-reason').filter({ hasText: letterShape }).first()
  await reason.waitFor({ timeout: 30_000 })
  const letters = letterShape.exec(await reason.innerText())?.[0] ?? ''
  expect(letters).not.toBe('')
  await agent.goto(at('/desks'))
  await agent.getByTestId('key-confirm').click()
  await agent.getByTestId('ask-field').fill(letters)
  await agent.getByTestId('ask-yes').click()
  await stepDone('kiosk')
})

test('a test pickup is issued, handed over and seen, and the guide says that all is ready', async () => {
  await agent.goto(at('/issue'))
  await agent.getByTestId('find-person').fill('saarinen')
  await agent.getByTestId('choose-person').first().click()
  await agent.getByTestId('channel-helpdesk').check()
  await agent.getByTestId('desk').selectOption({ index: 1 })
  await agent.getByTestId('issue').click()
  await agent.getByTestId('issued').waitFor()
  await agent.getByTestId('see').click()
  await agent.getByTestId('timeline').waitFor()

  await press('end-shift')
  await see('screen-idle')
  await expect
    .poll(
      async () => {
        kiosk.reader.tap(person.cards[0] ?? '')
        await desk.getByTestId('screen-arrival').or(desk.getByTestId('screen-refused')).first().waitFor()
        const arrived = (await desk.getByTestId('screen-arrival').count()) > 0
        if (!arrived) await press('back')
        return arrived
      },
      { timeout: 30_000, message: 'the pickup has come to the desk' },
    )
    .toBe(true)
  kiosk.reader.tap(badge)
  await typePin()
  await see('screen-queue')
  kiosk.reader.scanDocument(passportOf(person))
  await see('document-read')
  await press('print')
  await see('screen-hand-over')
  expect(kiosk.printer.takeSlips().some(({ cut, text }) => cut && text.includes('Tervetuloa'))).toBe(true)
  await press('handed-over')
  await see('screen-done')

  await agent.locator('[data-testid="event"][data-kind="handed-over"]').waitFor({ timeout: 20_000 })
  await stepDone('test')
  await guide.locator('[data-testid="verdict"][data-ready="true"]').waitFor()
  if (pictures !== undefined) await guide.screenshot({ path: join(pictures, 'first-day-ready.png') })
  await guide.getByTestId('setup-finish').click()
  await guide.getByTestId('desk-row').waitFor()
})

test('nothing in any page broke the strict policy or threw', () => {
  expect(complaints).toEqual([])
})
