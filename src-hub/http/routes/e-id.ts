/** Kiosks that have a recipient identified on their own phone. */
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { createBudget } from '../budget.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'
import { servingStaff } from './walk-in.ts'

/** Tries of one kiosk in a minute. */
const triesPerMinute = 12

export function eIdHandlers(parts: RouteParts): SomeHandlers<'beginEId' | 'eIdState' | 'cancelEId'> {
  const tries = createBudget(triesPerMinute, parts.now)
  return {
    async beginEId({ body, kiosk }) {
      if (parts.eIds === undefined || parts.eIds === null) return fail(failures.eIdNotSetUp)
      const member = await servingStaff(parts.db, kiosk, body.staff)
      if (!member.ok) return member
      if (!tries.take(kiosk.id)) return fail(failures.tooManyFromAddress)
      return parts.eIds.begin(kiosk, body.staff, body.pickup)
    },
    eIdState: async ({ body, kiosk }) =>
      parts.eIds === undefined || parts.eIds === null
        ? fail(failures.eIdNotSetUp)
        : parts.eIds.stateOf(kiosk.id, body.attempt),
    async cancelEId({ body, kiosk }) {
      await parts.eIds?.cancel(kiosk.id, body.attempt)
      return ok({ cancelled: true as const })
    },
  }
}
