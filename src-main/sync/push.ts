/** Sending the ledger: batch by batch, the next one made ready while the hub takes in the last. */
import { isOf } from '../../src-shared/failures/groups.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { setImmediate } from 'node:timers/promises'
import type { Incarnation } from '../../src-shared/domain/index.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'
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
  readonly length: number
  readonly last: number
  /** There may be more after it. */
  readonly more: boolean
}

/** Lets a request leave before this thread is busy with something else. */
export async function onItsWay(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate()
}

/** Entries read and written in one turn: some milliseconds. */
const piece = 500
/**
 * After so many entries a batch brings a signature besides its last one: the hub takes a long one in by parts, each
 * vouched for by its own.
 */
export const signedEvery = 100
/** No batch is made smaller than this for a slow line. */
const least = 100

/** Sends what the hub of this incarnation has not acknowledged yet. */
export type PushTo = (incarnation: Incarnation) => Promise<Result<null>>

export function createPush({ hub, ledger, records, batch: most, onAcked, onDoubt }: Parts): PushTo {
  /** Halved when a batch does not get through: on a slow line a long one would never be there in time. */
  let size = most
  /**
   * What it may grow to again until the whole ledger is there: half of what failed where a shorter one had got through.
   */
  let ceiling = most

  /**
   * How far this kiosk has come with the hub of that incarnation: one that has gone back in time learns it from that.
   */
  function standing(incarnation: Incarnation) {
    const record = records.read()
    return record?.incarnation === incarnation
      ? { incarnation, acked: record.acked, cursor: record.cursor }
      : { incarnation }
  }

  /**
   * The entries after `from`, ready to be sent; null where there are none. In pieces that leave the desk's thread to
   * its screen.
   */
  async function batchAfter(incarnation: Incarnation, from: number): Promise<Batch | null> {
    const head = ledger.head().seq
    const last = Math.min(from + size, head)
    if (last <= from) return null
    const pieces = ['{"entries":[']
    for (let at = from; at < last; at += piece) {
      if (at > from) await setImmediate()
      const entries = ledger.after(at, Math.min(piece, last - at))
      // A signature covers the chain up to it; those in between stay in this kiosk's own ledger.
      const brings = (seq: number) => seq === last || (seq - from) % signedEvery === 0
      const sent = entries.map((entry, i) => JSON.stringify(brings(at + i + 1) ? entry : { bytes: entry.bytes }))
      pieces.push(`${at > from ? ',' : ''}${sent.join(',')}`)
    }
    const body = hub.ready([...pieces, `],${JSON.stringify(standing(incarnation)).slice(1)}`])
    return { body, length: last - from, last, more: last < head }
  }

  /** A batch did not get through. `some`: others before it did. */
  function shorter(length: number, some: boolean): void {
    size = Math.min(size, Math.max(least, Math.ceil(length / 2)))
    if (some) ceiling = size
  }

  return async (incarnation) => {
    const before = records.read()?.acked ?? 0
    let acked = before
    let batch = await batchAfter(incarnation, acked)
    while (batch !== null) {
      await batch.body.packed
      const sent = hub.send('ledger', batch.body)
      await onItsWay()
      const next = batch.more ? await batchAfter(incarnation, batch.last) : null
      const reply = await sent
      if (!reply.ok) {
        // Away, too slow, or too long for something on the way: which of them cannot be told.
        if (isOf('too-much', reply.failure.code)) shorter(batch.length, acked > before)
        return reply
      }
      // A hub that acknowledges what was never sent, or nothing at all, is not believed.
      if (reply.value.acked <= acked || reply.value.acked > ledger.head().seq) {
        onDoubt()
        return { ok: false, failure: { code: failures.hubUnintelligible } }
      }
      acked = reply.value.acked
      records.setAcked(acked)
      onAcked()
      size = Math.min(ceiling, size * 2)
      batch = next !== null && acked === batch.last ? next : await batchAfter(incarnation, acked)
    }
    size = ceiling = most
    return ok(null)
  }
}
