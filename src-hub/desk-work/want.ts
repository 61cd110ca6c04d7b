/**
 * Work on many pickups of a desk, noted in the transaction of the act that asks for it and done afterwards in short
 * transactions (`run.ts`): what waits is granted, what a written-off kiosk held is burned and issued anew.
 */
import { sql } from 'kysely'
import { newId } from '../../src-shared/protocol/ids.ts'
import { bulkOf, transact, type Db, type Kept, type Tx } from '../database/index.ts'
import { openOf, usualPace, type GrantParts } from '../pickups/index.ts'
import { carryOn, leaseMs } from './run.ts'

export interface Wanted {
  /** Whatever waits for these desks is granted to their kiosks. */
  grants(desks: readonly string[]): Promise<void>
  /** Whatever this kiosk (written off) still holds is burned, and issued anew where somebody waits for it. */
  replacements(of: { readonly kiosk: string; readonly desk: string }, actor: string): Promise<void>
}

interface Job {
  readonly kind: 'grant' | 'replace'
  readonly subject: string
  readonly desk: string
  readonly actor: string
  readonly total: number
}

async function note(tx: Tx, now: number, lease: string, jobs: readonly Job[]): Promise<void> {
  const some = jobs.filter(({ total }) => total > 0)
  if (some.length === 0) return
  const rest = { created_at: now, turn: now, lease, lease_until: now + leaseMs }
  await tx
    .insertInto('desk_work')
    .values(some.map((job) => ({ ...job, ...rest })))
    // One that is under way begins again: it may have passed what has changed.
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'subject'])
        .where('ended_at', 'is', null)
        .doUpdateSet({ wanted: sql`desk_work.wanted + 1`, total: sql`desk_work.done + excluded.total` }),
    )
    .execute()
}

function createWanted(tx: Tx, now: number, lease: string): Wanted {
  return {
    async grants(desks) {
      if (desks.length === 0) return
      const waiting = await tx
        .selectFrom('pickup')
        .select((e) => ['desk', e.fn.countAll<number>().as('total')])
        .where(bulkOf(tx).among('desk', desks))
        .where('state', '=', 'unassigned')
        .groupBy('desk')
        .orderBy('desk')
        .execute()
      await note(
        tx,
        now,
        lease,
        waiting.flatMap(({ desk, total }) =>
          desk === null ? [] : [{ kind: 'grant', subject: desk, desk, actor: 'hub', total: Number(total) }],
        ),
      )
    },
    async replacements({ kiosk, desk }, actor) {
      await note(tx, now, lease, [{ kind: 'replace', subject: kiosk, desk, actor, total: await openOf(tx, kiosk) }])
    },
  }
}

/**
 * One transaction, as `transact`, whose `work` may ask for more of the kind above. What it asked for is noted in that
 * same transaction, begun in this process once it is through, and given to the workers of all processes when that takes
 * longer than the caller has patience for.
 */
export async function transactAndCarryOn<T>(
  db: Db,
  parts: GrantParts,
  work: (tx: Tx, wanted: Wanted) => Promise<T | Kept<T>>,
  patienceMs = (parts.pace ?? usualPace).patienceMs,
): Promise<T> {
  const lease = newId()
  let asked = false
  const result = await transact<T>(db, (tx) => {
    asked = false
    const wanted = createWanted(tx, parts.now(), lease)
    return work(tx, {
      grants: (desks) => {
        asked = true
        return wanted.grants(desks)
      },
      replacements: (of, actor) => {
        asked = true
        return wanted.replacements(of, actor)
      },
    })
  })
  if (asked) await carryOn(db, parts, lease, patienceMs)
  return result
}
