/**
 * Personal data of ended pickups goes after the days that the institution says, and nothing of the ledger does. Real
 * PostgreSQL.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { purgeEnded } from '../../src-hub/privacy/index.ts'
import { tellExpiring } from '../../src-hub/webhooks/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const day = 86_400_000
let fleet: Fleet
let kiosk: DeskKiosk
beforeAll(async () => {
  fleet = await startFleet('supervisor', { work: false })
  kiosk = await fleet.kiosk(fleet.desks[0] ?? '', 'counter')
})
afterAll(() => fleet.stop())

test('an ended pickup’s person is nowhere any more after the days set, a live one’s is; the ledger is as it was', async () => {
  const { db } = fleet.hub()
  const [gone = '', live = ''] = fleet.accounts
  const over = await fleet.issue(gone, fleet.desks[0] ?? '')
  value(await kiosk.sync.now())
  handOver(kiosk, 1)
  value(await kiosk.sync.now())
  const waiting = await fleet.issue(live, fleet.desks[0] ?? '')
  const ledger = await sql`SELECT * FROM ledger_entry ORDER BY kiosk, seq`.execute(db)
  const later = Date.now() + 40 * day
  expect(await purgeEnded(db, later)).toBe(0)
  await db
    .updateTable('setting')
    .set({ value: JSON.stringify({ personalDataDays: 30 }) })
    .where('key', '=', 'retention')
    .execute()
  expect(await purgeEnded(db, Date.now() + 29 * day)).toBe(0)
  expect(await purgeEnded(db, later)).toBe(1)
  expect(await purgeEnded(db, later)).toBe(0)

  const rows = await db
    .selectFrom('pickup')
    .select(['id', 'account', 'request_reference', 'state'])
    .where('id', 'in', [over, waiting])
    .execute()
  expect(rows.find(({ id }) => id === over)).toEqual({
    id: over,
    account: 'erased',
    request_reference: null,
    state: 'handed-over',
  })
  expect(rows.find(({ id }) => id === waiting)?.account).toBe(live)
  // No table leads from the pickup to the person: every row that names the pickup is searched for the account and the
  // name.
  const person = await db
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .select(['recipient.id', 'family'])
    .where('account', '=', gone)
    .executeTakeFirstOrThrow()
  const tables = await sql<{
    name: string
  }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(db)
  for (const { name } of tables.rows) {
    const found = await sql<{
      row: string
    }>`SELECT t::text AS row FROM ${sql.table(name)} t WHERE t::text LIKE ${`%${over}%`}`.execute(db)
    for (const { row } of found.rows)
      for (const word of [`"${gone}"`, `,${gone},`, person.id, person.family]) expect(row, name).not.toContain(word)
  }
  expect(await sql`SELECT * FROM ledger_entry ORDER BY kiosk, seq`.execute(db)).toEqual(ledger)
})

test.each(['delivered', 'returned-by-post'])(
  'a letter that was %s is nobody’s after the days as well',
  async (state) => {
    const { db } = fleet.hub()
    const pickup = await fleet.issue(fleet.accounts[state === 'delivered' ? 2 : 3] ?? '', fleet.desks[1] ?? '')
    await db.updateTable('pickup').set({ state }).where('id', '=', pickup).execute()
    expect(await purgeEnded(db, Date.now() + 29 * day)).toBe(0)
    expect(await purgeEnded(db, Date.now() + 40 * day)).toBe(1)
    expect(
      (await db.selectFrom('pickup').select('account').where('id', '=', pickup).executeTakeFirstOrThrow()).account,
    ).toBe('erased')
  },
)

test('an expiry is told of once, a week before', async () => {
  const { db } = fleet.hub()
  await db
    .insertInto('webhook_target')
    .values({
      id: 't',
      url: 'https://x.example/',
      sealed: Buffer.alloc(0),
      events: '["expiring"]',
      created_at: 1,
      created_by: 'tester',
    })
    .execute()
  const told = () => db.selectFrom('webhook_event').select('pickup').where('kind', '=', 'expiring').execute()
  await tellExpiring(db, Date.now() + 30 * day)
  expect(await told()).toEqual([])
  await tellExpiring(db, Date.now() + 39 * day)
  await tellExpiring(db, Date.now() + 40 * day)
  expect((await told()).length).toBe(1)
})
