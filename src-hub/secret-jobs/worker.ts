/**
 * Does what the hub owes the source of secrets: intent (durable), the source, outcome (durable). A secret lives in this
 * process from its making to its sealing; whatever is cut in between leaves a job that makes another, so that a pickup
 * is never granted with a secret that may not bind. Safe in several hub processes.
 */
import type { AlarmKind } from '../../src-shared/domain/alarm-kinds.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { grantBound, revokePickup, type GrantParts } from '../pickups/index.ts'
import { oweDisable, type SecretSource, type SourceOutcome } from '../secret-source/index.ts'
import { recordEvents } from '../webhooks/index.ts'
import { createWorkerLoop } from '../worker-loop.ts'
import { claim, leaseMs, type Job } from './claim.ts'

const pollMs = 1000
const lanes = 4
/** Secrets that are generated for one job, while the source says that they break a rule of its own. */
const secretsTried = 4
const brokeRule = (outcome: SourceOutcome) => outcome.kind === 'refused' && outcome.rule === true
const refusedAs = {
  set: 'secret-refused',
  disable: 'secret-not-disabled',
  enable: 'secret-not-enabled',
  prolong: 'secret-not-prolonged',
  expire: 'secret-not-expired',
  // Asks what the secret's end asks again days later, which tells people.
  warn: null,
} as const satisfies Record<Job['kind'], AlarmKind | null>
/** Tries before people are told. */
const alarmAfter = 5

export interface SecretWorker {
  start(): void
  stop(): Promise<void>
  /**
   * What is owed for this pickup's account, now. At most two jobs: one that puts an old secret out of force, one that
   * sets.
   */
  settle(pickup: string, secret: Buffer | null): Promise<void>
  /** Does what is due until nothing is; returns how many jobs it tried. */
  run(): Promise<number>
}

/** Full jitter between half of it and all of it, from 2 s to 10 min. */
function backOff(attempts: number): number {
  return Math.min(600_000, 1000 * 2 ** attempts) * (0.5 + Math.random() / 2)
}

/** What a job is carried out with. */
interface Work {
  readonly db: Db
  readonly parts: GrantParts
  readonly source: SecretSource
  readonly onBug: (job: string, error: unknown) => void
}

export function createSecretWorker(
  db: Db,
  parts: GrantParts,
  source: SecretSource,
  onBug: (job: string, error: unknown) => void,
): SecretWorker {
  const work: Work = { db, parts, source, onBug }
  const loop = createWorkerLoop(
    pollMs,
    () => run(),
    (error) => {
      onBug('secret-jobs', error)
    },
  )

  async function lane(): Promise<number> {
    let done = 0
    for (; !loop.stopped; done++) {
      const job = await claim(db, parts.now(), newId(), null)
      if (job === null) break
      await carryOut(work, job, null)
    }
    return done
  }
  async function run(): Promise<number> {
    return (await Promise.all(Array.from({ length: lanes }, lane))).reduce((sum, n) => sum + n, 0)
  }
  return {
    run,
    start: () => {
      loop.start()
    },
    stop: () => loop.stop(),
    async settle(pickup, secret) {
      for (let jobs = 0; jobs < 3; jobs++) {
        const job = await claim(db, parts.now(), newId(), pickup)
        if (job === null) return
        await carryOut(work, job, job.pickup === pickup ? secret : null)
      }
    },
  }
}

async function ask(work: Work, job: Job, secret: Buffer | null): Promise<SourceOutcome> {
  try {
    switch (job.kind) {
      case 'set':
        return await work.source.set({
          account: job.account,
          secret: secret ?? Buffer.alloc(0),
          secretKind: job.secretKind,
          pickup: job.pickup,
          locked: work.parts.secrets?.atHandover === true,
          expiresAt: job.expiresAt,
        })
      case 'disable':
        return await work.source.disable(job.account, job.forced)
      case 'enable':
        return await work.source.enable(job.account)
      case 'prolong':
        return await work.source.prolong(job)
      case 'warn':
        return await work.source.unused(job)
      case 'expire':
        return await work.source.expire(job)
    }
  } catch (error) {
    work.onBug('secret-source', error)
    return { kind: 'unknown', why: 'error' }
  }
}

async function carryOut(work: Work, job: Job, given: Buffer | null): Promise<void> {
  let secret = job.kind === 'set' ? (given ?? work.parts.secrets?.generate(job.secretKind) ?? null) : null
  const leaseEnds = performance.now() + leaseMs
  try {
    let outcome = await ask(work, job, secret)
    // A generated secret that breaks a rule of the directory's: another may keep it. One that an agent gave is theirs
    // to change.
    for (let more = 1; more < secretsTried && given === null && brokeRule(outcome); more++) {
      secret?.fill(0)
      secret = work.parts.secrets?.generate(job.secretKind) ?? null
      outcome = await ask(work, job, secret)
    }
    await transact(work.db, async (tx) => {
      const mine = await tx
        .selectFrom('secret_job')
        .select('id')
        .where('id', '=', job.id)
        .where('state', '=', 'running')
        .where('lease', '=', job.lease)
        .forUpdate()
        .executeTakeFirst()
      if (mine === undefined || performance.now() > leaseEnds) await afterLostLease(work, tx, job, outcome)
      else await conclude(work, tx, job, outcome, secret)
    })
  } finally {
    if (secret !== null && secret !== given) secret.fill(0)
  }
}

