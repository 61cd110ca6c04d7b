/** What a kiosk tells the hub: its ledger, and where it stands (docs/architecture.md#ledger-and-sync). */
import { z } from 'zod'
import { Count } from '../../domain/bounds.ts'
import { Epoch, Incarnation, Instant, PickupId } from '../../domain/index.ts'
import { Nonce, PublicKey } from '../words.ts'
import { none, route } from '../route.ts'
import { LedgerHash, WireEntry } from '../ledger-entry.ts'

export const ledgerRoutes = {
  /**
   * The exact signed bytes, in order; the last with its signature, which covers all before it. `head` is the hash of
   * the newest entry the hub holds. L-607 for another incarnation than the kiosk knows: a restored hub has forgotten
   * entries, and that gap is not the kiosk's doing. L-643 (`from`) for a batch that begins after an entry which the hub
   * has not got: the kiosk asks by a report where the hub stands and sends again from there.
   */
  ledger: route('POST', '/v1/ledger', 'kiosk', {
    query: none,
    body: z.object({
      entries: z.array(WireEntry).min(1).max(5000),
      incarnation: Incarnation.optional(),
      /** With `incarnation`: how far the kiosk has come with it, its ledger and its feed. */
      acked: Count.optional(),
      cursor: Count.optional(),
    }),
    reply: z.object({ acked: Count, head: LedgerHash, hubTime: Instant }),
  }),
  /**
   * Who the kiosk is by now: starts so far, and the ends of its ledger. `grants` (live ones, or with an unsettled slip)
   * only when the hub's incarnation is new to it, after its ledger is through. `acked` says from where to send. A
   * report that looks like an old disk's is asked for again (L-680, with a `challenge`) before it freezes anyone: one
   * that was long on its way looks the same.
   */
  report: route('POST', '/v1/report', 'kiosk', {
    query: none,
    body: z.object({
      generation: Count,
      seq: Count,
      acked: Count,
      ackedHash: LedgerHash,
      /** What the hub asked for with L-680: only a report made since then can carry it, and it counts once. */
      challenge: Nonce.optional(),
      /**
       * With `grants`: which hub it was made for. One that has been put back since must not take it for what is held by
       * now.
       */
      incarnation: Incarnation.optional(),
      /**
       * Which incarnation `acked`, and `cursor` of its feed, are of: a hub of that one that has less has gone back in
       * time.
       */
      ackedBy: Incarnation.optional(),
      cursor: Count.optional(),
      grants: z
        .array(z.object({ pickup: PickupId, epoch: Epoch }))
        .max(150_000)
        .nullable(),
    }),
    reply: z.object({
      incarnation: Incarnation,
      acked: Count,
      head: LedgerHash,
      hubTime: Instant,
      /** The hub's own key: what a new opening key is vouched for with is sealed to it. */
      countersignTo: PublicKey.optional(),
    }),
  }),
} as const
