/**
 * Each act on a desk’s three thousand pickups: how the desk is made ready for it, and how it is done to its very end.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import type { Db } from '../../../src-hub/database/index.ts'
import type { HubKeys } from '../../../src-hub/keys/index.ts'
import { feedChangesNow } from '../../../src-shared/hub-api/kiosk/feed.ts'
import { beginIncarnation } from '../../../src-hub/kiosks/index.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { signedEvery } from '../../../src-main/sync/index.ts'
import { openingFingerprint } from '../../../src-shared/protocol/opening-link.ts'
import { within } from '../../support/within.ts'
import type { BenchHub } from '../sync/children.ts'
import type { ActName } from './names.ts'
import { addBigDesk, askedBack, batchOf, neverGranted, reportOf, type BigDesk } from './desk.ts'

/** Longest that one act may take, ms. */
const actMs = 300_000
const lookMs = 20

export interface Stage {
  readonly db: Db
  readonly hub: BenchHub
  readonly keys: HubKeys
  readonly dataDir: string
  readonly url: string
  readonly count: number
  /** Another hub process in place of this one; `between` is done while none runs. */
  readonly restart: (between: () => Promise<void>) => Promise<BenchHub>
}

export interface Act {
  readonly name: ActName
  readonly desk: BigDesk
  /** Where others ask meanwhile. */
  readonly hub: BenchHub
  /** Resolves once nothing of it is left to do. */
  readonly run: () => Promise<void>
}

type Question = () => Promise<number>

