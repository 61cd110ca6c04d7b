/** Requests filed at kiosks: taken in from kiosks, decided by agents. */
import { ok } from '../../../src-shared/result.ts'
import { approveRequest, declineRequest, fileRequest, listInbox } from '../../inbox/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function inboxHandlers(parts: RouteParts): SomeHandlers<'fileRequest' | 'inbox' | 'approveRequest' | 'declineRequest'> {
  const { db, now } = parts
  return {
    fileRequest: async ({ body, kiosk }) => fileRequest(db, parts, kiosk, body),
    inbox: async ({ query }) => ok(await listInbox(db, query)),
    approveRequest: async ({ body, agent }) => approveRequest(db, parts, body, agent),
    declineRequest: async ({ body, agent }) => {
      const done = await declineRequest(db, now(), body, agent)
      return done.ok ? ok({ declined: true as const }) : done
    },
  }
}
