/** The hub on its real PostgreSQL, over its own HTTP: enrolment, signatures, feed, grants, ledger. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseInstitution, seed, startHub, type RunningHub } from '../../src-hub/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { FeedPage, SnapshotPage } from '../../src-shared/hub-api/index.ts'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { parseEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer, signRequest } from '../../src-shared/protocol/request-signature.ts'
import canonicalize from 'canonicalize'

const token = 'agent-token-of-the-tests-0001'
const secret = 'Zq7-plain-SECRET-marker'
const folder = mkdtempSync(join(tmpdir(), 'lodge-hub-test-'))
let hub: RunningHub
let desks: ReadonlyMap<string, string>

interface Answer {
  status: number
  json: Record<string, unknown>
}
async function call(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const reply = await fetch(hub.url + path, {
    method,
    headers: { ...headers, ...(text === '' ? {} : { 'content-type': 'application/json' }) },
    ...(text === '' ? {} : { body: text }),
  })
  return { status: reply.status, json: (await reply.json()) as Record<string, unknown> }
}
const agent = (method: string, path: string, body?: unknown) =>
  call(method, path, body, { authorization: `Bearer ${token}` })

async function enrol(desk: string) {
  const made = await agent('POST', '/v1/agent/enrolment-codes', { desk })
  const code = parseEnrolmentCode(String(made.json.code))
  if (code === null) throw new Error('no code')
  const sign = newSignKeyPair()
  const key = privateKeyFromDer(sign.privateKeyDer)
  const sealing = await newSealKeyPair()
  const request = {
    token: code.token,
    nonce: newId(),
    signKey: sign.publicKey.toString('base64url'),
    sealTo: sealing.publicKey.toString('base64url'),
  }
  const enrolled = await call('POST', '/v1/enrol', request, {})
  const kiosk = String(enrolled.json.kiosk)
  const signed = (method: string, path: string, body?: unknown, time = Date.now(), signer = key) =>
    call(method, path, body, {
      'lodge-kiosk': kiosk,
      'lodge-time': String(time),
      'lodge-signature': signRequest(signer, method, path, body === undefined ? '' : JSON.stringify(body), time),
    })
  let seq = 0
  let prev = genesisHash
  const entry = (kind: string, pickup: string | null, epoch: unknown, facts: unknown) => {
    const bytes = canonicalize({ seq: ++seq, time: Date.now(), kind, pickup, epoch, actor: null, facts, prev }) ?? ''
    const hash = chainHash(prev, bytes)
    prev = hash.toString('hex')
    return { bytes, signature: signHash(key, hash) }
  }
  /** Its first opening key, told and confirmed. */
  const open = async () => {
    const { publicKey } = await newSealKeyPair()
    const told = await signed('POST', '/v1/opening-key', {
      nonce: newId(),
      openingKey: publicKey.toString('base64url'),
    })
    expect(told.json).toEqual({ registered: true, state: 'waits' })
    const fingerprint = openingFingerprint(kiosk, publicKey)
    return agent('POST', '/v1/agent/opening-keys/confirm', { kiosk, fingerprint })
  }
  const feed = async (cursor: number) =>
    FeedPage.parse((await signed('GET', `/v1/feed?incarnation=${hub.incarnation}&cursor=${cursor}&limit=5000`)).json)
  return { request, enrolled, kiosk, signed, entry, open, feed }
}
const issue = (account: string, desk: string, more: object = {}) =>
  agent('POST', '/v1/agent/pickups', {
    account,
    desk,
    channel: 'helpdesk',
    requestReference: null,
    secretKind: 'password',
    ...more,
  })
const granted = (changes: FeedPage['changes'], pickup: unknown) => {
  const found = changes.find((change) => change.kind === 'pickup-granted' && change.pickup.id === pickup)
  if (found?.kind !== 'pickup-granted') throw new Error('not granted')
  return found.pickup
}

let counter: Awaited<ReturnType<typeof enrol>>
let desk = ''
let accounts: string[] = []

