/** Every page of the console: its address, whose it is, and how it is brought to show what it has. */
import type { Page } from 'playwright-core'
import type { AgentRole } from '../../src-shared/hub-api/agent/words.ts'
import { idOf } from './scenes.ts'

export interface ConsolePage {
  readonly name: string
  readonly path: string
  readonly role: AgentRole
  /** Seen once it is there. */
  readonly wait: string
  readonly act?: (page: Page) => Promise<void>
}

export const consolePages: readonly ConsolePage[] = [
  { name: 'sign-in', path: '/sign-in', role: 'supervisor', wait: 'username' },
  { name: 'welcome', path: `/welcome#${'T'.repeat(43)}`, role: 'supervisor', wait: 'welcome-submit' },
  {
    name: 'issue',
    path: '/issue?account=aino.saarinen',
    role: 'supervisor',
    wait: 'channel-porter',
    act: (page) => page.getByTestId('channel-helpdesk').click(),
  },
  {
    name: 'issue-find',
    path: '/issue',
    role: 'agent',
    wait: 'find-person',
    async act(page) {
      await page.getByTestId('find-person').fill('in')
      await page.getByTestId('choose-person').first().waitFor()
    },
  },
  { name: 'pickups', path: '/pickups', role: 'agent', wait: 'row' },
  { name: 'pickups-none', path: '/pickups?text=zzz', role: 'agent', wait: 'empty' },
  { name: 'requests', path: '/requests', role: 'agent', wait: 'approve' },
  {
    name: 'requests-approved',
    path: '/requests',
    role: 'agent',
    wait: 'approve',
    async act(page) {
      await page.getByTestId('request-state').selectOption('approved')
      await page.getByTestId('request-pickup').first().waitFor()
    },
  },
  { name: 'letters', path: '/letters', role: 'agent', wait: 'row' },
  { name: 'pickup', path: `/pickups/${idOf('pickup-0') as string}`, role: 'supervisor', wait: 'event' },
  { name: 'pickup-waiting', path: `/pickups/${idOf('pickup-2') as string}`, role: 'supervisor', wait: 'event' },
  { name: 'pickup-handed-over', path: `/pickups/${idOf('pickup-1') as string}`, role: 'supervisor', wait: 'event' },
  { name: 'quarantine', path: '/kept-apart', role: 'auditor', wait: 'row' },
  { name: 'desks', path: '/desks', role: 'supervisor', wait: 'row' },
  {
    name: 'write-off',
    path: '/desks',
    role: 'supervisor',
    wait: 'row',
    async act(page) {
      await page.getByTestId('write-off').first().click()
      await page.getByTestId('ask-yes').waitFor()
    },
  },
  { name: 'alarms', path: '/alarms', role: 'supervisor', wait: 'row' },
  {
    name: 'enrolment',
    path: '/enrolment',
    role: 'administrator',
    wait: 'make-code',
    async act(page) {
      await page.getByTestId('enrol-desk').selectOption({ index: 1 })
      await page.getByTestId('make-code').click()
      await page.getByTestId('code').waitFor()
    },
  },
  {
    name: 'people',
    path: '/people',
    role: 'agent',
    wait: 'find-person',
    act: (page) => page.getByTestId('find-person').fill('in'),
  },
  {
    name: 'person',
    path: `/people/${idOf('person-0') as string}`,
    role: 'supervisor',
    wait: 'report',
    async act(page) {
      await page.getByTestId('report').click()
      await page.getByTestId('report-text').waitFor()
    },
  },
  {
    name: 'person-new',
    path: '/people',
    role: 'supervisor',
    wait: 'add-person',
    async act(page) {
      await page.getByTestId('add-person').click()
      await page.getByTestId('save-person').click()
    },
  },
  {
    name: 'import',
    path: '/import',
    role: 'agent',
    wait: 'import-open',
    async act(page) {
      await page.getByTestId('import-open').first().click()
      await page.getByTestId('import-run').waitFor()
    },
  },
  { name: 'statistics', path: '/statistics', role: 'supervisor', wait: 'nav' },
  { name: 'ledger', path: '/ledger', role: 'auditor', wait: 'row' },
  {
    name: 'chains',
    path: '/chains',
    role: 'auditor',
    wait: 'check-all',
    async act(page) {
      await page.getByTestId('check-all').click()
      await page.getByTestId('intact').nth(2).waitFor()
    },
  },
  { name: 'audit', path: '/acts', role: 'auditor', wait: 'row' },
  { name: 'retention', path: '/retention', role: 'administrator', wait: 'retention-days' },
  { name: 'setup', path: '/setup?step=policy', role: 'administrator', wait: 'use-template' },
  { name: 'setup-places', path: '/setup?step=places', role: 'administrator', wait: 'unit' },
  { name: 'setup-test', path: '/setup?step=test', role: 'administrator', wait: 'setup-skip' },
  { name: 'setup-ready', path: '/setup?step=ready', role: 'administrator', wait: 'verdict' },
  { name: 'institution', path: '/institution', role: 'administrator', wait: 'save-institution' },
  { name: 'places', path: '/places', role: 'administrator', wait: 'unit' },
  {
    name: 'places-hours',
    path: '/places',
    role: 'administrator',
    wait: 'unit',
    act: (page) => page.getByTestId('edit-desk').first().click(),
  },
  {
    name: 'staff',
    path: '/staff',
    role: 'administrator',
    wait: 'row',
    act: (page) => page.getByTestId('edit-staff').first().click(),
  },
  {
    name: 'policy',
    path: '/policy',
    role: 'administrator',
    wait: 'rule-student-porter',
    async act(page) {
      await page.getByTestId('rule-student-porter').click()
      await page.getByTestId('flag-fourEyes').check()
      await page.getByTestId('pickup-days').fill('30')
      await page.getByTestId('preview').click()
      await page.getByTestId('row').first().waitFor()
    },
  },
  {
    name: 'settings',
    path: '/settings',
    role: 'administrator',
    wait: 'settings-file',
    async act(page) {
      const content = { organisation: {}, units: [], recipients: [] }
      await page.getByTestId('settings-file').setInputFiles({
        name: 'asetukset.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(content)),
      })
      await page.getByTestId('merge-settings').waitFor()
    },
  },
  { name: 'slip', path: '/slip', role: 'administrator', wait: 'save-slip' },
  {
    name: 'accounts',
    path: '/accounts',
    role: 'administrator',
    wait: 'row',
    async act(page) {
      await page.getByTestId('invite').nth(0).click()
      await page.getByTestId('link').waitFor()
    },
  },
  {
    name: 'tokens',
    path: '/tokens',
    role: 'administrator',
    wait: 'row',
    async act(page) {
      await page.getByTestId('token-name').fill('ServiceDesk')
      await page.getByTestId('make-token').click()
      await page.getByTestId('token').waitFor()
    },
  },
  { name: 'people-sources', path: '/people-sources', role: 'administrator', wait: 'run-state' },
  { name: 'webhooks', path: '/webhooks', role: 'administrator', wait: 'retry-webhook' },
  { name: 'me', path: '/me', role: 'administrator', wait: 'row' },
  { name: 'nowhere', path: '/no/such/page', role: 'agent', wait: 'empty' },
]

export async function openPage(page: Page, url: string, { path, wait, act }: ConsolePage): Promise<void> {
  // Where nothing but the fragment or nothing at all has changed, going there is no navigation.
  if (new URL(path, url).pathname === new URL(page.url(), url).pathname) await page.goto(`${url}/lodge.svg`)
  await page.goto(`${url}${path}`)
  await page.getByTestId(wait).first().waitFor()
  await act?.(page)
  await page.waitForTimeout(150)
}
