/**
 * A stolen kiosk can be written off whatever its rows are like, nobody gets a second secret by it, and killing the hub
 * in the middle loses nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(async () => {
  await institute.stop()
})

const account = (i: number) => institute.accounts[i] ?? ''
const supervisor = () => hub.as('supervisor')
const live = async (of: string) =>
  institute.sql<{ id: PickupId; state: string; channel: string }>(
    `SELECT id, state, channel FROM pickup WHERE account = $1 AND state IN ('unassigned','granted','revoking') ORDER BY id`,
    [of],
  )
const stateOf = async (pickup: string) =>
  (await institute.sql<{ state: string }>(`SELECT state FROM pickup WHERE id = $1`, [pickup]))[0]?.state

describe('a write-off', () => {
  it('of a kiosk that holds a grant of what has been burned and replaced before: it ends that grant, and issues no second secret', async () => {
    const kiosk = await institute.servingKiosk(hub, 'porter-millhill')
    const pickup = await hub.as('agent').issue(account(0), institute.desk('porter-millhill'))
    value(await supervisor().writeOff(kiosk.id))
    const [replacement] = await live(account(0))
    const other = await institute.servingKiosk(hub, 'porter-lakeside')
    // As after a restore: the other has reported a grant of the pickup that was made after the backup, and is asked for
    // it.
    await institute.sql(
      `INSERT INTO "grant" (pickup, incarnation, n, kiosk, state, at, record) VALUES ($1, $2, 2, $3, 'revoking', 0, '')`,
      [pickup, newId(), other.id],
    )
    expect(value(await supervisor().writeOff(other.id))).toEqual({ burned: 1, reissued: 0 })
    expect((await live(account(0))).map(({ id }) => id)).toEqual([replacement?.id])
    expect(
      await institute.sql(`SELECT 1 FROM "grant" WHERE kiosk = $1 AND state IN ('granted','revoking')`, [other.id]),
    ).toEqual([])
  })

  it('with a row that cannot be replaced: it is left to a person with an alarm, and all others go on', async () => {
    const kiosk = await institute.servingKiosk(hub, 'porter-lakeside')
    const pickups: PickupId[] = []
    for (const i of [1, 2, 3]) pickups.push(await hub.as('agent').issue(account(i), institute.desk('porter-lakeside')))
    await institute.sql(`CREATE FUNCTION bad_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.account = '${account(2)}' THEN RAISE EXCEPTION 'a damaged row'; END IF; RETURN NEW; END $$`)
    await institute.sql(`CREATE TRIGGER bad_row BEFORE INSERT ON pickup FOR EACH ROW EXECUTE FUNCTION bad_row()`)
    try {
      expect(value(await supervisor().writeOff(kiosk.id))).toEqual({ burned: 3, reissued: 2 })
    } finally {
      await institute.sql(`DROP TRIGGER bad_row ON pickup`)
    }
    expect(await Promise.all(pickups.map(stateOf))).toEqual(['burned', 'burned', 'burned'])
    expect(
      [await live(account(1)), await live(account(2)), await live(account(3))].map(({ length }) => length),
    ).toEqual([1, 0, 1])
    const { alarms } = await supervisor().alarms()
    expect(alarms.filter(({ kind }) => kind === 'not-reissued').map((alarm) => alarm.pickup)).toEqual([pickups[1]])
  })

  it('with a row that cannot even be burned: it is held, and closing its alarm tries again', async () => {
    const kiosk = await institute.servingKiosk(hub, 'porter-lakeside')
    const [bad, good] = [
      await hub.as('agent').issue(account(4), institute.desk('porter-lakeside')),
      await hub.as('agent').issue(account(5), institute.desk('porter-lakeside')),
    ]
    await institute.sql(`CREATE FUNCTION unburnt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.id = '${bad}' AND NEW.state = 'burned' THEN RAISE EXCEPTION 'a damaged row'; END IF; RETURN NEW; END $$`)
    await institute.sql(`CREATE TRIGGER unburnt BEFORE UPDATE ON pickup FOR EACH ROW EXECUTE FUNCTION unburnt()`)
    const done = value(await supervisor().writeOff(kiosk.id))
    await institute.sql(`DROP TRIGGER unburnt ON pickup`)
    expect(done.left).toBe(1)
    expect([await stateOf(bad), await stateOf(good)]).toEqual(['granted', 'burned'])
    const alarm = (await supervisor().alarms()).alarms.find(({ kind }) => kind === 'write-off-held')
    expect(alarm?.pickup).toBe(bad)
    value(await supervisor().call('closeAlarm', { body: { what: 'alarm', id: alarm?.id ?? 0 } }))
    expect(await stateOf(bad)).toBe('burned')
    expect(await live(account(4))).toHaveLength(1)
  })
})

it('another issued in place of one that came to nothing: asked from two windows at once, there is one', async () => {
  const desk = institute.desk('helpdesk-lakeside')
  const pickup = await hub.as('agent').issue(account(6), desk)
  await hub.as('agent').revoke(pickup)
  const both = await Promise.all([1, 2].map(() => hub.as('agent').call('reissue', { body: { pickup, desk: desk.id } })))
  expect(both.map((result) => codeOf(result)).sort()).toEqual(['L-659', null].sort())
  expect(await live(account(6))).toHaveLength(1)
})

it('a re-route that is refused leaves the pickup as it was', async () => {
  await institute.servingKiosk(hub, 'student-affairs')
  const pickup = await hub.as('agent').issue(account(7), institute.desk('student-affairs'))
  await hub.as('agent').revoke(pickup)
  const before = await live(account(7))
  // On its way out already: it is not brought back.
  const refused = await hub.as('agent').call('revoke', {
    body: { pickup, reason: 're-routed', to: institute.desk('helpdesk-lakeside').id },
  })
  expect(codeOf(refused)).toBe('L-609')
  expect(await live(account(7))).toEqual(before)
  expect(before).toMatchObject([{ channel: 'student-affairs', state: 'revoking' }])
})

it('is killed in the middle and started again: it goes on by itself, every pickup is burned and issued anew once', async () => {
  const desk = institute.desk('helpdesk-lakeside')
  const there = await institute.process()
  const kiosk = await institute.servingKiosk(there, 'helpdesk-lakeside')
  const [person] = await institute.sql<{ recipient: string }>(`SELECT recipient FROM account LIMIT 1`)
  const many = 600
  await institute.sql(
    `INSERT INTO account (account, recipient) SELECT 'many' || n, $1 FROM generate_series(1, $2::int) n`,
    [person?.recipient, many],
  )
  await institute.sql(
    `INSERT INTO pickup (id, account, recipient, desk, channel, secret_kind, state, epoch_n, pickup_code, issued_at, expires_at)
     SELECT lpad(n::text, 22, 'm'), 'many' || n, $1, $2, 'helpdesk', 'password', 'granted', 1,
       (SELECT pickup_code FROM pickup LIMIT 1), 1790000000000, 1890000000000 FROM generate_series(1, $3::int) n`,
    [person?.recipient, desk.id, many],
  )
  await institute.sql(
    `INSERT INTO "grant" (pickup, incarnation, n, kiosk, state, at, record) SELECT id, $1, 1, $2, 'granted', 0, '' FROM pickup WHERE account LIKE 'many%'`,
    [kiosk.incarnation, kiosk.id],
  )
  const left = async () =>
    Number(
      (
        await institute.sql<{ n: number }>(
          `SELECT count(*)::int AS n FROM "grant" WHERE kiosk = $1 AND state IN ('granted','revoking')`,
          [kiosk.id],
        )
      )[0]?.n,
    )
  const asked = there
    .as('supervisor')
    .writeOff(kiosk.id)
    .catch(() => null)
  await expect.poll(left, { timeout: 30_000, interval: 2 }).toBeLessThan(many)
  await there.kill()
  await asked
  // Refused from the first moment on.
  expect(await left()).toBeGreaterThan(0)
  expect(codeOf(await kiosk.clone({ url: hub.url }).feed())).toBe('L-603')
  await expect.poll(left, { timeout: 60_000, interval: 100 }).toBe(0)
  const [counted] = await institute.sql(
    `SELECT count(*) FILTER (WHERE state = 'burned')::int AS burned, count(*) FILTER (WHERE state IN ('unassigned','granted'))::int AS live,
      count(DISTINCT account) FILTER (WHERE state IN ('unassigned','granted'))::int AS accounts FROM pickup WHERE account LIKE 'many%'`,
  )
  expect(counted).toEqual({ burned: many, live: many, accounts: many })
}, 180_000)
