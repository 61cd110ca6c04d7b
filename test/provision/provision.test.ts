/**
 * From an empty machine and one file to a desk that takes arrivals, without a click; and what the screen says when it
 * cannot.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import type { DeskId } from '../../src-shared/domain/index.ts'
import { startCable } from '../../src-main/demo/cable.ts'
import { provision } from '../../src-main/shell/index.ts'
import { done } from '../../src-main/demo/acts.ts'
import type { HubProcess } from '../../src-main/demo/hub-process.ts'
import { startTestHub } from '../support/world.ts'
import { openBrowser } from '../support/chromium.ts'
import { startInElectron } from '../e2e/electron-shell.ts'
import { startExpiredHub } from './expired-hub.ts'
import { newMachine, type NewMachine } from './kiosk.ts'
import { startProxy } from './proxy.ts'

const base = mkdtempSync(join(tmpdir(), 'lodge-provision-'))
chmodSync(base, 0o711)
let hub: HubProcess
let browser: Browser
const packageVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

let desks: DeskId[]
const machines: NewMachine[] = []

beforeAll(async () => {
  hub = await startTestHub(join(base, 'hub'))
  desks = done(await hub.agent.call('desks', {})).desks.map(({ id }) => id)
  browser = await openBrowser()
})
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.stop()
})
afterAll(async () => {
  await browser.close()
  await hub.stop()
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})

let next = 0
async function freshCode(): Promise<string> {
  const desk = desks[next++]
  if (desk === undefined) throw new Error('no desk left')
  return done(await hub.agent.call('enrolmentCode', { body: { desk } })).code
}
function machine(provisioning: unknown): NewMachine {
  const made = newMachine(provisioning)
  machines.push(made)
  return made
}
async function windowOf(made: NewMachine): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(await made.start())
  return page
}
const file = (code: string, more: Record<string, unknown> = {}) => ({
  lodge: 'provisioning/1',
  hub: hub.url,
  code,
  support: 'Helpdesk 09 0000',
  ...more,
})
const texts = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))

it('enrols, fetches its desk and waits for its first supervisor, and the code is gone from the disk', async () => {
  const code = await freshCode()
  const made = machine(file(code))
  const page = await windowOf(made)
  await page.getByTestId('screen-first-supervisor').waitFor({ timeout: 30_000 })
  await expect.poll(() => existsSync(made.provisioningFile)).toBe(false)
  expect(JSON.parse(readFileSync(made.settingsFile, 'utf8'))).not.toHaveProperty('enrolment')
  for (const text of texts(made.folder)) expect(text).not.toContain(code.split('.')[0])
  // The hub knows which version serves there.
  await expect
    .poll(async () => done(await hub.agent.call('desks', {})).desks.map(({ version }) => version), { timeout: 20_000 })
    .toContain(packageVersion)
  await page.close()
})

it('does the same in the Electron shell', async () => {
  const folder = join(base, 'electron')
  const made = machine(file(await freshCode()))
  const shell = startInElectron(folder)
  const host = shell.host(null, made.folder)
  // The shell looks for `settings.json` in `shell/`; the provisioning file lies beside it.
  mkdirSync(join(made.folder, 'shell'))
  renameSync(made.provisioningFile, join(made.folder, 'shell', 'provision.json'))
  await host.start()
  const page = await shell.page()
  await page.getByTestId('screen-first-supervisor').waitFor({ timeout: 30_000 })
  await expect.poll(() => existsSync(join(made.folder, 'shell', 'provision.json'))).toBe(false)
  await shell.disconnect()
  await host.stop()
})

it('goes through a proxy, with the hub’s authority given', async () => {
  const proxy = await startProxy()
  const authority = await (async () => {
    const reply = await hub.agent.call('authority', {})
    return done(reply).pem
  })()
  const page = await windowOf(machine(file(await freshCode(), { proxy: proxy.url, authority })))
  await page.getByTestId('screen-first-supervisor').waitFor({ timeout: 30_000 })
  expect(proxy.tunnels()).toBeGreaterThan(0)
  await page.close()
  for (const made of machines.splice(0)) await made.stop()
  await proxy.stop()
})

async function codeOnScreen(page: Page): Promise<string> {
  const panel = page.getByTestId('enrols-by-itself')
  await panel.getByTestId('failure-code').waitFor({ timeout: 20_000 })
  expect((await panel.getByTestId('next-step').innerText()).length).toBeGreaterThan(5)
  return (await panel.getByTestId('failure-code').innerText()).trim()
}

it('says that a code has been used, and takes another one typed', async () => {
  const code = await freshCode()
  const first = await windowOf(machine(file(code)))
  await first.getByTestId('screen-first-supervisor').waitFor({ timeout: 30_000 })
  await first.close()
  const made = machine(file(code))
  const page = await windowOf(made)
  expect(await codeOnScreen(page)).toContain('L-103')
  await page.getByTestId('enrol-hub').fill(hub.url)
  await page.getByTestId('enrol-code').fill(await freshCode())
  await page.getByTestId('enrol-submit').click()
  await page.getByTestId('screen-first-supervisor').waitFor({ timeout: 30_000 })
  await expect.poll(() => JSON.parse(readFileSync(made.settingsFile, 'utf8')) as object).not.toHaveProperty('enrolment')
  await page.close()
})

it('says that the hub is not the one that the code names, and sends it nothing', async () => {
  const page = await windowOf(machine(file('ABCD-EFGH-JKMN-PQRS.AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AA')))
  expect(await codeOnScreen(page)).toContain('L-104')
  await page.close()
})

it('says that there is no network, tries again by itself, and is there once the hub is', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const address = closed.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise((resolve) => closed.close(resolve))
  const page = await windowOf(machine(file(await freshCode(), { hub: `https://127.0.0.1:${port}` })))
  expect(await codeOnScreen(page)).toContain('L-601')
  const cable = await startCable({ host: '127.0.0.1', port: hub.port }, port)
  await page.getByTestId('screen-first-supervisor').waitFor({ timeout: 60_000 })
  await page.close()
  for (const made of machines.splice(0)) await made.stop()
  await cable.stop()
})

it('says that the computer’s clock is wrong', async () => {
  const expired = await startExpiredHub()
  const page = await windowOf(machine(file(expired.code, { hub: expired.url })))
  expect(await codeOnScreen(page)).toContain('L-605')
  await page.close()
  for (const made of machines.splice(0)) await made.stop()
  await expired.stop()
})

it.each([
  ['not JSON', '{"lodge": '],
  ['another form', { lodge: 'provisioning/2', hub: 'https://hub.example', code: 'x' }],
  ['plain HTTP', { lodge: 'provisioning/1', hub: 'http://hub.example', code: 'x' }],
  ['a word that is not known', { lodge: 'provisioning/1', hub: 'https://hub.example', code: 'SECRET-CODE', colour: 1 }],
])('refuses a file that is %s, with the place and not the value', async (_name, provisioning) => {
  const made = machine(provisioning)
  const { code, said } = await made.refused()
  expect(code).toBe(3)
  expect(said).toContain('L-101')
  expect(said).toContain('provision.json')
  expect(said).not.toContain('SECRET-CODE')
  expect(existsSync(made.settingsFile)).toBe(false)
})

it('leaves a machine alone that has settings already', async () => {
  const made = machine(file('X'))
  writeFileSync(made.settingsFile, '{"dataDir":"/x"}')
  expect(provision({ ...made, defaultDataDir: '/y' })).toEqual({ ok: true, value: false })
  expect(readFileSync(made.settingsFile, 'utf8')).toBe('{"dataDir":"/x"}')
})
