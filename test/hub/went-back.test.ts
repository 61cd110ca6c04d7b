/**
 * An asynchronous failover that loses what was acknowledged, on a real PostgreSQL with a real standby: the hub notices
 * by itself, holds, and nothing is handed over twice. The hub runs on while its database changes under it.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PickupId } from '../../src-shared/domain/index.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { reopen, type DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { standbyPostgres, startPostgres, type Server, type Standbys } from '../support/postgres-standby.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const bin = standbyPostgres()
const hostsOf = (...servers: Server[]) =>
  `postgresql://lodge@${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}/postgres?target_session_attrs=read-write`

interface Scene {
  readonly postgres: Standbys
  readonly standby: Server
  readonly fleet: Fleet
  stop(): Promise<void>
}

async function scene(synchronous: boolean): Promise<Scene> {
  const postgres = await startPostgres(bin ?? '')
  const standby = await postgres.addStandby('standby', { synchronous })
  const fleet = await startFleet('supervisor', { databaseUrl: hostsOf(postgres.primary, standby) })
  return {
    postgres,
    standby,
    fleet,
    async stop() {
      await fleet.stop()
      await postgres.stop()
    },
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined>, ms = 60_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
    await new Promise((done) => setTimeout(done, 100))
  }
}
const ready = (fleet: Fleet) =>
  until('the hub to be ready', async () => {
    const reply = await fleet.agent().call('ready', {})
    return reply.ok ? true : undefined
  })
/** Rounds until one ends well: after an outage the first ones may not. */
const synced = (kiosk: DeskKiosk) =>
  until('a kiosk to sync', async () => {
    const done: Result<null> = await kiosk.sync.now()
    return done.ok ? true : undefined
  })
const incarnationNow = async (fleet: Fleet) =>
  (await fleet.hub().db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()).incarnation
const wentBack = async (fleet: Fleet) =>
  (await fleet.alarms()).alarms.filter(({ kind }) => kind === 'database-went-back')
