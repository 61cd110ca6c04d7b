/**
 * A kiosk that the hub has frozen brings what it has not had acknowledged all the same: the hub keeps it as evidence,
 * though it takes none of it into the ledger. Once for each end that the ledger comes to, since the answer is always
 * the same.
 */
import type { Ledger } from '../ledger/index.ts'
import type { HubClient } from './hub-client.ts'
import type { KioskRecords } from './kiosk-record.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** Entries in one request: it is written in one turn of the desk's thread. */
const atOnce = 500

export function createEvidence(
  hub: Pick<HubClient, 'call'>,
  ledger: Pick<Ledger, 'head' | 'after'>,
  records: Pick<KioskRecords, 'read'>,
): { readonly bring: () => Promise<void> } {
  let brought = 0
  return {
    /** Ends early when the hub is away: the next round begins again. */
    async bring() {
      const head = ledger.head().seq
      if (head <= brought) return
      for (let at = records.read()?.acked ?? 0; at < head;) {
        const entries = ledger.after(at, Math.min(atOnce, head - at))
        if (entries.length === 0) break
        at += entries.length
        const sent = entries.map((entry, i) => (i === entries.length - 1 ? entry : { bytes: entry.bytes }))
        const reply = await hub.call('ledger', { body: { entries: sent } })
        if (!reply.ok && reply.failure.code !== failures.kioskFrozen) return
      }
      brought = head
    },
  }
}
