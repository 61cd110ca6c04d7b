/** Check-in screens ask whether anything waits at their desk. */
import { fail } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { checkIn } from '../../check-in/index.ts'
import { createBudget } from '../budget.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

/** Look-ups of one screen in a minute: more than people walk by, less than it takes to try codes or birth dates. */
const lookUpsPerMinute = 30

export function checkInHandlers(parts: RouteParts): SomeHandlers<'checkIn'> {
  const lookUps = createBudget(lookUpsPerMinute, parts.now)
  return {
    checkIn: async ({ body, kiosk }) =>
      lookUps.take(kiosk.id) ? checkIn(parts, kiosk, body.query) : fail(failures.tooManyFromAddress),
  }
}
