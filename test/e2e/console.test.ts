/**
 * The console in a real browser on a real hub and PostgreSQL, with kiosks of the real store, ledger and sync: what an
 * agent sees is what the hub and the desks know, as it changes.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { handOver, lose } from '../bench/sync/handovers.ts'
import { buildConsole } from '../support/pages.ts'
import { startFleet, value, type Fleet } from '../hub/fleet.ts'
import { openBrowser } from '../support/chromium.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-console-'))
const password = 'lakka-kuura-pihlaja-41'
const complaints: string[] = []
let fleet: Fleet
let browser: Browser
/** The first administrator's, and a supervisor's. */
let administrator: Page
let page: Page
/** Two porters' lodges, each with a kiosk. */
let lodges: string[]
let first: DeskKiosk
let second: DeskKiosk

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
    // A refusal that a test asks for is said by the browser itself.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      complaints.push(message.text())
  })
  return opened
}
const at = (path: string) => `${fleet.hub().url}${path}`
/** Names of a desk as the console writes them in English. */
async function deskName(id: string): Promise<string> {
  const { desks } = value(await fleet.agent().call('desks', {}))
  const desk = desks.find((each) => each.id === id)
  return `${desk?.unit.en ?? ''}, ${desk?.name.en ?? ''}`
}
async function issueInPage(account: string, desk: string): Promise<string> {
  await page.goto(at('/issue'))
  await page.getByTestId('find-person').fill(account)
  await page.getByTestId('choose-person').first().click()
  await page.getByTestId('reference').fill('INC-20481')
  await page.getByTestId('reference').blur()
  const { kind } = await fleet
    .hub()
    .db.selectFrom('desk')
    .select('kind')
    .where('id', '=', desk)
    .executeTakeFirstOrThrow()
  await page.getByTestId(`channel-${kind}`).check()
  await page.getByTestId('desk').selectOption(desk)
  await page.getByTestId('issue').click()
  await page.getByTestId('issued').waitFor()
  const href = (await page.getByTestId('see').getAttribute('href')) ?? ''
  return href.split('/').at(-1) ?? ''
}

beforeAll(async () => {
  await buildConsole(folder)
  fleet = await startFleet('supervisor', { consoleDir: folder })
  browser = await openBrowser()
  const rows = await fleet
    .hub()
    .db.selectFrom('desk')
    .select(['id', 'kind'])
    .where('kind', '=', 'porter')
    .orderBy('id')
    .execute()
  lodges = rows.map((row) => row.id)
  first = await fleet.kiosk(lodges[0] ?? '', 'first')
  second = await fleet.kiosk(lodges[1] ?? '', 'second')
})
afterAll(async () => {
  await browser.close()
  await fleet.stop()
  rmSync(folder, { recursive: true })
})

test('the first administrator is made by the one-time link, and invites a supervisor, who signs in', async () => {
  administrator = await newPage()
  await administrator.goto(at(`/welcome#${fleet.hub().firstAdministrator ?? ''}`))
  await administrator.getByTestId('name').fill('Auri Laine')
  await administrator.getByTestId('username').fill('auri.laine')
  await administrator.getByTestId('password').fill(password)
  await administrator.getByTestId('password-again').fill(password)
  await administrator.getByTestId('welcome-submit').click()
  await administrator.getByTestId('nav').waitFor()

  await administrator.getByTestId('nav-accounts').click()
  await administrator.getByTestId('add-account').click()
  await administrator.getByTestId('account-name').fill('Ritva Salo')
  await administrator.getByTestId('account-username').fill('ritva.salo')
  await administrator.getByTestId('account-role').selectOption('supervisor')
  await administrator.getByTestId('save-account').click()
  const link = await administrator.getByTestId('once').inputValue()

  page = await newPage()
  await page.goto(link)
  await page.getByTestId('password').fill(password)
  await page.getByTestId('password-again').fill(password)
  await page.getByTestId('welcome-submit').click()
  await page.getByTestId('nav').waitFor()
  // An administrator's pages are not a supervisor's.
  expect(await page.getByTestId('nav-accounts').count()).toBe(0)
  await page.goto(at('/accounts'))
  await page.getByTestId('empty').waitFor()

  // The session is the browser's, across a reload; and it ends with signing out.
  await page.reload()
  await page.getByTestId('sign-out').click()
  await page.getByTestId('username').fill('ritva.salo')
  await page.getByTestId('password').fill('not-the-password')
  await page.getByTestId('sign-in').click()
  await page.getByTestId('failure').waitFor()
  expect(await page.getByTestId('username').inputValue()).toBe('ritva.salo')
  await page.getByTestId('password').fill(password)
  await page.getByTestId('sign-in').click()
  await page.getByTestId('nav').waitFor()
})

