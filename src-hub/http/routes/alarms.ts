/** What people are to look at, and that they have. */
import { ok } from '../../../src-shared/failures/result.ts'
import { closeAlarm, listAlarms } from '../../health/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function alarmHandlers(parts: RouteParts): SomeHandlers<'alarms' | 'closeAlarm'> {
  const { db } = parts
  return {
    alarms: async ({ query }) => ok(await listAlarms(db, query.open === '1', query.limit)),
    closeAlarm: async ({ body, agent }) => {
      const done = await closeAlarm(db, parts, body.what, body.id, agent.name)
      return done.ok ? ok({ closed: true as const }) : done
    },
  }
}
