/**
 * Nothing waits here for whoever identified themselves: does it wait elsewhere? A desk holds its own pickups alone, so
 * the hub is asked while it is there; without it the desk says that it cannot know.
 */
import { isOf } from '../../src-shared/failures/groups.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import { failureOfPlaces, placesAt, type PlaceNow } from '../../src-shared/policy/index.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { Services, Timers } from '../desk/index.ts'
import type { Counter } from './counter.ts'

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly timers: Timers
}

/**
 * `nothing`: the hub knows of nothing either. `nobody`: it knows nobody with this card. A failure: where it waits
 * (L-244), or that nobody can know (L-250).
 */
export type Whereabouts = 'nothing' | 'nobody' | { readonly failure: Failure; readonly where: PlaceNow[] }

/** Whoever stands there is answered by then, ms. */
const patienceMs = 3000
const unknown: Whereabouts = { failure: { code: failures.nothingHereAndHubAway }, where: [] }

/**
 * `say` is called once: at once without a network, else from the "one moment" screen, unless the counter has gone on
 * meanwhile.
 */
export function createWhereabouts({ services, counter, timers }: Parts) {
  const { hub, keys, sync, now } = services
  let newest = 0
  let stopped = false

  async function ask(queries: readonly CheckInQuery[]): Promise<Whereabouts> {
    for (const query of queries) {
      const reply = await hub.call('checkIn', {
        body: { query: sealQuery(keys.lookupKey, services.kiosk, JSON.stringify(query)) },
      })
      // An older hub tells check-in screens alone (L-109), which is in this group.
      if (!reply.ok)
        return isOf('not-answered', reply.failure.code) || reply.failure.code === failures.tooManyFromAddress
          ? unknown
          : 'nothing'
      if (reply.value.outcome === 'nothing' && reply.value.known === false) return 'nobody'
      if (reply.value.outcome !== 'elsewhere') continue
      const { directory } = services.requirePlace()
      const { desks } = reply.value
      return {
        failure: failureOfPlaces(failures.waitsAtAnotherDesk, desks, directory, now()),
        where: placesAt(directory, desks, now()),
      }
    }
    return 'nothing'
  }

  return {
    find(queries: readonly CheckInQuery[], say: (found: Whereabouts) => void): void {
      if (sync.status().state !== 'online') {
        say(unknown)
        return
      }
      const mine = ++newest
      counter.go({ step: 'looking' })
      const answered = (found: Whereabouts) => {
        cancel()
        if (stopped || mine !== newest || counter.step().step !== 'looking') return
        say(found)
      }
      const cancel = timers.set(() => answered(unknown), patienceMs)
      ask(queries).then(answered, () => answered(unknown))
    },
    stop() {
      stopped = true
    },
  }
}
