/**
 * Object references that are not the caller's own, on a real hub and PostgreSQL: a kiosk of one desk that signs, in
 * good order, requests and ledger entries naming what is another desk's, and agents who name what their role does not
 * keep. Nothing is told, changed or freed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import {
  EIdAttemptId,
  Incarnation,
  PickupId,
  RecipientId,
  SlipId,
  StaffId,
  VerificationId,
  WalkInId,
} from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import type { LedgerKind } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import { createHubClient, type HubClient } from '../../src-main/sync/index.ts'
import type { NewEntry } from '../../src-main/ledger/ledger.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { startFleet, value, type Fleet } from '../hub/fleet.ts'

const token = (role: string) => `agent-token-of-the-strangers-${role}`
let fleet: Fleet
/** Of desk A, in an attacker's hands; of desk B; and a check-in screen of A. */
let mine: DeskKiosk
let theirs: DeskKiosk
let screen: DeskKiosk
let a = ''
let b = ''
/** At desk A, and at B alone. */
let staffOfA: StaffId
let staffOfB: StaffId
let pickup: PickupId
const clients: HubClient[] = []
const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.failure.code)
const db = () => fleet.hub().db
const deskOf = async (kind: string) =>
  (await db().selectFrom('desk').select('id').where('kind', '=', kind).orderBy('id').executeTakeFirstOrThrow()).id
const epochOf = (id: PickupId, at = theirs) => {
  const held = at.pickups.get(id)
  if (held === null) throw new Error('not held there')
  return held.epoch
}

/** Everything that is desk B's, and everybody's records, as the database has it. */
async function theirWorld(): Promise<Record<string, unknown>> {
  const kiosk = theirs.records.read()?.kiosk ?? ''
  const tables: Record<string, string> = {
    pickup: `SELECT * FROM pickup ORDER BY id`,
    grant: `SELECT * FROM "grant" WHERE kiosk = '${kiosk}' ORDER BY pickup, n`,
    handover: `SELECT * FROM handover ORDER BY pickup`,
    letter: `SELECT * FROM letter ORDER BY pickup`,
    'e-id': `SELECT * FROM e_id ORDER BY id`,
    'walk-in': `SELECT * FROM walk_in WHERE kiosk = '${kiosk}' ORDER BY id`,
    request: `SELECT * FROM delivery_request ORDER BY id`,
    desk: `SELECT * FROM desk WHERE id = '${b}'`,
    feed: `SELECT * FROM feed WHERE desk = '${b}' ORDER BY seq`,
    kiosk: `SELECT state, frozen, acked, head_hash, generation, reported, opening_key FROM kiosk WHERE id = '${kiosk}'`,
    status: `SELECT * FROM kiosk_status WHERE kiosk = '${kiosk}'`,
    staff: `SELECT * FROM staff_desk ORDER BY staff, desk`,
    people: `SELECT * FROM recipient ORDER BY id`,
    accounts: `SELECT * FROM account ORDER BY account`,
    cards: `SELECT * FROM card ORDER BY blind`,
    ledger: `SELECT seq, hash FROM ledger_entry WHERE kiosk = '${kiosk}' ORDER BY seq`,
    imports: `SELECT * FROM import ORDER BY id`,
  }
  const world: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(tables)) world[name] = (await sql.raw(text).execute(db())).rows
  return world
}

