/**
 * What is corrected about a person at the hub is corrected at every desk that holds a pickup of theirs, with the next
 * poll; what was removed finds nobody any more (promise P10). A real hub on PostgreSQL, real kiosks over HTTPS.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RecipientId, StaffId, type PickupId } from '../../src-shared/domain/index.ts'
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag, cardTag } from '../../src-shared/protocol/tags.ts'
import { issueMany } from '../../src-hub/pickups/index.ts'
import { fail } from '../../src-shared/failures/result.ts'
import { createVerifications } from '../../src-main/identity/index.ts'
import type { Pickup } from '../../src-main/pickups/index.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let other: DeskKiosk
const [aino, eetu, lukas, nadia, vaino, sofia] = [
  { account: 'akerstai', birth: '2003-03-14', card: '045A4FD12AABFE' },
  { account: 'hamalaee', birth: '2002-11-02', card: '04228F219E9CB0' },
  { account: 'ohmanlu', birth: '2004-06-21', card: '04EB53F16947CC' },
  { account: 'petrovna', birth: '2001-01-30', card: '04F25EC84D8DBC' },
  { account: 'makineva', birth: '2003-09-09', card: '0474254770F589' },
  { account: 'lindqvso', birth: '2004-12-05', card: '0404DBA41ECCCC' },
] as const

beforeAll(async () => {
  fleet = await startFleet('supervisor')
  kiosk = await fleet.kiosk(fleet.desks[0] ?? '', 'first')
  other = await fleet.kiosk(fleet.desks[1] ?? '', 'second')
}, 120_000)
afterAll(() => fleet.stop())

const idOf = async (account: string) =>
  RecipientId.parse(
    (
      await fleet
        .hub()
        .db.selectFrom('account')
        .select('recipient')
        .where('account', '=', account)
        .executeTakeFirstOrThrow()
    ).recipient,
  )
/** As the console saves a person: whole, with what is changed. */
async function save(account: string, change: Partial<HubBody<'saveRecipient'>>): Promise<void> {
  const agent = fleet.agent()
  const {
    cards: _,
    hasBirthDate: __,
    ...view
  } = value(await agent.call('recipient', { query: { recipient: await idOf(account) } }))
  value(await agent.call('saveRecipient', { body: { ...view, ...change } }))
}
/** What is due at the hub, and one poll. */
async function poll(...kiosks: DeskKiosk[]): Promise<void> {
  await fleet.hub().runJobs()
  for (const one of kiosks) value(await one.sync.now())
}
const born = (at: DeskKiosk, date: string) =>
  at.pickups.byBirthTag(birthTag(at.keys.lookupKey, date)).map(({ id }) => id)
const carded = (at: DeskKiosk, card: string) =>
  at.pickups.byCardTag(cardTag(at.keys.lookupKey, card)).map(({ id }) => id)
const named = (at: DeskKiosk, search: string) =>
  at.pickups.queue({ filter: 'all', search, limit: 10 }).pickups.map(({ id }) => id)
