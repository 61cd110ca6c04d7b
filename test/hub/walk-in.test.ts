/**
 * Walk-ins at the hub, on real PostgreSQL: nothing is issued but against a signed verification, once, by those who may,
 * and an abandoned one never.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RecipientId, StaffId, WalkInId } from '../../src-shared/domain/index.ts'
import type { AccountQuery } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let other: DeskKiosk
let counter: StaffId
let chief: StaffId
let kioskId = ''
const account = 'kivelane'
let recipient: RecipientId

const staffAt = async (role: string, desk: string) =>
  StaffId.parse(
    (
      await fleet
        .hub()
        .db.selectFrom('staff')
        .innerJoin('staff_desk', 'staff_desk.staff', 'staff.id')
        .select('staff.id')
        .where('role', '=', role)
        .where('desk', '=', desk)
        .executeTakeFirstOrThrow()
    ).id,
  )

beforeAll(async () => {
  fleet = await startFleet()
  const { db } = fleet.hub()
  const desks = await db.selectFrom('desk').select(['id', 'kind']).execute()
  const idOf = (kind: string) => desks.find((desk) => desk.kind === kind)?.id ?? ''
  kiosk = await fleet.kiosk(idOf('helpdesk'), 'helpdesk')
  other = await fleet.kiosk(idOf('student-affairs'), 'affairs')
  kioskId = kiosk.records.read()?.kiosk ?? ''
  counter = await staffAt('counter', idOf('helpdesk'))
  chief = await staffAt('supervisor', idOf('hr'))
  recipient = RecipientId.parse(
    (await db.selectFrom('account').select('recipient').where('account', '=', account).executeTakeFirstOrThrow())
      .recipient,
  )
}, 120_000)
afterAll(() => fleet.stop())

const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.failure.code)
/** What a kiosk writes when somebody was verified; pushed, so that the hub holds it. */
async function verified({
  by = counter,
  who = recipient,
  until = Date.now() + 300_000,
  at = kiosk,
} = {}): Promise<WalkInId> {
  const walkIn = WalkInId.parse(newId())
  const proof = { proof: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiryValid: true } as const
  at.store.transact(() =>
    at.ledger.append({
      kind: 'walk-in-verified',
      actor: by,
      facts: { walkIn, recipient: who, ...proof, expiresAt: until },
    }),
  )
  value(await at.sync.now())
  return walkIn
}
const issue = (walkIn: WalkInId, whose = account, at = kiosk) =>
  at.hub.call('walkIn', { body: { walkIn, account: whose } })
async function abandon(walkIn: WalkInId): Promise<void> {
  kiosk.store.transact(() => kiosk.ledger.append({ kind: 'walk-in-abandoned', facts: { walkIn, code: 'L-218' } }))
  value(await kiosk.sync.now())
  value(await kiosk.sync.now())
}
const states = async () =>
  (
    await fleet
      .hub()
      .db.selectFrom('pickup')
      .select('state')
      .where('account', '=', account)
      .orderBy('issued_at')
      .execute()
  ).map((row) => row.state)

describe('issuing', () => {
  beforeEach(async () => {
    value(await kiosk.sync.now())
  })

  it('needs the verification in the ledger, unexpired, of this kiosk and of this person', async () => {
    expect(code(await issue(WalkInId.parse(newId())))).toBe('L-307')
    expect(code(await issue(await verified({ until: Date.now() - 1 })))).toBe('L-307')
    const mine = await verified()
    expect(code(await issue(mine, account, other))).toBe('L-307')
    expect(code(await issue(mine, 'akerstai'))).toBe('L-302')
    expect(code(await issue(mine, 'nobody-at-all'))).toBe('L-609')
    // Of somebody who does not serve at this desk.
    expect(code(await issue(await verified({ by: chief })))).toBe('L-408')
    expect(await states()).toEqual([])
  })

  it('happens once, answers the same when asked again, by any process, and takes who and how from the ledger', async () => {
    const walkIn = await verified()
    const second = await fleet.anotherHub()
    const [one, two] = await Promise.all([issue(walkIn), issue(walkIn)])
    const pickup = value(one.ok ? one : two).pickup
    expect(value(await issue(walkIn)).pickup).toBe(pickup)
    expect(await states()).toEqual(['granted'])
    const row = await second.db.selectFrom('walk_in').selectAll().where('id', '=', walkIn).executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      kiosk: kioskId,
      staff: counter,
      proof: 'passport',
      method: 'machine-read',
      pickup,
      state: 'issued',
    })
    const { issued_at } = await second.db
      .selectFrom('pickup')
      .select('issued_at')
      .where('id', '=', pickup)
      .executeTakeFirstOrThrow()
    expect(issued_at, 'issued when its walk-in was').toBe(row.at)
    // The kiosk of this test has no such walk-in on its own disk: what it cannot bind it gives back at once.
    value(await kiosk.sync.now())
    value(await kiosk.sync.now())
    expect(await states()).toEqual(['revoked'])
  })

  it('is asked back when it comes to nothing, and refused when it had come to nothing before', async () => {
    const walkIn = await verified()
    value(await issue(walkIn))
    await abandon(walkIn)
    expect((await states()).at(-1)).toBe('revoked')
    expect(code(await issue(walkIn))).toBe('L-218')
    const late = await verified()
    await abandon(late)
    expect(code(await issue(late))).toBe('L-218')
    expect((await states()).filter((state) => state === 'granted' || state === 'unassigned')).toEqual([])
  })

  it.each([
    [
      'a walk-in that no ledger speaks of',
      (pickup: string) =>
        sql`INSERT INTO walk_in VALUES ('x', ${kioskId}, 1, ${counter}, 'passport', 'by-eye', ${pickup}, 'issued', 1)`,
    ],
    ['one that is taken back', () => sql`UPDATE walk_in SET state = 'issued' WHERE state = 'abandoned'`],
    ['another member of staff', () => sql`UPDATE walk_in SET staff = ${chief} WHERE state = 'issued'`],
    ['deleting one', () => sql`DELETE FROM walk_in`],
    [
      'an e-ID that begins proved',
      (pickup: string) =>
        sql`INSERT INTO e_id (id, pickup, kiosk, staff, state, word_hash, created_at, expires_at) VALUES ('e', ${pickup}, ${kioskId}, 's', 'proved', 'w', 1, 2)`,
    ],
  ])('the database refuses %s', async (_, statement) => {
    const { db } = fleet.hub()
    const { id } = await db
      .selectFrom('pickup')
      .select('id')
      .where('account', '=', account)
      .limit(1)
      .executeTakeFirstOrThrow()
    await expect(statement(id).execute(db)).rejects.toThrow(/walk-in|e-ID|walk_in/)
  })
})