beforeAll(async () => {
  fleet = await startFleet('supervisor', {
    work: false,
    tokens: new Map<string, { readonly name: string; readonly role: AgentRole }>([
      ['agent-token-of-the-tests-0001', { name: 'tester', role: 'supervisor' }],
      ...(['agent', 'hr', 'auditor', 'administrator'] as const).map(
        (role) => [token(role), { name: role, role }] as const,
      ),
    ]),
    eId: {
      issuer: 'https://broker.invalid',
      clientId: 'x',
      clientSecret: null,
      publicUrl: 'https://lodge.invalid',
      acr: ['loa3'],
      scope: 'openid',
      seconds: 300,
      maxAgeSeconds: 300,
    },
  })
  a = await deskOf('student-affairs')
  b = await deskOf('helpdesk')
  mine = await fleet.kiosk(a, 'mine')
  theirs = await fleet.kiosk(b, 'theirs')
  screen = await fleet.kiosk(a, 'screen', 'check-in')
  const named = (name: string) =>
    db().selectFrom('staff').select('id').where('name', '=', name).executeTakeFirstOrThrow()
  staffOfA = StaffId.parse((await named('Milla Kettula')).id)
  // A kiosk that somebody has opened is held by no rule of its own database.
  mine.store.db.pragma('foreign_keys = OFF')
  const triggers = mine.store.db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger'")
    .pluck()
    .all() as string[]
  for (const name of triggers) mine.store.db.exec(`DROP TRIGGER "${name}"`)
  // Somebody who serves at B and nowhere else.
  staffOfB = StaffId.parse(newId())
  await db().insertInto('staff').values({ id: staffOfB, name: 'Only There', role: 'counter' }).execute()
  await db().insertInto('staff_desk').values({ staff: staffOfB, desk: b }).execute()
  pickup = await fleet.issue('kivelane', b)
  await fleet.issue('akerstai', a)
  for (const kiosk of [mine, theirs]) value(await kiosk.sync.now())
}, 120_000)
afterAll(async () => {
  for (const client of clients) await client.close()
  await fleet.stop()
})

function agent(role: string): HubClient {
  const { url, authority } = fleet.hub()
  const client = createHubClient({
    target: { address: url, authority },
    signer: null,
    token: token(role),
    now: () => Date.now(),
    timeoutMs: 30_000,
  })
  clients.push(client)
  return client
}