test('a pickup is issued, a desk hands it over, and the open page shows it within two seconds, not reloaded', async () => {
  const pickup = await issueInPage(fleet.accounts[0] ?? '', lodges[0] ?? '')
  await page.getByTestId('see').click()
  await page.getByTestId('timeline').waitFor()
  await page.evaluate(() => {
    document.body.dataset['stayed'] = 'yes'
  })
  value(await first.sync.now())
  expect(first.pickups.liveIds().map(({ id }) => id)).toContain(pickup)
  handOver(first, 1)
  value(await first.sync.now())
  const told = performance.now()
  await page.locator('[data-testid="event"][data-kind="handed-over"]').waitFor({ timeout: 10_000 })
  await expect.poll(async () => page.getByTestId('state').textContent(), { interval: 50 }).toContain('Handed over')
  expect(performance.now() - told).toBeLessThan(2_000)
  expect(await page.evaluate(() => document.body.dataset['stayed'])).toBe('yes')
})

test('a slip that is gone burns its pickup: the page says so, one button issues anew to another desk, and the two lead to each other', async () => {
  const [from = '', to = ''] = lodges
  const pickup = await issueInPage(fleet.accounts[3] ?? '', from)
  await page.getByTestId('see').click()
  value(await first.sync.now())
  lose(first, 1)
  value(await first.sync.now())
  await expect.poll(async () => page.getByTestId('state').textContent()).toContain('Burned')
  // Nothing can be done with a burned one but that.
  for (const act of ['reroute', 'revoke', 'extend']) expect(await page.getByTestId(act).count()).toBe(0)
  await page.getByTestId('reissue-desk').selectOption(to)
  await page.getByTestId('reissue').click()
  await page.getByTestId('toast').waitFor()
  await page.waitForURL((url) => !url.pathname.endsWith(pickup))
  const again = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  value(await second.sync.now())
  expect(second.pickups.liveIds().map(({ id }) => id)).toContain(again)
  expect(first.pickups.liveIds().map(({ id }) => id)).not.toContain(again)
  await page.goto(at(`/pickups/${pickup}`))
  await page.getByTestId('replaced-by').click()
  await page.waitForURL((url) => url.pathname.endsWith(again))
  // Once: what has been issued anew is not issued a third time.
  await page.goto(at(`/pickups/${pickup}`))
  await page.getByTestId('timeline').waitFor()
  expect(await page.getByTestId('reissue').count()).toBe(0)
  value(await fleet.agent().call('revoke', { body: { pickup: again as never, reason: 'revoked', to: null } }))
  value(await second.sync.now())
  value(await second.sync.now())
})

test('a move away from a desk that is offline says whom it waits for, and goes on when that desk has acknowledged', async () => {
  const [from = '', to = ''] = lodges
  const pickup = await issueInPage(fleet.accounts[1] ?? '', from)
  value(await first.sync.now())
  await page.getByTestId('see').click()
  await page.getByTestId('reroute-desk').selectOption(to)
  await page.getByTestId('reroute').click()
  // The first desk does not sync: nothing is granted elsewhere, and the page says so.
  await expect
    .poll(async () => page.getByTestId('standing').textContent())
    .toContain(`Waiting for ${await deskName(from)} to acknowledge.`)
  expect(await page.getByTestId('standing').textContent()).toMatch(/Last seen \d/)
  value(await second.sync.now())
  expect(second.pickups.liveIds().map(({ id }) => id)).not.toContain(pickup)
  // It acknowledges with what it sends, and only then the second desk gets it.
  value(await first.sync.now())
  value(await first.sync.now())
  value(await second.sync.now())
  await expect.poll(async () => page.getByTestId('standing').textContent()).toContain(await deskName(to))
  expect(second.pickups.liveIds().map(({ id }) => id)).toContain(pickup)
})

