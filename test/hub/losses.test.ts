/** What is lost and put back: kiosks, disks, the hub's own database. Real stores, real HTTPS, real PostgreSQL. */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { awaited, beginIncarnation } from '../../src-hub/kiosks/index.ts'
import { returnUnclaimed } from '../../src-hub/pickups/index.ts'
import { Incarnation, PickupId } from '../../src-shared/domain/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { reopen, type DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { mayServe } from '../../src-main/sync/index.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let found: DeskKiosk
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

const stateOf = async (pickup: string) =>
  (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', pickup).executeTakeFirstOrThrow()).state

test('a lost kiosk is written off: its pickups are burned and issued anew, and what it hands over later is shown as a dispute', async () => {
  const [desk = ''] = fleet.desks
  const lost = await fleet.kiosk(desk, 'lost')
  const old = [await fleet.issue(fleet.accounts[0] ?? '', desk), await fleet.issue(fleet.accounts[1] ?? '', desk)]
  value(await lost.sync.now())
  expect(lost.pickups.counts().waiting).toBe(2)
  const kiosk = lost.records.read()?.kiosk
  if (kiosk === undefined) throw new Error('enrolled')
  expect(value(await fleet.agent().call('writeOff', { body: { kiosk } }))).toEqual({ burned: 2, reissued: 2 })
  expect(value(await fleet.agent().call('writeOff', { body: { kiosk } }))).toEqual({ burned: 0, reissued: 0 })
  expect(await Promise.all(old.map(stateOf))).toEqual(['burned', 'burned'])

  found = await fleet.kiosk(desk, 'found')
  value(await found.sync.now())
  const live = found.pickups.liveIds().map(({ id }) => id)
  expect(live.length).toBe(2)
  for (const id of old) expect(live).not.toContain(id)

  // The thief's, or the cupboard's: it still hands over what it had.
  handOver(lost, 1)
  // Started anew, so that it introduces itself first: its ledger is taken as evidence, everything else is refused.
  await lost.close()
  const late = reopen(fleet.folder('lost'), fleet.hub().url)
  expect(await late.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-603' } })
  expect(late.records.read()?.acked).toBe(late.ledger.head().seq)
  // Told so, it proves and prints nothing more, also after a restart and without the network.
  expect(mayServe(late.records.read())).toMatchObject({ ok: false, failure: { code: 'L-603' } })
  await late.close()
  const shown = await fleet.alarms()
  expect(shown.disputes.map((dispute) => [dispute.kiosk, old.includes(PickupId.parse(dispute.pickup))])).toEqual([
    [kiosk, true],
  ])
  const dispute = shown.disputes[0]
  value(await fleet.agent().call('closeAlarm', { body: { what: 'dispute', id: dispute?.id ?? 0 } }))
  expect((await fleet.alarms()).disputes).toEqual([])
})

test('a kiosk put back from an old disk image is noticed at its first contact, frozen, and named in an alarm', async () => {
  const desk = fleet.desks[1] ?? ''
  const kiosk = await fleet.kiosk(desk, 'imaged')
  const folder = fleet.folder('imaged')
  const file = join(folder, 'kiosk.db')
  kiosk.store.db.pragma('wal_checkpoint(TRUNCATE)')
  copyFileSync(file, `${file}.image`)
  await fleet.issue(fleet.accounts[2] ?? '', desk)
  value(await kiosk.sync.now())
  handOver(kiosk, 1)
  value(await kiosk.sync.now())
  await kiosk.close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(`${file}.image`, file)
  const back = reopen(folder, fleet.hub().url)
  expect(await back.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  const id = back.records.read()?.kiosk
  expect(back.records.read()?.frozen).toBe(true)
  expect((await fleet.alarms()).alarms.map((alarm) => [alarm.kind, alarm.kiosk])).toContainEqual(['restored-disk', id])
  await back.close()
  if (id !== undefined) value(await fleet.agent().call('writeOff', { body: { kiosk: id } }))
})

test('a hub restored from backup grants nothing until every kiosk has reported; what happened after the backup is not forgotten', async () => {
  const [first = '', , third = ''] = fleet.desks
  const { db } = fleet.hub()
  const one = await fleet.kiosk(third, 'one')
  await fleet.issue(fleet.accounts[3] ?? '', third)
  const over = (
    await db
      .selectFrom('pickup')
      .select('id')
      .where('account', '=', fleet.accounts[3] ?? '')
      .executeTakeFirstOrThrow()
  ).id
  value(await one.sync.now())
  // The second kiosk of the first test stands at the first desk.
  const [moved] = await db
    .selectFrom('pickup')
    .select('id')
    .where('desk', '=', first)
    .where('state', '=', 'granted')
    .execute()
  if (moved === undefined) throw new Error('nothing to move')

  const known = one.ledger.head()
  const before = Incarnation.parse(fleet.hub().incarnation)
  const backup = await fleet.backup()
  // After the backup: a handover, and a pickup that moves to the third desk.
  handOver(one, 1)
  value(await one.sync.now())
  value(
    await fleet
      .agent()
      .call('revoke', { body: { pickup: PickupId.parse(moved.id), reason: 're-routed', to: third as never } }),
  )
  value(await found.sync.now())
  value(await one.sync.now())
  expect(one.pickups.liveIds().map(({ id }) => id)).toContain(moved.id)

  await fleet.restart(backup, async () => {
    const { db: restored } = connectDatabase(backup)
    await beginIncarnation(restored, Date.now())
    await restored.destroy()
  })
  expect(await stateOf(over)).toBe('granted')
  // A report that was long on its way comes before the ledger behind it: what is held counts only with the whole of
  // that.
  const { generation = 0, kiosk = '' } = one.records.read() ?? {}
  const { seq, hash } = one.ledger.head()
  const early = { generation, seq, acked: seq, ackedHash: hash, grants: [] }
  expect(value(await one.hub.call('report', { body: early })).acked).toBeLessThan(seq)
  expect(await awaited(fleet.hub().db, fleet.hub().incarnation)).toContain(kiosk)
  // Nor does one that was made for the hub as it was, however well it fits what the backup has.
  const old = { generation, seq: known.seq, acked: known.seq, ackedHash: known.hash, grants: [], incarnation: before }
  expect(await one.hub.call('report', { body: old })).toMatchObject({ ok: false, failure: { code: 'L-607' } })
  expect(await awaited(fleet.hub().db, fleet.hub().incarnation)).toContain(kiosk)
  value(await one.sync.now())
  expect(await awaited(fleet.hub().db, fleet.hub().incarnation)).not.toContain(kiosk)
  // The handover is known again; the pickup that had moved is asked back from where it is, not granted a second time.
  expect(await stateOf(over)).toBe('handed-over')
  value(await one.sync.now())
  const held = await fleet.issue(fleet.accounts[4] ?? '', third)
  expect(await stateOf(held)).toBe('unassigned')
  value(await found.sync.now())
  value(await one.sync.now())
  value(await found.sync.now())
  expect(await stateOf(held)).toBe('granted')
  expect(await stateOf(moved.id)).toBe('granted')
  const now = fleet.hub().db
  const open = await now
    .selectFrom('grant')
    .select(['kiosk', 'incarnation'])
    .where('pickup', '=', moved.id)
    .where('state', 'in', ['granted', 'revoking'])
    .execute()
  expect(open).toEqual([{ kiosk: one.records.read()?.kiosk, incarnation: fleet.hub().incarnation }])
  expect(found.pickups.liveIds().map(({ id }) => id)).not.toContain(moved.id)
  expect((await now.selectFrom('handover').select('pickup').where('pickup', '=', over).execute()).length).toBe(1)
  expect((await fleet.alarms()).disputes).toEqual([])
})

test('a kiosk that the hub froze asks again, and serves once it is unfrozen; one that found its own ledger damaged does not', async () => {
  const kiosk = found
  const id = kiosk.records.read()?.kiosk
  if (id === undefined) throw new Error('enrolled')
  await fleet.hub().db.updateTable('kiosk').set({ frozen: true }).where('id', '=', id).execute()
  expect(await kiosk.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  expect(await kiosk.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  value(await fleet.agent().call('unfreeze', { body: { kiosk: id } }))
  value(await kiosk.sync.now())
  kiosk.records.setFrozen('here')
  expect(await kiosk.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  kiosk.records.setFrozen(null)
})

test('an unclaimed pickup goes back after its time: asked for at its desk, returned once acknowledged, and its timeline says so', async () => {
  const { db, keys, incarnation } = fleet.hub()
  const desk = fleet.desks[0] ?? ''
  const pickup = await fleet.issue(fleet.accounts[5] ?? '', desk)
  value(await found.sync.now())
  const parts = { keys, incarnation, now: () => Date.now() + 46 * 86_400_000 }
  expect(await returnUnclaimed(db, { ...parts, now: () => Date.now() })).toBe(0)
  expect(await returnUnclaimed(db, parts)).toBeGreaterThan(0)
  expect(await stateOf(pickup)).toBe('revoking')
  value(await found.sync.now())
  expect(await stateOf(pickup)).toBe('returned')
  const { events } = value(await fleet.agent().call('timeline', { query: { pickup } }))
  expect(events.map((event) => event.kind)).toEqual(
    expect.arrayContaining(['issued', 'granted', 'returned', 'revoke-acknowledged']),
  )
})
