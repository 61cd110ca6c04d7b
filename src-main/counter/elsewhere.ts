/**
 * A pickup is sent to another desk: it ends here in the transaction that says so, and the hub issues it there with a
 * fresh secret.
 */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { placesNow, type DirectoryDesk } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { routeHere } from '../identity/index.ts'
import type { Pickup } from '../pickups/index.ts'
import type { Counter } from './counter.ts'
import type { Services } from '../desk/index.ts'

export type ElsewhereHandlers = Pick<KioskHandlers, 'destinations' | 'sendElsewhere'>

/** Desks offered at once: open ones and the nearest first. */
const offered = 12

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly activity: () => void
}

export function createElsewhere({ services, counter, activity }: Parts): ElsewhereHandlers {
  const { pickups, slips, store, ledger, signIn, release, sync, now } = services

  const others = (pickup: Pickup): readonly DirectoryDesk[] => {
    const place = services.requirePlace()
    return place.directory.filter((other) => other.id !== place.desk.id && routeHere(place, pickup, other.kind, now()))
  }

  /** One that may leave: live, and without any paper that is unaccounted for (promises P2, P5). */
  function leaving(id: PickupId): Result<Pickup> {
    if (release.busy()) return fail(failures.printerBusy)
    const pickup = pickups.get(id)
    if (pickup === null) return fail(failures.pickupNotHere)
    if (slips.unsettledOf(id) !== null) return fail(failures.slipUnsettled)
    if (!pickupCan.beSentElsewhere(pickup.state) || pickup.revokePending) return fail(failures.pickupRevoked)
    return ok(pickup)
  }

  return {
    destinations({ pickup: id }) {
      activity()
      const pickup = leaving(id)
      if (!pickup.ok) return pickup
      const found = others(pickup.value)
      const kinds = [...new Set(found.map(({ kind }) => kind))]
      return ok({ desks: placesNow(found, kinds, now(), { desk: services.requirePlace().desk.id }, offered) })
    },
    sendElsewhere({ pickup: id, to, reason }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      const found = leaving(id)
      if (!found.ok) return found
      const pickup = found.value
      if (!others(pickup).some((desk) => desk.id === to)) return fail(failures.cannotBeSentThere)
      store.transact(() => {
        pickups.end(id, 'revoked')
        ledger.append({
          kind: 'sent-elsewhere',
          pickup: id,
          epoch: pickup.epoch,
          actor: session.staff,
          facts: { to, reason },
        })
      })
      sync.nudge()
      counter.idle()
      return ok(null)
    },
  }
}
