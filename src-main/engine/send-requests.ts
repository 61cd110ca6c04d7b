/** The requests for delivery that this desk has filed go to the hub. */
import { ok, type Result } from '../../src-shared/result.ts'
import type { DeliveryRequests } from '../pickups/index.ts'
import type { HubClient } from '../sync/index.ts'

const sentAtOnce = 20

interface Parts {
  readonly requests: DeliveryRequests
  readonly hub: HubClient
  readonly now: () => number
}

/** Sends what waits, oldest first. One that the hub will not have ends here; a hub that is away is met again in the next round. */
export function sendRequests({ requests, hub, now }: Parts): () => Promise<Result<null>> {
  return async () => {
    for (const { id, whose, filedBy, filedAt } of requests.unsent(sentAtOnce)) {
      const body = { request: id, cardTag: whose.cardTag, account: whose.account, staff: filedBy, filedAt }
      const reply = await hub.call('fileRequest', { body })
      if (reply.ok) requests.decided(reply.value, now())
      else if (reply.failure.code === 'L-236') requests.decided({ request: id, state: 'declined', reason: 'duplicate', reference: null }, now())
      else break
    }
    return ok(null)
  }
}
