/**
 * The end of secrets that were handed over and not used: on the day that the slip says they are put out of force at the
 * source, and some days before that whoever asked to be told is told. Here it is found what is due; the worker does it
 * under its leases, after whatever else is owed for the account.
 */
import { sql } from 'kysely'
import { secretEnd } from '../../src-shared/domain/secret-end.ts'
import { transact, type Db, type Tx } from '../database/index.ts'

const day = 86_400_000
/** Days before a secret's end at which people are told. */
const warnDays = 3
const atOnce = 500

interface Ending {
  readonly id: string
  readonly expires_at: number
  readonly secret_days: number
}

/** The next handed-over pickups whose secret's last day has begun before `until`, and which stand below `stage`. */
async function endingBefore(tx: Tx, until: number, stage: 1 | 2): Promise<Ending[]> {
  const { rows } = await sql<Ending>`SELECT p.id, p.expires_at, p.secret_days FROM pickup p
    WHERE p.state IN ('handed-over','dispatched','delivered') AND p.secret_ends < 2 AND p.secret_ends < ${stage}
      AND p.expires_at + p.secret_days * 86400000::bigint < ${until}
    ORDER BY p.expires_at + p.secret_days * 86400000::bigint, p.id LIMIT ${sql.lit(atOnce)} FOR UPDATE SKIP LOCKED`.execute(
    tx,
  )
  return rows
}

/** Notes them, and owes the act for those that were put in force at the source. */
async function owe(tx: Tx, now: number, pickups: readonly string[], stage: 1 | 2): Promise<void> {
  if (pickups.length === 0) return
  const ids = sql.join(pickups)
  await sql`UPDATE pickup SET secret_ends = ${stage} WHERE id IN (${ids})`.execute(tx)
  await sql`INSERT INTO secret_job (account, pickup, kind, not_before, created_at)
    SELECT account, pickup, ${stage === 1 ? 'warn' : 'expire'}, ${now}, ${now} FROM secret_job
    WHERE pickup IN (${ids}) AND kind = 'set' AND asked GROUP BY account, pickup`.execute(tx)
}

/**
 * Owes what is due at `now`. A restored hub owes nothing until every kiosk has reported: only then it knows what was
 * handed over. Short transactions, each found again by its state: one that is cut off goes on with the rest. Safe in
 * several hub processes at once.
 */
export async function oweEndings(db: Db, now: number, goOn: () => boolean = () => true): Promise<void> {
  const { holding } = await db.selectFrom('hub').select('holding').executeTakeFirstOrThrow()
  if (holding) return
  for (let more = true; more && goOn();)
    more = await transact(db, async (tx) => {
      const ended = (await endingBefore(tx, now, 2)).filter(
        (one) => secretEnd(Number(one.expires_at), Number(one.secret_days)) <= now,
      )
      const ids = ended.map(({ id }) => id)
      await owe(tx, now, ids, 2)
      return ids.length > 0
    })
  const told = await db.selectFrom('webhook_target').select('id').where('removed_at', 'is', null).executeTakeFirst()
  if (told === undefined) return
  for (let more = true; more && goOn();)
    more = await transact(db, async (tx) => {
      const ids = (await endingBefore(tx, now + warnDays * day, 1)).map(({ id }) => id)
      await owe(tx, now, ids, 1)
      return ids.length === atOnce
    })
}

/**
 * SQL: the pickup `p` needs its account's name yet, because the source can be asked only by it: an act is owed there,
 * or what was handed over may still bind.
 */
export const sourceOwed = sql<boolean>`(EXISTS (SELECT 1 FROM secret_job s WHERE s.pickup = p.id AND s.state IN ('pending','running'))
  OR (p.state IN ('handed-over','dispatched','delivered') AND p.secret_ends < 2 AND EXISTS (
    SELECT 1 FROM secret_job s WHERE s.pickup = p.id AND s.kind = 'set' AND s.asked)))`

/**
 * Before the account's name goes: owes the end of every secret of these pickups that may still bind, and records who
 * asked for it. Returns whether the source is owed nothing more for them; only then may the name go.
 */
export async function endBeforeErasure(
  tx: Tx,
  now: number,
  actor: string,
  pickups: readonly string[],
): Promise<boolean> {
  const { rows } = await sql<{ id: string; ends: number }>`SELECT p.id, p.secret_ends AS ends FROM pickup p
    WHERE p.id = ANY(${pickups}::text[]) AND ${sourceOwed}`.execute(tx)
  const ending = rows.filter(({ ends }) => Number(ends) < 2).map(({ id }) => id)
  await owe(tx, now, ending, 2)
  if (ending.length > 0)
    await tx
      .insertInto('audit')
      .values(ending.map((pickup) => ({ at: now, actor, act: 'secret-end-asked', pickup, desk: null, detail: '{}' })))
      .execute()
  return rows.length === 0
}

/** What is owed for these pickups is owed no longer: their account's name goes, and there is no source to ask. */
export async function cancelActs(tx: Tx, now: number, pickups: readonly string[]): Promise<void> {
  await sql`UPDATE secret_job SET state = 'cancelled', lease = NULL, ended_at = ${now}
    WHERE pickup = ANY(${pickups}::text[]) AND state IN ('pending','running')`.execute(tx)
}
