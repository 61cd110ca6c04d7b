/** What could lead back to a person after all: rows of files, requests, letters that arrived. Real PostgreSQL. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { purgeEnded } from '../../src-hub/privacy/index.ts'
import { RequestId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
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

const request = async (account: string) => {
  const id = RequestId.parse(newId())
  value(
    await kiosk.hub.call('fileRequest', {
      body: { request: id, cardTag: null, account, staff: null, filedAt: 1_772_438_400_000 },
    }),
  )
  return id
}
/** Where a word is in the database. */
async function placesOf(word: string): Promise<string[]> {
  const { db } = fleet.hub()
  const tables = await sql<{
    name: string
  }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(db)
  const found: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql`SELECT 1 FROM ${sql.table(name)} t WHERE t::text LIKE ${`%${word}%`} LIMIT 1`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found
}

test('whoever was erased does not come back by a file that was checked before, and no request names them', async () => {
  const { db } = fleet.hub()
  const account = fleet.accounts[0] ?? ''
  await request(account)
  const { id } = value(await fleet.agent().call('createImport', { body: { name: 'autumn.csv', supersede: true } }))
  const row = await db
    .selectFrom('desk')
    .select('slip_prefix')
    .where('id', '=', fleet.desks[0] ?? '')
    .executeTakeFirstOrThrow()
  const file = `account;desk;request_reference;class;family;given;birth_date\n${account};${row.slip_prefix};R-77-${account};student;Palautunut;P;1990-01-01\n`
  value(
    await fleet
      .agent()
      .call('importPart', { body: { id, part: 0, bytes: Buffer.from(file).toString('base64'), last: true } }),
  )
  await fleet.hub().runJobs()
  expect(value(await fleet.agent().call('import', { query: { id } }))).toMatchObject({
    state: 'checked',
    ready: 1,
    refused: 0,
  })
  const { recipient } = await db
    .selectFrom('account')
    .select('recipient')
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  value(await fleet.agent().call('erase', { body: { recipient: recipient as never, confirm: true } }))
  expect(await placesOf(account)).toEqual([])
  expect(value(await fleet.agent().call('import', { query: { id } }))).toMatchObject({ ready: 0, refused: 1 })
  expect(
    (await db.selectFrom('import_row').select('person').where('import', '=', id).executeTakeFirstOrThrow()).person,
  ).toBeNull()
  value(await fleet.agent().call('runImport', { body: { id } }))
  await fleet.hub().runJobs()
  expect(await placesOf('Palautunut')).toEqual([])
  expect((await db.selectFrom('pickup').select('id').where('account', '=', 'erased').execute()).length).toBe(0)
})

test('a declined request and a letter that arrived are nobody’s after the days set', async () => {
  const { db } = fleet.hub()
  const [, account = '', other = ''] = fleet.accounts
  await db
    .updateTable('setting')
    .set({ value: JSON.stringify({ personalDataDays: 30 }) })
    .where('key', '=', 'retention')
    .execute()
  const declined = await request(account)
  value(await fleet.agent().call('declineRequest', { body: { request: declined, reason: 'duplicate' } }))
  const letters = [await fleet.issue(account, fleet.desks[0] ?? ''), await fleet.issue(other, fleet.desks[0] ?? '')]
  await sql`UPDATE "grant" SET state = 'ended' WHERE pickup = ANY(${letters}::text[])`.execute(db)
  await sql`UPDATE pickup SET state = CASE id WHEN ${letters[0]} THEN 'delivered' ELSE 'returned-by-post' END WHERE id = ANY(${letters}::text[])`.execute(
    db,
  )
  expect(await purgeEnded(db, Date.now() + 40 * day)).toBe(2)
  // The person stays on record, and is found by the account.
  expect(await placesOf(account)).toEqual(['account', 'recipient'])
  const row = await db.selectFrom('delivery_request').selectAll().where('id', '=', declined).executeTakeFirstOrThrow()
  expect(row).toMatchObject({ account: null, recipient: null, state: 'declined', reason: 'duplicate' })
})
