/**
 * Check-in screens at the hub, on real PostgreSQL: any number at a desk beside its one kiosk, which alone is granted
 * anything. A screen is told initials, the desk learns who has come, and a screen that somebody has opened can do no
 * more than raise an alarm.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { CallId, RecipientId } from '../../src-shared/domain/index.ts'
import type { CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import type { KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { tellDesks, tellPolicy, tellStaff } from '../../src-hub/administration/tell.ts'
import { transact } from '../../src-hub/database/index.ts'
import { createLedger } from '../../src-main/ledger/index.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let desk = ''
let other = ''
let kiosk: DeskKiosk
let elsewhere: DeskKiosk
let screen: DeskKiosk
let screenId = ''

beforeAll(async () => {
  fleet = await startFleet()
  // Whatever the hour: opening hours are tested where the clock is ours.
  await fleet.hub().db.updateTable('desk').set({ hours: null }).execute()
  await fleet
    .hub()
    .db.updateTable('unit')
    .set({ hours: JSON.stringify(alwaysOpen) })
    .execute()
  ;[desk = '', other = ''] = await byKind('helpdesk', 'student-affairs')
  kiosk = await fleet.kiosk(desk, 'kiosk')
  elsewhere = await fleet.kiosk(other, 'elsewhere')
  screen = await fleet.kiosk(desk, 'screen', 'check-in')
  screenId = screen.records.read()?.kiosk ?? ''
}, 120_000)
afterAll(() => fleet.stop())

const week = (spans: { from: string; to: string }[]) => ({
  weekly: Array.from({ length: 7 }, () => spans),
  exceptions: [],
})
const alwaysOpen = week([{ from: '00:00', to: '24:00' }])
const byKind = async (...kinds: string[]) => {
  const rows = await fleet.hub().db.selectFrom('desk').select(['id', 'kind']).orderBy('id').execute()
  return kinds.map((kind) => rows.find((row) => row.kind === kind)?.id ?? '')
}
const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.failure.code)
const ask = (query: CheckInQuery, at = screen, as = screenId) =>
  at.hub.call('checkIn', { body: { query: sealQuery(at.keys.lookupKey, as, JSON.stringify(query)) } })
async function personOf(account: string) {
  const { db, keys } = fleet.hub()
  const row = await db
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .innerJoin('card', 'card.recipient', 'recipient.id')
    .select(['card.sealed', 'recipient.birth_date', 'recipient.family', 'recipient.given'])
    .where('account.account', '=', account)
    .executeTakeFirstOrThrow()
  const birthDate = row.birth_date === null ? '' : keys.open(row.birth_date)
  return { card: keys.open(row.sealed), birthDate, family: row.family, given: row.given }
}
/** As a document has a name. */
const upper = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/-/g, ' ').toUpperCase()
const push = async (one: DeskKiosk) => value(await one.sync.now())

describe('a check-in screen', () => {
  it('joins a desk that has its kiosk, as often as wanted; a second kiosk does not', async () => {
    expect(screen.records.read()).toMatchObject({ kind: 'check-in', desk })
    const second = await fleet.kiosk(desk, 'screen-2', 'check-in')
    expect(second.records.read()?.kind).toBe('check-in')
    await expect(fleet.kiosk(desk, 'kiosk-2')).rejects.toThrow('L-106')
  })

  it('is told its desk, policy and directory, and nothing of staff or pickups', async () => {
    const account = fleet.accounts[0] ?? ''
    const pickup = await fleet.issue(account, desk)
    await push(screen)
    await push(kiosk)
    expect(kiosk.pickups.get(pickup)).not.toBeNull()
    expect(screen.pickups.get(pickup)).toBeNull()
    const record = screen.records.read()
    expect(record?.deskRecord?.id).toBe(desk)
    expect(record?.policy).not.toBeNull()
    expect(record?.cursor).toBe(kiosk.records.read()?.cursor)
    expect(screen.records.directory().length).toBeGreaterThan(2)
    const file = screen.store.db.serialize().toString('latin1')
    const { card, family } = await personOf(account)
    for (const text of [account, card, family]) expect(file).not.toContain(text)
    expect(screen.store.db.prepare('SELECT count(*) AS n FROM staff').get()).toEqual({ n: 0 })
    await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } })
    await push(kiosk)
  })

  it('cannot register an opening key, look accounts up, be granted anything or give a desk’s word', async () => {
    expect(
      code(
        await screen.hub.call('openingKey', {
          body: { nonce: newId(), openingKey: Buffer.alloc(32, 9).toString('base64url') },
        }),
      ),
    ).toBe('L-109')
    const staff = (
      await fleet.hub().db.selectFrom('staff_desk').select('staff').where('desk', '=', desk).executeTakeFirstOrThrow()
    ).staff
    expect(code(await screen.hub.call('findAccounts', { body: { staff: staff as never, query: 'x' } }))).toBe('L-408')
    expect(code(await screen.hub.call('beginEId', { body: { staff: staff as never, pickup: newId() as never } }))).toBe(
      'L-312',
    )
    expect(await fleet.hub().db.selectFrom('grant').select('pickup').where('kiosk', '=', screenId).execute()).toEqual(
      [],
    )
  })
})

