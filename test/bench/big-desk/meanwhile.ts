/** What others at a desk wait for while much is done there, and how long the database's transactions take meanwhile. */
import pg from 'pg'
import { Incarnation } from '../../../src-shared/domain/index.ts'
import type { BenchHub } from '../sync/children.ts'
import type { BigDesk } from './desk.ts'

const pauseMs = 40
const lookMs = 4

export interface Meanwhile {
  /** Of every other request, ms. */
  readonly times: readonly number[]
  /** The longest that one of the hub's transactions was open, ms. */
  readonly longestMs: number
}

/** Asks again and again, a while after each answer, until it is told to stop. */
async function again(until: AbortSignal, times: number[], ask: (i: number) => Promise<void>): Promise<void> {
  for (let i = 0; !until.aborted; i++) {
    const before = performance.now()
    await ask(i)
    times.push(performance.now() - before)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

/** PostgreSQL's own word on how long each transaction of another connection has been open. */
async function watchTransactions(url: string, until: AbortSignal, seen: (ms: number) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    while (!until.aborted) {
      const { rows } = await client.query<{ ms: number | null }>(
        `SELECT (extract(epoch FROM max(clock_timestamp() - xact_start)) * 1000)::float8 AS ms FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'`,
      )
      seen(rows[0]?.ms ?? 0)
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
  } finally {
    await client.end()
  }
}

/** Polls, issues and lists at `desk` while `act` is done; issues go on from `nth` of its accounts. */
export async function meanwhile(
  {
    hub,
    url,
    desk,
    nth,
  }: { readonly hub: BenchHub; readonly url: string; readonly desk: BigDesk; readonly nth: number },
  act: () => Promise<void>,
): Promise<Meanwhile & { readonly wholeMs: number; readonly nth: number }> {
  const over = new AbortController()
  const times: number[] = []
  let longestMs = 0
  let cursor: number | null = null
  let incarnation = Incarnation.parse('-'.repeat(22))
  let next = nth
  const others = [
    again(over.signal, times, async () => {
      const page =
        cursor === null ? null : await desk.screen.hub.call('feed', { query: { incarnation, cursor, limit: 500 } })
      if (page?.ok === true) {
        cursor = page.value.next
        return
      }
      // As a screen does that has lost its place.
      const snapshot = await desk.screen.hub.call('snapshot', { query: { limit: 1 } })
      if (!snapshot.ok) throw new Error(`a screen’s snapshot: ${snapshot.failure.code}`)
      ;({ head: cursor, incarnation } = snapshot.value)
    }),
    again(over.signal, times, async () => {
      const account = desk.accounts[next++] ?? ''
      const body = {
        account,
        desk: desk.id,
        channel: 'porter',
        requestReference: 'BIG-1',
        secretKind: 'password',
      } as const
      const issued = await hub.agent.call('issue', { body })
      if (!issued.ok) throw new Error(`an issue: ${issued.failure.code}`)
    }),
    again(over.signal, times, async () => {
      const list = await hub.agent.call('pickups', { query: { desk: desk.id, limit: 50 } })
      if (!list.ok) throw new Error(`a list: ${list.failure.code}`)
    }),
    watchTransactions(url, over.signal, (ms) => {
      longestMs = Math.max(longestMs, ms)
    }),
  ]
  const all = Promise.all(others)
  all.catch(() => undefined)
  const before = performance.now()
  try {
    await act()
  } finally {
    over.abort()
  }
  const wholeMs = performance.now() - before
  await all
  return { times, longestMs, wholeMs, nth: next }
}
