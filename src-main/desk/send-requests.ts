/** The requests for delivery that this desk has filed go to the hub. */
import { ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { DeliveryRequests } from '../pickups/index.ts'
import type { HubClient } from '../sync/index.ts'

const sentAtOnce = 20
/** As long as the limit of requests in a day needs them. */
export const screenKeepsMs = 86_400_000

interface Parts {
  readonly requests: DeliveryRequests
  readonly hub: HubClient
  readonly now: () => number
  /**
   * A check-in screen is not told what became of them: so long after they were filed it forgets those that it has sent.
   */
  readonly forgetMs?: number | undefined
}

/**
 * Sends what waits, oldest first. One that the hub will not have ends here; a hub that is away is met again in the next
 * round.
 */
export function sendRequests({ requests, hub, now, forgetMs }: Parts): () => Promise<Result<null>> {
  return async () => {
    for (const { id, whose, filedBy, filedAt } of requests.unsent(sentAtOnce)) {
      const body = { request: id, cardTag: whose.cardTag, account: whose.account, staff: filedBy, filedAt }
      const reply = await hub.call('fileRequest', { body })
      if (reply.ok) requests.decided(reply.value, now())
      else if (reply.failure.code === failures.requestsUsedUp)
        requests.decided({ request: id, state: 'declined', reason: 'duplicate', reference: null }, now())
      else break
    }
    if (forgetMs !== undefined) requests.forgetSent(now() - forgetMs)
    return ok(null)
  }
}
