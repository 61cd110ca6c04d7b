/** One tap at a desk where nothing waits: a request for delivery to it, durable here and sent when the hub is there. */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { RequestView } from '../../src-shared/kiosk-api/views/requests.ts'
import { accountTag } from '../../src-shared/protocol/tags.ts'
import { takesRequests } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { StaffId } from '../../src-shared/domain/index.ts'
import type { DeliveryRequest, Whose } from '../pickups/index.ts'
import type { Counter } from './counter.ts'
import type { Services } from '../desk/index.ts'

const day = 86_400_000
/** Of one card or account in a day. The hub has the same limit. */
const requestsADay = 3
const requestsOfDesk = 200

export interface Requesting {
  /**
   * For the refused step of a card that found nothing; undefined where the desk takes no requests. The card's tag is
   * held until the step is left.
   */
  readonly offer: (tag: Buffer) => RequestView | undefined
  readonly handlers: Pick<KioskHandlers, 'requestDelivery' | 'requestFor'>
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly activity: () => void
}

function viewOf(request: DeliveryRequest | null): RequestView {
  if (request === null) return { state: 'may-file', sent: false, reason: null, reference: null }
  const { state, sent, reason, reference } = request
  return { state, sent, reason, reference }
}

export function createRequesting({ services, counter, activity }: Parts): Requesting {
  const { store, requests, signIn, sync, now, keys } = services
  const taken = () => {
    const place = services.place()
    return place !== null && takesRequests(place.policy, place.desk.kind)
  }

  function file(subject: Buffer, whose: Whose, by: StaffId | null): Result<RequestView> {
    if (!taken()) return fail(failures.deliveryNotOffered)
    const latest = requests.latest(subject)
    if (latest !== null && latest.state === 'waiting') return ok(viewOf(latest))
    const since = now() - day
    if (requests.filedSince(subject, since) >= requestsADay || requests.filedSince(null, since) >= requestsOfDesk)
      return fail(failures.requestsUsedUp)
    store.transact(() => requests.file(subject, whose, now(), by))
    sync.nudge()
    return ok(viewOf(requests.latest(subject)))
  }

  return {
    offer(tag) {
      if (!taken()) return undefined
      counter.hold({ card: tag })
      return viewOf(requests.latest(tag))
    },
    handlers: {
      requestDelivery() {
        activity()
        const step = counter.step()
        const { card } = counter.held()
        if (card === null || step.step !== 'refused') return fail(failures.deliveryNotOffered)
        const whose = { cardTag: card.toString('base64url'), account: null }
        const filed = file(card, whose, signIn.session()?.staff ?? null)
        if (filed.ok) counter.amend({ ...step, request: filed.value })
        return filed
      },
      requestFor({ account }) {
        activity()
        const session = signIn.session()
        if (session === null) return fail(failures.notSignedIn)
        return file(accountTag(keys.lookupKey, account), { cardTag: null, account }, session.staff)
      },
    },
  }
}
