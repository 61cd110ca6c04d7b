/** For whoever runs the hub. */
import { ok } from '../../../src-shared/failures/result.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function operationsHandlers({ now, readiness }: RouteParts): SomeHandlers<'health' | 'ready'> {
  return {
    // The process lives and answers: nothing else is looked at, else an outage of the database would have it killed.
    health: async () => ok({ status: 'ok' as const, hubTime: now() }),
    ready: async () => {
      const ready = (await readiness?.check()) ?? ok({ notes: [] })
      if (!ready.ok) return ready
      const notes = [...ready.value.notes]
      return ok({ status: 'ready' as const, hubTime: now(), ...(notes.length === 0 ? {} : { notes }) })
    },
  }
}