describe('a screen at a desk', () => {
  it('files requests for the card that was read there, in nobody’s name', async () => {
    const { card } = await personOf(fleet.accounts[2] ?? '')
    const staff = (
      await fleet.hub().db.selectFrom('staff_desk').select('staff').where('desk', '=', desk).executeTakeFirstOrThrow()
    ).staff as never
    const request = () => ({
      request: newId() as never,
      cardTag: cardTag(screen.keys.lookupKey, card).toString('base64url'),
      account: null,
      filedAt: Date.now(),
    })
    const file = async (body: object) =>
      code(await screen.hub.call('fileRequest', { body: { ...request(), staff: null, ...body } }))
    expect(await file({ staff })).toBe('L-109')
    expect(await file({ cardTag: null, account: fleet.accounts[2] })).toBe('L-109')
    expect(
      await fleet.hub().db.selectFrom('delivery_request').select('id').where('kiosk', '=', screenId).execute(),
    ).toEqual([])
    expect(await file({})).toBe('ok')
    // The desk's own kiosk, where staff sign in, may do both.
    const own = { ...request(), cardTag: null, account: fleet.accounts[2] ?? '', staff }
    expect(code(await kiosk.hub.call('fileRequest', { body: own }))).toBe('ok')
  })

  it('that has no kiosk is told of a new policy and of its desk, and of staff nothing', async () => {
    const [lonely = ''] = await byKind('hr')
    const one = await fleet.kiosk(lonely, 'lonely', 'check-in')
    const { db, keys } = fleet.hub()
    const before = one.records.read()?.cursor ?? 0
    const member = await db
      .selectFrom('staff_desk')
      .select('staff')
      .where('desk', '=', lonely)
      .executeTakeFirstOrThrow()
    await transact(db, async (tx) => {
      await tx.updateTable('desk').set({ slip_prefix: 'UUS' }).where('id', '=', lonely).execute()
      await tellDesks(tx, [lonely])
      await tellPolicy(tx)
      await tellStaff(tx, keys, member.staff, [])
    })
    await push(one)
    expect(one.records.read()?.cursor).toBe(before + 2)
    expect(one.records.read()?.deskRecord?.slipPrefix).toBe('UUS')
  })
})

