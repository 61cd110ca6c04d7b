/**
 * A kiosk in a process of its own, over a real database file: it serves, it talks to the hub, and it can be killed at
 * any instant. Every answer names the end of its ledger, as a screen confirms an act.
 */
import type { DeskKiosk } from '../../bench/sync/desk-kiosk.ts'
import { reopen } from '../../bench/sync/desk-kiosk.ts'
import { handOver } from '../../bench/sync/handovers.ts'

export type Order =
  | { readonly id: number; readonly act: 'sync' | 'state' | 'ledger' }
  | { readonly id: number; readonly act: 'serve'; readonly count: number }
export interface Answer {
  readonly id: number
  /** How the round with the hub ended; null for other acts. */
  readonly code: string | null
  readonly seq: number
  readonly hash: string
  readonly acked: number
  readonly live: readonly string[]
  readonly handedOver: readonly string[]
  /** The whole ledger, when it was asked for: exact bytes and hashes. */
  readonly ledger: readonly { readonly bytes: string; readonly hash: string }[]
}

const [folder = '', address = ''] = process.argv.slice(2)
const kiosk: DeskKiosk = reopen(folder, address)
const handed = kiosk.store.db
  .prepare<[], string>("SELECT id FROM pickup WHERE state = 'handed-over' ORDER BY id")
  .pluck()
const whole = kiosk.store.db.prepare<[], { bytes: string; hash: Buffer }>('SELECT bytes, hash FROM ledger ORDER BY seq')

async function obey(order: Order): Promise<string | null> {
  if (order.act === 'serve') handOver(kiosk, order.count)
  if (order.act !== 'sync') return null
  const done = await kiosk.sync.now()
  return done.ok ? null : done.failure.code
}

process.on('message', (message) => {
  const order = message as Order
  void obey(order).then((code) => {
    const { seq, hash } = kiosk.ledger.head()
    const live = kiosk.pickups.liveIds().map((row) => row.id)
    const acked = kiosk.records.read()?.acked ?? 0
    const ledger =
      order.act === 'ledger' ? whole.all().map((row) => ({ bytes: row.bytes, hash: row.hash.toString('hex') })) : []
    process.send?.({ id: order.id, code, seq, hash, acked, live, handedOver: handed.all(), ledger } satisfies Answer)
  })
})
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })
