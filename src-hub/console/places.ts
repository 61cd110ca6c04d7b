/** The console's pages: where they are, what they are called, which route of the hub they live by. Navigation and router both come from this. */
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
  { name: 'desks', path: '/desks', icon: 'desk', needs: 'desks', group: 'watch' },
  { name: 'alarms', path: '/alarms', icon: 'alert', needs: 'alarms', group: 'watch' },
  { name: 'enrolment', path: '/enrolment', icon: 'key', needs: 'enrolmentCode', group: 'administer' },
] as const satisfies readonly Place[]
export type PlaceName = (typeof places)[number]['name']