describe('checking in', () => {
  let who = ''
  beforeEach(async () => {
    who = fleet.accounts[1] ?? ''
    await push(kiosk)
  })

  it('by a document that namesakes share: nobody has arrived, and a card or a code is asked for', async () => {
    const { db } = fleet.hub()
    const [one = '', two = ''] = [fleet.accounts[5], fleet.accounts[6]]
    const recipientOf = async (account: string) =>
      (await db.selectFrom('account').select('recipient').where('account', '=', account).executeTakeFirstOrThrow())
        .recipient
    const as = await db
      .selectFrom('recipient')
      .select(['family', 'given', 'birth_date', 'birth_blind'])
      .where('id', '=', await recipientOf(one))
      .executeTakeFirstOrThrow()
    await db
      .updateTable('recipient')
      .set(as)
      .where('id', '=', await recipientOf(two))
      .execute()
    const pickups = [await fleet.issue(one, desk), await fleet.issue(two, desk)]
    const alone = await fleet.issue(who, desk)
    await push(kiosk)
    // The desk's kiosk is told, whichever of the two waits there.
    const flagged = [...pickups, alone].map((pickup) => kiosk.pickups.get(pickup)?.person.namesake)
    expect(flagged).toEqual([true, true, false])
    const { card, birthDate, ...names } = await personOf(two)
    const [family, given] = [upper(names.family), upper(names.given)]
    expect(code(await ask({ by: 'document', birthDate, family, given, truncated: false }))).toBe('L-333')
    expect(value(await ask({ by: 'card', card }))).toMatchObject({ outcome: 'here', count: 1 })
    await push(kiosk)
    expect(pickups.map((pickup) => kiosk.pickups.get(pickup)?.state)).toEqual(['waiting', 'arrived'])
    for (const pickup of [...pickups, alone])
      await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } })
    await push(kiosk)
  })

  it('by a document of whom no birth date is on record: it is not said that nothing waits', async () => {
    const { db } = fleet.hub()
    const account = fleet.accounts[8] ?? ''
    const names = await personOf(account)
    const [family, given] = [upper(names.family), upper(names.given)]
    const { recipient } = await db
      .selectFrom('account')
      .select('recipient')
      .where('account', '=', account)
      .executeTakeFirstOrThrow()
    await db.updateTable('recipient').set({ birth_date: null, birth_blind: null }).where('id', '=', recipient).execute()
    const own = await fleet.kiosk(desk, 'screen-unborn', 'check-in')
    const asked = (name = { family, given }) =>
      ask({ by: 'document', birthDate: '1971-07-07', truncated: false, ...name }, own, own.records.read()?.kiosk ?? '')
    expect(value(await asked())).toEqual({ outcome: 'nothing' })
    const pickup = await fleet.issue(account, desk)
    expect(code(await asked())).toBe('L-251')
    expect(value(await asked({ family: 'QVIST', given: 'OLA' }))).toEqual({ outcome: 'nothing' })
    await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } })
    await push(kiosk)
  })

  it('a birth date known in part and one known whole make namesakes of one name; dates that differ do not', async () => {
    const { db, keys } = fleet.hub()
    const accounts = [5, 6, 7].map((i) => fleet.accounts[i] ?? '')
    const recipients = await db.selectFrom('account').select('recipient').where('account', 'in', accounts).execute()
    const granted = async (births: readonly string[]) => {
      for (const [i, { recipient }] of recipients.entries())
        await db
          .updateTable('recipient')
          .set({
            family: 'Kaima',
            given: 'Aino',
            birth_date: keys.seal(births[i] ?? ''),
            birth_blind: keys.blind('birth', births[i] ?? ''),
          })
          .where('id', '=', recipient)
          .execute()
      const pickups = []
      for (const account of accounts) pickups.push(await fleet.issue(account, desk))
      await push(kiosk)
      const flags = new Map<string, boolean>(
        pickups.flatMap((pickup) => {
          const person = kiosk.pickups.get(pickup)?.person
          return person === undefined ? [] : [[person.recipient, person.namesake]]
        }),
      )
      for (const pickup of pickups)
        await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } })
      await push(kiosk)
      return recipients.map(({ recipient }) => flags.get(recipient))
    }
    expect(await granted(['1985', '1985-07-14', '1986-07-14'])).toEqual([true, true, false])
    expect(await granted(['1985-07', '1985', '1985-08-01'])).toEqual([true, true, true])
    expect(await granted(['1985-07', '1985-08', '1985-09-14'])).toEqual([false, false, false])
    expect(await granted(['1985-07', '1985-08-14', '1985-07-31'])).toEqual([true, false, true])
  })

  it('by card: initials and language for the screen, an arrival for the desk, once', async () => {
    const pickup = await fleet.issue(who, desk)
    await push(kiosk)
    const person = await personOf(who)
    const here = value(await ask({ by: 'card', card: person.card }))
    expect(here).toMatchObject({
      outcome: 'here',
      count: 1,
      told: true,
      initials: `${person.given[0] ?? ''}. ${person.family[0] ?? ''}.`,
    })
    expect(JSON.stringify(here)).not.toContain(person.family)
    value(await ask({ by: 'card', card: person.card }))
    await push(kiosk)
    expect(kiosk.pickups.get(pickup)).toMatchObject({ state: 'arrived' })
    await push(kiosk)
    const arrivals = await fleet
      .hub()
      .db.selectFrom('ledger_entry')
      .select(['kiosk', 'bytes'])
      .where('pickup', '=', pickup)
      .where('kind', '=', 'arrival')
      .execute()
    expect(arrivals.map((row) => [row.kiosk, (JSON.parse(row.bytes) as { facts: unknown }).facts])).toEqual([
      [kiosk.records.read()?.kiosk, { by: 'check-in-screen' }],
    ])
    const kinds = value(await fleet.agent().call('timeline', { query: { pickup } })).events.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'checked-in')).toHaveLength(1)
  })

  it('by document, and by the code of the notice', async () => {
    const person = await personOf(who)
    const document = {
      by: 'document',
      birthDate: person.birthDate,
      family: upper(person.family),
      given: upper(person.given),
      truncated: false,
    } as const
    expect(value(await ask(document))).toMatchObject({ outcome: 'here' })
    expect(value(await ask({ ...document, birthDate: '1950-01-01' }))).toEqual({ outcome: 'nothing' })
    expect(value(await ask({ ...document, family: 'SOMEONE', given: 'ELSE' }))).toEqual({ outcome: 'nothing' })
    const { db, keys } = fleet.hub()
    const row = await db
      .selectFrom('pickup')
      .select('pickup_code')
      .where('account', '=', who)
      .where('state', '=', 'granted')
      .executeTakeFirstOrThrow()
    expect(value(await ask({ by: 'pickup-code', code: keys.open(row.pickup_code).toLowerCase() }))).toMatchObject({
      outcome: 'here',
    })
    expect(value(await ask({ by: 'pickup-code', code: 'ZZZZZZZZ' }))).toEqual({ outcome: 'nothing' })
  })

  it('a birth that is known in part: by document as far as both know it, and by code', async () => {
    const [, , , , fifth = ''] = fleet.accounts
    await fleet.issue(fifth, desk)
    await push(kiosk)
    const { db, keys } = fleet.hub()
    const found = await db
      .selectFrom('account')
      .innerJoin('recipient', 'recipient.id', 'account.recipient')
      .innerJoin('pickup', 'pickup.account', 'account.account')
      .select(['recipient.id', 'recipient.family', 'recipient.given', 'pickup.pickup_code'])
      .where('account.account', '=', fifth)
      .where('pickup.state', '=', 'granted')
      .executeTakeFirstOrThrow()
    const upper = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/-/g, ' ').toUpperCase()
    const names = { family: upper(found.family), given: upper(found.given), truncated: false }
    for (const [record, document, outcome] of [
      ['1985', '1985', 'here'],
      ['1985', '1985-07', 'here'],
      ['1985', '1985-07-14', 'here'],
      ['1985-07', '1985-07', 'here'],
      ['1985-07', '1985-07-14', 'here'],
      ['1985-07-14', '1985-07-14', 'here'],
      ['1985-07', '1985', 'nothing'],
      ['1985-07-14', '1985-07', 'nothing'],
      ['1985-07-14', '1985', 'nothing'],
      ['1985', '1986', 'nothing'],
      ['1985-07', '1985-08', 'nothing'],
    ] as const) {
      const recipient = RecipientId.parse(found.id)
      value(await fleet.agent().call('setBirthDate', { body: { recipient, birthDate: record } }))
      const said = value(await ask({ by: 'document', birthDate: document, ...names }))
      expect([record, document, said.outcome]).toEqual([record, document, outcome])
    }
    // A code is of the pickup: what is known of the birth does not matter.
    const byCode = await ask({ by: 'pickup-code', code: keys.open(found.pickup_code) })
    expect(value(byCode)).toMatchObject({ outcome: 'here' })
  })

  it('what waits at another desk is named by that desk, and nobody arrives', async () => {
    const [, , , third = ''] = fleet.accounts
    const pickup = await fleet.issue(third, other)
    await push(elsewhere)
    const { card } = await personOf(third)
    expect(value(await ask({ by: 'card', card }))).toMatchObject({ outcome: 'elsewhere', desks: [other] })
    await push(elsewhere)
    expect(elsewhere.pickups.get(pickup)?.state).toBe('waiting')
    expect(value(await ask({ by: 'card', card: '04FFFFFFFFFFFF' }))).toEqual({ outcome: 'nothing', known: false })
  })

  it('what is no longer given out at another desk sends nobody there', async () => {
    const account = fleet.accounts[5] ?? ''
    const pickup = await fleet.issue(account, other)
    const { card } = await personOf(account)
    expect(value(await ask({ by: 'card', card }))).toMatchObject({ outcome: 'elsewhere' })
    await fleet
      .hub()
      .db.updateTable('pickup')
      .set({ expires_at: Date.now() - 1 })
      .where('id', '=', pickup)
      .execute()
    expect(value(await ask({ by: 'card', card }))).toEqual({ outcome: 'nothing' })
  })

  it('again within the minute at the desk that it was moved to: that desk hears of it as well', async () => {
    const account = fleet.accounts[6] ?? ''
    const there = await fleet.kiosk(other, 'screen-there', 'check-in')
    const pickup = await fleet.issue(account, desk)
    await push(kiosk)
    const { card } = await personOf(account)
    expect(value(await ask({ by: 'card', card }))).toMatchObject({ outcome: 'here' })
    await push(kiosk)
    expect(kiosk.pickups.get(pickup)?.state).toBe('arrived')
    value(await fleet.agent().call('revoke', { body: { pickup, reason: 're-routed', to: other as never } }))
    await push(kiosk)
    await push(elsewhere)
    expect(elsewhere.pickups.get(pickup)?.state).toBe('waiting')
    expect(value(await ask({ by: 'card', card }, there, there.records.read()?.kiosk))).toMatchObject({
      outcome: 'here',
      told: true,
    })
    await push(elsewhere)
    expect(elsewhere.pickups.get(pickup)?.state).toBe('arrived')
  })

  it('says so when the desk’s kiosk cannot have heard of it, and refuses while the desk is paused or its hours are over', async () => {
    const { db } = fleet.hub()
    const { card } = await personOf(who)
    const kioskId = kiosk.records.read()?.kiosk ?? ''
    await db
      .updateTable('kiosk')
      .set({ last_contact: Date.now() - 600_000 })
      .where('id', '=', kioskId)
      .execute()
    expect(value(await ask({ by: 'card', card }))).toMatchObject({ outcome: 'here', told: false })
    const until = Date.now() + 600_000
    const status = {
      light: 'green' as const,
      serves: true,
      servesOffline: true,
      reasons: [],
      staff: 2,
    } satisfies Partial<KioskStatus>
    value(await kiosk.hub.call('status', { body: { ...status, paused: { reason: 'break', until } } }))
    expect(await ask({ by: 'card', card })).toMatchObject({
      ok: false,
      failure: { code: 'L-240', params: { untilAt: until } },
    })
    value(await kiosk.hub.call('status', { body: { ...status, paused: null } }))
    await db
      .updateTable('desk')
      .set({ hours: JSON.stringify(week([])) })
      .where('id', '=', desk)
      .execute()
    expect(code(await ask({ by: 'card', card }))).toBe('L-211')
    await db.updateTable('desk').set({ hours: null }).where('id', '=', desk).execute()
  })

  it('tells a desk’s own kiosk of other desks alone: of its own it hears no name, and nobody arrives', async () => {
    const pickup = await fleet.issue(who, desk)
    await push(kiosk)
    const { card } = await personOf(who)
    const asked = value(await ask({ by: 'card', card }, kiosk, kiosk.records.read()?.kiosk))
    expect(asked).toEqual({ outcome: 'nothing' })
    await push(kiosk)
    expect(kiosk.pickups.get(pickup)?.state).toBe('waiting')
    await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } })
    await push(kiosk)
  })

  it('is under the asker’s own key, and not without end', async () => {
    expect(code(await ask({ by: 'card', card: '04AA' }, screen, kiosk.records.read()?.kiosk))).toBe('L-608')
    const one = await fleet.kiosk(desk, 'screen-3', 'check-in')
    const id = one.records.read()?.kiosk ?? ''
    const codes: string[] = []
    for (let n = 0; n < 31; n += 1) codes.push(code(await ask({ by: 'card', card: `04${n}` }, one, id)))
    expect(codes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 'ok'))
    expect(codes[30]).toBe('L-619')
  })
})