describe('a kiosk that names what is another desk’s', () => {
  it('is told its own desk’s feed and snapshot alone, from whatever place in them it asks', async () => {
    const before = await theirWorld()
    const { incarnation } = await db().selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
    const told: string[] = []
    for (const cursor of [
      0,
      1,
      Number((await db().selectFrom('desk').select('head').where('id', '=', b).executeTakeFirstOrThrow()).head),
    ])
      told.push(
        JSON.stringify(
          await mine.hub.call('feed', { query: { incarnation: Incarnation.parse(incarnation), cursor, limit: 5000 } }),
        ),
      )
    for (const after of [undefined, PickupId.parse('A'.repeat(22)), pickup])
      told.push(
        JSON.stringify(
          await mine.hub.call('snapshot', { query: { limit: 5000, ...(after === undefined ? {} : { after }) } }),
        ),
      )
    const all = told.join('\n')
    expect(all).toContain(staffOfA)
    for (const secret of [pickup, staffOfB, 'Only There', 'kivelane']) expect(all, secret).not.toContain(secret)
    expect(await theirWorld()).toEqual(before)
  })

  it('cannot speak as that desk’s kiosk, nor as its staff', async () => {
    const before = await theirWorld()
    const { url, authority } = fleet.hub()
    const posing = createHubClient({
      target: { address: url, authority },
      signer: { kiosk: theirs.records.read()?.kiosk as never, key: mine.keys.signKey },
      now: () => Date.now(),
      timeoutMs: 30_000,
    })
    clients.push(posing)
    expect(code(await posing.call('snapshot', { query: { limit: 10 } }))).toBe('L-606')
    const query = (kiosk: DeskKiosk) =>
      sealQuery(kiosk.keys.lookupKey, kiosk.records.read()?.kiosk ?? '', JSON.stringify({ by: 'search', text: 'kive' }))
    expect(code(await mine.hub.call('findAccounts', { body: { staff: staffOfB, query: query(mine) } }))).toBe('L-408')
    // What the other kiosk sealed, taken from the wire.
    expect(code(await mine.hub.call('findAccounts', { body: { staff: staffOfA, query: query(theirs) } }))).toBe('L-608')
    expect(code(await mine.hub.call('findAccounts', { body: { staff: staffOfA, query: query(mine) } }))).toBe('ok')
    expect(await theirWorld()).toEqual(before)
  })

  it('neither begins, looks at, spends nor ends an e-ID of that desk’s', async () => {
    const { attempt } = value(await theirs.hub.call('beginEId', { body: { staff: staffOfB, pickup } }))
    const before = await theirWorld()
    expect(code(await mine.hub.call('beginEId', { body: { staff: staffOfA, pickup } }))).toBe('L-201')
    expect(code(await mine.hub.call('beginEId', { body: { staff: staffOfB, pickup } }))).toBe('L-408')
    expect(code(await mine.hub.call('eIdState', { body: { attempt: EIdAttemptId.parse(attempt) } }))).toBe('L-318')
    expect(await mine.hub.call('cancelEId', { body: { attempt: EIdAttemptId.parse(attempt) } })).toMatchObject({
      ok: true,
    })
    expect(await theirWorld()).toEqual(before)
    expect(value(await theirs.hub.call('eIdState', { body: { attempt: EIdAttemptId.parse(attempt) } })).state).toBe(
      'waiting',
    )
  })

  it('is not told what became of that desk’s requests, and files none over them', async () => {
    const body: HubBody<'fileRequest'> = {
      request: newId() as never,
      cardTag: null,
      account: 'hamalaee',
      staff: staffOfB,
      filedAt: Date.now(),
    }
    value(await theirs.hub.call('fileRequest', { body }))
    value(await fleet.agent().call('declineRequest', { body: { request: body.request, reason: 'ask-contact-person' } }))
    const before = await theirWorld()
    const asked = await mine.hub.call('fileRequest', { body })
    expect(code(asked)).toBe('L-609')
    expect(JSON.stringify(asked)).not.toContain('ask-contact-person')
    expect(await theirWorld()).toEqual(before)
    expect(value(await theirs.hub.call('fileRequest', { body }))).toMatchObject({
      state: 'declined',
      reason: 'ask-contact-person',
    })
  })

  it('does not issue against that desk’s verification, copied or not, and does not end its walk-in', async () => {
    const walkIn = WalkInId.parse(newId())
    const { recipient } = await db()
      .selectFrom('account')
      .select('recipient')
      .where('account', '=', 'ohmanlu')
      .executeTakeFirstOrThrow()
    const facts = {
      walkIn,
      recipient: RecipientId.parse(recipient),
      proof: 'passport',
      method: 'machine-read',
      issuerCountry: 'FIN',
      expiryValid: true,
    } as const
    const verified: NewEntry<'walk-in-verified'> = {
      kind: 'walk-in-verified',
      actor: staffOfB,
      facts: { ...facts, expiresAt: Date.now() + 300_000 },
    }
    theirs.store.transact(() => theirs.ledger.append(verified))
    value(await theirs.sync.now())
    expect(code(await mine.hub.call('walkIn', { body: { walkIn, account: 'ohmanlu' } }))).toBe('L-307')
    mine.store.transact(() => mine.ledger.append(verified))
    value(await mine.sync.now())
    expect(code(await mine.hub.call('walkIn', { body: { walkIn, account: 'ohmanlu' } }))).toBe('L-408')
    value(await theirs.hub.call('walkIn', { body: { walkIn, account: 'ohmanlu' } }))
    const before = await theirWorld()
    expect(code(await mine.hub.call('walkIn', { body: { walkIn, account: 'ohmanlu' } }))).toBe('L-218')
    mine.store.transact(() => mine.ledger.append({ kind: 'walk-in-abandoned', facts: { walkIn, code: 'L-218' } }))
    value(await mine.sync.now())
    expect(await theirWorld()).toEqual(before)
    theirs.store.transact(() => theirs.ledger.append({ kind: 'walk-in-abandoned', facts: { walkIn, code: 'L-218' } }))
    for (let i = 0; i < 3; i += 1) value(await theirs.sync.now())
  })

  const claims: { [K in LedgerKind]?: () => NewEntry<K>['facts'] } = {
    'handed-over': () => ({ slip: SlipId.parse(newId()) }),
    dispatched: () => ({ slip: SlipId.parse(newId()), tracking: 'RR123456785FI' }),
    'slip-missing': () => ({ slip: SlipId.parse(newId()) }),
    'revoke-acknowledged': () => ({}),
    'letter-delivered': () => ({}),
    'letter-returned': () => ({}),
  }
  it.each(Object.keys(claims) as (keyof typeof claims)[])(
    'ends, frees and moves nothing of it by an entry “%s”',
    async (kind) => {
      value(await theirs.sync.now())
      const epoch = epochOf(pickup)
      const acknowledged = kind === 'revoke-acknowledged'
      const before = await theirWorld()
      const alarms = (await fleet.alarms()).alarms.length
      // The true epoch, one that may come, and one of an incarnation that nobody has seen.
      for (const each of [
        epoch,
        { ...epoch, n: epoch.n + 1 },
        { incarnation: Incarnation.parse(newId()), n: epoch.n + 7 },
      ])
        mine.store.transact(() =>
          mine.ledger.append({ kind, pickup, epoch: each, actor: staffOfA, facts: claims[kind]?.() as never }),
        )
      value(await mine.sync.now())
      expect(await theirWorld()).toEqual(before)
      // A letter’s end says nothing of what is no letter, and an acknowledgement that fits no grant is an old one.
      if (!acknowledged && !kind.startsWith('letter-')) expect((await fleet.alarms()).alarms.length).toBe(alarms + 3)
    },
  )

  it('does not send it elsewhere, nor spend its proved e-ID', async () => {
    const attempt = EIdAttemptId.parse(
      (await db().selectFrom('e_id').select('id').where('pickup', '=', pickup).executeTakeFirstOrThrow()).id,
    )
    for (const state of ['opened', 'exchanging', 'proved'] as const)
      await db().updateTable('e_id').set({ state, acr: 'loa3' }).where('id', '=', attempt).execute()
    const before = await theirWorld()
    const about = { pickup, epoch: epochOf(pickup), actor: staffOfA }
    mine.store.transact(() => {
      mine.ledger.append({ kind: 'sent-elsewhere', ...about, facts: { to: a as never, reason: 'wrong-desk' } })
      const proof = { proof: 'e-id', method: 'e-id', issuerCountry: 'FIN', expiryValid: true } as const
      const verification = VerificationId.parse(newId())
      mine.ledger.append({
        kind: 'verification',
        ...about,
        facts: { verification, ...proof, eId: attempt, expiresAt: Date.now() + 300_000 },
      })
    })
    value(await mine.sync.now())
    expect(await theirWorld()).toEqual(before)
    expect((await fleet.alarms()).alarms.filter(({ kind }) => kind === 'e-id-without-proof')).toHaveLength(1)
  })

  it('does not free a pickup that its kiosk has been asked back for', async () => {
    const moving = await fleet.issue('nordstso', b)
    value(await theirs.sync.now())
    const epoch = epochOf(moving)
    value(await fleet.agent().call('revoke', { body: { pickup: moving, reason: 're-routed', to: a as never } }))
    const before = await theirWorld()
    mine.store.transact(() =>
      mine.ledger.append({ kind: 'revoke-acknowledged', pickup: moving, epoch, actor: staffOfA, facts: {} }),
    )
    value(await mine.sync.now())
    expect(await theirWorld()).toEqual(before)
    expect(mine.pickups.get(moving)).toBeNull()
    value(await fleet.agent().call('revoke', { body: { pickup: moving, reason: 'revoked', to: null } }))
    for (let i = 0; i < 2; i += 1) value(await theirs.sync.now())
  })

  it('takes nothing by a report that says it holds it', async () => {
    const before = await theirWorld()
    const { seq, hash } = mine.ledger.head()
    const { n } = epochOf(pickup)
    const grants = [
      { pickup, epoch: { incarnation: Incarnation.parse(newId()), n: n + 100 } },
      { pickup, epoch: epochOf(pickup) },
    ]
    const generation = Number(
      (
        await db()
          .selectFrom('kiosk')
          .select('generation')
          .where('desk', '=', a)
          .where('kind', '=', 'desk')
          .executeTakeFirstOrThrow()
      ).generation,
    )
    value(await mine.hub.call('report', { body: { generation, seq, acked: seq, ackedHash: hash, grants } }))
    expect(await theirWorld()).toEqual(before)
    expect(mine.pickups.get(pickup)).toBeNull()
  })

  it('says nothing of a letter that another desk sent', async () => {
    await db().updateTable('pickup').set({ state: 'dispatched' }).where('account', '=', 'nordstso').execute()
    const { id } = await db()
      .selectFrom('pickup')
      .select('id')
      .where('account', '=', 'nordstso')
      .executeTakeFirstOrThrow()
    const kiosk = theirs.records.read()?.kiosk ?? ''
    await db().insertInto('handover').values({ pickup: id, kiosk, seq: 1, slip: newId(), at: Date.now() }).execute()
    const before = await theirWorld()
    const epoch = { incarnation: epochOf(pickup).incarnation, n: 1 }
    for (const kind of ['letter-returned', 'letter-delivered'] as const)
      mine.store.transact(() =>
        mine.ledger.append({ kind, pickup: PickupId.parse(id), epoch, actor: staffOfA, facts: {} }),
      )
    value(await mine.sync.now())
    expect(await theirWorld()).toEqual(before)
  })

  it('is told of a check-in elsewhere where to go, and never whose or what', async () => {
    const id = screen.records.read()?.kiosk ?? ''
    const ask = (query: object) =>
      screen.hub.call('checkIn', { body: { query: sealQuery(screen.keys.lookupKey, id, JSON.stringify(query)) } })
    const { pickup_code: sealed } = await db()
      .selectFrom('pickup')
      .select('pickup_code')
      .where('id', '=', pickup)
      .executeTakeFirstOrThrow()
    const before = await theirWorld()
    expect(value(await ask({ by: 'pickup-code', code: fleet.hub().keys.open(sealed) }))).toEqual({ outcome: 'nothing' })
    const card = await db()
      .selectFrom('card')
      .innerJoin('account', 'account.recipient', 'card.recipient')
      .select('card.sealed')
      .where('account.account', '=', 'kivelane')
      .executeTakeFirstOrThrow()
    expect(value(await ask({ by: 'card', card: fleet.hub().keys.open(card.sealed) }))).toEqual({
      outcome: 'elsewhere',
      language: 'fi',
      desks: [b],
    })
    expect(await theirWorld()).toEqual(before)
  })

  it('leaves the desk able to do its own: it hands over, once, and undisputed', async () => {
    value(await theirs.sync.now())
    const disputes = (await fleet.alarms()).disputes.length
    handOver(theirs, 1)
    value(await theirs.sync.now())
    const kiosk = theirs.records.read()?.kiosk ?? ''
    expect(await db().selectFrom('handover').select('kiosk').where('pickup', '=', pickup).execute()).toEqual([
      { kiosk },
    ])
    expect((await fleet.alarms()).disputes.length).toBe(disputes)
  })
})

