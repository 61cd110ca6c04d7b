/** Kiosks that have a recipient identified on their own phone. */
import { fail, ok } from '../../../src-shared/failures/result.ts'
import { createBudget } from '../budget.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'
import { servingStaff } from './walk-in.ts'

/** Tries of one kiosk in a minute. */
const triesPerMinute = 12

export function eIdHandlers(parts: RouteParts): SomeHandlers<'beginEId' | 'eIdState' | 'cancelEId'> {
  const tries = createBudget(triesPerMinute, parts.now)
  return {
    async beginEId({ body, kiosk }) {
      if (parts.eIds === undefined || parts.eIds === null) return fail('L-312')
      const member = await servingStaff(parts.db, kiosk, body.staff)
      if (!member.ok) return member
      if (!tries.take(kiosk.id)) return fail('L-619')
      return parts.eIds.begin(kiosk, body.staff, body.pickup)
    },
    eIdState: async ({ body, kiosk }) =>
      parts.eIds === undefined || parts.eIds === null ? fail('L-312') : parts.eIds.stateOf(kiosk.id, body.attempt),
    async cancelEId({ body, kiosk }) {
      await parts.eIds?.cancel(kiosk.id, body.attempt)
      return ok({ cancelled: true as const })
    },
  }
}
