/** Pickups as agents issue, move, revoke and read them. */
import type { HubReply } from '../../../src-shared/hub-api/index.ts'
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { transact } from '../../database/index.ts'
import { mayActFor } from '../../people/index.ts'
import { checkRoute, issuePickup, pickupTimeline, revokePickup } from '../../pickups/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function pickupHandlers(parts: RouteParts): SomeHandlers<'issue' | 'revoke' | 'timeline'> {
  const { db, keys, now } = parts
  return {
    issue: async ({ body, agent }) => issuePickup(db, parts, body, agent.name, agent.role),
    revoke: async ({ body, agent }) =>
      transact(db, async (tx) => {
        const may = await mayActFor(tx, body.pickup, agent.role)
        if (!may.ok) return may
        if (body.to !== null) {
          const desk = await tx.selectFrom('desk').select(['id', 'kind']).where('id', '=', body.to).executeTakeFirst()
          if (desk === undefined) return fail(failures.notFound, { what: 'desk' })
          const route = await checkRoute(tx, keys, body.pickup, desk, now())
          if (!route.ok) return route
          if (route.value !== null)
            await tx
              .updateTable('pickup')
              .set({ channel: route.value.channel })
              .where('id', '=', body.pickup)
              .where('state', 'in', ['unassigned', 'granted', 'revoking'])
              .execute()
        }
        const state = await revokePickup(tx, parts, body.pickup, body.reason, body.to)
        if (state === null) return fail(failures.notFound, { what: 'pickup' })
        await tx
          .insertInto('audit')
          .values({ at: now(), actor: agent.name, act: body.reason, pickup: body.pickup, desk: body.to, detail: '{}' })
          .execute()
        return ok({ state: state as HubReply<'revoke'>['state'] })
      }),
    timeline: async ({ query, agent }) => {
      const events = await pickupTimeline(db, query.pickup)
      await parts.readings?.record(agent.name, { act: 'pickup-read', pickup: query.pickup })
      return ok({ events })
    },
  }
}
