/**
 * Taking a job under a lease. Of one account only the oldest open job can be taken, so its acts at the directory keep
 * their order.
 */
import { sql } from 'kysely'
import type { SecretKind } from '../../src-shared/domain/index.ts'
import { secretEnd } from '../../src-shared/domain/secret-end.ts'
import { transact, type Db, type Tx } from '../database/index.ts'

/** Longer than any call to a source may take. */
export const leaseMs = 60_000

export interface Job {
  readonly id: number
  readonly account: string
  readonly pickup: string
  readonly kind: 'set' | 'disable' | 'enable' | 'prolong' | 'warn' | 'expire'
  readonly forced: boolean
  readonly attempts: number
  readonly lease: string
  readonly secretKind: SecretKind
  /** ms; the end of the day that the slip says. */
  readonly expiresAt: number
  /** What the source said when the secret was set, and whether the hub was restored from a backup since. */
  readonly stamp: string | null
  readonly restored: boolean
}

/**
 * The next job (of `pickup`, if given) with its intent durable: from here on the directory may have been asked. null:
 * none is due. A set whose pickup waits no longer, or whose desk could not be granted it, is called off: granting asks
 * for it again. So is what concerns a secret that a newer one of the same account has replaced at the source.
 */
export async function claim(db: Db, now: number, lease: string, pickup: string | null): Promise<Job | null> {
  for (;;) {
    const taken = await transact(db, async (tx) => {
      const job = await next(tx, now, pickup)
      if (job === null) return null
      const needless = job.kind === 'set' ? !(await waits(tx, job.pickup)) : await overtaken(tx, job)
      const change = needless
        ? {
            state: job.kind === 'set' ? ('cancelled' as const) : ('moot' as const),
            outcome: job.kind === 'set' ? 'not waiting' : 'overtaken',
            ended_at: now,
          }
        : { state: 'running' as const, lease, lease_until: now + leaseMs, attempts: job.attempts + 1, asked: true }
      await tx.updateTable('secret_job').set(change).where('id', '=', job.id).execute()
      return !needless ? { ...job, attempts: job.attempts + 1, lease } : 'called off'
    })
    if (taken !== 'called off') return taken
  }
}

async function next(tx: Tx, now: number, pickup: string | null): Promise<Omit<Job, 'lease'> | null> {
  const { rows } = await sql<{
    id: number
    account: string
    pickup: string
    kind: Job['kind']
    forced: boolean
    attempts: number
    secret_kind: SecretKind
    expires_at: number
    secret_days: number
    stamp: string | null
    restored: boolean
  }>`
    SELECT j.id, j.account, j.pickup, j.kind, j.forced, j.attempts, p.secret_kind, p.expires_at, p.secret_days,
      (SELECT s.stamp FROM secret_job s WHERE s.pickup = j.pickup AND s.kind = 'set' AND s.state = 'done' ORDER BY s.id DESC LIMIT 1) AS stamp,
      EXISTS (SELECT 1 FROM "grant" g, hub WHERE g.pickup = j.pickup AND g.incarnation <> hub.incarnation) AS restored
    FROM secret_job j JOIN pickup p ON p.id = j.pickup
    WHERE (j.state = 'pending' OR (j.state = 'running' AND j.lease_until < ${now})) AND j.not_before <= ${now}
      AND NOT EXISTS (SELECT 1 FROM secret_job b WHERE b.account = j.account AND b.id < j.id AND b.state IN ('pending','running'))
      ${pickup === null ? sql`` : sql`AND j.account = (SELECT account FROM pickup WHERE id = ${pickup})`}
    ORDER BY j.id LIMIT 1 FOR UPDATE OF j SKIP LOCKED`.execute(tx)
  const [row] = rows
  if (row === undefined) return null
  const { account, pickup: of, kind, forced, stamp, restored } = row
  const expiresAt = secretEnd(Number(row.expires_at), Number(row.secret_days))
  const numbers = { id: Number(row.id), attempts: Number(row.attempts), expiresAt }
  return { ...numbers, account, pickup: of, kind, forced, stamp, restored, secretKind: row.secret_kind }
}

/**
 * Whether another pickup's secret has taken the place of this one's: to disable or enable the account would now strike
 * that one.
 */
async function overtaken(tx: Tx, job: Omit<Job, 'lease'>): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM secret_job s WHERE s.account = ${job.account} AND s.kind = 'set' AND s.state = 'done' AND s.pickup <> ${job.pickup}
    AND s.id > (SELECT max(id) FROM secret_job WHERE pickup = ${job.pickup} AND kind = 'set') LIMIT 1`.execute(tx)
  return rows.length > 0
}

/** Whether a pickup could be granted now: nothing is put in force for a desk that could not open it. */
async function waits(tx: Tx, pickup: string): Promise<boolean> {
  const row = await tx
    .selectFrom('pickup')
    .innerJoin('kiosk', (join) =>
      join.onRef('kiosk.desk', '=', 'pickup.desk').on('kiosk.state', '=', 'active').on('kiosk.kind', '=', 'desk'),
    )
    .select('pickup.id')
    .where('pickup.id', '=', pickup)
    .where('pickup.state', '=', 'unassigned')
    .where('pickup.held', '=', false)
    .where('kiosk.frozen', '=', false)
    .where('kiosk.opening_key', 'is not', null)
    .where('kiosk.pending_key', 'is', null)
    .where((e) => e.not(e.exists(e.selectFrom('hub').select('one').where('holding', '=', true))))
    .executeTakeFirst()
  return row !== undefined
}
