/**
 * What must be true once the network is whole, every kiosk runs and people have done their part: all has come to rest,
 * and nothing was lost.
 */
import { epochKey } from './kiosk.ts'
import type { Fleet } from './history.ts'
import { Violation } from './world.ts'

function demand(holds: boolean, words: string): void {
  if (!holds) throw new Violation(`rest: ${words}`)
}

export function checkRest(fleet: Fleet): void {
  const { hub, promises, places } = fleet
  const all = (text: string, ...values: unknown[]) => hub.memory.prepare(text).statement.all(...values)
  demand(all('SELECT 1 FROM hub WHERE holding = 1').length === 0, 'the restored hub still grants nothing')
  for (const kiosk of places.values()) {
    if (kiosk.excused !== null) continue
    const services = kiosk.running?.services
    const record = services?.records.read()
    if (services === undefined || record === undefined || record === null)
      throw new Violation(`rest: ${kiosk.name} does not run`)
    demand(
      kiosk.lastRound?.ok === true,
      `${kiosk.name} does not reach the hub: ${kiosk.lastRound?.ok === false ? kiosk.lastRound.failure.code : 'never'}`,
    )
    demand(
      record.acked === services.ledger.head().seq,
      `${kiosk.name} has ${services.ledger.head().seq - record.acked} entries that the hub lacks`,
    )
    demand(services.slips.unsettled().length === 0, `${kiosk.name} has an unsettled slip`)
    const held = services.pickups.liveGrants().map(({ pickup, epoch }) => `${pickup} ${epochKey(epoch)}`)
    const granted = all(
      `SELECT pickup, incarnation, n FROM "grant" WHERE kiosk = ? AND state IN ('granted','revoking')`,
      kiosk.id,
    ).map((row) => `${String(row.pickup)} ${String(row.incarnation)}/${String(row.n)}`)
    for (const one of held)
      demand(granted.includes(one), `${kiosk.name} holds ${one.slice(0, 4)}, and the hub has not granted it`)
    for (const one of granted)
      demand(held.includes(one), `the hub has granted ${one.slice(0, 4)} to ${kiosk.name}, which does not hold it`)
    const revoking = all(`SELECT pickup FROM "grant" WHERE kiosk = ? AND state = 'revoking'`, kiosk.id)
    demand(revoking.length === 0, `${kiosk.name} has not answered for ${String(revoking[0]?.pickup).slice(0, 4)}`)
    // What was put into a hand and confirmed is known at the hub: as the handover, or as a dispute that is shown.
    for (const entry of promises.entriesOf(kiosk)) {
      if (entry.kind !== 'handed-over') continue
      const known = all(
        'SELECT 1 FROM handover WHERE kiosk = ? AND seq = ? UNION ALL SELECT 1 FROM dispute WHERE kiosk = ? AND seq = ?',
        kiosk.id,
        entry.seq,
        kiosk.id,
        entry.seq,
      )
      demand(known.length > 0, `the handover of ${String(entry.pickup).slice(0, 4)} at ${kiosk.name} has had no effect`)
    }
  }
  const work = all('SELECT kind, subject FROM desk_work WHERE ended_at IS NULL')
  demand(work.length === 0, `the hub still has to ${String(work[0]?.kind)} for ${String(work[0]?.subject).slice(0, 4)}`)
  const lost = all(
    `SELECT g.pickup FROM "grant" g JOIN kiosk k ON k.id = g.kiosk WHERE k.state = 'written-off' AND g.state IN ('granted','revoking')`,
  )
  demand(lost.length === 0, `a kiosk that is written off still holds ${String(lost[0]?.pickup).slice(0, 4)}`)
  const over = all(
    `SELECT g.pickup FROM "grant" g JOIN handover h ON h.pickup = g.pickup WHERE g.state IN ('granted','revoking')`,
  )
  demand(
    over.length === 0,
    `${String(over[0]?.pickup).slice(0, 4)} has been handed over, and a kiosk may still release it`,
  )
  const waiting = all("SELECT id FROM pickup WHERE state = 'unassigned' AND held = 0")
  demand(waiting.length === 0, `${String(waiting[0]?.id).slice(0, 4)} waits to be granted and is not`)
  const moving = all("SELECT id FROM pickup WHERE state = 'revoking'")
  demand(moving.length === 0, `${String(moving[0]?.id).slice(0, 4)} is still being asked back`)
  hub.evidence.check(hub.memory)
  promises.checkNoticed()
}
