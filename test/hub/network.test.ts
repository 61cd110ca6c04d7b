/** Bad networks and long absences: everything takes effect once. Real stores, real HTTPS, real PostgreSQL. */
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { fillDesk, inventPickups } from '../bench/sync/hub-fill.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { reopen } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

/** A TCP proxy that cuts each connection after a number of bytes, by turns before and after the hub has answered. */
async function startCuttingProxy(target: number, budgets: readonly number[]) {
  let turn = 0
  let cuts = 0
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    let left = budgets[turn++] ?? Number.MAX_SAFE_INTEGER
    const end = () => {
      near.destroy()
      far.destroy()
    }
    const carry = (data: Buffer, to: typeof near) => {
      if (data.length >= left) {
        cuts += 1
        // The part that fits still goes: the other end sees a torn message, not none.
        to.write(data.subarray(0, left), end)
        left = 0
        return
      }
      left -= data.length
      to.write(data)
    }
    near.on('data', (data: Buffer) => carry(data, far))
    far.on('data', (data: Buffer) => carry(data, near))
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

test('five hundred handovers of fourteen days offline drain through a cable that keeps breaking, each once, while another desk asks for one', async () => {
  const [desk = '', other = ''] = fleet.desks
  const { db, keys, incarnation } = fleet.hub()
  const away = await fleet.kiosk(desk, 'away')
  const id = away.records.read()?.kiosk ?? ''
  const second = await fleet.kiosk(other, 'second')
  await fillDesk(db, desk, id, inventPickups(502, incarnation, keys.lookupKey(id)), keys.seal('0123ABCD'))
  value(await away.sync.now())
  expect(handOver(away, 500)).toBe(2500)
  const handed = away.store.db.prepare<[], string>("SELECT id FROM pickup WHERE state = 'handed-over'").pluck().all()
  const kept = away.pickups.liveIds().map((row) => row.id)
  await away.close()

  // The other desk asks for one that was handed over meanwhile, and for one that was not.
  const ask = (pickup: string) =>
    fleet.agent().call('revoke', { body: { pickup: pickup as PickupId, reason: 're-routed', to: other as never } })
  expect(value(await ask(handed[7] ?? '')).state).toBe('revoking')
  expect(value(await ask(kept[0] ?? '')).state).toBe('revoking')
  value(await second.sync.now())
  expect(second.pickups.liveIds()).toEqual([])

  const proxy = await startCuttingProxy(
    fleet.hub().port,
    [900, 2500, 4000, 9000, 30_000, 60_000, 90_000, 120_000, 140_000, 160_000, 180_000, 200_000],
  )
  const back = reopen(fleet.folder('away'), proxy.url)
  let rounds = 0
  for (let done = await back.sync.now(); !done.ok; done = await back.sync.now()) {
    // A torn answer is a hub that cannot be reached: nothing else may come of it.
    expect(done.failure.code).toBe('L-601')
    rounds += 1
    if (rounds > 60) throw new Error('does not drain')
  }
  expect(proxy.cuts()).toBeGreaterThan(3)
  value(await back.sync.now())
  const { n } = await db
    .selectFrom('handover')
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  expect(Number(n)).toBe(500)
  const taken = await db
    .selectFrom('ledger_entry')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('kiosk', '=', id)
    .executeTakeFirstOrThrow()
  expect(Number(taken.n)).toBe(back.ledger.head().seq)
  expect(back.records.read()?.acked).toBe(back.ledger.head().seq)
  value(await second.sync.now())
  expect(second.pickups.liveIds().map((row) => row.id)).toEqual([kept[0]])
  expect((await fleet.alarms()).disputes).toEqual([])
  await back.close()
  await proxy.stop()
})

test('two hub processes on one database take the same batch at the same instant: it counts once', async () => {
  const desk = fleet.desks[2] ?? ''
  const { db, keys, incarnation } = fleet.hub()
  const twin = await fleet.anotherHub()
  const kiosk = await fleet.kiosk(desk, 'twice')
  const id = kiosk.records.read()?.kiosk ?? ''
  await fillDesk(
    db,
    desk,
    id,
    inventPickups(40, incarnation, keys.lookupKey(id)).map((pickup) => ({
      ...pickup,
      account: `${pickup.account}-twice`,
    })),
  )
  value(await kiosk.sync.now())
  const from = kiosk.records.read()?.acked ?? 0
  handOver(kiosk, 40)
  const entries = kiosk.ledger.after(from, 500)
  await kiosk.close()
  const viaTwin = reopen(fleet.folder('twice'), twin.url)
  const calls = await Promise.all(Array.from({ length: 6 }, () => viaTwin.hub.call('ledger', { body: { entries } })))
  expect(calls.map((call) => (call.ok ? call.value.acked : 0))).toEqual(calls.map(() => viaTwin.ledger.head().seq))
  value(await viaTwin.sync.now())
  const rows = await db.selectFrom('handover').select('pickup').where('kiosk', '=', id).execute()
  expect(rows.length).toBe(40)
  expect((await fleet.alarms()).disputes).toEqual([])
  await viaTwin.close()
})
