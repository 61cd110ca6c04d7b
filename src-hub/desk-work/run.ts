/**
 * Jobs of `want.ts`, batch by batch: each one transaction with its own place, so that what was cut off goes on from
 * there, in any process.
 */
import { transact, type Db, type Tx } from '../database/index.ts'
import {
  createStride,
  grantNext,
  replaceNext,
  someoneWaits,
  usualPace,
  type GrantParts,
  type Place,
} from '../pickups/index.ts'
import { LeaseLost } from '../worker-loop.ts'

/** Renewed by every batch; what a process that died had begun waits for it to end. */
export const leaseMs = 15_000
/**
 * A round that left something behind (locked by somebody) is followed by another, this much later at the earliest, ms.
 */
const againMs = 1000

/** A job that this process has taken. */
export interface DeskJob {
  readonly id: number
  readonly kind: 'grant' | 'replace'
  /** Of what waits for a desk, the desk; of replacements, the written-off kiosk. */
  readonly subject: string
  readonly actor: string
  /** Counts how often it was asked for: asked again while it goes on, it begins again. */
  wanted: number
  place: Place | null
  readonly lease: string
}

interface Step {
  /** null: this round is over. */
  readonly place: Place | null
  readonly done: number
  readonly reissued: number
  readonly held: number
}

async function step(tx: Tx, parts: GrantParts, job: DeskJob, rows: number): Promise<Step> {
  switch (job.kind) {
    case 'grant': {
      const { place, granted } = await grantNext(tx, parts, job.subject, job.place, rows)
      return { place, done: granted, reissued: 0, held: 0 }
    }
    case 'replace': {
      const { after, ...counts } = await replaceNext(tx, parts, job.subject, job.actor, job.place?.id ?? '', rows)
      return { place: after === null ? null : { issuedAt: 0, id: after }, ...counts }
    }
  }
}

/**
 * What becomes of the job after a batch: its row is locked last, after the kiosk's and the pickups', as those lock it
 * who ask for more.
 */
async function advance(tx: Tx, parts: GrantParts, job: DeskJob, done: Step): Promise<'more' | 'later' | 'over'> {
  const now = parts.now()
  const row = await tx
    .selectFrom('desk_work')
    .select('wanted')
    .where('id', '=', job.id)
    .where('lease', '=', job.lease)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new LeaseLost()
  const wanted = Number(row.wanted)
  const again = done.place === null && wanted !== job.wanted
  const left = done.place === null && !again && job.kind === 'grant' && (await someoneWaits(tx, parts, job.subject))
  const over = done.place === null && !again && !left
  await tx
    .updateTable('desk_work')
    .set((e) => ({
      done: e('done', '+', done.done),
      reissued: e('reissued', '+', done.reissued),
      held: e('held', '+', done.held),
      place_at: done.place?.issuedAt ?? null,
      place_id: done.place?.id ?? null,
      turn: now,
      lease_until: now + (left ? againMs : leaseMs),
      // Whoever comes first takes it up again, after that while.
      ...(left ? { lease: '' } : {}),
      ...(over ? { ended_at: now, lease: null, lease_until: null } : {}),
    }))
    .where('id', '=', job.id)
    .execute()
  job.wanted = wanted
  job.place = done.place
  return over ? 'over' : left ? 'later' : 'more'
}

/** Goes on with a job for `ms` at most; whether it is over or put off. */
export async function goOn(db: Db, parts: GrantParts, job: DeskJob, ms: number): Promise<boolean> {
  const pace = parts.pace ?? usualPace
  const stride = createStride(pace)
  const from = pace.clock()
  for (;;) {
    const began = pace.clock()
    const { place, wanted } = job
    const next = await transact(db, async (tx) => {
      job.place = place
      job.wanted = wanted
      return advance(tx, parts, job, await step(tx, parts, job, stride.rows))
    })
    if (next !== 'more') return true
    if (pace.clock() - from >= ms) return false
    await stride.took(began)
  }
}

/** Of the jobs that are open: those under this lease, or (null) one that nobody has. */
export async function take(
  db: Db,
  parts: GrantParts,
  by: { own: string } | { lease: string },
): Promise<DeskJob | null> {
  const now = parts.now()
  return transact(db, async (tx) => {
    let open = tx
      .selectFrom('desk_work')
      .select(['id', 'kind', 'subject', 'actor', 'wanted', 'place_at', 'place_id'])
      .where('ended_at', 'is', null)
    open =
      'own' in by
        ? open.where('lease', '=', by.own)
        : open.where((e) => e.or([e('lease', 'is', null), e('lease_until', '<', now)])).skipLocked()
    // In turn: a long one of one desk keeps no other waiting.
    const row = await open.orderBy('turn').orderBy('id').limit(1).forUpdate().executeTakeFirst()
    if (row === undefined) return null
    const lease = 'own' in by ? by.own : by.lease
    await tx
      .updateTable('desk_work')
      .set({ lease, lease_until: now + leaseMs })
      .where('id', '=', row.id)
      .execute()
    const place = row.place_id === null ? null : { issuedAt: Number(row.place_at ?? 0), id: row.place_id }
    return {
      id: Number(row.id),
      kind: row.kind,
      subject: row.subject,
      actor: row.actor,
      wanted: Number(row.wanted),
      place,
      lease,
    }
  })
}

/** Leaves a job to whoever comes first. */
export async function leave(db: Db, lease: string): Promise<void> {
  await db.updateTable('desk_work').set({ lease: null, lease_until: null }).where('lease', '=', lease).execute()
}

/**
 * Begins with what a request has asked for under this lease, as long as its caller has patience; the rest is the
 * workers'.
 */
export async function carryOn(db: Db, parts: GrantParts, lease: string, patienceMs: number): Promise<void> {
  const { clock } = parts.pace ?? usualPace
  const until = clock() + patienceMs
  try {
    for (let job = await take(db, parts, { own: lease }); job !== null; job = await take(db, parts, { own: lease }))
      if (!(await goOn(db, parts, job, until - clock())) || clock() >= until) break
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
  } finally {
    await leave(db, lease)
  }
}
