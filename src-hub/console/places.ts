/**
 * The console's pages: where they are, what they are called, which route of the hub they live by. Navigation and router
 * both come from this.
 */
import type { ConsoleRoute } from './api/index.ts'
import type { IconName } from '../../src-renderer/components/icons.ts'
import type { ConsoleIconName } from './components/console-icons.ts'

export interface Place {
  readonly name: string
  readonly path: string
  readonly icon: IconName | ConsoleIconName
  /** Shown to those who may call it. */
  readonly needs: ConsoleRoute
  readonly group: Group
}
export const groups = ['work', 'watch', 'prove', 'administer'] as const
export type Group = (typeof groups)[number]

export const places = [
  { name: 'issue', path: '/issue', icon: 'add', needs: 'issue', group: 'work' },
  { name: 'pickups', path: '/pickups', icon: 'list', needs: 'pickups', group: 'work' },
  { name: 'requests', path: '/requests', icon: 'inbox', needs: 'inbox', group: 'work' },
  { name: 'people', path: '/people', icon: 'person', needs: 'recipients', group: 'work' },
  { name: 'import', path: '/import', icon: 'upload', needs: 'imports', group: 'work' },
  { name: 'letters', path: '/letters', icon: 'letter', needs: 'letters', group: 'work' },
  { name: 'desks', path: '/desks', icon: 'desk', needs: 'watch', group: 'watch' },
  { name: 'alarms', path: '/alarms', icon: 'alert', needs: 'alarms', group: 'watch' },
  { name: 'statistics', path: '/statistics', icon: 'chart', needs: 'series', group: 'watch' },
  { name: 'ledger', path: '/ledger', icon: 'slip', needs: 'ledgerEntries', group: 'prove' },
  { name: 'chains', path: '/chains', icon: 'chain', needs: 'chains', group: 'prove' },
  { name: 'quarantine', path: '/kept-apart', icon: 'alert', needs: 'quarantine', group: 'prove' },
  { name: 'audit', path: '/acts', icon: 'eye', needs: 'auditTrail', group: 'prove' },
  { name: 'setup', path: '/setup', icon: 'check', needs: 'setup', group: 'administer' },
  { name: 'institution', path: '/institution', icon: 'help', needs: 'contact', group: 'administer' },
  { name: 'places', path: '/places', icon: 'clock', needs: 'units', group: 'administer' },
  { name: 'enrolment', path: '/enrolment', icon: 'reader', needs: 'enrolmentCode', group: 'administer' },
  { name: 'staff', path: '/staff', icon: 'people', needs: 'staff', group: 'administer' },
  { name: 'people-sources', path: '/people-sources', icon: 'people', needs: 'peopleSources', group: 'administer' },
  { name: 'policy', path: '/policy', icon: 'rules', needs: 'policy', group: 'administer' },
  { name: 'slip', path: '/slip', icon: 'printer', needs: 'organisation', group: 'administer' },
  { name: 'retention', path: '/retention', icon: 'erase', needs: 'retention', group: 'administer' },
  { name: 'settings', path: '/settings', icon: 'download', needs: 'exportSettings', group: 'administer' },
  { name: 'accounts', path: '/accounts', icon: 'key', needs: 'consoleAccounts', group: 'administer' },
  { name: 'tokens', path: '/tokens', icon: 'rules', needs: 'tokens', group: 'administer' },
  { name: 'webhooks', path: '/webhooks', icon: 'hook', needs: 'webhooks', group: 'administer' },
] as const satisfies readonly Place[]
export type PlaceName = (typeof places)[number]['name']
