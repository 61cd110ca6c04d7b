/** Sending the ledger: batch by batch, the next one made ready while the hub takes in the last. */
import { setImmediate } from 'node:timers/promises'
import type { Incarnation } from '../../src-shared/domain.ts'
import type { Result } from '../../src-shared/result.ts'
import { ok } from '../../src-shared/result.ts'
import type { Ledger } from '../ledger/index.ts'
import type { HubClient, ReadyBody } from './hub-client.ts'
import type { KioskRecords } from './kiosk-record.ts'

interface Parts {
  readonly hub: HubClient
  readonly ledger: Ledger
  readonly records: KioskRecords
  /** Entries in a batch, at most. */
  readonly batch: number
  /** The hub has acknowledged more. */
  readonly onAcked: () => void
  /** The hub's answer makes no sense: next it must be told where this ledger ends, so that people hear of it there. */
  readonly onDoubt: () => void
}

interface Batch {
  readonly body: ReadyBody
  readonly last: number
  /** There may be more after it. */
  readonly more: boolean
}

/** Lets a request leave before this thread is busy with something else. */
export async function onItsWay(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate()
}

/** Sends what the hub of this incarnation has not acknowledged yet. */
export type PushTo = (incarnation: Incarnation) => Promise<Result<null>>

/** No batch is made smaller than this for a slow line. */
const least = 100

export function createPush({ hub, ledger, records, batch: most, onAcked, onDoubt }: Parts): PushTo {
  /** Halved when a batch does not get through: on a slow line a long one would never be there in time. */
  let size = most

  /** The entries after `from`, ready to be sent; null where there are none. */
  function batchAfter(incarnation: Incarnation, from: number): Batch | null {
    const entries = ledger.after(from, size)
    if (entries.length === 0) return null
    // The signature of the last covers the chain up to it; the others stay in this kiosk's own ledger.
    const bare = entries.slice(0, -1).map(({ bytes }) => ({ bytes }))
    const body = hub.ready('ledger', { entries: [...bare, ...entries.slice(-1)], incarnation })
    return { body, last: from + entries.length, more: entries.length === size }
  }

  return async (incarnation) => {
    let acked = records.read()?.acked ?? 0
    let batch = batchAfter(incarnation, acked)
    while (batch !== null) {
      await batch.body.packed
      const sent = hub.send('ledger', batch.body)
      await onItsWay()
      const next = batch.more ? batchAfter(incarnation, batch.last) : null
      const reply = await sent
      if (!reply.ok) {
        if (reply.failure.code === 'L-601') size = Math.min(size, Math.max(least, Math.ceil(size / 2)))
        return reply
      }
      size = Math.min(most, size * 2)
      // A hub that acknowledges what was never sent, or nothing at all, is not believed.
      if (reply.value.acked <= acked || reply.value.acked > ledger.head().seq) {
        onDoubt()
        return { ok: false, failure: { code: 'L-602' } }
      }
      acked = reply.value.acked
      records.setAcked(acked)
      onAcked()
      batch = next !== null && acked === batch.last ? next : batchAfter(incarnation, acked)
    }
    return ok(null)
  }
}
