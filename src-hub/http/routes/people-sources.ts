/** People sources, by administrators; supervisors read them and let a run go on. */
import { ok, type Result } from '../../../src-shared/failures/result.ts'
import {
  askRun,
  cancelRun,
  confirmRun,
  listRunRows,
  listRuns,
  listSources,
  removeSource,
  saveSource,
} from '../../people-sources/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

type Routes =
  | 'peopleSources'
  | 'savePeopleSource'
  | 'removePeopleSource'
  | 'runPeopleSource'
  | 'confirmPeopleRun'
  | 'cancelPeopleRun'
  | 'peopleRuns'
  | 'peopleRunRows'

export function peopleSourceHandlers({
  db,
  keys,
  now,
  sourcePlaces = { folder: '' },
  sourcesWanted,
}: RouteParts): SomeHandlers<Routes> {
  /** The worker of this process begins at once; that of another finds it at its next turn. */
  function begun<T>(result: Result<T>): Result<T> {
    if (result.ok) sourcesWanted?.()
    return result
  }
  return {
    peopleSources: async () => ok(await listSources(db, sourcePlaces)),
    savePeopleSource: async ({ body, agent }) => {
      const saved = await saveSource(db, keys, sourcePlaces, body, agent.name, now())
      return saved.ok ? ok({ id: saved.value }) : saved
    },
    removePeopleSource: async ({ body, agent }) => {
      const done = await removeSource(db, body.id, agent.name, now())
      return done.ok ? ok({ removed: true as const }) : done
    },
    runPeopleSource: async ({ body, agent }) => {
      const { id: source, kind, full } = body
      const asked = begun(await askRun(db, { source, kind, full, by: agent.name, now: now() }))
      return asked.ok ? ok({ run: asked.value }) : asked
    },
    confirmPeopleRun: async ({ body, agent }) => {
      const done = begun(await confirmRun(db, body.run, agent.name, now()))
      return done.ok ? ok({ confirmed: true as const }) : done
    },
    cancelPeopleRun: async ({ body, agent }) => {
      const done = await cancelRun(db, body.run, agent.name, now())
      return done.ok ? ok({ cancelled: true as const }) : done
    },
    peopleRuns: async ({ query }) => ok(await listRuns(db, query)),
    peopleRunRows: async ({ query }) => ok(await listRunRows(db, query)),
  }
}