async function end(work: Work, tx: Tx, job: Job, state: 'done' | 'moot' | 'failed', outcome: string): Promise<void> {
  await tx
    .updateTable('secret_job')
    .set({ state, outcome, ended_at: work.parts.now(), lease: null })
    .where('id', '=', job.id)
    .execute()
}
const alarm = ({ parts }: Work, tx: Tx, kind: AlarmKind, job: Job, detail: string) =>
  tx.insertInto('alarm').values({ kind, kiosk: null, pickup: job.pickup, detail, at: parts.now() }).execute()

/** What follows from an act that the source has done. */
async function follow(work: Work, tx: Tx, job: Job, secret: Buffer | null): Promise<void> {
  switch (job.kind) {
    case 'set': {
      const row = await tx.selectFrom('pickup').select('desk').where('id', '=', job.pickup).executeTakeFirst()
      const granted =
        row !== undefined &&
        row.desk !== null &&
        secret !== null &&
        (await grantBound(tx, work.parts, job.pickup, row.desk, secret))
      // It went elsewhere, or ended, meanwhile: what was just put in force is nobody's.
      if (!granted) await oweDisable(tx, work.parts.now(), [job.pickup], false)
      return
    }
    case 'warn':
      return recordEvents(tx, work.parts.now(), [{ kind: 'secret-expiring', pickup: job.pickup, desk: null }])
    case 'expire':
      await tx
        .insertInto('audit')
        .values({
          at: work.parts.now(),
          actor: 'hub',
          act: 'secret-expired',
          pickup: job.pickup,
          desk: null,
          detail: '{}',
        })
        .execute()
      return
    case 'disable':
    case 'enable':
    case 'prolong':
      return
  }
}

async function conclude(work: Work, tx: Tx, job: Job, outcome: SourceOutcome, secret: Buffer | null): Promise<void> {
  switch (outcome.kind) {
    case 'done':
    case 'moot':
      await end(work, tx, job, outcome.kind, outcome.kind)
      if (outcome.kind === 'done' && outcome.stamp !== undefined)
        await tx.updateTable('secret_job').set({ stamp: outcome.stamp }).where('id', '=', job.id).execute()
      if (outcome.kind === 'done' || job.kind === 'set') await follow(work, tx, job, secret)
      return
    case 'refused':
      await end(work, tx, job, 'failed', outcome.why)
      if (job.kind === 'set') await tx.updateTable('pickup').set({ held: true }).where('id', '=', job.pickup).execute()
      // Nobody was granted it, and it binds: it goes, whatever the person did since.
      if (job.kind === 'set' && outcome.written === true) await oweDisable(tx, work.parts.now(), [job.pickup], true)
      {
        const kind = refusedAs[job.kind]
        if (kind !== null) await alarm(work, tx, kind, job, outcome.why)
      }
      return
    case 'unreachable':
    case 'unknown':
      await tx
        .updateTable('secret_job')
        .set({
          state: 'pending',
          lease: null,
          lease_until: null,
          outcome: `${outcome.kind}: ${outcome.why}`,
          not_before: Math.ceil(work.parts.now() + backOff(job.attempts)),
        })
        .where('id', '=', job.id)
        .execute()
      if (job.attempts === alarmAfter) await alarm(work, tx, 'secret-source', job, `${outcome.kind}: ${outcome.why}`)
      return
  }
}

/**
 * Another process took the job over while this one was stopped for longer than a lease: what this one may have put in
 * force has overwritten what the other granted. The pickup is asked back and granted afresh.
 */
async function afterLostLease(work: Work, tx: Tx, job: Job, outcome: SourceOutcome): Promise<void> {
  if (job.kind !== 'set' || outcome.kind === 'unreachable') return
  if (outcome.kind === 'refused' && outcome.written !== true) return
  await alarm(work, tx, 'secret-overtaken', job, 'a hub process was stopped for longer than its lease')
  const row = await tx.selectFrom('pickup').select(['state', 'desk']).where('id', '=', job.pickup).executeTakeFirst()
  if (row?.state === 'granted') await revokePickup(tx, work.parts, job.pickup, 're-routed', row.desk)
  else if (row !== undefined && row.state !== 'unassigned')
    await oweDisable(tx, work.parts.now(), [job.pickup], row.state === 'burned')
}