beforeAll(async () => {
  const started = await startHub({
    dataDir: join(folder, 'hub'),
    fsync: false,
    behindProxy: true,
    tokens: new Map([[token, { name: 'tester', role: 'supervisor' }]]),
  })
  if (!started.ok) throw new Error(started.failure.code)
  hub = started.value
  const raw = JSON.parse(readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8')) as {
    pickups: unknown[]
  }
  const data = parseInstitution({ ...raw, pickups: [] })
  if (!data.ok) throw new Error(JSON.stringify(data.failure))
  accounts = data.value.recipients.filter((person) => person.class === 'student').map((person) => person.account)
  const seeded = await seed(hub, data.value)
  if (!seeded.ok) throw new Error(seeded.failure.code)
  desks = seeded.value.desks
  desk = desks.get(data.value.desks.find((d) => d.kind === 'helpdesk')?.key ?? '') ?? ''
  counter = await enrol(desk)
})
afterAll(async () => {
  await hub.stop()
  if (hub.clusterMovedTo !== null) rmSync(hub.clusterMovedTo, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

test('a file of an institution that contradicts itself, or what is on record, is told with the place; nothing of it is done', async () => {
  const whole = JSON.parse(readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8')) as {
    recipients: { key: string; account: string; cards?: string[]; otherAccounts?: string[] }[]
    staff: { key: string; badges: string[] }[]
    pickups: { account: string }[]
  }
  const [person] = whole.recipients
  const [pickup] = whole.pickups
  const [member] = whole.staff
  if (person === undefined || pickup === undefined || member === undefined) throw new Error('the demo has people')
  const someone = (n: number, more: object) => ({ ...person, key: `p${n}`, account: `seeded${n}`, cards: [], ...more })
  const only = (more: object) => ({ ...whole, staff: [], recipients: [], pickups: [], ...more })
  const card = 'F1F2F3F4'
  const contradictory: readonly [object, string][] = [
    [{ recipients: [someone(1, { cards: [card] }), someone(2, { cards: [card] })] }, 'recipients.1.cards.0'],
    [{ recipients: [someone(1, {}), someone(2, { otherAccounts: ['Seeded1'] })] }, 'recipients.1.otherAccounts.0'],
    [
      {
        staff: [
          { ...member, badges: [card] },
          { ...member, key: 'another', badges: [card] },
        ],
      },
      'staff.1.badges.0',
    ],
  ]
  for (const [more, where] of contradictory)
    expect(parseInstitution(only(more))).toMatchObject({ ok: false, failure: { code: 'L-101', params: { where } } })
  const held = whole.recipients.find(({ cards = [] }) => cards.length > 0)?.cards?.[0] ?? ''
  const people = () => hub.db.selectFrom('account').select('account').orderBy('account').execute()
  const before = await people()
  const refused: readonly [object, string][] = [
    [{ recipients: [someone(1, {})], pickups: [{ ...pickup, account: 'nobody-at-all' }] }, 'pickups.0.account'],
    [{ recipients: [someone(1, {}), someone(2, { cards: [held] })] }, 'recipients.1.cards.0'],
    [{ recipients: [someone(1, { otherAccounts: [person.account] })] }, 'recipients.0.otherAccounts.0'],
  ]
  for (const [more, where] of refused) {
    const data = parseInstitution(only(more))
    if (!data.ok) throw new Error(JSON.stringify(data.failure))
    expect(await seed(hub, data.value)).toMatchObject({ ok: false, failure: { code: 'L-101', params: { where } } })
    expect(await people()).toEqual(before)
  }
})

test('a file with a pickup that policy refuses, or that cannot be, brings nothing: no person, no staff, no setting, no pickup', async () => {
  const whole = JSON.parse(readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8')) as {
    organisation: object
    recipients: { class: string; account: string }[]
    staff: object[]
    pickups: object[]
    desks: { key: string; kind: string }[]
  }
  const [student] = whole.recipients.filter((each) => each.class === 'student')
  const [pickup] = whole.pickups
  const someone = (n: number, more: object = {}) => ({
    ...student,
    key: `refused${n}`,
    account: `refused${n}`,
    cards: [],
    otherAccounts: [],
    ...more,
  })
  const fine = {
    ...pickup,
    account: 'refused1',
    desk: whole.desks.find(({ kind }) => kind === 'helpdesk')?.key,
    channel: 'helpdesk',
    requestReference: 'R-1',
  }
  const count = async () => {
    const tables = ['account', 'recipient', 'staff', 'badge', 'card', 'pickup', 'secret_job', 'feed', 'audit'] as const
    const all = await Promise.all(
      tables.map((table) =>
        hub.db
          .selectFrom(table)
          .select(({ fn }) => fn.countAll().as('n'))
          .executeTakeFirstOrThrow(),
      ),
    )
    const { name } = await hub.db.selectFrom('organisation').select('name').executeTakeFirstOrThrow()
    return JSON.stringify([name, ...all])
  }
  const before = await count()
  const refused: readonly [string, object, string][] = [
    ['another channel', { pickups: [fine, { ...fine, account: 'refused2', channel: 'porter' }] }, 'pickups.1'],
    ['an account that has ended', { pickups: [{ ...fine, account: 'refused3' }] }, 'pickups.0'],
    [
      'a letter at a desk',
      { pickups: [fine, { ...fine, account: 'refused2', channel: 'registered-letter' }] },
      'pickups.1',
    ],
    ['too long a secret', { pickups: [fine, { ...fine, account: 'refused2', secret: 'x'.repeat(5000) }] }, 'pickups.1'],
  ]
  const name = { fi: 'Toinen', sv: 'En annan', en: 'Another' }
  for (const [what, more, place] of refused) {
    const data = parseInstitution({
      ...whole,
      organisation: { ...whole.organisation, name },
      staff: [{ key: 'refusedstaff', name: 'Uusi Porttu', role: 'porter', badges: ['F1F2F3F5'], desks: [] }],
      recipients: [someone(1, { cards: ['F1F2F3F6'] }), someone(2), someone(3, { accountValidUntil: '2020-01-01' })],
      ...more,
    })
    if (!data.ok) throw new Error(`${what}: ${JSON.stringify(data.failure)}`)
    const seeded = await seed(hub, data.value)
    expect(seeded, what).toMatchObject({ ok: false, failure: { code: 'L-334', params: { place } } })
    if (seeded.ok) continue
    const { what: said } = describeFailure(seeded.failure, 'en')
    expect(said, what).toMatch(/^The file has a pickup that may not be issued \(pickups\.\d\): L-\d{3} [A-Z]/)
    expect(await count(), what).toBe(before)
  }
})

test('an enrolment code works once; the same request again gets the same kiosk; wrong and used codes are told apart', async () => {
  const again = await call('POST', '/v1/enrol', counter.request, {})
  expect(again.json.kiosk).toBe(counter.kiosk)
  expect((await call('POST', '/v1/enrol', { ...counter.request, nonce: newId() }, {})).json.code).toBe('L-103')
  expect((await call('POST', '/v1/enrol', { ...counter.request, token: '0000000000000000' }, {})).json.code).toBe(
    'L-102',
  )
})

test('a forged signature, an old request and a missing agent token are refused', async () => {
  const path = `/v1/feed?incarnation=${hub.incarnation}&cursor=0&limit=1`
  const stranger = privateKeyFromDer(newSignKeyPair().privateKeyDer)
  expect((await counter.signed('GET', path, undefined, Date.now(), stranger)).json.code).toBe('L-606')
  expect((await counter.signed('GET', path, undefined, Date.now() - 400_000)).json.code).toBe('L-605')
  expect((await call('GET', '/v1/agent/desks', undefined, { authorization: 'Bearer wrong' })).json.code).toBe('L-610')
})

test('a pickup waits for the opening key; issuing at once leaves no gap in the feed and one live pickup per account', async () => {
  const early = await issue(accounts[0] ?? '', desk)
  expect(early.json.state).toBe('unassigned')
  expect((await counter.open()).status).toBe(200)
  const many = accounts.slice(1, 5)
  expect(many.length).toBe(4)
  const issued = await Promise.all(many.map((account) => issue(account, desk, { secret })))
  expect(issued.map((one) => one.json.state)).toEqual(many.map(() => 'granted'))
  const page = await counter.feed(0)
  expect(page.changes.map((change) => change.seq)).toEqual(page.changes.map((_, i) => i + 1))
  expect(granted(page.changes, early.json.pickup).epoch.n).toBe(1)
  await issue(many[0] ?? '', desk)
  const live = await hub.db
    .selectFrom('pickup')
    .select('id')
    .where('account', '=', many[0] ?? '')
    .where('state', '=', 'granted')
    .execute()
  expect(live.length).toBe(1)
})

test('a superseded pickup is not brought back, and a snapshot asks for it again', async () => {
  const old = await hub.db.selectFrom('pickup').select('id').where('state', '=', 'revoking').executeTakeFirstOrThrow()
  expect(
    (await agent('POST', '/v1/agent/pickups/revoke', { pickup: old.id, reason: 're-routed', to: desk })).json.code,
  ).toBe('L-609')
  const snapshot = SnapshotPage.parse((await counter.signed('GET', '/v1/snapshot?limit=5000')).json)
  expect(snapshot.pickups.map((pickup) => pickup.id)).toContain(old.id)
  const after = await counter.feed(snapshot.head)
  expect(after.changes.some((change) => change.kind === 'pickup-revoke' && change.pickup === old.id)).toBe(true)
})

test('ledger: a handover counts once, a second is a dispute, poison is kept and stops nothing, other bytes freeze the kiosk', async () => {
  const first = granted(
    (await counter.feed(0)).changes,
    (
      await hub.db
        .selectFrom('pickup')
        .select('id')
        .where('account', '=', accounts[0] ?? '')
        .executeTakeFirstOrThrow()
    ).id,
  )
  const poison = counter.entry('unheard-\0of', null, null, {})
  const over = counter.entry('handed-over', first.id, first.epoch, { slip: newId() })
  const twice = counter.entry('handed-over', first.id, first.epoch, { slip: newId() })
  expect((await counter.signed('POST', '/v1/ledger', { entries: [poison, over, twice] })).json.acked).toBe(3)
  expect((await counter.signed('POST', '/v1/ledger', { entries: [over, twice] })).json.acked).toBe(3)
  expect((await hub.db.selectFrom('handover').selectAll().execute()).length).toBe(1)
  expect((await hub.db.selectFrom('dispute').selectAll().execute()).length).toBe(1)
  expect(
    (await hub.db.selectFrom('alarm').select('kind').where('closed_at', 'is', null).execute())
      .map((row) => row.kind)
      .sort(),
  ).toEqual(['dispute', 'poison-entry'])
  await expect(sql`UPDATE ledger_entry SET kind = 'x'`.execute(hub.db)).rejects.toThrow('permission denied')
  await expect(sql`DELETE FROM ledger_entry`.execute(hub.db)).rejects.toThrow('permission denied')
  const cut = await counter.signed('POST', '/v1/ledger', {
    entries: [{ ...over, bytes: over.bytes.replace('handed-over', 'handed-ovex') }],
  })
  expect([cut.status, cut.json.code]).toEqual([409, 'L-604'])
  expect((await counter.signed('GET', '/v1/snapshot?limit=1')).json.code).toBe('L-604')
})

test('ledger: a batch of a thousand counts whole, poison in the midst of it, or up to a signature before what is wrong', async () => {
  const [other] = [...desks.values()].slice(-1)
  const kiosk = await enrol(other ?? '')
  const called = () => kiosk.entry('staff-called', null, null, { call: newId() })
  const some = (count: number) => Array.from({ length: count }, called)
  const push = (entries: object[]) => kiosk.signed('POST', '/v1/ledger', { entries })
  const rows = async () =>
    await hub.db
      .selectFrom('ledger_entry')
      .select(['seq', 'poison'])
      .where('kiosk', '=', kiosk.kiosk)
      .orderBy('seq')
      .execute()
  expect((await push([...some(700), kiosk.entry('unheard-of', null, null, {}), ...some(499)])).json.acked).toBe(1200)
  const taken = await rows()
  expect(taken.map((row) => row.seq)).toEqual(Array.from({ length: 1200 }, (_, i) => i + 1))
  expect(taken.filter((row) => row.poison).map((row) => row.seq)).toEqual([701])
  const bare = (count: number) => some(count).map(({ bytes }) => ({ bytes }))
  const lost = [...bare(599), ...some(1), ...bare(300), ...some(2).slice(1), ...bare(298), ...some(1)]
  expect((await push(lost)).json.code).toBe('L-604')
  // Vouched for by a signature of its own, and in the ledger before the gap was met; what comes after it has none
  // before the gap.
  expect((await rows()).length).toBe(1800)
  expect(
    await hub.db
      .selectFrom('kiosk')
      .select(['acked', 'frozen'])
      .where('id', '=', kiosk.kiosk)
      .executeTakeFirstOrThrow(),
  ).toEqual({ acked: 1800, frozen: true })
  const alarms = await hub.db
    .selectFrom('alarm')
    .select('detail')
    .where('kiosk', '=', kiosk.kiosk)
    .where('kind', '=', 'ledger-mismatch')
    .execute()
  expect(alarms.map((row) => row.detail)).toEqual(['entry 2102 follows 2100'])
})

test('ledger: without the signature of its last entry a long batch leaves nothing but an alarm', async () => {
  const [other] = [...desks.values()].slice(-2)
  const kiosk = await enrol(other ?? '')
  const bare = Array.from({ length: 1100 }, () => ({
    bytes: kiosk.entry('staff-called', null, null, { call: newId() }).bytes,
  }))
  expect((await kiosk.signed('POST', '/v1/ledger', { entries: bare })).json.code).toBe('L-604')
  const { n } = await hub.db
    .selectFrom('ledger_entry')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('kiosk', '=', kiosk.kiosk)
    .executeTakeFirstOrThrow()
  expect(Number(n)).toBe(0)
  const known = await hub.db
    .selectFrom('kiosk')
    .select(['acked', 'frozen'])
    .where('id', '=', kiosk.kiosk)
    .executeTakeFirstOrThrow()
  expect([Number(known.acked), known.frozen]).toEqual([0, true])
})

test('no table holds an issued secret', async () => {
  const tables = await sql<{
    name: string
  }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(hub.db)
  expect(tables.rows.length).toBeGreaterThan(15)
  const forms = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64url')]
  for (const { name } of tables.rows) {
    const dump = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.table(name)} t`.execute(hub.db)
    const text = dump.rows.map((row) => row.row).join('\n')
    for (const form of forms) expect(text.includes(form), name).toBe(false)
  }
})