test('five thousand pickups come from a file: checked first, refused rows said with a reason, and the desks receive them', async () => {
  const prefixes = await fleet
    .hub()
    .db.selectFrom('desk')
    .select(['id', 'slip_prefix'])
    .where('id', 'in', lodges.slice(0, 2))
    .orderBy('id')
    .execute()
  const before = first.pickups.counts().waiting + second.pickups.counts().waiting
  const rows = Array.from(
    { length: 5_000 },
    (_, n) => `tuotu.${n},student,Tuotu,${n},${prefixes[n % 2]?.slip_prefix ?? ''},INC-${n}`,
  )
  rows.splice(17, 0, 'ei.pistetta,student,Ei,Pistettä,ZZZZ,INC-1')
  const csv = `account,class,family,given,desk,request_reference\n${rows.join('\n')}\n`
  await page.goto(at('/import'))
  await page
    .getByTestId('import-file')
    .setInputFiles({ name: 'uudet.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await page.getByTestId('import-send').click()
  await page.locator('[data-testid="import-state"][data-state="checked"]').waitFor({ timeout: 120_000 })
  expect(await page.getByTestId('import-ready').textContent()).toMatch(/5000|5,000/)
  expect(await page.getByTestId('row').filter({ hasText: 'ei.pistetta' }).textContent()).toMatch(/L-609/)
  // A dry run: nothing has been issued.
  const issued = () =>
    fleet
      .hub()
      .db.selectFrom('pickup')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('account', 'like', 'tuotu.%')
      .executeTakeFirstOrThrow()
  expect(Number((await issued()).n)).toBe(0)
  await page.getByTestId('import-run').click()
  await page.getByTestId('ask-yes').click()
  await page.locator('[data-testid="import-state"][data-state="done"]').waitFor({ timeout: 150_000 })
  expect(Number((await issued()).n)).toBe(5_000)
  value(await first.sync.now())
  value(await second.sync.now())
  expect(first.pickups.counts().waiting + second.pickups.counts().waiting - before).toBe(5_000)
}, 400_000)

test('an export is checked by the stand-alone script in plain Node, and one byte changed is found', async () => {
  await page.goto(at('/chains'))
  await page.getByTestId('check-all').click()
  await page.getByTestId('intact').nth(1).waitFor()
  expect(await page.getByTestId('broken').count()).toBe(0)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-jsonl').click()])
  const file = join(folder, 'export.jsonl')
  await download.saveAs(file)
  const { key } = value(await fleet.agent().call('exportKey', {}))
  const verify = () =>
    spawnSync(process.execPath, ['resources/verify-export.mjs', file, '--key', key], { encoding: 'utf8' })
  expect(verify()).toMatchObject({ status: 0 })
  expect(await readFile(file, 'utf8')).toContain('handed-over')
  await writeFile(file, (await readFile(file, 'utf8')).replace('handed-over', 'handed-0ver'))
  expect(verify()).toMatchObject({ status: 1 })
})

test('a lost kiosk is written off after one question that says how many are issued anew', async () => {
  const [desk = ''] = lodges
  const pickup = await issueInPage(fleet.accounts[2] ?? '', desk)
  value(await first.sync.now())
  const place = await deskName(desk)
  await page.goto(at('/desks'))
  const row = page.getByTestId('row').filter({ hasText: place })
  await row.getByTestId('write-off').click()
  const open = await fleet
    .hub()
    .db.selectFrom('grant')
    .innerJoin('kiosk', 'kiosk.id', 'grant.kiosk')
    .select('pickup')
    .where('kiosk.desk', '=', desk)
    .where('grant.state', 'in', ['granted', 'revoking'])
    .execute()
  expect(open.length).toBeGreaterThan(0)
  expect(await page.getByTestId('ask-yes').textContent()).toMatch(new RegExp(`re-issue ${open.length}$`))
  // Nothing has happened yet, and "do nothing" does nothing.
  await page.getByTestId('ask-no').click()
  expect(
    (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', pickup).executeTakeFirstOrThrow())
      .state,
  ).toBe('granted')
  await row.getByTestId('write-off').click()
  await page.getByTestId('ask-yes').click()
  // Thousands, each with a secret of its own: some seconds, and more on a busy computer.
  await page.getByTestId('toast').waitFor({ timeout: 120_000 })
  // The kiosk is refused at once; what it held is replaced batch by batch.
  await expect
    .poll(
      async () => {
        await page.goto(at(`/pickups/${pickup}`))
        await page.reload()
        await page.getByTestId('state').waitFor()
        return page.getByTestId('replaced-by').isVisible()
      },
      { timeout: 120_000, message: 'the pickup is replaced by another' },
    )
    .toBe(true)
  await page.getByTestId('replaced-by').click()
  await expect.poll(async () => page.getByTestId('state').textContent()).toContain('Waiting for its desk')
})

test('what people are called is text wherever it is shown, and a form keeps what was typed when the hub is away', async () => {
  await page.goto(at('/people'))
  await page.getByTestId('add-person').click()
  await page.getByTestId('given').fill('<img src=x onerror="document.title=1">')
  await page.getByTestId('family').fill('{{ constructor.constructor("return 1")() }}')
  await page.getByTestId('account').fill('kokeilu.xss')
  await page.getByTestId('save-person').click()
  await page.getByRole('heading', { name: '<img src=x' }).waitFor()
  await page.goto(at('/people'))
  await page.getByTestId('find-person').fill('kokeilu.xss')
  await page.getByTestId('open').first().waitFor()
  expect(await page.locator('main img').count()).toBe(0)
  await page.context().setOffline(true)
  await page.getByTestId('add-person').click()
  await page.getByTestId('given').fill('Maija')
  await page.getByTestId('family').fill('Meikäläinen')
  await page.getByTestId('account').fill('maija.m')
  await page.getByTestId('save-person').click()
  await page.getByTestId('failure').first().waitFor()
  expect(await page.getByTestId('family').inputValue()).toBe('Meikäläinen')
  await page.context().setOffline(false)
  await page.getByTestId('save-person').click()
  await page.getByRole('heading', { name: 'Maija Meikäläinen' }).waitFor()
})

test('nothing in any page broke the strict policy or threw', () => {
  expect(complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
})
