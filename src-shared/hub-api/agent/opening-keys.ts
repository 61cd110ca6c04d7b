/**
 * A kiosk's opening key that nothing vouches for: a supervisor compares its letters with the kiosk's screen, and says
 * yes or no.
 */
import { z } from 'zod'
import { KioskId } from '../../domain/index.ts'
import { none, route } from '../route.ts'

export const openingKeyRoutes = {
  /**
   * `fingerprint` as it stands on the kiosk's own screen, typed. The hub never says it: what is typed has been read at
   * the kiosk. What waited for the desk is granted from then on. L-690: other letters, and how many tries are left.
   * L-691: no key waits there. L-692: too many tries, it is refused.
   */
  confirmOpeningKey: route('POST', '/v1/agent/opening-keys/confirm', 'agent', {
    query: none,
    body: z.object({ kiosk: KioskId, fingerprint: z.string().min(1).max(40) }),
    reply: z.object({ confirmed: z.literal(true) }),
  }),
  /** It is not the kiosk's: it stays refused, and the hub goes on with the key in force, where there is one. L-691. */
  refuseOpeningKey: route('POST', '/v1/agent/opening-keys/refuse', 'agent', {
    query: none,
    body: z.object({ kiosk: KioskId }),
    reply: z.object({ refused: z.literal(true) }),
  }),
} as const