describe('a screen’s ledger', () => {
  it('passes a call for staff on to the desk’s kiosk', async () => {
    const call = CallId.parse(newId())
    screen.store.transact(() => screen.ledger.append({ kind: 'staff-called', facts: { call } }))
    await push(screen)
    const feed = await fleet
      .hub()
      .db.selectFrom('feed')
      .select('body')
      .where('desk', '=', desk)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(JSON.parse(feed.body)).toMatchObject({ kind: 'staff-called', call })
  })

  it('no call of it comes from the future', async () => {
    const one = await fleet.kiosk(desk, 'screen-ahead', 'check-in')
    const ahead = createLedger(one.store.db, one.keys, () => Date.now() + 30 * 86_400_000)
    const call = CallId.parse(newId())
    one.store.transact(() => ahead.append({ kind: 'staff-called', facts: { call } }))
    await push(one)
    const feed = await fleet
      .hub()
      .db.selectFrom('feed')
      .select('body')
      .where('desk', '=', desk)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const said = JSON.parse(feed.body) as { call: string; at: number }
    expect(said.call).toBe(call)
    expect(said.at).toBeLessThanOrEqual(Date.now())
  })

  it('of a screen that somebody has opened hands nothing over, holds nothing and frees nothing', async () => {
    const account = fleet.accounts[4] ?? ''
    const pickup = await fleet.issue(account, desk)
    await push(kiosk)
    const epoch = kiosk.pickups.get(pickup)?.epoch
    if (epoch === undefined) throw new Error('not granted')
    // Whoever owns the disk owns its triggers.
    const triggers = screen.store.db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'ledger'")
      .pluck()
      .all()
    for (const name of triggers) screen.store.db.exec(`DROP TRIGGER ${name}`)
    screen.store.db.pragma('foreign_keys = OFF')
    screen.store.transact(() => {
      screen.ledger.append({ kind: 'handed-over', pickup, epoch, facts: { slip: newId() as never } })
      screen.ledger.append({ kind: 'revoke-acknowledged', pickup, epoch, facts: {} })
      screen.ledger.append({ kind: 'slip-missing', pickup, epoch, facts: { slip: newId() as never } })
    })
    await push(screen)
    const { db } = fleet.hub()
    expect(await db.selectFrom('pickup').select(['state', 'held']).where('id', '=', pickup).executeTakeFirst()).toEqual(
      { state: 'granted', held: false },
    )
    expect(await db.selectFrom('handover').select('pickup').where('pickup', '=', pickup).execute()).toEqual([])
    const { alarms, disputes } = await fleet.alarms()
    expect(alarms.filter((alarm) => alarm.kiosk === screenId && alarm.kind === 'poison-entry')).toHaveLength(3)
    expect(disputes).toEqual([])
  })

  it('that does not match freezes it: the desk is not alarmed, the list of desks says so, and it can be thawed', async () => {
    const one = await fleet.kiosk(desk, 'screen-frozen', 'check-in')
    const id = one.records.read()?.kiosk
    if (id === undefined) throw new Error('not enrolled')
    const seen = async () => value(await fleet.agent().call('watch', {})).desks.find((row) => row.id === desk)
    const reasons = async () => (await seen())?.screens.find((screen) => screen.kiosk === id)?.reasons
    await vi.waitFor(async () => expect(await reasons()).toEqual([]))
    const red = { light: 'red' as const, serves: false, servesOffline: false, staff: 0, paused: null }
    value(await one.hub.call('status', { body: { ...red, reasons: [{ code: 'L-701', severity: 'red' }] } }))
    expect(await reasons()).toEqual(['reader'])
    await fleet.hub().db.updateTable('kiosk').set({ frozen: true }).where('id', '=', id).execute()
    expect(await reasons()).toEqual(['frozen', 'reader'])
    expect((await seen())?.reasons).not.toContain('reader')
    expect((await seen())?.frozen).toBe(false)
    expect(code(await ask({ by: 'card', card: '04AA' }, one, id))).toBe('L-604')
    value(await fleet.agent().call('unfreeze', { body: { kiosk: id } }))
    expect(value(await ask({ by: 'card', card: '04AA' }, one, id))).toEqual({ outcome: 'nothing', known: false })
  })

  it('a lost screen is written off and burns nothing; its requests end there', async () => {
    const lost = await fleet.kiosk(desk, 'screen-4', 'check-in')
    const id = lost.records.read()?.kiosk
    if (id === undefined) throw new Error('not enrolled')
    await vi.waitFor(async () => {
      const row = value(await fleet.agent().call('watch', {})).desks.find((one) => one.id === desk)
      expect(row?.screens.find((one) => one.kiosk === id)).toMatchObject({ silent: false })
    })
    expect(value(await fleet.agent().call('writeOff', { body: { kiosk: id } }))).toEqual({ burned: 0, reissued: 0 })
    expect(code(await ask({ by: 'card', card: '04AA' }, lost, id))).toBe('L-603')
    const row = value(await fleet.agent().call('watch', {})).desks.find((one) => one.id === desk)
    expect(row?.screens.map((one) => one.kiosk)).not.toContain(id)
    expect(row?.kiosk).toBe(kiosk.records.read()?.kiosk)
  })
})
