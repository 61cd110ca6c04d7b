/**
 * Who has read what about whom. A page of the console asks again whenever something changes: within minutes that is one
 * reading.
 */
import type { Db } from '../database/index.ts'

const sameMs = 300_000
/** Readings remembered at a time; a forgotten one is recorded again. */
const most = 10_000

export interface Reading {
  readonly act: 'person-read' | 'people-searched' | 'pickup-read'
  readonly pickup?: string
  /** Opaque ids of people; never what was looked for, which may be anything. */
  readonly recipients?: readonly string[]
}

export interface Readings {
  /** Writes the row before the answer goes out; throws when it cannot, so that nothing is read unrecorded. */
  record(actor: string, reading: Reading): Promise<void>
}

/** People named in one row, at most; the count says the rest. */
const named = 50

export function createReadings(db: Db, now: () => number): Readings {
  const seen = new Map<string, number>()
  return {
    async record(actor, { act, pickup = null, recipients = [] }) {
      const ids = [...new Set(recipients)].sort()
      const key = [actor, act, pickup, ...ids].join(' ')
      const at = now()
      if (Math.abs(at - (seen.get(key) ?? -Infinity)) < sameMs) return
      const detail = recipients.length === 0 ? {} : { recipients: ids.slice(0, named), found: ids.length }
      await db
        .insertInto('audit')
        .values({ at, actor, act, pickup, desk: null, detail: JSON.stringify(detail) })
        .execute()
      if (seen.size >= most) seen.clear()
      seen.set(key, at)
    },
  }
}
