/** Unclaimed pickups go back: a revoke like any other, which ends in `returned` once the kiosk has acknowledged it. */
import { transact, type Db } from '../database/index.ts'
import { usualPace, type GrantParts } from './grant-parts.ts'
import { revokeMany } from './revoke-many.ts'
import { createStride } from './stride.ts'

/** The next `rows` that are due, in one transaction. Returns how many there were. */
async function returnNext(db: Db, parts: GrantParts, rows: number): Promise<number> {
  return transact(db, async (tx) => {
    const due = await tx
      .selectFrom('pickup')
      .select('id')
      .where('state', 'in', ['unassigned', 'granted'])
      .where('expires_at', '<', parts.now())
      .orderBy('expires_at')
      .orderBy('id')
      .limit(rows)
      .forUpdate()
      .skipLocked()
      .execute()
    if (due.length === 0) return 0
    await revokeMany(
      tx,
      parts,
      due.map(({ id }) => id),
      'returned',
    )
    const act = { at: parts.now(), actor: 'hub', act: 'returned', desk: null, detail: '{}' }
    await tx
      .insertInto('audit')
      .values(due.map(({ id }) => ({ ...act, pickup: id })))
      .execute()
    return due.length
  })
}

/**
 * Asks for all back that nobody has come for in time, in short transactions: what is due is found again by its state,
 * so that one that was cut off goes on with the rest. Returns how many. Safe to run in several hub processes at once.
 */
export async function returnUnclaimed(db: Db, parts: GrantParts, goOn: () => boolean = () => true): Promise<number> {
  const pace = parts.pace ?? usualPace
  const stride = createStride(pace)
  let returned = 0
  while (goOn()) {
    const from = pace.clock()
    const some = await returnNext(db, parts, stride.rows)
    if (some === 0) break
    returned += some
    await stride.took(from)
  }
  return returned
}
