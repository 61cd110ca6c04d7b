/**
 * Kiosks and pickups that nobody may leave hanging: frozen and forgiven, put back from images, and hubs put back from
 * backups at the worst moment.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { beginIncarnation } from '../../src-hub/kiosks/index.ts'
import { PickupId } from '../../src-shared/domain/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { reopen, type DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

const idOf = (of: DeskKiosk) => {
  const id = of.records.read()?.kiosk
  if (id === undefined) throw new Error('enrolled')
  return id
}
const idsAt = (of: DeskKiosk): string[] => of.pickups.liveIds().map(({ id }) => id)
const account = (n: number) => fleet.accounts[n] ?? ''
const desk = (n: number) => fleet.desks[n] ?? ''
const stateOf = async (pickup: string) =>
  (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', pickup).executeTakeFirstOrThrow()).state
const liveOf = async (of: string) =>
  fleet
    .hub()
    .db.selectFrom('pickup')
    .select(['id', 'state', 'desk'])
    .where('account', '=', of)
    .where('state', 'in', ['unassigned', 'granted'])
    .executeTakeFirstOrThrow()
const move = async (pickup: string, to: string) =>
  value(
    await fleet
      .agent()
      .call('revoke', { body: { pickup: PickupId.parse(pickup), reason: 're-routed', to: to as never } }),
  )

test('what is issued for a desk whose kiosk is frozen reaches it once it is unfrozen', async () => {
  const kiosk = await fleet.kiosk(desk(0), 'forgiven')
  await fleet.hub().db.updateTable('kiosk').set({ frozen: true }).where('id', '=', idOf(kiosk)).execute()
  const pickup = await fleet.issue(account(0), desk(0))
  expect(await stateOf(pickup)).toBe('unassigned')
  value(await fleet.agent().call('unfreeze', { body: { kiosk: idOf(kiosk) } }))
  value(await kiosk.sync.now())
  expect(idsAt(kiosk)).toContain(pickup)
  value(await fleet.agent().call('writeOff', { body: { kiosk: idOf(kiosk) } }))
})

test('an old disk that has worked on until its ledger is as long as the hub’s is frozen at the hub as well, and named in an alarm', async () => {
  const kiosk = await fleet.kiosk(desk(1), 'imaged')
  for (const n of [1, 2, 3]) await fleet.issue(account(n), desk(1))
  value(await kiosk.sync.now())
  const file = join(fleet.folder('imaged'), 'kiosk.db')
  kiosk.store.db.pragma('wal_checkpoint(TRUNCATE)')
  copyFileSync(file, `${file}.image`)
  handOver(kiosk, 1)
  value(await kiosk.sync.now())
  await kiosk.close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(`${file}.image`, file)
  const back = reopen(fleet.folder('imaged'), fleet.hub().url)
  handOver(back, 2)
  expect(await back.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  expect(back.records.read()?.frozen).toBe(true)
  const at = await fleet
    .hub()
    .db.selectFrom('kiosk')
    .select(['frozen', 'acked'])
    .where('id', '=', idOf(back))
    .executeTakeFirstOrThrow()
  expect(at.frozen).toBe(true)
  expect((await fleet.alarms()).alarms.map((alarm) => [alarm.kind, alarm.kiosk])).toContainEqual([
    'restored-disk',
    idOf(back),
  ])
  // Forgiven by mistake, it is found out again.
  value(await fleet.agent().call('unfreeze', { body: { kiosk: idOf(back) } }))
  expect(await back.sync.now()).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  expect(
    (await fleet.hub().db.selectFrom('kiosk').select('frozen').where('id', '=', idOf(back)).executeTakeFirstOrThrow())
      .frozen,
  ).toBe(true)
  value(await fleet.agent().call('writeOff', { body: { kiosk: idOf(back) } }))
  await back.close()
})

test('after a restore, a pickup that has been burned, revoked or replaced meanwhile stays so, whoever reports a grant of it from after the backup', async () => {
  const from = await fleet.kiosk(desk(0), 'from')
  const to = await fleet.kiosk(desk(2), 'to')
  const third = await fleet.kiosk(desk(1), 'third')
  const burned = await fleet.issue(account(4), desk(0))
  const replaced = await fleet.issue(account(5), desk(0))
  const revoked = await fleet.issue(account(6), desk(0))
  const moved = await fleet.issue(account(7), desk(0))
  value(await from.sync.now())
  const backup = await fleet.backup()
  const all = [burned, replaced, revoked, moved]
  for (const pickup of all) await move(pickup, pickup === burned ? desk(1) : desk(2))
  for (const kiosk of [from, to, third]) value(await kiosk.sync.now())
  expect(idsAt(to)).toEqual(expect.arrayContaining([replaced, revoked, moved]))
  expect(idsAt(third)).toContain(burned)

  await fleet.restart(backup, async () => {
    const restored = connectDatabase(backup)
    await beginIncarnation(restored.db, Date.now())
    await restored.db.destroy()
  })
  const { db } = fleet.hub()
  expect(await Promise.all(all.map(stateOf))).toEqual(['granted', 'granted', 'granted', 'granted'])
  // Before the kiosks that hold them have said so: one is issued anew, one blocked, and the kiosk that the backup names
  // is written off.
  await fleet.issue(account(5), desk(2))
  value(await fleet.agent().call('revoke', { body: { pickup: revoked, reason: 'blocked', to: null } }))
  value(await to.sync.now())
  value(await to.sync.now())
  expect(await Promise.all([replaced, revoked].map(stateOf))).toEqual(['revoked', 'revoked'])
  expect(idsAt(to)).not.toContain(revoked)
  value(await fleet.agent().call('writeOff', { body: { kiosk: idOf(from) } }))
  expect(await stateOf(burned)).toBe('burned')
  value(await third.sync.now())
  value(await third.sync.now())
  expect(idsAt(third)).not.toContain(burned)
  expect(await stateOf(burned)).toBe('burned')
  // Nobody is waited for any more, and what may be granted is.
  expect((await db.selectFrom('hub').select('holding').executeTakeFirstOrThrow()).holding).toBe(false)
  value(await to.sync.now())
  expect(idsAt(to)).toEqual(expect.arrayContaining([moved, (await liveOf(account(5))).id]))
  expect(idsAt(to)).not.toContain(revoked)
  expect((await liveOf(account(4))).desk).toBe(desk(0))
})