describe('an agent who names what their role does not keep', () => {
  const day = 86_400_000
  const person = async (account: string) =>
    RecipientId.parse(
      (await db().selectFrom('account').select('recipient').where('account', '=', account).executeTakeFirstOrThrow())
        .recipient,
    )
  /** Everything that is done to one pickup, or to one person, by its id. */
  async function reach(role: string, id: PickupId, account: string, to: string): Promise<Record<string, string>> {
    const caller = agent(role)
    const recipient = await person(account)
    const name = { family: 'Other', given: 'Name' }
    const language = 'fi' as const
    const own = role === 'hr' ? ('staff' as const) : ('student' as const)
    const change = {
      id: recipient,
      name,
      formerNames: [],
      language,
      sponsor: null,
      accounts: [{ account, validUntil: null }],
    }
    return {
      revoke: code(await caller.call('revoke', { body: { pickup: id, reason: 'revoked', to: null } })),
      block: code(await caller.call('revoke', { body: { pickup: id, reason: 'blocked', to: null } })),
      reroute: code(await caller.call('revoke', { body: { pickup: id, reason: 're-routed', to: to as never } })),
      extend: code(await caller.call('extend', { body: { pickup: id, expiresAt: Date.now() + day } })),
      // By its own class's name, so that the class in the request opens nothing.
      saveRecipient: code(await caller.call('saveRecipient', { body: { ...change, class: own } })),
      setBirthDate: code(await caller.call('setBirthDate', { body: { recipient, birthDate: '2000-01-01' } })),
      addCard: code(await caller.call('addCard', { body: { recipient, card: '04AABBCCDDEE99' } })),
      removeCard: code(await caller.call('removeCard', { body: { recipient, card: null } })),
      setAddress: code(await caller.call('setAddress', { body: { account, address: null } })),
    }
  }

  it('changes nothing: staff are human resources’, everybody else is not', async () => {
    const hr = await deskOf('hr')
    const issued = async (account: string, desk: string, channel: string, by: HubClient) =>
      value(
        await by.call('issue', {
          body: {
            account,
            desk: desk as never,
            channel: channel as never,
            requestReference: 'R-1',
            secretKind: 'password',
          },
        }),
      ).pickup
    const ofStaff = await issued('virtasma', hr, 'hr', agent('hr'))
    const ofStudent = await issued('petrovna', b, 'helpdesk', agent('agent'))
    const before = await theirWorld()
    const refused = Object.fromEntries(
      [
        'revoke',
        'block',
        'reroute',
        'extend',
        'saveRecipient',
        'setBirthDate',
        'addCard',
        'removeCard',
        'setAddress',
      ].map((name) => [name, 'L-618']),
    )
    expect(await reach('agent', ofStaff, 'virtasma', b)).toEqual(refused)
    expect(await reach('hr', ofStudent, 'petrovna', hr)).toEqual(refused)
    for (const role of ['auditor', 'administrator'])
      expect(new Set(Object.values(await reach(role, ofStudent, 'petrovna', hr)))).toEqual(new Set(['L-618']))
    expect(await theirWorld()).toEqual(before)
    // And by the right one it is done.
    expect(code(await agent('hr').call('extend', { body: { pickup: ofStaff, expiresAt: Date.now() + day } }))).toBe(
      'ok',
    )
  })

  it('does not re-issue or approve for people of another role’s', async () => {
    const { id } = await db()
      .selectFrom('pickup')
      .select('id')
      .where('account', '=', 'virtasma')
      .executeTakeFirstOrThrow()
    value(await agent('hr').call('revoke', { body: { pickup: PickupId.parse(id), reason: 'revoked', to: null } }))
    const request = newId() as never
    value(
      await theirs.hub.call('fileRequest', {
        body: { request, cardTag: null, account: 'virtasma', staff: staffOfB, filedAt: Date.now() },
      }),
    )
    const before = await theirWorld()
    expect(
      code(await agent('agent').call('reissue', { body: { pickup: PickupId.parse(id), desk: b as never } })),
    ).not.toBe('ok')
    expect(
      code(await agent('agent').call('approveRequest', { body: { request, account: null, secretKind: 'password' } })),
    ).not.toBe('ok')
    expect(await theirWorld()).toEqual(before)
  })

  it('adds nothing to another’s import, does not carry it out, and calls it off only as one who supervises', async () => {
    const { id } = value(await fleet.agent().call('createImport', { body: { name: 'people.csv', supersede: false } }))
    const bytes = Buffer.from('account,class,family,given\nplanted,student,Planted,One\n').toString('base64')
    const before = await theirWorld()
    for (const role of ['agent', 'hr', 'administrator'])
      expect(code(await agent(role).call('importPart', { body: { id, part: 0, bytes, last: true } })), role).toBe(
        'L-618',
      )
    expect(await theirWorld()).toEqual(before)
    value(await fleet.agent().call('importPart', { body: { id, part: 0, bytes, last: true } }))
    await fleet.hub().runJobs()
    const checked = await theirWorld()
    for (const role of ['agent', 'hr', 'administrator'])
      expect(code(await agent(role).call('runImport', { body: { id } })), role).toBe('L-618')
    for (const role of ['agent', 'hr'])
      expect(code(await agent(role).call('cancelImport', { body: { id } })), role).toBe('L-618')
    expect(await theirWorld()).toEqual(checked)
    expect(code(await agent('administrator').call('cancelImport', { body: { id } }))).toBe('ok')
  })
})
