/**
 * The marks of one hub process: raised in the database, kept outside of it, and compared whenever they are. Whoever is
 * told that something is safe is told so only once a mark behind it is outside (`cover`); a grant is made only in a
 * transaction that still has the mark (`floor`). So a database that went back is noticed before it has said anything.
 */
import { newId } from '../../src-shared/protocol/ids.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { beginIn, lineage } from '../kiosks/index.ts'
import { WentBack, type MarkFloor } from '../pickups/index.ts'
import { judge, positionBack, type Mark, type Position } from './judge.ts'
import type { MarkStore } from './mark-file.ts'
import { nowhere } from './position.ts'
import { createTaskQueue } from './task-queue.ts'

export interface Marks {
  /**
   * Resolves once everything that was committed before the call is behind a mark outside. Rejects while the database is
   * away, and with `WentBack` where it had gone back or another hub had noticed that: nobody is told anything on its
   * word.
   */
  cover(): Promise<void>
  /**
   * Raises the mark in the database: proves that it can be written to, and that it is where it was. Outside, now and
   * then.
   */
  beat(): Promise<void>
  /** What a transaction that grants must find. */
  floor(): MarkFloor
  /** Whether the mark outside can be kept, and whether the server tells where it stands. */
  standing(): { readonly kept: boolean; readonly position: boolean }
}

interface Parts {
  readonly db: Db
  readonly store: MarkStore
  readonly now: () => number
  /** Where the server stands; without it (a simulation) the counter alone speaks. */
  readonly position?: (db: Db) => Promise<Position & { readonly refused: boolean }>
  /** Told when the database was found to have gone back. */
  readonly onBack?: (detail: string) => void
  /** The mark outside could not be written: told once, until it can again. */
  readonly onUnkept?: (error: unknown) => void
}

/** A mark that nobody waits for goes outside at most so often, ms. */
const idleEveryMs = 10_000

async function raise(db: Db, mark: Mark, at: number, position: Position): Promise<number | null> {
  const row = await db
    .updateTable('hub_mark')
    .set((e) => ({ n: e('n', '+', 1), at, ...position }))
    .where('hub', '=', mark.hub)
    // One statement: a database that went back is not raised to where it was, and nothing waits inside a transaction.
    .where('n', '>=', mark.n)
    .where((e) => e.exists(e.selectFrom('hub').select('one').where('incarnation', '=', mark.incarnation)))
    .returning('n')
    .executeTakeFirst()
  return row === undefined ? null : Number(row.n)
}

/** The newest that the database and this hub agree on; begins a new incarnation where the database went back. */
async function reconcile(
  { db, now, onBack }: Parts,
  hub: string,
  seen: Mark | null,
  at: Position,
  forced: string | null,
): Promise<Mark> {
  return transact(db, async (tx: Tx) => {
    const current = await tx.selectFrom('hub').select('incarnation').forUpdate().executeTakeFirstOrThrow()
    const own = await tx.selectFrom('hub_mark').select('n').where('hub', '=', hub).executeTakeFirst()
    const found = { ...at, incarnation: current.incarnation, lineage: await lineage(tx), n: own?.n ?? null }
    const judged = judge(seen, { ...found, n: found.n === null ? null : Number(found.n) })
    const back = judged.kind === 'back' ? judged.detail : judged.kind === 'same' ? forced : null
    let { incarnation } = current
    if (back !== null) {
      incarnation = await beginIn(tx, now(), { why: back, forgotten: seen?.incarnation ?? null })
      onBack?.(back)
    }
    const n = Math.max(Number(own?.n ?? 0), seen?.n ?? 0) + 1
    await tx
      .insertInto('hub_mark')
      .values({ hub, n, at: now(), ...at })
      .onConflict((conflict) => conflict.column('hub').doUpdateSet({ n, at: now(), ...at }))
      .execute()
    return { hub, incarnation, n, ...at }
  })
}

export function createMarks(parts: Parts): Marks {
  const { db, store, now, position, onUnkept } = parts
  let mark: Mark | null = store.read()
  const hub = mark?.hub ?? newId()
  let kept = true
  let told = true
  let writtenAt = -Infinity
  const tasks = createTaskQueue()

  async function advance(): Promise<void> {
    const read = position === undefined ? { ...nowhere, refused: false } : await position(db)
    told = !read.refused
    const at: Position = { system: read.system, timeline: read.timeline, lsn: read.lsn }
    const back = mark === null ? null : positionBack(mark, at)
    const n = mark === null || back !== null ? null : await raise(db, mark, now(), at)
    mark =
      mark === null || n === null
        ? await reconcile(parts, hub, mark, at, back?.kind === 'back' ? back.detail : null)
        : { ...mark, ...at, n }
  }

  async function keep(): Promise<void> {
    if (mark === null) return
    try {
      await store.write(mark)
      kept = true
      writtenAt = performance.now()
    } catch (error) {
      // Kiosks still say what they were told: that is what is left to notice by.
      if (kept) onUnkept?.(error)
      kept = false
    }
  }

  return {
    cover: () =>
      tasks.shared(async () => {
        const before = mark
        await advance()
        await keep()
        if (before !== null && before.incarnation !== mark?.incarnation)
          throw new WentBack('another incarnation has begun')
      }),
    beat: () =>
      tasks.own(async () => {
        const before = mark
        await advance()
        // A new incarnation, or the first mark, is remembered at once.
        if (before?.incarnation !== mark?.incarnation || performance.now() - writtenAt >= idleEveryMs) await keep()
      }),
    floor: () => ({ hub, n: mark?.n ?? 0 }),
    standing: () => ({ kept, position: told }),
  }
}
