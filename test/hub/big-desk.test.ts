/**
 * Work on more pickups of a desk than one transaction takes: cut off anywhere it goes on, and nothing is told before it
 * is so. Real PostgreSQL.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Db } from '../../src-hub/database/index.ts'
import { oneTurn } from '../../src-hub/desk-work/index.ts'
import { awaited, beginIncarnation, takeReport } from '../../src-hub/kiosks/index.ts'
import { takeLedger } from '../../src-hub/ledger/index.ts'
import { purgeEnded, saveRetention } from '../../src-hub/privacy/index.ts'
import { repeatRevokes, returnUnclaimed, type GrantParts, type Pace } from '../../src-hub/pickups/index.ts'
import { LedgerHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { addBigDesk, askedBack, batchOf, neverGranted, reportOf, type BigDesk } from '../bench/big-desk/desk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let db: Db
const desks: BigDesk[] = []
beforeAll(async () => {
  fleet = await startFleet('supervisor', { work: false })
  db = fleet.hub().db
})
afterAll(async () => {
  for (const { kiosk, screen } of desks) {
    await kiosk.hub.close()
    await screen.hub.close()
  }
  await fleet.stop()
})

async function bigDesk(count: number): Promise<BigDesk> {
  const desk = await addBigDesk(db, fleet.hub(), fleet.hub().keys, count)
  desks.push(desk)
  return desk
}

/** Five at a time; each look at the clock is a second later than the one before. */
function slowly(): Pace {
  let at = 0
  return { clock: () => (at += 1000), rows: 5, batchMs: 50, rests: false, patienceMs: 0 }
}
const parts = (): GrantParts => ({ keys: fleet.hub().keys, now: () => Date.now(), pace: slowly() })

async function statesAt(desk: string): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('pickup')
    .select((e) => ['state', e.fn.countAll<number>().as('n')])
    .where('desk', '=', desk)
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]))
}

async function told(desk: string, kind: string): Promise<string[]> {
  const rows = await db.selectFrom('feed').select('body').where('desk', '=', desk).orderBy('seq').execute()
  return rows.flatMap(({ body }) => {
    const change = JSON.parse(body) as { kind: string; pickup: string }
    return change.kind === kind ? [change.pickup] : []
  })
}

test('what a batch frees waits where it goes once the batch is acknowledged, and is granted there by whoever comes first', async () => {
  const from = await bigDesk(60)
  const to = await bigDesk(1)
  await askedBack(db, from, to.id)
  const { entries } = batchOf(from, 'revoke-acknowledged', {}, 10)
  expect(value(await takeLedger(db, parts(), from.kiosk.id, entries)).acked).toBe(60)
  expect(await statesAt(from.id)).toEqual({})
  const waiting = await statesAt(to.id)
  // The batch was answered before all of it was granted there; nothing of it is anywhere else.
  expect((waiting.unassigned ?? 0) + (waiting.granted ?? 0)).toBe(61)
  expect(waiting.unassigned ?? 0).toBeGreaterThan(0)
  const { db: other } = connectDatabase(fleet.databaseUrl)
  for (let more = true; more;) {
    const turns = await Promise.all([oneTurn(db, parts()), oneTurn(other, parts())])
    more = turns.includes(true)
  }
  await other.destroy()
  expect(await statesAt(to.id)).toEqual({ granted: 61 })
  const grants = await db
    .selectFrom('grant')
    .select(['pickup', 'n'])
    .where('kiosk', '=', to.kiosk.id)
    .where('state', '=', 'granted')
    .where('n', '=', 2)
    .execute()
  expect(grants.map(({ pickup }) => pickup).sort()).toEqual(from.pickups.map(({ id }) => id as string).sort())
  expect((await told(to.id, 'pickup-granted')).length).toBe(61)
  // The same batch again changes nothing.
  expect(value(await takeLedger(db, parts(), from.kiosk.id, entries)).acked).toBe(60)
  expect(await statesAt(to.id)).toEqual({ granted: 61 })
})

test('many sent elsewhere at once: each goes where policy lets it, and the rest stays with an alarm', async () => {
  const from = await bigDesk(12)
  const to = await bigDesk(1)
  const { id: gone } = await db
    .selectFrom('desk')
    .select('id')
    .where('kind', '=', 'hr')
    .limit(1)
    .executeTakeFirstOrThrow()
  const wrong = from.pickups.slice(0, 4).map(({ id }) => id as string)
  const { entries } = batchOf(
    from,
    'sent-elsewhere',
    (pickup) => ({ to: wrong.includes(pickup) ? gone : to.id, reason: 'wrong-desk' }),
    3,
  )
  expect(value(await takeLedger(db, parts(), from.kiosk.id, entries)).acked).toBe(12)
  while (await oneTurn(db, parts()));
  expect(await statesAt(to.id)).toEqual({ granted: 9 })
  expect(await statesAt(from.id)).toEqual({ granted: 4 })
  const alarms = await db
    .selectFrom('alarm')
    .select(['kind', 'pickup'])
    .where('kiosk', '=', from.kiosk.id)
    .where('kind', '=', 'misrouted')
    .execute()
  expect(alarms.map(({ pickup }) => pickup).sort()).toEqual(wrong.sort())
})

