/**
 * From a tap at a porter's lodge to the pickup: filed offline, taken in once, approved under a reference or declined,
 * and told to the kiosk.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RequestId } from '../../src-shared/domain/index.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { createDeliveryRequests, type DeliveryRequests } from '../../src-main/pickups/index.ts'
import { sendRequests } from '../../src-main/desk/send-requests.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let requests: DeliveryRequests
let porter: string
beforeAll(async () => {
  fleet = await startFleet()
  porter = (await fleet.hub().db.selectFrom('desk').select('id').where('kind', '=', 'porter').executeTakeFirstOrThrow())
    .id
  kiosk = await fleet.kiosk(porter, 'porter')
  requests = createDeliveryRequests(kiosk.store.db, kiosk.keys.cacheKey)
})
afterAll(() => fleet.stop())

const cardOf = async (account: string) => {
  const { db, keys } = fleet.hub()
  const row = await db
    .selectFrom('card')
    .innerJoin('account', 'account.recipient', 'card.recipient')
    .select('card.sealed')
    .where('account.account', '=', account)
    .executeTakeFirstOrThrow()
  return keys.open(row.sealed)
}
const tagOf = (card: string) => cardTag(kiosk.keys.lookupKey, card)
const file = (tag: Buffer) =>
  requests.file(tag, { cardTag: tag.toString('base64url'), account: null }, Date.now(), null)
const send = () => sendRequests({ requests, now: () => Date.now(), hub: kiosk.hub })()
const inbox = async (state: 'waiting' | 'approved' | 'declined' = 'waiting') =>
  value(await fleet.agent().call('inbox', { query: { state, limit: 50 } }))
const approve = (request: string, account: string | null = null) =>
  fleet.agent().call('approveRequest', { body: { request: request as never, account, secretKind: 'password' } })

test('a card’s request is taken in once, known by whose card it is, approved under a running reference, and the pickup comes', async () => {
  const account = fleet.accounts[0] ?? ''
  const tag = tagOf(await cardOf(account))
  const id = file(tag)
  value(await send())
  expect(requests.latest(tag)).toMatchObject({ id, sent: true, state: 'waiting' })
  // Lost answers, retries: still one.
  const again = {
    request: id,
    cardTag: tag.toString('base64url'),
    account: null,
    staff: null,
    filedAt: 1_772_438_400_000,
  }
  expect(value(await kiosk.hub.call('fileRequest', { body: again }))).toMatchObject({ state: 'waiting' })
  const { requests: waiting, waiting: n } = await inbox()
  expect(n).toBe(1)
  expect(waiting[0]).toMatchObject({ id, account, desk: { id: porter, kind: 'porter' }, byStaff: null })
  expect(waiting[0]?.name).toMatch(/\S+ \S+/)

  const year = new Date().getFullYear()
  const approved = value(await approve(id))
  expect(approved.reference).toBe(`LR-${year}-000001`)
  expect(await approve(id)).toMatchObject({ ok: false, failure: { code: 'L-237' } })
  value(await kiosk.sync.now())
  expect(kiosk.pickups.get(approved.pickup)?.person.requestReference).toBe(approved.reference)
  expect((await inbox('approved')).requests[0]).toMatchObject({
    id,
    pickup: approved.pickup,
    reference: approved.reference,
    decidedBy: 'tester',
  })
})

test('a decision reaches the kiosk by its feed, and a late answer does not take it back', async () => {
  const { db } = fleet.hub()
  const tag = tagOf(await cardOf(fleet.accounts[4] ?? ''))
  const id = file(tag)
  value(await send())
  value(await fleet.agent().call('declineRequest', { body: { request: id, reason: 'unknown-person' } }))
  expect(await fleet.agent().call('declineRequest', { body: { request: id, reason: 'duplicate' } })).toMatchObject({
    ok: false,
    failure: { code: 'L-237' },
  })
  const told = await db
    .selectFrom('feed')
    .select('body')
    .where('desk', '=', porter)
    .orderBy('seq', 'desc')
    .executeTakeFirstOrThrow()
  const change = JSON.parse(told.body) as { kind: string; decision: { state: string; reason: string } }
  expect(change).toMatchObject({
    kind: 'request-decided',
    decision: { request: id, state: 'declined', reason: 'unknown-person' },
  })
  requests.decided(change.decision as never, 2)
  requests.decided({ request: id, state: 'waiting', reason: null, reference: null }, 3)
  expect(requests.latest(tag)).toMatchObject({ state: 'declined', reason: 'unknown-person' })
})

test('refused by policy it goes on waiting; three of one card a day are enough; another kiosk’s tag says nothing here', async () => {
  const tag = tagOf(await cardOf(fleet.accounts[3] ?? ''))
  const staff = await fleet
    .hub()
    .db.selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .select('account.account')
    .where('recipient.class', '=', 'staff')
    .executeTakeFirstOrThrow()
  const first = file(tag)
  value(await send())
  expect(await approve(first, staff.account)).toMatchObject({ ok: false, failure: { code: 'L-220' } })
  expect((await inbox()).requests.map(({ id }) => id)).toContain(first)
  file(tag)
  file(tag)
  const fourth = file(tag)
  value(await send())
  expect(requests.latest(tag)).toMatchObject({ id: fourth, state: 'declined', reason: 'duplicate' })
  expect(requests.unsent(10)).toEqual([])

  const other = await fleet.kiosk(fleet.desks.find((desk) => desk !== porter) ?? '', 'other')
  const card = await cardOf(fleet.accounts[1] ?? '')
  const foreign = {
    request: RequestId.parse(newId()),
    cardTag: tagOf(card).toString('base64url'),
    account: null,
    staff: null,
    filedAt: 1_772_438_400_000,
  }
  expect(value(await other.hub.call('fileRequest', { body: foreign }))).toMatchObject({ reason: 'unknown-person' })
  expect((await inbox()).requests.find(({ id }) => id === foreign.request)).toBeUndefined()
})

test('a card or an account of nobody is declined at once, and lies in no inbox', async () => {
  const before = (await inbox()).waiting
  const tag = tagOf('04DEADBEEF0001')
  file(tag)
  const unheard = Buffer.alloc(16, 6)
  requests.file(unheard, { cardTag: null, account: 'nobody-at-all' }, Date.now(), null)
  value(await send())
  expect(requests.latest(tag)).toMatchObject({ sent: true, state: 'declined', reason: 'unknown-person' })
  expect(requests.latest(unheard)).toMatchObject({ sent: true, state: 'declined', reason: 'no-account' })
  expect((await inbox()).waiting).toBe(before)
})

test('staff’s request names the account; what the agent types wins', async () => {
  const account = fleet.accounts[2] ?? ''
  const { id: member } = await fleet.hub().db.selectFrom('staff').select('id').executeTakeFirstOrThrow()
  const id = requests.file(Buffer.alloc(16, 5), { cardTag: null, account }, Date.now(), member as never)
  value(await send())
  const mine = (await inbox()).requests.find((one) => one.id === id)
  expect(mine).toMatchObject({ account })
  // At the kiosk the account is sealed, and the card only ever a keyed tag.
  const rows = kiosk.store.db
    .prepare<[], { body: Buffer; subject: Buffer }>('SELECT body, subject FROM delivery_request')
    .all()
  for (const { body, subject } of rows) {
    expect(body.toString('latin1')).not.toContain(account)
    expect(subject.length).toBe(16)
  }
  expect(mine?.byStaff).toMatch(/\S/)
  expect(value(await approve(id)).reference).toMatch(/^LR-\d{4}-\d{6}$/)
})
