/**
 * Registered letters at the hub: who gets one, what its post room is told, and what the ledger makes of it. Real hub,
 * real PostgreSQL, a real kiosk.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApprovalId, SlipId, StaffId, type PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { PostalAddress } from '../../src-shared/policy/index.ts'
import { createApprovals, createLetters, createSlips, dispatchLetter, endLetter } from '../../src-main/release/index.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let room: string
let post: DeskKiosk
beforeAll(async () => {
  fleet = await startFleet()
  room = (
    await fleet.hub().db.selectFrom('desk').select('id').where('kind', '=', 'post-room').executeTakeFirstOrThrow()
  ).id
  post = await fleet.kiosk(room, 'post')
})
afterAll(() => fleet.stop())

const vaasa: PostalAddress = { lines: ['Strandgatan 14 B 3'], postalCode: '65100', city: 'Vaasa', country: 'FI' }
const helsinki: PostalAddress = { ...vaasa, postalCode: '00530', city: 'Helsinki' }
const setAddress = async (account: string, address: PostalAddress | null) =>
  value(await fleet.agent().call('setAddress', { body: { account, address } }))
const issue = (account: string, requestReference: string | null = 'LR-1') =>
  fleet.agent().call('issue', {
    body: { account, desk: room as never, channel: 'registered-letter', requestReference, secretKind: 'password' },
  })
const stateOf = async (pickup: string) =>
  (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', pickup).executeTakeFirstOrThrow()).state
const account = (n: number) => fleet.accounts[n] ?? ''

/** Two members of staff, a slip, an envelope: what a post room's engine writes. */
function send(id: PickupId, tracking: string, at: DeskKiosk = post): void {
  const { store, ledger, pickups } = at
  const slips = createSlips(store.db)
  const approvals = createApprovals(store.db, pickups, ledger)
  const letters = createLetters(store.db)
  const staff = StaffId.parse(newId())
  const letter = pickups.get(id)
  if (letter === null) throw new Error('not at this post room')
  const now = Date.now()
  const slip = SlipId.parse(newId())
  store.transact(() => {
    const { id: approval } = approvals.begin(letter, { staff, session: 's' }, now, 300)
    approvals.confirm(ApprovalId.parse(approval), letter, staff, StaffId.parse(newId()))
    slips.intend({
      id: slip,
      number: slips.nextNumber('POS'),
      pickup: id,
      epoch: letter.epoch,
      verification: null,
      approval,
      staff,
      language: 'fi',
      at: now,
    })
    ledger.append({
      kind: 'slip-intended',
      pickup: id,
      epoch: letter.epoch,
      actor: staff,
      facts: { slip, number: 'POS-1', approval, language: 'fi', further: false },
    })
    slips.outcome(slip, 'printed', null)
  })
  value(dispatchLetter({ store, ledger, pickups, slips, letters, now: () => now }, slip, tracking, staff))
}
const end = (tracking: string, how: 'delivered' | 'returned-by-post') => {
  const { store, ledger, pickups } = post
  value(
    endLetter(
      { store, ledger, pickups, slips: createSlips(store.db), letters: createLetters(store.db), now: () => Date.now() },
      tracking,
      how,
      StaffId.parse(newId()),
    ),
  )
}

test('a letter needs a request and a full address outside Greater Helsinki; else the nearest units are named', async () => {
  expect(await issue(account(0))).toMatchObject({ ok: false, failure: { code: 'L-227' } })
  expect(await setAddress(account(0), helsinki)).toEqual({ area: 'inside', letter: 'none' })
  const refused = await issue(account(0))
  expect(refused).toMatchObject({ ok: false, failure: { code: 'L-228' } })
  const where = refused.ok ? '' : String(refused.failure.params?.whereEn)
  // Which come first depends on what is open at this hour.
  expect(where).toContain('Lakeside campus, Rantatie 4')
  expect(where.split(';').length).toBe(3)
  expect(await setAddress(account(0), vaasa)).toEqual({ area: 'outside', letter: 'none' })
  expect(await issue(account(0), null)).toMatchObject({ ok: false, failure: { code: 'L-207' } })
  expect(await issue(account(0))).toMatchObject({ ok: true, value: { state: 'granted' } })
})