test('unclaimed pickups go back some at a time; cut off, the next turn goes on with the rest', async () => {
  const desk = await bigDesk(12)
  await db.updateTable('pickup').set({ expires_at: 1 }).where('desk', '=', desk.id).execute()
  let turns = 1
  expect(await returnUnclaimed(db, parts(), () => turns-- > 0)).toBe(5)
  expect(await statesAt(desk.id)).toEqual({ granted: 7, revoking: 5 })
  const { db: other } = connectDatabase(fleet.databaseUrl)
  const both = await Promise.all([returnUnclaimed(db, parts()), returnUnclaimed(other, parts())])
  await other.destroy()
  expect(both[0] + both[1]).toBe(7)
  expect(await statesAt(desk.id)).toEqual({ revoking: 12 })
  const asked = await told(desk.id, 'pickup-revoke')
  expect([...asked].sort()).toEqual(desk.pickups.map(({ id }) => id as string).sort())

  // A kiosk that has lost its place hears all of it once more, whatever one transaction takes.
  await repeatRevokes(db, parts(), { id: desk.kiosk.id, desk: desk.id })
  const again = (await told(desk.id, 'pickup-revoke')).slice(asked.length)
  expect(again).toEqual(desk.pickups.map(({ id }) => id as string).sort())
})

test('people of ended pickups go some at a time, from the feed as well; cut off, the next turn goes on with the rest', async () => {
  const desk = await bigDesk(12)
  await db.updateTable('grant').set({ state: 'ended' }).where('kiosk', '=', desk.kiosk.id).execute()
  await db.updateTable('pickup').set({ state: 'returned', issued_at: 1 }).where('desk', '=', desk.id).execute()
  await saveRetention(db, Date.now(), 'tester', { personalDataDays: 30 })
  const mine = async () =>
    (await db.selectFrom('pickup').select('id').where('desk', '=', desk.id).where('account', '<>', 'erased').execute())
      .length
  let turns = 1
  expect(await purgeEnded(db, Date.now(), () => turns-- > 0, slowly())).toBe(5)
  expect(await mine()).toBe(7)
  expect((await told(desk.id, 'pickup-granted')).length).toBe(7)
  expect(await purgeEnded(db, Date.now(), undefined, slowly())).toBe(7)
  expect(await mine()).toBe(0)
  expect(await told(desk.id, 'pickup-granted')).toEqual([])
  expect((await told(desk.id, 'pickup-closed')).sort()).toEqual(desk.pickups.map(({ id }) => id as string).sort())
  const purges = await db.selectFrom('audit').select('detail').where('act', '=', 'purged').orderBy('id').execute()
  expect(purges.map(({ detail }) => detail)).toEqual([5, 5, 2].map((pickups) => ({ pickups, days: 30 })))
})

test('a report that is more than one request takes up counts for nothing until all of it is, and each goes on from the last', async () => {
  const desk = await bigDesk(60)
  await neverGranted(db, desk)
  const incarnation = await beginIncarnation(db, Date.now())
  const body = reportOf(desk, incarnation)
  const asked = async () =>
    (
      await db
        .selectFrom('grant')
        .select('n')
        .where('kiosk', '=', desk.kiosk.id)
        .where('state', '=', 'revoking')
        .execute()
    ).length
  const holds = async () => (await db.selectFrom('hub').select('holding').executeTakeFirstOrThrow()).holding
  for (const done of [25, 50]) {
    expect(await takeReport(db, parts(), desk.kiosk.id, body)).toMatchObject({ ok: false, failure: { code: 'L-611' } })
    expect(await asked()).toBe(done)
    expect(await awaited(db, incarnation)).toContain(desk.kiosk.id)
    expect(await holds()).toBe(true)
  }
  // What it has acknowledged meanwhile ends this report: it is made again with the ledger as it then is.
  const [first, ...others] = [...desk.pickups].sort((a, b) => (a.id < b.id ? -1 : 1))
  const { entries } = batchOf({ ...desk, pickups: first === undefined ? [] : [first] }, 'revoke-acknowledged', {}, 1)
  expect(value(await takeLedger(db, parts(), desk.kiosk.id, entries)).acked).toBe(1)
  const stale = await takeReport(db, parts(), desk.kiosk.id, body)
  expect(stale.ok ? stale.value.acked : stale.failure.code).not.toBe(0)
  expect(await awaited(db, incarnation)).toContain(desk.kiosk.id)
  const rest = {
    ...body,
    seq: 1,
    acked: 1,
    ackedHash: LedgerHash.parse(await headOf(desk)),
    grants: others.map(({ id, epoch }) => ({ pickup: id, epoch })),
  }
  expect(value(await takeReport(db, parts(), desk.kiosk.id, rest)).acked).toBe(1)
  expect(await asked()).toBe(59)
  expect(await awaited(db, incarnation)).not.toContain(desk.kiosk.id)
  const known = await told(desk.id, 'pickup-revoke')
  expect([...known].sort()).toEqual(desk.pickups.map(({ id }) => id as string).sort())
})

async function headOf(desk: BigDesk): Promise<string> {
  return (await db.selectFrom('kiosk').select('head_hash').where('id', '=', desk.kiosk.id).executeTakeFirstOrThrow())
    .head_hash
}
