/** Kiosks say how they stand. */
import { ok } from '../../../src-shared/failures/result.ts'
import { takeStatus } from '../../health/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function kioskStatusHandlers({ db, now }: RouteParts): SomeHandlers<'status'> {
  return {
    status: async ({ body, kiosk }) => {
      await takeStatus(db, kiosk.id, body, now())
      return ok({ hubTime: now() })
    },
  }
}
