/**
 * Work on many pickups of a desk, noted in the transaction of the act that asks for it and done afterwards in short transactions
 * (`run.ts`): what waits is granted, what a written-off kiosk held is burned and issued anew.
 */
import { sql } from 'kysely'
import { newId } from '../../src-shared/protocol/ids.ts'
import { transact, type Db, type Kept, type Tx } from '../database/index.ts'
import { openOf, type GrantParts } from '../pickups/index.ts'
import { carryOn, leaseMs } from './run.ts'

export interface Wanted {
  /** Whatever waits for this desk is granted to its kiosk. */
  grants(desk: string): Promise<void>
  /** Whatever this kiosk (written off) still holds is burned, and issued anew where somebody waits for it. */
  replacements(of: { readonly kiosk: string; readonly desk: string }, actor: string): Promise<void>
}

async function note(
  tx: Tx,
  now: number,
  lease: string,
  job: { readonly kind: 'grant' | 'replace'; readonly subject: string; readonly desk: string; readonly actor: string },
  total: number,
): Promise<void> {
  if (total === 0) return
  await tx
    .insertInto('desk_work')
    .values({ ...job, total, created_at: now, turn: now, lease, lease_until: now + leaseMs })
    // One that is under way begins again: it may have passed what has changed.
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'subject'])
        .where('ended_at', 'is', null)
        .doUpdateSet({ wanted: sql`desk_work.wanted + 1`, total: sql`desk_work.total + ${total}` }),
    )
    .execute()
}

function createWanted(tx: Tx, now: number, lease: string): Wanted {
  return {
    async grants(desk) {
      const { total } = await tx
        .selectFrom('pickup')
        .select((e) => e.fn.countAll<number>().as('total'))
        .where('desk', '=', desk)
        .where('state', '=', 'unassigned')
        .executeTakeFirstOrThrow()
      await note(tx, now, lease, { kind: 'grant', subject: desk, desk, actor: 'hub' }, Number(total))
    },
    async replacements({ kiosk, desk }, actor) {
      await note(tx, now, lease, { kind: 'replace', subject: kiosk, desk, actor }, await openOf(tx, kiosk))
    },
  }
}

/**
 * One transaction, as `transact`, whose `work` may ask for more of the kind above. What it asked for is noted in that same transaction, begun in
 * this process once it is through, and given to the workers of all processes when that takes longer than the pace has patience for.
 */
export async function transactAndCarryOn<T>(
  db: Db,
  parts: GrantParts,
  work: (tx: Tx, wanted: Wanted) => Promise<T | Kept<T>>,
): Promise<T> {
  const lease = newId()
  let asked = false
  const result = await transact<T>(db, (tx) => {
    asked = false
    const wanted = createWanted(tx, parts.now(), lease)
    return work(tx, {
      grants: (desk) => {
        asked = true
        return wanted.grants(desk)
      },
      replacements: (of, actor) => {
        asked = true
        return wanted.replacements(of, actor)
      },
    })
  })
  if (asked) await carryOn(db, parts, lease)
  return result
}
