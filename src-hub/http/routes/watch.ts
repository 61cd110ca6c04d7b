/** Watching the desks. */
import type { watchRoutes } from '../../../src-shared/agent-api/watch.ts'
import { ok } from '../../../src-shared/result.ts'
import { series, watch } from '../../watch/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function watchHandlers({ db, now }: RouteParts): SomeHandlers<keyof typeof watchRoutes> {
  return {
    watch: async () => ok(await watch(db, now())),
    series: async ({ query }) => series(db, query),
  }
}
