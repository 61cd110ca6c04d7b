/**
 * Whoever owns a kiosk's signing key sends what is validly signed and no entry: it is kept, it is an alarm, and it
 * holds only what that kiosk was granted (promise P8).
 */
import { ledgerBatch, request, type Claimed } from './attacks.ts'
import type { Fleet } from './history.ts'
import type { Kiosk } from './kiosk.ts'
import { Violation } from './world.ts'

/** An entry without facts, about a pickup. */
const poisonAbout = ({ pickup, incarnation, n }: Claimed) => ({
  kind: 'slip-printed',
  pickup,
  epoch: { incarnation, n },
  actor: null,
})

/** Two about a pickup that the kiosk holds, so that there are two alarms of it, and one about another desk's. */
export async function poison(fleet: Fleet, kiosk: Kiosk): Promise<void> {
  const { world, hub } = fleet
  const known = hub.memory
    .prepare("SELECT acked, head_hash, frozen FROM kiosk WHERE id = ? AND state = 'active'")
    .statement.get(kiosk.id)
  const keys = kiosk.running?.services.keys
  if (keys === undefined || known === undefined || known.frozen === 1 || hub.processes.length === 0) return
  const pick = (where: string): Claimed[] => {
    const found = hub.memory
      .prepare(`SELECT pickup, incarnation, n FROM "grant" g WHERE state = 'granted' AND ${where} ORDER BY pickup`)
      .statement.all({ kiosk: kiosk.id }) as unknown as Claimed[]
    return found.length === 0 ? [] : [world.random.pick(found)]
  }
  const own = pick('kiosk = :kiosk')
  const foreign = pick(
    'kiosk <> :kiosk AND NOT EXISTS (SELECT 1 FROM "grant" o WHERE o.pickup = g.pickup AND o.kiosk = :kiosk)',
  )
  const about = [...own, ...own, ...foreign]
  if (about.length === 0) return
  world.tell(
    `${kiosk.name} sends poison about ${own[0]?.pickup.slice(0, 4) ?? 'nothing of its own'} and ${foreign[0]?.pickup.slice(0, 4) ?? 'nothing of others'}`,
  )
  kiosk.excused ??= 'attacked'
  const entries = ledgerBatch(
    keys.signKey,
    { seq: Number(known.acked), hash: String(known.head_hash) },
    about.map((one) => ({ time: world.time, ...poisonAbout(one) })),
  )
  const memory = hub.memory
  const taken = await request(fleet, kiosk, '/v1/ledger', { entries })
  if (taken === null || taken.code !== undefined || memory !== hub.memory) return
  for (const { pickup } of about)
    if (
      memory
        .prepare("SELECT 1 FROM alarm WHERE kiosk = ? AND pickup = ? AND kind IN ('poison-entry','foreign-entry')")
        .statement.get(kiosk.id, pickup) === undefined
    )
      throw new Violation(`P8: poison about ${pickup.slice(0, 4)} from ${kiosk.name} raises no alarm`)
}