const count = async (fleet: Fleet, table: 'handover' | 'dispute') =>
  Number(
    (
      await fleet
        .hub()
        .db.selectFrom(table)
        .select((e) => e.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
const stateOf = async (fleet: Fleet, pickup: string) =>
  (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', pickup).executeTakeFirst())?.state

if (bin === null)
  test('a database that went back in time', (context) => {
    context.skip('no PostgreSQL with pg_basebackup is installed here: failovers are not tested')
  })

describe.skipIf(bin === null)('an asynchronous failover that loses acknowledged entries', () => {
  let on: Scene
  let one: DeskKiosk
  let two: DeskKiosk
  beforeAll(async () => {
    on = await scene(false)
    const [first = '', second = ''] = on.fleet.desks
    one = await on.fleet.kiosk(first, 'one')
    two = await on.fleet.kiosk(second, 'two')
  })
  afterAll(() => on.stop())

  test('is noticed by the marks: 50 entries come again, a lost grant that was handed over counts, a lost re-route ends, and nothing is handed over twice', async () => {
    const { fleet, postgres, standby } = on
    const [first = '', second = ''] = fleet.desks
    const [handed, moved, stays] = await Promise.all([0, 1, 2].map((n) => fleet.issue(fleet.accounts[n] ?? '', first)))
    for (let n = 3; n < 15; n++) await fleet.issue(fleet.accounts[n] ?? '', first)
    await synced(one)
    await postgres.caughtUp(standby, postgres.primary)
    await standby.cutOff()
    const known = one.records.read()?.acked ?? 0
    const before = await incarnationNow(fleet)

    // Lost with the primary: a pickup issued and handed over, a re-route that went all the way, ten handovers.
    const lost = await fleet.issue(fleet.accounts[20] ?? '', first)
    value(
      await fleet
        .agent()
        .call('revoke', { body: { pickup: PickupId.parse(moved), reason: 're-routed', to: second as never } }),
    )
    await synced(one)
    await synced(two)
    expect(two.pickups.liveIds().map(({ id }) => id)).toEqual([moved])
    handOver(one, 15)
    await synced(one)
    const acked = one.records.read()?.acked ?? 0
    expect(acked - known).toBeGreaterThanOrEqual(50)
    expect(await count(fleet, 'handover')).toBe(15)
    expect(handed).toBeDefined()

    await postgres.primary.stop('kill')
    await standby.promote()
    await ready(fleet)
    // Nobody said anything: the hub holds by itself, under a new incarnation, and says why.
    const why = await until('the alarm', async () => (await wentBack(fleet))[0])
    expect(why.detail).toMatch(/mark \d+ in the database, \d+ was seen/)
    expect(await incarnationNow(fleet)).not.toBe(before)
    const waits = await fleet.issue(fleet.accounts[21] ?? '', first)
    expect(await stateOf(fleet, waits)).toBe('unassigned')
    // The desk that holds what was moved hands it over without network; then both are heard.
    handOver(two, 1)
    await synced(two)
    await synced(one)
    await synced(two)
    await synced(one)
    expect(one.records.read()?.acked).toBe(one.ledger.head().seq)
    expect(await stateOf(fleet, waits)).toBe('granted')
    expect(one.pickups.liveIds().map(({ id }) => id)).toContain(waits)
    expect(await stateOf(fleet, moved ?? '')).toBe('handed-over')
    expect(await stateOf(fleet, stays ?? '')).toBe('handed-over')
    // What was issued after the standby was cut off is unknown to it: shown, not forgotten.
    const { db } = fleet.hub()
    const shown = await db.selectFrom('dispute').select('pickup').execute()
    const handedRows = await db.selectFrom('handover').select('pickup').execute()
    const everHanded = one.store.db
      .prepare<[], string>("SELECT id FROM pickup WHERE state = 'handed-over'")
      .pluck()
      .all()
    const accounted = new Set([...shown, ...handedRows].map(({ pickup }) => pickup))
    for (const id of [...everHanded, moved]) expect(accounted.has(id ?? '')).toBe(true)
    expect(new Set(handedRows.map(({ pickup }) => pickup)).size).toBe(handedRows.length)
    expect(shown.map(({ pickup }) => pickup)).toContain(lost)
    expect(await db.selectFrom('pickup').select('id').where('state', '=', 'revoking').execute()).toEqual([])
    expect(await db.selectFrom('kiosk').select('id').where('frozen', '=', true).execute()).toEqual([])
    // One incarnation for one loss.
    expect((await db.selectFrom('incarnation').select('id').execute()).length).toBe(2)
  })

  test('a kiosk believes a lower number: entries that the hub lost without noticing are sent again, and nobody is frozen', async () => {
    const { fleet } = on
    const { db } = fleet.hub()
    const id = one.records.read()?.kiosk ?? ''
    const seq = one.ledger.head().seq
    // One kiosk's word counts once: its alarm stays open, and what is lost now is only sent again.
    await db
      .insertInto('alarm')
      .values({ kind: 'database-went-back', kiosk: id, pickup: null, detail: 'before', at: 1 })
      .execute()
    const before = await incarnationNow(fleet)
    const back = seq - 3
    const { hash } = await db
      .selectFrom('ledger_entry')
      .select('hash')
      .where('kiosk', '=', id)
      .where('seq', '=', back)
      .executeTakeFirstOrThrow()
    const admin = on.standby
    await admin.ask('ALTER TABLE ledger_entry DISABLE TRIGGER ALL')
    await admin.ask('DELETE FROM ledger_entry WHERE kiosk = $1 AND seq > $2', [id, back])
    await admin.ask('ALTER TABLE ledger_entry ENABLE TRIGGER ALL')
    await db.updateTable('kiosk').set({ acked: back, head_hash: hash }).where('id', '=', id).execute()
    const late = one.ledger.after(seq - 1, 1)
    expect(await one.hub.call('ledger', { body: { entries: late } })).toMatchObject({
      ok: false,
      failure: { code: 'L-643', params: { from: back + 1 } },
    })
    // It has something new to say, and learns from the answer where the hub stands.
    expect(handOver(one, 1)).toBe(5)
    await synced(one)
    expect(one.records.read()?.acked).toBe(one.ledger.head().seq)
    const there = await db
      .selectFrom('kiosk')
      .select(['acked', 'frozen'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect([Number(there.acked), there.frozen]).toEqual([one.ledger.head().seq, false])
    expect(await incarnationNow(fleet)).toBe(before)
    await db.updateTable('alarm').set({ closed_at: 2, closed_by: 'tester' }).where('at', '=', 1).execute()
  })

  test('without a mark of its own the hub takes the word of a kiosk that was acknowledged further', async () => {
    const { fleet } = on
    const before = await incarnationNow(fleet)
    const id = two.records.read()?.kiosk ?? ''
    await fleet.restart(fleet.databaseUrl, async () => {
      rmSync(join(fleet.folder('hub'), 'database-mark.json'))
      const [row] = await on.standby.ask<{ seq: number; hash: string }>(
        'SELECT seq::int AS seq, hash FROM ledger_entry WHERE kiosk = $1 ORDER BY seq DESC OFFSET 2 LIMIT 1',
        [id],
      )
      await on.standby.ask('UPDATE kiosk SET acked = $2, head_hash = $3 WHERE id = $1', [id, row?.seq, row?.hash])
      await on.standby.ask('ALTER TABLE ledger_entry DISABLE TRIGGER ALL')
      await on.standby.ask('DELETE FROM ledger_entry WHERE kiosk = $1 AND seq > $2', [id, row?.seq])
      await on.standby.ask('ALTER TABLE ledger_entry ENABLE TRIGGER ALL')
    })
    expect(await incarnationNow(fleet)).toBe(before)
    await until('the hub to hold', async () => {
      await two.sync.now()
      return (await incarnationNow(fleet)) === before ? undefined : true
    })
    expect((await wentBack(fleet)).map(({ kiosk }) => kiosk)).toContain(id)
    await synced(two)
    await synced(one)
    expect(two.records.read()?.acked).toBe(two.ledger.head().seq)
    expect((await fleet.hub().db.selectFrom('hub').select('holding').executeTakeFirstOrThrow()).holding).toBe(false)
  })
})

describe.skipIf(bin === null)('a clean switchover to a synchronous standby', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene(true)
  })
  afterAll(() => on.stop())

  test('loses nothing and holds nothing, although the timeline goes up; two hubs agree', async () => {
    const { fleet, postgres, standby } = on
    const [first = ''] = fleet.desks
    const twin = await fleet.anotherHub()
    const kiosk = await fleet.kiosk(first, 'kiosk')
    const pickup = await fleet.issue(fleet.accounts[0] ?? '', first)
    await synced(kiosk)
    const before = await incarnationNow(fleet)
    await standby.ask('SELECT 1')
    await postgres.primary.stop('fast')
    await standby.promote()
    await ready(fleet)
    expect(await incarnationNow(fleet)).toBe(before)
    expect(await wentBack(fleet)).toEqual([])
    const next = await until('an issue to be granted', async () => {
      const id = await fleet.issue(fleet.accounts[1] ?? '', first)
      return (await stateOf(fleet, id)) === 'granted' ? id : undefined
    })
    await synced(kiosk)
    expect(kiosk.pickups.liveIds().map(({ id }) => id)).toEqual(expect.arrayContaining([pickup, next]))
    await until('the other hub to look', async () => {
      const rows = await twin.db.selectFrom('hub_mark').select(['timeline']).execute()
      return rows.every(({ timeline }) => Number(timeline) === 2) ? true : undefined
    })
    expect(await incarnationNow(fleet)).toBe(before)
    const file = join(fleet.folder('hub'), 'database-mark.json')
    expect(existsSync(file)).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ incarnation: before })
    await kiosk.close()
    const again = reopen(fleet.folder('kiosk'), fleet.hub().url)
    await synced(again)
    await again.close()
  })
})
