/**
 * Lists of the console over a real PostgreSQL: what is found, that pages leave nothing out and repeat nothing, and that
 * hostile text is only text.
 */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { startConsoleHub, type Browser, type ConsoleHub } from './console-hub.ts'

let world: ConsoleHub
let auditor: Browser
type Row = HubReply<'pickups'>['pickups'][number]
const people = [
  { given: 'Åsa-Märta', family: 'Öhman', account: 'aohman', class: 'student' },
  { given: 'Eero', family: 'Virtanen', account: 'evirtanen1', class: 'student' },
  { given: 'Zoë', family: "O'Brien", account: 'zoe.obrien', class: 'partner' },
  { given: 'Søren', family: 'Ærø', account: 'saero', class: 'staff' },
  { given: "'); DROP TABLE pickup; --", family: '<script>alert(1)</script>', account: 'bobby', class: 'external' },
]
const states = ['unassigned', 'handed-over', 'burned', 'returned', 'revoked'] as const
const count = 160
let rows: Row[] = []

beforeAll(async () => {
  world = await startConsoleHub()
  auditor = await world.as('auditor')
  const { db } = world.hub()
  const desks = [...world.desks.values()].slice(0, 4)
  for (const person of people) {
    await sql`INSERT INTO recipient (id, class, family, given, former_names, language) VALUES
      (${person.account.padEnd(22, '_').replaceAll('.', '-')}, ${person.class}, ${person.family}, ${person.given}, '[]', 'fi')`.execute(
      db,
    )
    await sql`INSERT INTO account (account, recipient) VALUES (${person.account}, ${person.account.padEnd(22, '_').replaceAll('.', '-')})`.execute(
      db,
    )
  }
  for (let i = 0; i < count; i += 1) {
    const person = people[i % people.length]
    if (person === undefined) continue
    await sql`INSERT INTO pickup (id, account, recipient, desk, channel, request_reference, secret_kind, state, pickup_code, issued_at, expires_at)
      VALUES (${newId()}, ${person.account}, ${person.account.padEnd(22, '_').replaceAll('.', '-')}, ${desks[i % 4]}, ${i % 3 === 0 ? 'porter' : 'helpdesk'}, ${i % 2 === 0 ? `INC-${1000 + i}` : null},
        'password', ${states[i < 155 ? 1 + (i % 4) : 0]}, ${world.hub().keys.seal('ABCD1234')}, ${1_700_000_000_000 + Math.floor(i / 3) * 60_000}, ${1_800_000_000_000})`
      .execute(db)
      .catch((error: unknown) => {
        // One live pickup of an account, by the database's own word.
        if ((error as { code?: string }).code !== '23505') throw error
      })
  }
  rows = await pages({})
})
afterAll(() => world.stop())

async function pages(query: Record<string, string | number | undefined>, limit = 500): Promise<Row[]> {
  const found: Row[] = []
  for (let after: string | undefined; ;) {
    const page = (await auditor.call('pickups', undefined, { query: { ...query, limit, after } })).reply()
    found.push(...page.pickups)
    if (page.next === null) return found
    after = page.next
  }
}
const search = async (text: string) => [...new Set((await pages({ text })).map((row) => row.account))].sort()

it.each([
  ['ohman', ['aohman']],
  ['ÖHMAN ÅSA', ['aohman']],
  ['marta asa', ['aohman']],
  ['asa-märta öhm', ['aohman']],
  ['virt', ['evirtanen1']],
  ['evirtanen1', ['evirtanen1']],
  ['obrien', ['zoe.obrien']],
  ['zoe.obrien', ['zoe.obrien']],
  ["o'brien zoe", ['zoe.obrien']],
  ['soren aero', ['saero']],
  ['inc-1002', ['zoe.obrien']],
  ['1002', ['zoe.obrien']],
  ['script alert', ['bobby']],
  ['rtanen', []],
  ['virtanen åsa', []],
  ['%', []],
  ["' OR 1=1 --", []],
  ["\\'); DELETE FROM pickup; --", []],
  ['a & b | !c:*', []],
  ['\u0000', null],
])('%j finds %j', async (text, accounts) => {
  if (accounts === null)
    expect((await auditor.call('pickups', undefined, { query: { text, limit: 5 } })).code).toBe('L-608')
  else expect(await search(text)).toEqual(accounts)
  expect(await pages({})).toHaveLength(rows.length)
})

