/** Every page of the console: its address, whose it is, and how it is brought to show what it has. */
import type { Page } from 'playwright-core'
import type { AgentRole } from '../../src-shared/agent-api/words.ts'
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
  { name: 'pickup', path: `/pickups/${idOf('pickup-0') as string}`, role: 'supervisor', wait: 'event' },
  { name: 'pickup-waiting', path: `/pickups/${idOf('pickup-2') as string}`, role: 'supervisor', wait: 'event' },
  { name: 'pickup-handed-over', path: `/pickups/${idOf('pickup-1') as string}`, role: 'supervisor', wait: 'event' },
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
  { name: 'nowhere', path: '/no/such/page', role: 'agent', wait: 'empty' },
]

export async function openPage(page: Page, url: string, { path, wait, act }: ConsolePage): Promise<void> {
  // A fragment alone is no navigation.
  await page.goto('about:blank')
  await page.goto(`${url}${path}`)
  await page.getByTestId(wait).first().waitFor()
  await act?.(page)
  await page.waitForTimeout(150)
}
