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
import type { Services, Timers } from '../desk/index.ts'

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
  /** The hub has answered, or decided: the screen that shows a request shows it as it is now. */
  redecide(): void
  readonly handlers: Pick<KioskHandlers, 'requestDelivery' | 'requestFor'>
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly timers: Timers
  readonly activity: () => void
}

function viewOf(request: DeliveryRequest | null): RequestView {
  if (request === null) return { state: 'may-file', sent: false, reason: null, reference: null }
  const { state, sent, reason, reference } = request
  return { state, sent, reason, reference }
}

/** Whoever has asked is told by then what the hub made of it, or that it is on its way, ms. */
const patienceMs = 1000

export function createRequesting({ services, counter, timers, activity }: Parts): Requesting {
  const { store, requests, signIn, sync, now, keys } = services
  const taken = () => {
    const place = services.place()
    return place !== null && takesRequests(place.policy, place.desk.kind)
  }

  /** Sent at once, and no round of the sync waited for; whoever stands there waits no longer than a second. */
  function sent(): Promise<void> {
    if (sync.status().state !== 'online') return Promise.resolve()
    return new Promise((resolve, reject) => {
      const cancel = timers.set(resolve, patienceMs)
      void services
        .sendRequests()
        .then(() => resolve(), reject)
        .finally(cancel)
    })
  }

  async function file(subject: Buffer, whose: Whose, by: StaffId | null): Promise<Result<RequestView>> {
    const filed = keep(subject, whose, by)
    if (!filed.ok) return filed
    redecide()
    await sent()
    redecide()
    return ok(viewOf(requests.latest(subject)))
  }

  function redecide(): void {
    const step = counter.step()
    const { card } = counter.held()
    if (step.step !== 'refused' || step.request === undefined || card === null) return
    const request = viewOf(requests.latest(card))
    if (JSON.stringify(request) !== JSON.stringify(step.request)) counter.amend({ ...step, request })
  }

  function keep(subject: Buffer, whose: Whose, by: StaffId | null): Result<RequestView> {
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
    redecide,
    offer(tag) {
      if (!taken()) return undefined
      counter.hold({ card: tag })
      return viewOf(requests.latest(tag))
    },
    handlers: {
      async requestDelivery() {
        activity()
        const step = counter.step()
        const { card } = counter.held()
        if (card === null || step.step !== 'refused') return fail(failures.deliveryNotOffered)
        const whose = { cardTag: card.toString('base64url'), account: null }
        return file(card, whose, signIn.session()?.staff ?? null)
      },
      async requestFor({ account }) {
        activity()
        const session = signIn.session()
        if (session === null) return fail(failures.notSignedIn)
        return file(accountTag(keys.lookupKey, account), { cardTag: null, account }, session.staff)
      },
    },
  }
}