it('an id finds its pickup, whatever it looks like', async () => {
  const one = rows[17]
  expect((await pages({ text: one?.id })).map((row) => row.id)).toEqual([one?.id])
})

it('a name that was corrected is found by the new one, and no more by the old', async () => {
  const { db } = world.hub()
  await sql`UPDATE recipient SET family = 'Korhonen' WHERE given = 'Eero' AND family = 'Virtanen'`.execute(db)
  expect(await search('virtanen')).toEqual([])
  expect(await search('korhonen eero')).toEqual(['evirtanen1'])
  await sql`UPDATE recipient SET family = 'Virtanen' WHERE family = 'Korhonen'`.execute(db)
})

it('every filter gives exactly what fits, in order, however it is paged', async () => {
  expect(rows.length).toBeGreaterThan(150)
  const desks = [...new Set(rows.flatMap((row) => row.desk ?? []))]
  const some = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(
      some(desks),
      fc.option(fc.subarray([...states], { minLength: 1 }), { nil: undefined }),
      some(['porter', 'helpdesk'] as const),
      some(['student', 'partner', 'staff'] as const),
      some([1_700_000_600_000, 1_700_001_000_000]),
      some([1_700_001_500_000]),
      fc.integer({ min: 1, max: 40 }),
      async (desk, state, channel, recipientClass, issuedFrom, issuedTo, limit) => {
        const wanted = rows.filter(
          (row) =>
            (desk === undefined || row.desk === desk) &&
            (state === undefined || (state as string[]).includes(row.state)) &&
            (channel === undefined || row.channel === channel) &&
            (recipientClass === undefined || row.recipientClass === recipientClass) &&
            (issuedFrom === undefined || (row.issuedAt ?? 0) >= issuedFrom) &&
            (issuedTo === undefined || (row.issuedAt ?? 0) < issuedTo),
        )
        const query = { desk, state: state?.join(','), channel, recipientClass, issuedFrom, issuedTo }
        expect((await pages(query, limit)).map((row) => row.id)).toEqual(wanted.map((row) => row.id))
        const counted = (await auditor.call('countPickups', undefined, { query })).reply()
        expect(counted).toEqual({ count: wanted.length, more: false, estimate: false })
      },
    ),
    { numRuns: 25 },
  )
})

it('one pickup says where it stands', async () => {
  const supervisor = await world.as('supervisor')
  const desk = [...world.desks.values()][0] ?? ''
  const { kind } = await world
    .hub()
    .db.selectFrom('desk')
    .select('kind')
    .where('id', '=', desk)
    .executeTakeFirstOrThrow()
  const account = 'aohman'
  const issued = (
    await supervisor.call('issue', { account, desk, channel: kind, requestReference: 'INC-77', secretKind: 'password' })
  ).reply()
  const seen = (await supervisor.call('pickup', undefined, { query: { pickup: issued.pickup } })).reply()
  expect(seen).toMatchObject({
    account,
    name: 'Åsa-Märta Öhman',
    state: 'unassigned',
    pickupCode: issued.pickupCode,
    hasBirthDate: false,
  })
  expect(seen.standing).toMatchObject({ what: 'no-kiosk', desk: { id: desk }, lastContactAt: null })
  expect(seen.may).toEqual({ reroute: true, revoke: true, extend: true, reissue: false })
  expect((await auditor.call('pickup', undefined, { query: { pickup: issued.pickup } })).reply().may.revoke).toBe(false)
  expect((await supervisor.call('pickup', undefined, { query: { pickup: newId() } })).status).toBe(404)
})

it('the audit trail is paged too, and filtered by who and what', async () => {
  const all: number[] = []
  for (let after: string | undefined; ;) {
    const page = (await auditor.call('auditTrail', undefined, { query: { limit: 3, after } })).reply()
    all.push(...page.acts.map((act) => act.id))
    if (page.next === null) break
    after = page.next
  }
  expect(all).toEqual([...all].sort((a, b) => b - a))
  expect(new Set(all).size).toBe(all.length)
  const acts = (
    await auditor.call('auditTrail', undefined, { query: { limit: 50, actor: 'first.admin', act: 'account-saved' } })
  ).reply().acts
  expect(acts.map((act) => act.detail.account).sort()).toEqual(['auditor.one', 'supervisor.one'])
})