/** Waits until a count has come down to nothing. */
async function untilNone(what: string, left: Question): Promise<void> {
  const gone = async () => {
    while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
  await within(actMs, what, gone())
}

async function counted(db: Db, text: ReturnType<typeof sql<{ n: number }>>): Promise<number> {
  return Number((await text.execute(db)).rows[0]?.n ?? 0)
}

const workLeft =
  (db: Db): Question =>
  () =>
    counted(db, sql`SELECT count(*) AS n FROM desk_work WHERE ended_at IS NULL`)

async function mustDo<T>(
  what: string,
  answer: Promise<{ ok: true; value: T } | { ok: false; failure: { code: string } }>,
) {
  const done = await answer
  if (!done.ok) throw new Error(`${what}: ${done.failure.code}`)
  return done.value
}

/** A job that a hub does by itself, in a process of its own that has started already. */
async function readyJob({ dataDir, url }: Stage, job: 'returns' | 'retention'): Promise<() => Promise<void>> {
  const child = fork(fileURLToPath(new URL('job.ts', import.meta.url)), [dataDir, url, job], {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${job} ended with ${String(code)}`))))
  })
  ended.catch(() => undefined)
  await within(actMs, `the start of ${job}`, new Promise((resolve) => child.once('message', resolve)))
  return async () => {
    child.send('go')
    await within(actMs, job, ended)
  }
}

async function keyConfirmed(stage: Stage): Promise<Act> {
  const { db, hub } = stage
  const desk = await addBigDesk(db, hub, stage.keys, stage.count, { withKey: false })
  await neverGranted(db, desk)
  const { kiosk } = desk
  const body = { nonce: newId(), openingKey: kiosk.openingKey.toString('base64url') }
  return {
    name: 'key_confirmed',
    desk,
    hub,
    run: async () => {
      await mustDo('the opening key', kiosk.hub.call('openingKey', { body }))
      const fingerprint = openingFingerprint(kiosk.id, kiosk.openingKey)
      await mustDo('its confirmation', hub.agent.call('confirmOpeningKey', { body: { kiosk: kiosk.id, fingerprint } }))
      await untilNone('everything to be granted', workLeft(db))
    },
  }
}

async function writtenOff(stage: Stage): Promise<Act> {
  const { db, hub } = stage
  const desk = await addBigDesk(db, hub, stage.keys, stage.count)
  return {
    name: 'written_off',
    desk,
    hub,
    run: async () => {
      await mustDo('the write-off', hub.agent.call('writeOff', { body: { kiosk: desk.kiosk.id } }))
      await untilNone('everything to be replaced', workLeft(db))
    },
  }
}

async function sentElsewhere(stage: Stage): Promise<Act> {
  const { db, hub } = stage
  const desk = await addBigDesk(db, hub, stage.keys, stage.count)
  const other = await addBigDesk(db, hub, stage.keys, 1)
  const body = batchOf(desk, 'sent-elsewhere', { to: other.id, reason: 'wrong-desk' }, signedEvery)
  return {
    name: 'sent_elsewhere',
    desk,
    hub,
    run: async () => {
      await mustDo('the batch', desk.kiosk.hub.call('ledger', { body }))
      await untilNone('everything to be granted there', workLeft(db))
    },
  }
}

async function moved(stage: Stage): Promise<Act> {
  const { db, hub } = stage
  const desk = await addBigDesk(db, hub, stage.keys, stage.count)
  const other = await addBigDesk(db, hub, stage.keys, 1)
  await askedBack(db, desk, other.id)
  const body = batchOf(desk, 'revoke-acknowledged', {}, signedEvery)
  return {
    name: 'moved',
    // Where they arrive: that desk is granted to meanwhile.
    desk: other,
    hub,
    run: async () => {
      await mustDo('the batch', desk.kiosk.hub.call('ledger', { body }))
      await untilNone('everything to be granted there', workLeft(db))
    },
  }
}

async function returned(stage: Stage): Promise<Act> {
  const { db } = stage
  const desk = await addBigDesk(db, stage.hub, stage.keys, stage.count)
  await sql`UPDATE pickup SET expires_at = 1 WHERE desk = ${desk.id}`.execute(db)
  const job = await readyJob(stage, 'returns')
  return { name: 'returned', desk, hub: stage.hub, run: job }
}

async function purged(stage: Stage): Promise<Act> {
  const { db } = stage
  const desk = await addBigDesk(db, stage.hub, stage.keys, stage.count)
  await sql`UPDATE "grant" SET state = 'ended' WHERE kiosk = ${desk.kiosk.id}`.execute(db)
  await sql`UPDATE pickup SET state = 'returned', issued_at = 1 WHERE desk = ${desk.id}`.execute(db)
  await sql`INSERT INTO setting (key, value) VALUES ('retention', '{"personalDataDays":30}')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`.execute(db)
  await sql`ANALYZE`.execute(db)
  const job = await readyJob(stage, 'retention')
  return { name: 'purged', desk, hub: stage.hub, run: job }
}

async function askedAgain(stage: Stage): Promise<Act> {
  const desk = await addBigDesk(stage.db, stage.hub, stage.keys, stage.count)
  await askedBack(stage.db, desk, null)
  return {
    name: 'asked_again',
    desk,
    hub: stage.hub,
    run: async () => {
      await mustDo('the snapshot', desk.kiosk.hub.call('snapshot', { query: { limit: 500 } }))
    },
  }
}

/** Everybody who waits there is corrected at once, as by a source of people. */
async function corrected(stage: Stage): Promise<Act> {
  const { db } = stage
  const desk = await addBigDesk(db, stage.hub, stage.keys, stage.count)
  await db.updateTable('kiosk').set({ feed_changes: feedChangesNow }).where('id', '=', desk.kiosk.id).execute()
  return {
    name: 'corrected',
    desk,
    hub: stage.hub,
    run: async () => {
      await sql`UPDATE recipient SET language = CASE language WHEN 'sv' THEN 'en' ELSE 'sv' END
        WHERE id IN (SELECT recipient FROM pickup WHERE desk = ${desk.id} AND state = 'granted')`.execute(db)
      await untilNone('every desk to be told', () => counted(db, sql`SELECT count(*) AS n FROM correction`))
      const told = await counted(
        db,
        sql`SELECT count(*) AS n FROM "grant" g JOIN pickup p ON p.id = g.pickup JOIN recipient r ON r.id = p.recipient
          WHERE g.kiosk = ${desk.kiosk.id} AND g.state = 'granted' AND g.record LIKE '%"language":"' || r.language || '"%'`,
      )
      if (told < desk.pickups.length) throw new Error(`${told} of ${desk.pickups.length} were corrected`)
    },
  }
}

/** The last of all: the hub is put back from a backup, and holds afterwards, since other kiosks have not reported. */
async function reported(stage: Stage): Promise<Act> {
  const { db } = stage
  let incarnation = ''
  const hub = await stage.restart(async () => {
    incarnation = await beginIncarnation(db, Date.now())
  })
  const { incarnation: before } = await db
    .selectFrom('incarnation')
    .select('id as incarnation')
    .where('id', '<>', incarnation)
    .limit(1)
    .executeTakeFirstOrThrow()
  const desk = await addBigDesk(db, hub, stage.keys, stage.count, { incarnation: before })
  await neverGranted(db, desk)
  await db.updateTable('kiosk').set({ reported: before }).where('id', '=', desk.kiosk.id).execute()
  return {
    name: 'reported',
    desk,
    hub,
    run: async () => {
      // As a kiosk does that is told to come again.
      let told = await desk.kiosk.hub.call('report', { body: reportOf(desk, incarnation) })
      while (!told.ok && told.failure.code === 'L-611')
        told = await desk.kiosk.hub.call('report', { body: reportOf(desk, incarnation) })
      await mustDo('the report', Promise.resolve(told))
    },
  }
}

/** Made one by one, each when its turn has come. */
export const acts: readonly ((stage: Stage) => Promise<Act>)[] = [
  keyConfirmed,
  writtenOff,
  sentElsewhere,
  moved,
  returned,
  purged,
  askedAgain,
  corrected,
  reported,
]
