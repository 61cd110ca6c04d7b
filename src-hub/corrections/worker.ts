/**
 * Tells the desks what was corrected about people. The database notes who was changed, in the statement that changes
 * them; this worker compares their live grants with what is on record, desk by desk, in short transactions. Safe in
 * several hub processes: comparing twice changes nothing.
 *
 * A grant that is being made while its person changes may have read the old value and be committed after the first
 * comparison. Each note is therefore looked at twice: at once, and again when every transaction that was under way at
 * the first look has ended.
 */
import { sql } from 'kysely'
import { transact, type Db } from '../database/index.ts'
import { agreeingBirths, type HubKeys } from '../keys/index.ts'
import { correctGrants, createStride, usualPace, type GrantParts } from '../pickups/index.ts'
import { createWorkerLoop } from '../worker-loop.ts'

const pollMs = 500
/** Notes that are looked at together. */
const notesAtOnce = 1000

export interface CorrectionWorker {
  start(): void
  /** Somebody was changed: the desks are told at once. */
  nudge(): void
  /** Works until no note waits that could be dealt with now; returns how many grants were corrected. */
  run(): Promise<number>
  stop(): Promise<void>
}

interface Notes {
  readonly ids: readonly number[]
  /** Every transaction that may have read an old value has a lower number. */
  readonly before: number
}

interface Live {
  readonly kiosk: string
  readonly pickup: string
}

/** Notes that nobody has looked at, oldest first; or those whose second look is due. */
async function notes(db: Db, look: 'first' | 'second'): Promise<Notes> {
  const which =
    look === 'first' ? sql`looked IS NULL` : sql`looked <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint`
  const { rows } = await sql<{ id: number; before: number }>`
    SELECT id, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS before FROM correction
    WHERE ${which} ORDER BY id LIMIT ${notesAtOnce}`.execute(db)
  return { ids: rows.map(({ id }) => Number(id)), before: Number(rows[0]?.before ?? 0) }
}

/**
 * Live grants of whoever was changed, and of those whose birth date agrees with theirs as far as both are known: they
 * may be namesakes now, or no longer. Left out are grants of the transaction that changed the person: whoever brings
 * people and issues for them (an import) does so in this order, and the grants are of what was brought. `xmin` is the
 * transaction's number without its epoch (PostgreSQL, "System Columns").
 */
async function liveOf(db: Db, keys: HubKeys, ids: readonly number[]): Promise<readonly Live[]> {
  const { rows: born } = await sql<{ made: string; sealed: Buffer }>`
    SELECT DISTINCT c.made::text AS made, r.birth_date AS sealed FROM recipient r JOIN correction c ON c.recipient = r.id
    WHERE c.id = ANY(${ids}::bigint[]) AND c.namesakes AND r.birth_date IS NOT NULL`.execute(db)
  const agreeing = born.flatMap(({ made, sealed }) =>
    agreeingBirths(keys, sealed).map((blind) => ({ made, blind: blind.toString('hex') })),
  )
  const { rows } = await sql<Live>`
    WITH noted AS (SELECT recipient, birth, made FROM correction WHERE id = ANY(${ids}::bigint[])),
      births AS (SELECT birth, made FROM noted WHERE birth IS NOT NULL UNION
        SELECT decode(b, 'hex'), made FROM unnest(${agreeing.map((one) => one.blind)}::text[],
          ${agreeing.map((one) => one.made)}::bigint[]) AS t(b, made)),
      people AS (SELECT recipient AS id, made FROM noted UNION
        SELECT r.id, b.made FROM recipient r JOIN births b ON b.birth = r.birth_blind)
    SELECT DISTINCT g.kiosk, g.pickup FROM people JOIN pickup p ON p.recipient = people.id AND p.state = 'granted'
      JOIN "grant" g ON g.pickup = p.id AND g.state = 'granted'
    WHERE g.xmin::text::bigint <> people.made % 4294967296 ORDER BY g.kiosk, g.pickup`.execute(db)
  return rows
}

export function createCorrectionWorker(
  db: Db,
  parts: GrantParts,
  onBug: (job: string, error: unknown) => void,
): CorrectionWorker {
  const loop = createWorkerLoop(
    pollMs,
    () => run(),
    (error) => {
      onBug('corrections', error)
    },
  )

  /** Each kiosk's in transactions of some 50 ms. */
  async function tell(live: readonly Live[]): Promise<number> {
    const pace = parts.pace ?? usualPace
    let corrected = 0
    for (const [kiosk, rows] of Map.groupBy(live, (row) => row.kiosk)) {
      const stride = createStride(pace)
      for (let at = 0; at < rows.length && !loop.stopped;) {
        const began = pace.clock()
        const some = rows.slice(at, at + stride.rows).map(({ pickup }) => pickup)
        corrected += await transact(db, (tx) => correctGrants(tx, parts, kiosk, some))
        at += some.length
        await stride.took(began)
      }
    }
    return corrected
  }

  async function look(which: 'first' | 'second'): Promise<{ readonly found: number; readonly corrected: number }> {
    const { ids, before } = await notes(db, which)
    if (ids.length === 0) return { found: 0, corrected: 0 }
    const corrected = await tell(await liveOf(db, parts.keys, ids))
    if (loop.stopped) return { found: 0, corrected }
    if (which === 'first')
      await sql`UPDATE correction SET looked = ${before} WHERE id = ANY(${ids}::bigint[]) AND looked IS NULL`.execute(
        db,
      )
    else await sql`DELETE FROM correction WHERE id = ANY(${ids}::bigint[])`.execute(db)
    return { found: ids.length, corrected }
  }

  async function run(): Promise<number> {
    let corrected = 0
    for (const which of ['first', 'second'] as const)
      for (;;) {
        const turn = await look(which)
        corrected += turn.corrected
        if (turn.found === 0) break
      }
    return corrected
  }

  return {
    run,
    start: () => {
      loop.start()
    },
    nudge: () => {
      loop.nudge()
    },
    stop: () => loop.stop(),
  }
}
