/**
 * What holds a pickup, and what takes the place of one: looked at in the hub's rows after every change. A pickup is
 * held exactly as long as an alarm says so, on the word of a kiosk that was granted it; and what came to nothing is
 * replaced once.
 */
import type { MemoryDatabase } from './memory-database.ts'
import { Violation } from './world.ts'

/** Of what a person must look at first. */
const holding = `('poison-entry','ungrantable','secret-refused','write-off-held','sent-to-itself')`
const short = (row: Record<string, unknown>) => String(row.pickup).slice(0, 4)

export class Holds {
  #memory: MemoryDatabase | null = null
  readonly #replacedBy = new Map<string, string>()

  /** `forgot`: the hub has been put back, and no longer knows what it granted. */
  check(memory: MemoryDatabase, forgot: boolean): void {
    const first = (text: string) => memory.prepare(text).statement.get()
    const gone = first(`SELECT a.pickup, a.kind FROM alarm a JOIN pickup p ON p.id = a.pickup
      WHERE a.kind IN ('poison-entry','sent-to-itself') AND a.closed_at IS NULL AND p.held = 0 LIMIT 1`)
    if (gone !== undefined)
      throw new Violation(`P8: ${short(gone)} goes on, and an alarm that holds it (${String(gone.kind)}) is open`)
    const stuck = first(`SELECT p.id AS pickup FROM pickup p WHERE p.held = 1 AND NOT EXISTS
      (SELECT 1 FROM alarm a WHERE a.pickup = p.id AND a.closed_at IS NULL AND a.kind IN ${holding}) LIMIT 1`)
    if (stuck !== undefined) throw new Violation(`P8: ${short(stuck)} is held, and no alarm says so`)
    const others = forgot
      ? undefined
      : first(`SELECT a.pickup FROM alarm a WHERE a.kind = 'poison-entry' AND a.closed_at IS NULL AND a.pickup IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM "grant" g WHERE g.pickup = a.pickup AND g.kiosk = a.kiosk) LIMIT 1`)
    if (others !== undefined)
      throw new Violation(`P8: ${short(others)} is held on the word of a kiosk that was never granted it`)
    this.#checkReplaced(memory)
  }

  #checkReplaced(memory: MemoryDatabase): void {
    // A hub that was put back has forgotten what it issued.
    if (this.#memory !== memory) this.#replacedBy.clear()
    this.#memory = memory
    const rows = memory.prepare('SELECT id AS pickup, replaced_by FROM pickup WHERE replaced_by IS NOT NULL')
    for (const row of rows.statement.all()) {
      const pickup = String(row.pickup)
      const by = String(row.replaced_by)
      const before = this.#replacedBy.get(pickup)
      if (before !== undefined && before !== by)
        throw new Violation(`P2: ${short(row)} is replaced by ${by.slice(0, 4)} after it was by ${before.slice(0, 4)}`)
      this.#replacedBy.set(pickup, by)
    }
  }
}
