/** A ledger that came on a memory stick from a desk without network. */
import { z } from 'zod'
import { Count } from '../../domain/bounds.ts'
import { DeskId, KioskId } from '../../domain/index.ts'
import { none, route } from '../route.ts'

export const carryRoutes = {
  /**
   * One file as the kiosk wrote it, in. The same rules as over the network: `taken` entries were new, and `receipt` is
   * the text of the file that goes back to the kiosk. Fails with L-620 (not whole), L-621 (altered), L-622 (of no kiosk
   * of this hub), L-624 (an earlier file is missing), L-681 (the kiosk is frozen, or its file contradicts the hub's
   * copy: what it holds is kept as evidence).
   */
  importLedger: route('POST', '/v1/agent/ledger-imports', 'agent', {
    query: none,
    body: z.object({
      file: z
        .string()
        .min(1)
        .max(13 * 1024 * 1024),
    }),
    reply: z.object({
      kiosk: KioskId,
      desk: DeskId,
      taken: Count,
      acked: Count,
      /** Name that the kiosk looks for. */
      name: z.string(),
      receipt: z.string(),
    }),
  }),
} as const