function held(at: DeskKiosk, id: PickupId): Pickup {
  const pickup = at.pickups.get(id)
  if (pickup === null) throw new Error('not here')
  return pickup
}
async function waiting(account: string, at = kiosk, desk = fleet.desks[0] ?? ''): Promise<PickupId> {
  const id = await fleet.issue(account, desk)
  await poll(at)
  return id
}
const stateOf = async (id: PickupId) =>
  (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state

describe('one poll after the change, of a pickup that waits at a desk', () => {
  let id: PickupId
  let epoch: Pickup['epoch']
  beforeAll(async () => {
    id = await waiting(aino.account)
    epoch = held(kiosk, id).epoch
  })

  it('the name, and the former name, are the new ones, and the old finds nothing', async () => {
    expect(named(kiosk, 'Åkerström')).toEqual([id])
    await save(aino.account, { name: { family: 'Lehtovaara', given: 'Aino-Maria' } })
    await poll(kiosk)
    expect(held(kiosk, id).person.name).toEqual({ family: 'Lehtovaara', given: 'Aino-Maria' })
    expect(named(kiosk, 'Åkerström')).toEqual([])
    expect(named(kiosk, 'lehtov')).toEqual([id])
    await save(aino.account, { formerNames: [{ family: 'Åkerström', given: 'Aino-Maria' }] })
    await poll(kiosk)
    expect(named(kiosk, 'akerstrom')).toEqual([id])
    await save(aino.account, { formerNames: [] })
    await poll(kiosk)
    expect(named(kiosk, 'akerstrom')).toEqual([])
  })

  it('the birth date is the new one, at the hub and here; removed, it finds nobody', async () => {
    const recipient = await idOf(aino.account)
    const blind = (date: string) => fleet.hub().keys.blind('birth', date)
    const hubFinds = async (date: string) =>
      (await fleet.hub().db.selectFrom('recipient').select('id').where('birth_blind', '=', blind(date)).execute()).some(
        (row) => row.id === recipient,
      )
    expect(born(kiosk, aino.birth)).toEqual([id])
    value(await fleet.agent().call('setBirthDate', { body: { recipient, birthDate: '2003-03-15' } }))
    await poll(kiosk)
    expect([born(kiosk, aino.birth), born(kiosk, '2003-03-15')]).toEqual([[], [id]])
    expect([await hubFinds(aino.birth), await hubFinds('2003-03-15')]).toEqual([false, true])
    value(await fleet.agent().call('setBirthDate', { body: { recipient, birthDate: null } }))
    await poll(kiosk)
    expect([born(kiosk, '2003-03-15'), held(kiosk, id).birthTag]).toEqual([[], null])
    expect(await hubFinds('2003-03-15')).toBe(false)
    value(await fleet.agent().call('setBirthDate', { body: { recipient, birthDate: aino.birth } }))
    await poll(kiosk)
    expect(born(kiosk, aino.birth)).toEqual([id])
  })

  it('a grant made before grants named the key that they are sealed to is corrected as well', async () => {
    const { db } = fleet.hub()
    const open = db.selectFrom('grant').select('record').where('pickup', '=', id).where('state', '=', 'granted')
    const record = JSON.parse((await open.executeTakeFirstOrThrow()).record) as Record<string, unknown>
    const { sealedTo, ...before } = record
    expect(sealedTo).toBeTypeOf('string')
    await db
      .updateTable('grant')
      .set({ record: JSON.stringify(before) })
      .where('pickup', '=', id)
      .execute()
    await save(aino.account, { name: { family: 'Salokangas', given: 'Aino-Maria' } })
    await poll(kiosk)
    expect(held(kiosk, id).person.name.family).toBe('Salokangas')
    expect(await db.selectFrom('alarm').select('kind').where('pickup', '=', id).execute()).toEqual([])
    await db
      .updateTable('grant')
      .set({ record: JSON.stringify(record) })
      .where('pickup', '=', id)
      .execute()
  })

  it('a card that was added finds, and one that was removed does not', async () => {
    const recipient = await idOf(aino.account)
    value(await fleet.agent().call('addCard', { body: { recipient, card: '04AABBCCDDEE01' } }))
    await poll(kiosk)
    expect([carded(kiosk, aino.card), carded(kiosk, '04AABBCCDDEE01')]).toEqual([[id], [id]])
    value(await fleet.agent().call('removeCard', { body: { recipient, card: aino.card } }))
    await poll(kiosk)
    expect([carded(kiosk, aino.card), carded(kiosk, '04AABBCCDDEE01')]).toEqual([[], [id]])
    value(await fleet.agent().call('removeCard', { body: { recipient, card: null } }))
    await poll(kiosk)
    expect(carded(kiosk, '04AABBCCDDEE01')).toEqual([])
  })

  it('class, contact person, language and end of account are the new ones', async () => {
    await save(aino.account, { class: 'external', sponsor: 'Salla Varpula', language: 'sv' })
    await poll(kiosk)
    expect(held(kiosk, id)).toMatchObject({
      recipientClass: 'external',
      person: { sponsor: 'Salla Varpula', language: 'sv', accountValidUntil: null },
    })
    await save(aino.account, { accounts: [{ account: aino.account, validUntil: '2026-01-31' }] })
    await poll(kiosk)
    expect(held(kiosk, id).person.accountValidUntil).toBe('2026-01-31')
    await save(aino.account, { class: 'student', sponsor: null, language: 'fi' })
    await save(aino.account, { accounts: [{ account: aino.account, validUntil: null }] })
    await poll(kiosk)
    expect(held(kiosk, id)).toMatchObject({ recipientClass: 'student', person: { accountValidUntil: null } })
  })

  it('all of that under the same grant, which the timeline tells of, and nothing is left to do', async () => {
    expect([held(kiosk, id).epoch, held(kiosk, id).state, await stateOf(id)]).toEqual([epoch, 'waiting', 'granted'])
    const { events } = value(await fleet.agent().call('timeline', { query: { pickup: id } }))
    const told = events.filter(({ kind }) => kind === 'corrected').map(({ detail }) => detail.what)
    expect(told.slice(0, 4)).toEqual(['name', 'formerNames', 'formerNames', 'birthTag'])
    expect(JSON.stringify(events)).not.toMatch(/Lehtovaara|2003-03/)
    await vi.waitFor(
      async () => {
        await fleet.hub().runJobs()
        expect(await fleet.hub().db.selectFrom('correction').selectAll().execute()).toEqual([])
      },
      { timeout: 30_000, interval: 100 },
    )
    // Said again, it is no news.
    const head = async () =>
      (
        await fleet
          .hub()
          .db.selectFrom('desk')
          .select('head')
          .where('id', '=', fleet.desks[0] ?? '')
          .executeTakeFirstOrThrow()
      ).head
    const before = await head()
    value(
      await fleet
        .agent()
        .call('setBirthDate', { body: { recipient: await idOf(aino.account), birthDate: aino.birth } }),
    )
    await poll(kiosk)
    expect(await head()).toBe(before)
  })

  it('a kiosk that lost its place in the feed finds the same in its snapshot', async () => {
    await save(aino.account, { language: 'en' })
    await fleet.hub().runJobs()
    await sql`DELETE FROM feed WHERE desk = ${fleet.desks[0] ?? ''}`.execute(fleet.hub().db)
    value(await kiosk.sync.now())
    value(await kiosk.sync.now())
    expect(held(kiosk, id)).toMatchObject({ person: { language: 'en' }, epoch })
  })
})

describe('a verification that is open', () => {
  const proof = { kind: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' } as const
  it('dies with a correction of that pickup’s person, and of nobody else’s', async () => {
    const [mine, another] = [await waiting(eetu.account), await waiting(lukas.account)]
    const verifications = createVerifications(kiosk.store.db, kiosk.pickups, kiosk.ledger)
    const by = { staff: StaffId.parse(newId()), session: newId() }
    const prove = (id: PickupId) =>
      kiosk.store.transact(() => verifications.record(held(kiosk, id), proof, by, Date.now(), 300, false)).id
    const [first, second] = [prove(mine), prove(another)]
    await save(eetu.account, { name: { family: 'Hämäläinen', given: 'Eetu Oskari' } })
    await poll(kiosk)
    expect(verifications.open(first, mine, by, Date.now())).toBeNull()
    expect(held(kiosk, mine).state).toBe('arrived')
    expect(verifications.open(second, another, by, Date.now())).not.toBeNull()
    // A later end is no correction.
    const { expiresAt } = held(kiosk, another)
    value(await fleet.agent().call('extend', { body: { pickup: another, expiresAt: expiresAt + 86_400_000 } }))
    await poll(kiosk)
    expect(held(kiosk, another).expiresAt).toBe(expiresAt + 86_400_000)
    expect(verifications.open(second, another, by, Date.now())).not.toBeNull()
  })
})

describe('somebody with pickups at several desks', () => {
  it('is corrected at each, and only what is live there', async () => {
    const recipient = await idOf(nadia.account)
    await fleet.hub().db.insertInto('account').values({ account: 'petrovna2', recipient, valid_until: null }).execute()
    const here = await waiting(nadia.account)
    const there = await waiting('petrovna2', other, fleet.desks[1] ?? '')
    await save(nadia.account, { name: { family: 'Petrova', given: 'Nadia' } })
    await poll(kiosk, other)
    expect([held(kiosk, here).person.name.family, held(other, there).person.name.family]).toEqual([
      'Petrova',
      'Petrova',
    ])
    // The end of one account is that account's alone.
    await save(nadia.account, { accounts: [{ account: 'petrovna2', validUntil: '2027-01-01' }] })
    await poll(kiosk, other)
    expect([held(kiosk, here), held(other, there)].map(({ person }) => person.accountValidUntil)).toEqual([
      null,
      '2027-01-01',
    ])
  })
})

describe('a kiosk without network', () => {
  it('that hands over by what it knows is believed, and the timeline shows what was corrected meanwhile', async () => {
    const desk = fleet.desks[2] ?? ''
    const away = await fleet.kiosk(desk, 'away')
    const id = await waiting(vaino.account, away, desk)
    const recipient = await idOf(vaino.account)
    value(await fleet.agent().call('setBirthDate', { body: { recipient, birthDate: '2003-09-10' } }))
    await fleet.hub().runJobs()
    // It has not heard from the hub: its whole handover is of what it knew.
    handOver(away, 1)
    await poll(away)
    await poll(away)
    expect(await stateOf(id)).toBe('handed-over')
    const { disputes, alarms } = await fleet.alarms()
    expect([disputes, alarms.filter(({ pickup }) => pickup === id)]).toEqual([[], []])
    const { events } = value(await fleet.agent().call('timeline', { query: { pickup: id } }))
    const order = events.map(({ kind }) => kind).filter((kind) => kind === 'corrected' || kind === 'handed-over')
    expect(order).toEqual(['corrected', 'handed-over'])
    // Nothing of the correction brings it back here.
    expect([held(away, id).state, born(away, '2003-09-10'), carded(away, vaino.card)]).toEqual(['handed-over', [], []])
  })
})

describe('a grant that is being made while its person changes', () => {
  it('is found by the second look, once it is committed', async () => {
    const { db, parts } = fleet.hub()
    const account =
      fleet.accounts.find((one) => ![aino, eetu, lukas, nadia, vaino, sofia].some((p) => p.account === one)) ?? ''
    const recipient = await idOf(account)
    const made = Promise.withResolvers<null>()
    const wait = Promise.withResolvers<null>()
    const wanted = {
      account,
      desk: fleet.desks[0] ?? '',
      channel: null,
      requestReference: 'R-2',
      secretKind: 'password' as const,
    }
    const making = db.transaction().execute(async (tx) => {
      const [issued] = await issueMany(tx, parts, [wanted], 'tester', 'supervisor', false)
      made.resolve(null)
      await wait.promise
      return value(issued ?? fail('L-901'))
    })
    await made.promise
    // As an import changes somebody: it locks no key of theirs.
    await db.updateTable('recipient').set({ language: 'sv' }).where('id', '=', recipient).execute()
    await fleet.hub().runJobs()
    const left = await db.selectFrom('correction').selectAll().execute()
    wait.resolve(null)
    // Notes of the tests before may still wait for transactions of other databases on this server.
    expect(left.filter((row) => row.recipient === recipient)).toHaveLength(1)
    const id = await making
    // Transactions of other databases on this server count as well: the worker comes again until they have ended.
    await vi.waitFor(
      async () => {
        await fleet.hub().runJobs()
        expect(await db.selectFrom('correction').selectAll().execute()).toEqual([])
      },
      { timeout: 30_000, interval: 100 },
    )
    await poll(kiosk)
    expect(held(kiosk, id).person.language).toBe('sv')
  })
})

describe('what no grant can be made of', () => {
  it('is asked back and waits for a person, and is granted again when it is put right and the alarm closed', async () => {
    const { db, keys } = fleet.hub()
    const [id = '' as PickupId] = named(kiosk, 'Hämäläinen')
    const recipient = await idOf(eetu.account)
    const cards = Array.from({ length: 20 }, (_, i) => `04AABBCCDD11${String(i).padStart(2, '0')}`)
    for (const card of cards)
      await db
        .insertInto('card')
        .values({ recipient, sealed: keys.seal(card), blind: keys.blindIndex(card) })
        .execute()
    await poll(kiosk)
    await poll(kiosk)
    await poll(kiosk)
    expect(await stateOf(id)).toBe('unassigned')
    expect([held(kiosk, id).state, carded(kiosk, eetu.card)]).toEqual(['revoked', []])
    const alarm = (await fleet.alarms()).alarms.find((one) => one.pickup === id)
    expect(alarm?.kind).toBe('ungrantable')
    value(await fleet.agent().call('removeCard', { body: { recipient, card: null } }))
    value(await fleet.agent().call('closeAlarm', { body: { what: 'alarm', id: alarm?.id ?? 0 } }))
    await poll(kiosk)
    expect([await stateOf(id), held(kiosk, id).state]).toEqual(['granted', 'waiting'])
  })
})

describe('namesakes', () => {
  it('somebody who comes, or is corrected, into another’s name and birth date is told of to the desk; and who goes', async () => {
    const id = await waiting(sofia.account)
    expect(held(kiosk, id).person.namesake).toBe(false)
    const agent = fleet.agent()
    const person = { class: 'student' as const, formerNames: [], language: 'fi' as const, sponsor: null }
    const made = value(
      await agent.call('saveRecipient', {
        body: {
          ...person,
          name: { family: 'Lindqvist', given: 'Sofia' },
          accounts: [{ account: 'lindqvso2', validUntil: null }],
        },
      }),
    ).recipient
    await poll(kiosk)
    expect(held(kiosk, id).person.namesake).toBe(false)
    value(await agent.call('setBirthDate', { body: { recipient: made, birthDate: sofia.birth } }))
    await poll(kiosk)
    expect(held(kiosk, id).person.namesake).toBe(true)
    value(await agent.call('setBirthDate', { body: { recipient: made, birthDate: '2004-12-06' } }))
    await poll(kiosk)
    expect(held(kiosk, id).person.namesake).toBe(false)
  })
})

describe('a kiosk of before there were corrections', () => {
  it('is asked to give the grant back, and gets another with what is right', async () => {
    const { db } = fleet.hub()
    const id = held(kiosk, await waiting(aino.account))
    const of = kiosk.records.read()?.kiosk ?? ''
    await db.updateTable('kiosk').set({ feed_changes: 1 }).where('id', '=', of).execute()
    await save(aino.account, { name: { family: 'Saarela', given: 'Aino' } })
    await fleet.hub().runJobs()
    expect(await stateOf(id.id)).toBe('revoking')
    value(await kiosk.sync.now())
    value(await kiosk.sync.now())
    value(await kiosk.sync.now())
    expect(held(kiosk, id.id)).toMatchObject({ state: 'waiting', person: { name: { family: 'Saarela' } } })
    expect(held(kiosk, id.id).epoch.n).toBe(id.epoch.n + 1)
    // It said with its polls what it takes.
    const row = await db.selectFrom('kiosk').select('feed_changes').where('id', '=', of).executeTakeFirstOrThrow()
    expect(Number(row.feed_changes)).toBe(2)
  })
})