describe('looking somebody up', () => {
  const find = (query: AccountQuery, { as = counter, key = kiosk, at = kiosk } = {}) =>
    at.hub.call('findAccounts', {
      body: { staff: as, query: sealQuery(key.keys.lookupKey, key.records.read()?.kiosk ?? '', JSON.stringify(query)) },
    })
  const names = (result: Awaited<ReturnType<typeof find>>) => value(result).accounts.map((each) => each.account)

  it('a record that knows a part of a birth date is found by documents that bear it out, and by no other', async () => {
    const { db, keys } = fleet.hub()
    const person = await db
      .selectFrom('account')
      .innerJoin('recipient', 'recipient.id', 'account.recipient')
      .select(['recipient.id', 'recipient.birth_date', 'recipient.birth_blind'])
      .where('account.account', '=', account)
      .executeTakeFirstOrThrow()
    const known = (date: string) =>
      db
        .updateTable('recipient')
        .set({ birth_date: keys.seal(date), birth_blind: keys.blind('birth', date) })
        .where('id', '=', person.id)
        .execute()
    const born = async (birthDate: string) =>
      names(await find({ by: 'document', birthDate, family: 'KIVELAE', given: 'NELLI SOFIA', truncated: false }))
    try {
      await known('2003-09')
      expect([await born('2003-09-18'), await born('2003-09')]).toEqual([[account], [account]])
      expect([await born('2003'), await born('2003-10-18')]).toEqual([[], []])
      await known('2003')
      expect([await born('2003-09-18'), await born('2003-09'), await born('2003')]).toEqual([
        [account],
        [account],
        [account],
      ])
      expect(await born('2004-09-18')).toEqual([])
      await known('2003-09-18')
      expect([await born('2003-09'), await born('2003')]).toEqual([[], []])
    } finally {
      await db
        .updateTable('recipient')
        .set({ birth_date: person.birth_date, birth_blind: person.birth_blind })
        .where('id', '=', person.id)
        .execute()
    }
  })
  it('finds by card, by document in the letters of its zone, and by the beginnings of names, marks aside', async () => {
    expect(names(await find({ by: 'card', card: '04:a1:7c:5d:2e:90:f1' }))).toEqual([account])
    const document = {
      by: 'document',
      birthDate: '2003-09-18',
      family: 'KIVELAE',
      given: 'NELLI SOFIA',
      truncated: false,
    } as const
    expect(names(await find(document))).toEqual([account])
    expect(names(await find({ ...document, birthDate: '2003-09-19' }))).toEqual([])
    expect(names(await find({ ...document, given: 'NELLA' }))).toEqual([])
    expect(names(await find({ by: 'search', text: 'nelli kive' }))).toEqual([account])
    expect(names(await find({ by: 'search', text: 'akerst' }))).toContain('akerstai')
    // What means something in a pattern means nothing in a name.
    expect(names(await find({ by: 'search', text: '%%%' }))).toEqual([])
    expect(names(await find({ by: 'search', text: '_ivel' }))).toEqual([])
  })

  it('answers this kiosk’s own questions alone, for those who serve there, and says who asked and never for what', async () => {
    expect(code(await find({ by: 'search', text: 'kivela' }, { key: other }))).toBe('L-608')
    expect(code(await find({ by: 'search', text: 'kivela' }, { as: chief }))).toBe('L-408')
    const { detail } = await fleet
      .hub()
      .db.selectFrom('audit')
      .select('detail')
      .where('act', '=', 'accounts-looked-up')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(detail).toEqual({ by: 'search', found: expect.any(Number) as number })
  })

  it('is no way to read a directory out', async () => {
    let refused = 0
    for (let i = 0; i < 40; i++) if (code(await find({ by: 'search', text: 'aki' })) === 'L-619') refused += 1
    expect(refused).toBeGreaterThan(5)
  })
})
