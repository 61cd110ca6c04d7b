/** Requests filed at kiosks: taken in from kiosks, decided by agents. */
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { approveRequest, declineRequest, fileRequest, listInbox } from '../../inbox/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function inboxHandlers(
  parts: RouteParts,
): SomeHandlers<'fileRequest' | 'inbox' | 'approveRequest' | 'declineRequest'> {
  const { db, now } = parts
  return {
    fileRequest: async ({ body, kiosk }) => {
      // Nobody signs in at a check-in screen: it files for the card that was read there, and in nobody's name.
      if (kiosk.kind === 'check-in' && (body.cardTag === null || body.account !== null || body.staff !== null))
        return fail(failures.notForThisKindOfKiosk)
      return fileRequest(db, parts, kiosk, body)
    },
    inbox: async ({ query }) => ok(await listInbox(db, query)),
    approveRequest: async ({ body, agent }) => approveRequest(db, parts, body, agent),
    declineRequest: async ({ body, agent }) => {
      const done = await declineRequest(db, now(), body, agent)
      return done.ok ? ok({ declined: true as const }) : done
    },
  }
}
