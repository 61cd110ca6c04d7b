/** Watching the desks. */
import type { healthRoutes } from '../../../src-shared/hub-api/agent/health.ts'
import { ok } from '../../../src-shared/failures/result.ts'
import { series, watch } from '../../health/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function healthHandlers({ db, now }: RouteParts): SomeHandlers<keyof typeof healthRoutes> {
  return {
    watch: async () => ok(await watch(db, now())),
    series: async ({ query }) => series(db, query),
  }
}