test('the address is sealed in the database, goes to the post room alone, and is sealed in its cache', async () => {
  const rows = await fleet.hub().db.selectFrom('recipient').select('address').where('address', 'is not', null).execute()
  expect(rows.length).toBeGreaterThan(0)
  for (const { address } of rows) expect(Buffer.from(address ?? []).toString('latin1')).not.toContain('Strandgatan')
  value(await post.sync.now())
  const [live] = post.pickups.liveGrants()
  expect(live === undefined ? null : post.pickups.get(live.pickup)?.person.address).toEqual(vaasa)
  const cached = post.store.db.prepare<[], { person: Buffer }>('SELECT person FROM pickup').all()
  for (const { person } of cached) expect(person.toString('latin1')).not.toContain('Strandgatan')
  // The same person's pickup at a desk says nothing of where they live.
  const [desk = ''] = fleet.desks
  const other = await fleet.kiosk(desk, 'counter')
  await setAddress(account(1), vaasa)
  await fleet.issue(account(1), desk)
  value(await other.sync.now())
  for (const { pickup } of other.pickups.liveGrants()) expect(other.pickups.get(pickup)?.person.address).toBeNull()
  const feed = await fleet.hub().db.selectFrom('feed').select('body').where('desk', '=', desk).execute()
  expect(feed.map(({ body }) => body).join('')).not.toContain('Strandgatan')
})

test('a new address takes the letter back and grants it anew; one that is no letter’s address asks it back for good', async () => {
  const id = value(await issue(account(0))).pickup
  value(await post.sync.now())
  const first = post.pickups.get(id)?.epoch.n
  expect(await setAddress(account(0), { ...vaasa, lines: ['Nya gatan 1'] })).toEqual({
    area: 'outside',
    letter: 'moved',
  })
  expect(await stateOf(id)).toBe('revoking')
  value(await post.sync.now())
  value(await post.sync.now())
  expect(await stateOf(id)).toBe('granted')
  expect(post.pickups.get(id)?.epoch.n).toBe((first ?? 0) + 1)
  expect(post.pickups.get(id)?.person.address?.lines).toEqual(['Nya gatan 1'])
  expect(await setAddress(account(0), helsinki)).toEqual({ area: 'inside', letter: 'revoked' })
  value(await post.sync.now())
  expect(await stateOf(id)).toBe('revoked')
})

test('dispatched, delivered, and another that came back: states, the list, the timeline', async () => {
  await setAddress(account(3), vaasa)
  await setAddress(account(4), { ...vaasa, country: 'SE', postalCode: '111 20', city: 'Stockholm' })
  const arrives = value(await issue(account(3))).pickup
  const returns = value(await issue(account(4))).pickup
  value(await post.sync.now())
  send(arrives, 'RR123456785FI')
  send(returns, 'RR473124829FI')
  value(await post.sync.now())
  expect([await stateOf(arrives), await stateOf(returns)]).toEqual(['dispatched', 'dispatched'])
  end('RR123456785FI', 'delivered')
  end('RR473124829FI', 'returned-by-post')
  value(await post.sync.now())
  expect([await stateOf(arrives), await stateOf(returns)]).toEqual(['delivered', 'returned-by-post'])
  const { letters } = value(await fleet.agent().call('letters', { query: { limit: 10 } }))
  expect(new Map(letters.map((letter) => [letter.tracking, letter.ended]))).toEqual(
    new Map([
      ['RR123456785FI', 'delivered'],
      ['RR473124829FI', 'returned-by-post'],
    ]),
  )
  const { events } = value(await fleet.agent().call('timeline', { query: { pickup: returns } }))
  expect(events.find(({ kind }) => kind === 'dispatched')?.detail).toEqual({ tracking: 'RR473124829FI' })
  expect(events.map(({ kind }) => kind)).toContain('burned')
  expect((await fleet.alarms()).alarms).toEqual([])
  // The helpdesk issues another: the account is free again.
  expect(await issue(account(4))).toMatchObject({ ok: true, value: { state: 'granted' } })
})

test('a pickup that is routed to the post room becomes a letter, and back, if policy lets it', async () => {
  const [desk = ''] = fleet.desks
  await setAddress(account(5), helsinki)
  const id = await fleet.issue(account(5), desk)
  const route = (to: string) =>
    fleet.agent().call('revoke', { body: { pickup: id, reason: 're-routed', to: to as never } })
  expect(await route(room)).toMatchObject({ ok: false, failure: { code: 'L-228' } })
  await setAddress(account(5), vaasa)
  expect(await route(room)).toMatchObject({ ok: true })
  const { channel } = await fleet
    .hub()
    .db.selectFrom('pickup')
    .select('channel')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  expect(channel).toBe('registered-letter')
})
