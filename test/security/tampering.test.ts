/**
 * Someone with the disk edits the kiosk's database: noticed at start or soon after, shown, never repaired in silence.
 */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, expect, it } from 'vitest'
import { startTestDesk, type TestDesk } from './desk.ts'

let desk: TestDesk | null = null
afterEach(async () => {
  await desk?.stop()
  desk = null
})

/** With the file in hand, triggers are no obstacle. */
const edit = (sql: string) => (file: string) => {
  const db = new Database(file)
  for (const { name } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as {
    name: string
  }[])
    db.exec(`DROP TRIGGER ${name}`)
  db.exec(sql)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}
async function start(sql: string, entries = 0): Promise<TestDesk> {
  desk = await startTestDesk('porter', { tamper: edit(sql), entries })
  return desk
}
const code = (of: TestDesk) => (of.started.ok ? null : of.started.failure.code)

it('an untouched desk starts', async () => {
  expect(code(await start('SELECT 1'))).toBe(null)
})
it.each([
  ['edited', "UPDATE ledger SET bytes = replace(bytes, 'supervisor', 'porter') WHERE seq = 2"],
  ['deleted', 'DELETE FROM ledger WHERE seq = 2'],
  [
    'reordered',
    'UPDATE ledger SET seq = -1 WHERE seq = 2; UPDATE ledger SET seq = 2 WHERE seq = 3; UPDATE ledger SET seq = 3 WHERE seq = -1',
  ],
  ['beheaded', 'DELETE FROM ledger WHERE seq = 1'],
])('an entry %s: the desk does not start (L-805)', async (_, sql) => {
  expect(code(await start(sql))).toBe('L-805')
})
it('an old entry, far behind what is checked before serving: the desk is frozen while it serves, and proves nothing more', async () => {
  const of = await start("UPDATE ledger SET bytes = replace(bytes, 'supervisor', 'porter') WHERE seq = 2", 1500)
  expect(code(of)).toBe(null)
  of.advance(10_000)
  await of.signIn(of.staff.porter)
  await of.call('openPickup', { pickup: of.pickups[0]?.id })
  const proof = await of.call('verifyByEye', {
    pickup: of.pickups[0]?.id,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  expect(proof).toMatchObject({ ok: false, failure: { code: 'L-604' } })
  // A round that began before the ledger was found damaged still ends as it would have.
  await expect
    .poll(
      async () => {
        await of.call('syncNow', {})
        return of.state().network.state
      },
      { message: 'the desk says that it is frozen' },
    )
    .toBe('frozen')
  expect(of.printed).toEqual([])
})
it('an opening key put there by hand: the desk does not start, so the hub is never told of it', async () => {
  expect(code(await start(`UPDATE kiosk SET opening_public = x'${'ab'.repeat(32)}', opening_registered = 0`))).toBe(
    'L-805',
  )
})
it('a colleague’s public key replaced: the desk does not start, so no share is sealed to it', async () => {
  expect(
    code(
      await start(
        'CREATE TEMP TABLE was AS SELECT staff, public_key FROM staff_pin; UPDATE staff_pin SET public_key = (SELECT was.public_key FROM was WHERE was.staff <> staff_pin.staff LIMIT 1)',
      ),
    ),
  ).toBe('L-805')
})
it('a name swapped between two members of staff is no name: the desk says that it is damaged', async () => {
  const of = await start(
    'CREATE TEMP TABLE was AS SELECT id, name FROM staff; UPDATE staff SET name = (SELECT was.name FROM was WHERE was.id <> staff.id LIMIT 1)',
  )
  of.scan(of.staff.porter.card)
  expect(of.sent.at(-1)).toContain('L-804')
  expect(of.state().staff).toBe(null)
})
it('a porter made supervisor by hand is nobody', async () => {
  const of = await start("UPDATE staff SET role = 'supervisor'")
  of.scan(of.staff.porter.card)
  expect(of.sent.at(-1)).toContain('L-804')
  await expect(of.signIn(of.staff.hr)).rejects.toThrow()
  expect(of.state().staff).toBe(null)
})
it('an envelope moved to another pickup does not open (L-510), and no byte of it is printed', async () => {
  const of = await start('UPDATE pickup SET envelope = (SELECT envelope FROM pickup ORDER BY n DESC LIMIT 1)')
  await of.signIn(of.staff.porter)
  const pickup = of.pickups[0]?.id
  await of.call('openPickup', { pickup })
  const proof = await of.call('verifyByEye', {
    pickup,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  if (!proof.ok) throw new Error(proof.failure.code)
  const { verification } = proof.value as { verification: string }
  expect(await of.call('release', { pickup, verification, language: 'fi' })).toMatchObject({
    ok: false,
    failure: { code: 'L-510' },
  })
  expect(of.printed).toEqual([])
})
it('stated limit: whoever owns the disk can cut the unacknowledged tail, and the desk alone cannot tell', async () => {
  expect(code(await start('DELETE FROM ledger WHERE seq > 3'))).toBe(null)
})
it('the database file holds no name, card, birth date or secret in the clear', async () => {
  const of = await start('SELECT 1')
  const bytes = readFileSync(of.at.file)
  for (const word of [
    'Kaisa',
    'koekaisa',
    'Portti',
    '04AABBCCDDEE01',
    '2001-02-03',
    'Canary-Secret',
    of.staff.porter.card,
  ])
    expect(bytes.includes(word), word).toBe(false)
  // The test can see what is there.
  expect(bytes.includes('staff-enrolled')).toBe(true)
})
