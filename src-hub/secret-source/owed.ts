/**
 * What the hub owes the directory, written in the transaction of the change that causes it. The worker
 * (`secret-jobs/`) does it, one job of an account after another in the order they were written.
 */
import { sql } from 'kysely'
import { bulkOf, type Tx } from '../database/index.ts'
import type { Secrets } from './port.ts'

/** A secret must be put in force before this pickup is granted. At most one is open. */
export async function oweSet(
  tx: Tx,
  now: number,
  pickups: readonly { readonly id: string; readonly account: string }[],
): Promise<void> {
  if (pickups.length === 0) return
  await tx
    .insertInto('secret_job')
    .values(
      pickups.map(({ id, account }) => ({
        account,
        pickup: id,
        kind: 'set' as const,
        not_before: now,
        created_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('pickup').where('kind', '=', 'set').where('state', 'in', ['pending', 'running']).doNothing(),
    )
    .execute()
}

/** Puts out of force what was put in force for these pickups, and calls off what was not begun. */
export async function oweDisable(tx: Tx, now: number, pickups: readonly string[], forced: boolean): Promise<void> {
  if (pickups.length === 0) return
  const among = bulkOf(tx).among('pickup', pickups)
  await tx
    .updateTable('secret_job')
    .set({ state: 'cancelled', ended_at: now })
    .where(among)
    .where('kind', 'in', ['set', 'enable'])
    .where('state', '=', 'pending')
    .where('asked', '=', false)
    .execute()
  await tx
    .insertInto('secret_job')
    .columns(['account', 'pickup', 'kind', 'forced', 'not_before', 'created_at'])
    .expression(
      tx
        .selectFrom('secret_job')
        .select([
          'account',
          'pickup',
          sql.lit('disable').as('kind'),
          sql.lit(forced).as('forced'),
          sql.lit(now).as('not_before'),
          sql.lit(now).as('created_at'),
        ])
        .where(among)
        .where('kind', '=', 'set')
        .where('asked', '=', true)
        .groupBy(['account', 'pickup']),
    )
    .execute()
}

/** An act on what was put in force for these pickups; nothing where nothing was. */
async function oweAct(tx: Tx, now: number, pickups: readonly string[], kind: 'enable' | 'prolong'): Promise<void> {
  await tx
    .insertInto('secret_job')
    .columns(['account', 'pickup', 'kind', 'not_before', 'created_at'])
    .expression(
      tx
        .selectFrom('secret_job')
        .select([
          'account',
          'pickup',
          sql.lit(kind).as('kind'),
          sql.lit(now).as('not_before'),
          sql.lit(now).as('created_at'),
        ])
        .where(bulkOf(tx).among('pickup', pickups))
        .where('kind', '=', 'set')
        .where('asked', '=', true)
        .groupBy(['account', 'pickup']),
    )
    .execute()
}

/** The source is told that a secret of its is good for longer than it was told. */
export async function oweProlong(tx: Tx, now: number, pickup: string): Promise<void> {
  await oweAct(tx, now, [pickup], 'prolong')
}

/**
 * What follows at the source from the states that pickups have come to. Burned ones are disabled whatever the person
 * did since.
 */
export async function oweOutcomes(
  tx: Tx,
  now: number,
  secrets: Secrets | undefined,
  changed: readonly { readonly id: string; readonly state: string }[],
): Promise<void> {
  if (secrets?.directory !== true) return
  const ids = (...states: string[]) => changed.filter(({ state }) => states.includes(state)).map(({ id }) => id)
  await oweDisable(tx, now, ids('burned', 'returned-by-post'), true)
  await oweDisable(tx, now, ids('returned', 'revoked'), false)
  const over = ids('handed-over', 'dispatched')
  if (secrets.atHandover && over.length > 0) await oweAct(tx, now, over, 'enable')
}
