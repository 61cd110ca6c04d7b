/**
 * Every call that the table of audited acts names is made, and found in the trail: who did it, what, and to whom
 * (promise P8). The table does not compile without a row for each route, nor this file without a call for each row; and
 * no row holds a secret, a card or a birth date.
 */
import { sign } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { csrfHeader, sessionCookie } from '../../src-shared/hub-api/agent/session.ts'
import { auditedActs, type AuditedRoute } from '../../src-shared/hub-api/audited-acts.ts'
import { StaffId } from '../../src-shared/domain/index.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import { hubApi, type GrantedPickup, type HubBody, type HubRoute } from '../../src-shared/hub-api/index.ts'
import { writeCarried } from '../../src-shared/protocol/carried-ledger.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { proveHolders } from '../../src-shared/protocol/opening-holders.ts'
import { countersign, openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient, OpeningKey } from './kiosk-client.ts'
import { codeOf, openLine, pathOf, read, value, type Line } from './wire.ts'

/**
 * What must stand in the trail: the act, by whom, and an id or a name that its row must hold (null: it is about nothing
 * in particular).
 */
type Trace = readonly [act: string, actor: string, about: string | null]

const secret = 'Kuikka-2718-Lumme'
const card = '04FACE0FF1CE77'
const birthDate = '1999-12-31'
const passwords = ['lakka-kuura-pihlaja-41', 'hilla-routa-tuomi-52', 'karpalo-halla-paju-63']
const badge = '04BADBADBADBAD'

let institute: Institute
let hub: HubHere
let counter: KioskClient
let screen: KioskClient
/** A porter's desk: its kiosk is frozen, written off, and told an opening key. */
let porter: KioskClient
let person = ''
let people = 0

const agent = () => hub.as('agent')
const supervisor = () => hub.as('supervisor')
const administrator = () => hub.as('administrator')
const desk = (key: string) => institute.desk(key).id
const one = async (text: string, values: readonly unknown[] = []): Promise<string> =>
  String((await institute.sql<{ one: string }>(text, values))[0]?.one)
const nextAccount = () => institute.accounts[people++] ?? ''
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const staffAt = (where: string, role: string) =>
  one(
    `SELECT s.id AS one FROM staff s JOIN staff_desk d ON d.staff = s.id WHERE d.desk = $1 AND s.role = $2 ORDER BY s.id`,
    [where, role],
  )
const nameOf = (staff: string) => one('SELECT name AS one FROM staff WHERE id = $1', [staff])

async function granted(kiosk: KioskClient, key: string, account = nextAccount()): Promise<GrantedPickup> {
  const pickup = await agent().issue(account, institute.desk(key), secret)
  await kiosk.pull()
  const grant = kiosk.grants.get(pickup)
  if (grant === undefined) throw new Error('not granted')
  return grant
}

/** A browser at the console, signed in or not. */
class Browser {
  readonly #line: Line = openLine(hub.url, hub.authority)
  #cookie = ''
  #csrf = ''
  async call<R extends HubRoute>(route: R, body: HubBody<R> | object) {
    const answer = await this.#line.send({
      method: hubApi[route].method,
      path: pathOf(route, undefined),
      headers: {
        'content-type': 'application/json',
        origin: new URL(hub.url).origin,
        ...(this.#cookie === '' ? {} : { cookie: this.#cookie, [csrfHeader]: this.#csrf }),
      },
      body: JSON.stringify(body),
    })
    const set = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith(sessionCookie))
    if (set !== undefined) this.#cookie = set.split(';')[0] ?? ''
    const reply = read(route, answer)
    if (reply.ok && 'csrf' in reply.value) this.#csrf = reply.value.csrf ?? ''
    return reply
  }
  close(): void {
    this.#line.close()
  }
}
const browsers: Browser[] = []
function browser(): Browser {
  const made = new Browser()
  browsers.push(made)
  return made
}
let first: Browser

/** An account at the console with a password, signed in. */
async function invited(username: string, password: string): Promise<Browser> {
  value(
    await administrator().call('saveConsoleAccount', {
      body: { username, name: 'Aino Salo', role: 'agent', disabled: false },
    }),
  )
  const { link } = value(await administrator().call('inviteConsoleAccount', { body: { username } }))
  const made = browser()
  value(await made.call('acceptInvitation', { token: link.split('#')[1] ?? '', password }))
  return made
}

const texts = (name: string) => ({ fi: name, sv: name, en: name })
async function importedFile(): Promise<string> {
  const { id } = value(await supervisor().call('createImport', { body: { name: 'syksy.csv', supersede: false } }))
  const bytes = Buffer.from(`account,desk,request_reference\n${nextAccount()},${desk('porter-millhill')},ADV-9\n`)
  value(await supervisor().call('importPart', { body: { id, part: 0, bytes: bytes.toString('base64'), last: true } }))
  await expect
    .poll(async () => value(await supervisor().call('import', { query: { id } })).state, { timeout: 30_000 })
    .toBe('checked')
  return id
}

async function webhook(): Promise<string> {
  const url = 'https://receiver.example.org/hook'
  return value(await administrator().call('addWebhook', { body: { url, events: ['ready'] } })).id
}

const folderSource = (id?: string) => ({
  ...(id === undefined ? {} : { id }),
  name: 'Student register',
  everyMinutes: null,
  settings: { kind: 'folder' as const, folder: 'register', complete: true, own: [] },
})
async function peopleSource(): Promise<string> {
  return value(
    await administrator().call('savePeopleSource', {
      body: { ...folderSource(), enabled: false, brakePercent: 10 },
    }),
  ).id
}
/** A run that waits to be read. */
async function peopleRun(id: string): Promise<string> {
  return value(await administrator().call('runPeopleSource', { body: { id, kind: 'preview', full: false } })).run
}

async function filedRequest(): Promise<string> {
  const request = newId()
  const staff = await staffAt(porter.identity.desk, 'porter')
  value(
    await porter.call('fileRequest', {
      body: { request, cardTag: null, account: nextAccount(), staff, filedAt: porter.now() },
    }),
  )
  return request
}

async function newMember(): Promise<string> {
  const body = { name: 'Vieno Harju', role: 'porter', desks: [desk('porter-millhill')] }
  return value(await supervisor().call('saveStaff', { body })).id
}

async function walkIn(): Promise<Trace[]> {
  const account = nextAccount()
  const staff = await staffAt(counter.identity.desk, 'counter')
  const [id, recipient] = [newId(), await one('SELECT recipient AS one FROM account WHERE account = $1', [account])]
  const proof = { proof: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' }
  const facts = { ...proof, walkIn: id, recipient, expiresAt: counter.now() + 300_000 }
  const about = { pickup: null, epoch: null, actor: staff, time: counter.now() }
  counter.ledger.writeShape({ kind: 'walk-in-verified', ...about, facts })
  value(await counter.push())
  const { pickup } = value(await counter.call('walkIn', { body: { walkIn: id, account } }))
  return [['issued', await nameOf(staff), pickup]]
}

const signKey = (kiosk: KioskClient, hash: string) =>
  sign(null, Buffer.from(hash, 'hex'), kiosk.identity.signKey).toString('base64url')

/** A kiosk whose first opening key waits. */
async function waiting(key: string): Promise<{ kiosk: KioskClient; publicKey: Buffer }> {
  for (const { id } of await institute.sql<{ id: string }>(
    `SELECT id FROM kiosk WHERE desk = $1 AND state = 'active' AND kind = 'desk'`,
    [desk(key)],
  ))
    value(await supervisor().writeOff(id))
  const kiosk = await institute.kiosk(hub, key)
  value(await kiosk.registerOpeningKey())
  return { kiosk, publicKey: kiosk.openingKeys.at(-1)?.publicKey ?? Buffer.alloc(0) }
}

/** Tells an opening key, and that `staff` alone holds it. */
async function state(kiosk: KioskClient, key: OpeningKey, staff: string) {
  const own = await newSealKeyPair()
  const { countersignTo = '' } = value(await kiosk.report())
  const said = { kiosk: kiosk.id, key: key.publicKey, n: 1, by: staff, holders: [{ staff, publicKey: own.publicKey }] }
  const prove = async ({ privateKey }: OpeningKey) =>
    text(await proveHolders(said, privateKey, Buffer.from(countersignTo, 'base64url')))
  const holders = {
    ...{ n: 1, by: StaffId.parse(staff), holders: [{ staff: StaffId.parse(staff), key: text(own.publicKey) }] },
    ...{ byKey: await prove(key), byPerson: await prove(own) },
  }
  return kiosk.call('openingKey', { body: { nonce: newId(), openingKey: text(key.publicKey), holders } })
}

type Calls = { readonly [R in AuditedRoute]: () => Promise<readonly Trace[]> }
const calls: Calls = {
  enrol: async () => [['enrolled', 'kiosk', (await institute.kiosk(hub, 'hr')).id]],
  openingKey: async () => {
    const { kiosk, publicKey } = await waiting('student-affairs')
    const fingerprint = openingFingerprint(kiosk.id, publicKey)
    value(await supervisor().call('confirmOpeningKey', { body: { kiosk: kiosk.id, fingerprint } }))
    const { countersignTo = '' } = value(await kiosk.report())
    const next = await newSealKeyPair()
    const [old] = kiosk.openingKeys
    if (old === undefined) throw new Error('no key')
    const succession = { kiosk: kiosk.id, from: old.publicKey, to: next.publicKey }
    const by = await countersign(succession, old.privateKey, Buffer.from(countersignTo, 'base64url'))
    const links = [{ from: text(old.publicKey), to: text(next.publicKey), countersignature: text(by) }]
    const body = { nonce: newId(), openingKey: text(next.publicKey), links }
    expect(value(await kiosk.call('openingKey', { body })).state).toBe('in-force')
    const member = await one('SELECT staff AS one FROM staff_desk WHERE desk = $1 ORDER BY staff', [
      kiosk.identity.desk,
    ])
    expect(value(await state(kiosk, next, member)).holders).toBe('taken')
    // One that is shared with somebody who does not work there.
    expect(codeOf(await state(kiosk, await newSealKeyPair(), 'Z'.repeat(22)))).toBe('L-437')
    return [
      ['opening-key-refused', 'hub', kiosk.id],
      ['opening-key-waits', 'kiosk', kiosk.id],
      ['opening-key-in-force', 'kiosk', kiosk.id],
      ['opening-key-holders', 'kiosk', member],
    ]
  },
  findAccounts: async () => {
    const staff = await staffAt(counter.identity.desk, 'counter')
    const query = counter.sealed({ by: 'search', text: 'kivel' })
    value(await counter.call('findAccounts', { body: { staff, query } }))
    return [['accounts-looked-up', await nameOf(staff), counter.identity.desk]]
  },
  walkIn,
  checkIn: async () => {
    const grant = await granted(counter, 'helpdesk-lakeside')
    const { pickupCode } = value(await supervisor().call('pickup', { query: { pickup: grant.id } }))
    const query = screen.sealed({ by: 'pickup-code', code: pickupCode })
    expect(value(await screen.call('checkIn', { body: { query } })).outcome).toBe('here')
    return [['checked-in', 'kiosk', grant.id]]
  },
  beginEId: async () => {
    const grant = await granted(counter, 'helpdesk-lakeside', person)
    const staff = await staffAt(counter.identity.desk, 'counter')
    value(await counter.call('beginEId', { body: { staff, pickup: grant.id } }))
    return [['e-id-begun', await nameOf(staff), grant.id]]
  },
  cancelEId: async () => {
    const grant = await granted(counter, 'helpdesk-lakeside')
    const staff = await staffAt(counter.identity.desk, 'counter')
    const { attempt } = value(await counter.call('beginEId', { body: { staff, pickup: grant.id } }))
    value(await counter.call('cancelEId', { body: { attempt } }))
    return [['e-id-failed', await nameOf(staff), grant.id]]
  },
  fileRequest: async () => {
    await filedRequest()
    return [['request-filed', 'kiosk', porter.identity.desk]]
  },
  writeOff: async () => {
    const { kiosk } = await waiting('post-room')
    value(await supervisor().writeOff(kiosk.id))
    return [['written-off', 'adversary-supervisor', kiosk.id]]
  },
  unfreeze: async () => {
    await institute.sql('UPDATE kiosk SET frozen = true WHERE id = $1', [porter.id])
    value(await supervisor().unfreeze(porter.id))
    return [['unfrozen', 'adversary-supervisor', porter.id]]
  },
  confirmOpeningKey: async () => {
    const { kiosk, publicKey } = await waiting('post-room')
    const wrong = openingFingerprint(kiosk.id, Buffer.alloc(32, 1))
    const confirm = (of: string, fingerprint: string) =>
      supervisor().call('confirmOpeningKey', { body: { kiosk: of, fingerprint } })
    expect(codeOf(await confirm(kiosk.id, wrong))).toBe('L-690')
    const member = await one('SELECT staff AS one FROM staff_desk WHERE desk = $1 ORDER BY staff', [
      kiosk.identity.desk,
    ])
    const [key] = kiosk.openingKeys
    if (key === undefined) throw new Error('no key')
    value(await state(kiosk, key, member))
    value(await confirm(kiosk.id, openingFingerprint(kiosk.id, publicKey)))
    const other = await waiting('post-room')
    for (let n = 0; n < 5; n++) await confirm(other.kiosk.id, wrong)
    return [
      ['opening-key-mismatch', 'adversary-supervisor', kiosk.id],
      ['opening-key-in-force', 'adversary-supervisor', kiosk.id],
      ['opening-key-holders', 'kiosk', member],
      ['opening-key-refused', 'adversary-supervisor', other.kiosk.id],
    ]
  },
  refuseOpeningKey: async () => {
    const { kiosk } = await waiting('post-room')
    value(await supervisor().call('refuseOpeningKey', { body: { kiosk: kiosk.id } }))
    return [['opening-key-refused', 'adversary-supervisor', kiosk.id]]
  },
  closeAlarm: async () => {
    const pickup = (await granted(porter, 'porter-millhill')).id
    const [alarm] = await institute.sql<{ id: string }>(
      `INSERT INTO alarm (kind, kiosk, pickup, detail, at) VALUES ('dispute', $1, $2, '', 1) RETURNING id`,
      [porter.id, pickup],
    )
    const [dispute] = await institute.sql<{ id: string }>(
      `INSERT INTO dispute (pickup, kiosk, seq, at) VALUES ($1, $2, 1, 1) RETURNING id`,
      [pickup, porter.id],
    )
    value(await supervisor().call('closeAlarm', { body: { what: 'alarm', id: Number(alarm?.id) } }))
    value(await supervisor().call('closeAlarm', { body: { what: 'dispute', id: Number(dispute?.id) } }))
    return [
      ['alarm-closed', 'adversary-supervisor', pickup],
      ['dispute-closed', 'adversary-supervisor', pickup],
    ]
  },
  issue: async () => [
    ['issued', 'adversary-agent', await agent().issue(nextAccount(), institute.desk('porter-millhill'), secret)],
  ],
  revoke: async () => {
    const pickups = [nextAccount(), nextAccount(), nextAccount()].map((of) =>
      agent().issue(of, institute.desk('porter-millhill')),
    )
    const [revoked = '', blocked = '', moved = ''] = await Promise.all(pickups)
    await agent().revoke(revoked as never)
    await agent().revoke(blocked as never, 'blocked')
    await agent().reroute(moved as never, desk('porter-lakeside'))
    return [
      ['revoked', 'adversary-agent', revoked],
      ['blocked', 'adversary-agent', blocked],
      ['re-routed', 'adversary-agent', moved],
    ]
  },
  timeline: async () => {
    const pickup = await agent().issue(nextAccount(), institute.desk('porter-millhill'))
    await hub.as('hr').timeline(pickup)
    return [['pickup-read', 'adversary-hr', pickup]]
  },
  enrolmentCode: async () => {
    await administrator().enrolmentCode(desk('porter-lakeside'))
    return [['enrolment-code', 'adversary-administrator', desk('porter-lakeside')]]
  },
  enrolmentCodes: async () => {
    value(await supervisor().call('enrolmentCodes', { body: { desks: [desk('porter-lakeside')] } }))
    return [['enrolment-code', 'adversary-supervisor', desk('porter-lakeside')]]
  },
  createToken: async () => {
    const body = { name: 'ticket system', role: 'agent' as const, days: 30 }
    return [['token-made', 'adversary-administrator', value(await administrator().call('createToken', { body })).id]]
  },
  revokeToken: async () => {
    const body = { name: 'another', role: 'agent' as const, days: 30 }
    const { id } = value(await administrator().call('createToken', { body }))
    value(await administrator().call('revokeToken', { body: { id } }))
    return [['token-revoked', 'adversary-administrator', id]]
  },
  importLedger: async () => {
    const after = value(await porter.report()).acked
    porter.ledger.write('engine-started', { version: '1', generation: 1 })
    const entries = porter.ledger.entries
      .slice(after)
      .map(({ bytes, hash }) => ({ bytes, signature: signKey(porter, hash) }))
    const head = { format: 'lodge/ledger/1' as const, kiosk: porter.id, incarnation: porter.incarnation }
    const file = writeCarried({ ...head, after, count: entries.length }, entries, porter.identity.signKey)
    value(await supervisor().call('importLedger', { body: { file } }))
    return [['ledger-carried', 'adversary-supervisor', porter.id]]
  },
  firstAdministrator: async () => {
    const token = hub.running.firstAdministrator ?? ''
    first = browser()
    const body = { token, username: 'first', name: 'Eka Virta', password: passwords[0] ?? '' }
    value(await first.call('firstAdministrator', body))
    return [['first-administrator', 'first', 'first']]
  },
  acceptInvitation: async () => {
    await invited('invited', passwords[1] ?? '')
    return [['password-set', 'invited', 'invited']]
  },
  signIn: async () => {
    await invited('signs.in', passwords[1] ?? '')
    const at = browser()
    expect(codeOf(await at.call('signIn', { username: 'signs.in', password: passwords[2] }))).toBe('L-650')
    value(await at.call('signIn', { username: 'signs.in', password: passwords[1] }))
    return [
      ['sign-in-refused', 'signs.in', null],
      ['signed-in', 'signs.in', null],
    ]
  },
  signOut: async () => {
    const at = await invited('signs.out', passwords[1] ?? '')
    value(await at.call('signOut', {}))
    return [['signed-out', 'signs.out', null]]
  },
  revokeSession: async () => {
    await invited('is.ended', passwords[1] ?? '')
    const { sessions } = value(await administrator().call('sessions', { query: { of: 'all' } }))
    const id = sessions.find(({ name }) => name === 'is.ended')?.id ?? ''
    value(await administrator().call('revokeSession', { body: { id } }))
    return [['session-ended', 'adversary-administrator', 'is.ended']]
  },
  changePassword: async () => {
    const at = await invited('changes', passwords[1] ?? '')
    const [old = '', wrong = '', next = ''] = [passwords[1], passwords[0], passwords[2]]
    expect(codeOf(await at.call('changePassword', { old: wrong, new: next }))).toBe('L-650')
    value(await at.call('changePassword', { old, new: next }))
    return [
      ['password-change-refused', 'changes', null],
      ['password-changed', 'changes', null],
    ]
  },
  saveConsoleAccount: async () => {
    const body = { username: 'saved', name: 'Aino Salo', role: 'auditor' as const, disabled: false }
    value(await administrator().call('saveConsoleAccount', { body }))
    return [['account-saved', 'adversary-administrator', 'saved']]
  },
  inviteConsoleAccount: async () => {
    const body = { username: 'asked', name: 'Aino Salo', role: 'auditor' as const, disabled: false }
    value(await administrator().call('saveConsoleAccount', { body }))
    value(await administrator().call('inviteConsoleAccount', { body: { username: 'asked' } }))
    return [['account-invited', 'adversary-administrator', 'asked']]
  },
  pickups: async () => {
    const found = value(await hub.as('auditor').call('pickups', { query: { text: person, limit: 10 } }))
    return [['people-searched', 'adversary-auditor', found.pickups[0]?.recipient ?? 'nobody']]
  },
  pickup: async () => {
    const pickup = await agent().issue(nextAccount(), institute.desk('porter-millhill'))
    value(await hub.as('auditor').call('pickup', { query: { pickup } }))
    return [['pickup-read', 'adversary-auditor', pickup]]
  },
  savePeopleSource: async () => {
    const id = await peopleSource()
    value(
      await administrator().call('savePeopleSource', {
        body: { ...folderSource(id), enabled: false, brakePercent: 20 },
      }),
    )
    return [
      ['people-source-made', 'adversary-administrator', id],
      ['people-source-changed', 'adversary-administrator', id],
    ]
  },
  removePeopleSource: async () => {
    const id = await peopleSource()
    value(await administrator().call('removePeopleSource', { body: { id } }))
    return [['people-source-removed', 'adversary-administrator', id]]
  },
  runPeopleSource: async () => {
    const id = await peopleSource()
    return [['people-source-read', 'adversary-administrator', await peopleRun(id)]]
  },
  confirmPeopleRun: async () => {
    const run = newId()
    const source = await peopleSource()
    await institute.sql(
      `INSERT INTO people_run (id, source, kind, reading, state, started_at, by) VALUES ($1, $2, 'run', 'full', 'braked', 0, 'test')`,
      [run, source],
    )
    value(await administrator().call('confirmPeopleRun', { body: { run } }))
    return [['people-run-confirmed', 'adversary-administrator', run]]
  },
  cancelPeopleRun: async () => {
    const run = newId()
    const source = await peopleSource()
    await institute.sql(
      `INSERT INTO people_run (id, source, kind, reading, state, started_at, by) VALUES ($1, $2, 'run', 'full', 'braked', 0, 'test')`,
      [run, source],
    )
    value(await administrator().call('cancelPeopleRun', { body: { run } }))
    return [['people-run-cancelled', 'adversary-administrator', run]]
  },
  addWebhook: async () => [['webhook-added', 'adversary-administrator', await webhook()]],
  removeWebhook: async () => {
    const id = await webhook()
    value(await administrator().call('removeWebhook', { body: { id } }))
    return [['webhook-removed', 'adversary-administrator', id]]
  },
  testWebhook: async () => {
    const id = await webhook()
    value(await administrator().call('testWebhook', { body: { id } }))
    return [['webhook-tested', 'adversary-administrator', id]]
  },
  retryWebhook: async () => {
    const id = await webhook()
    value(await administrator().call('testWebhook', { body: { id } }))
    const deliveries = async () => value(await administrator().call('webhookDeliveries', { query: { id } })).deliveries
    await expect.poll(async () => (await deliveries()).length, { timeout: 30_000 }).toBe(1)
    const { event = 0 } = (await deliveries())[0] ?? {}
    await institute.sql(`UPDATE webhook_delivery SET state = 'dead' WHERE target = $1`, [id])
    value(await administrator().call('retryWebhook', { body: { id, event } }))
    return [['webhook-retried', 'adversary-administrator', id]]
  },
  recipients: async () => {
    const found = value(await hub.as('hr').call('recipients', { query: { text: person, limit: 5 } }))
    return [['people-searched', 'adversary-hr', found.recipients[0]?.id ?? 'nobody']]
  },
  recipient: async () => {
    const id = await recipientOf(person)
    value(await hub.as('auditor').call('recipient', { query: { recipient: id as never } }))
    return [['person-read', 'adversary-auditor', id]]
  },
  saveRecipient: async () => {
    const made = await newPerson('new.one')
    value(await supervisor().call('saveRecipient', { body: { ...personBody('new.one'), id: made, sponsor: 'Unit' } }))
    return [
      ['recipient-made', 'adversary-supervisor', made],
      ['recipient-changed', 'adversary-supervisor', made],
    ]
  },
  setBirthDate: async () => {
    const recipient = await newPerson('with.birth')
    value(await supervisor().call('setBirthDate', { body: { recipient, birthDate } }))
    value(await supervisor().call('setBirthDate', { body: { recipient, birthDate: null } }))
    return [
      ['birth-date-set', 'adversary-supervisor', recipient],
      ['birth-date-removed', 'adversary-supervisor', recipient],
    ]
  },
  addCard: async () => {
    const recipient = await newPerson('with.card')
    value(await supervisor().call('addCard', { body: { recipient, card } }))
    return [['card-added', 'adversary-supervisor', recipient]]
  },
  removeCard: async () => {
    const recipient = await newPerson('without.card')
    value(await supervisor().call('addCard', { body: { recipient, card: `${card}01` } }))
    value(await supervisor().call('removeCard', { body: { recipient, card: null } }))
    return [['cards-removed', 'adversary-supervisor', recipient]]
  },
  extend: async () => {
    const pickup = await agent().issue(nextAccount(), institute.desk('porter-millhill'))
    value(await agent().call('extend', { body: { pickup, expiresAt: Date.now() + 100 * 86_400_000 } }))
    return [['extended', 'adversary-agent', pickup]]
  },
  reissue: async () => {
    const body = { pickup: await endedPickup(), desk: desk('porter-millhill') }
    return [['issued', 'adversary-agent', value(await agent().call('reissue', { body })).pickup]]
  },
  createImport: async () => {
    const body = { name: 'kevät.csv', supersede: false }
    return [['import-made', 'adversary-supervisor', value(await supervisor().call('createImport', { body })).id]]
  },
  runImport: async () => {
    const id = await importedFile()
    value(await supervisor().call('runImport', { body: { id } }))
    return [['import-run', 'adversary-supervisor', id]]
  },
  cancelImport: async () => {
    const id = await importedFile()
    value(await supervisor().call('cancelImport', { body: { id } }))
    return [['import-cancelled', 'adversary-supervisor', id]]
  },
  dataSubject: async () => {
    const recipient = await recipientOf(person)
    value(await supervisor().call('dataSubject', { body: { recipient: recipient as never } }))
    return [['data-subject-report', 'adversary-supervisor', recipient]]
  },
  erase: async () => {
    const recipient = await newPerson('to.erase')
    value(await supervisor().call('erase', { body: { recipient, confirm: true } }))
    return [['erased', 'adversary-supervisor', null]]
  },
  saveRetention: async () => {
    value(await administrator().call('saveRetention', { body: { personalDataDays: 400 } }))
    return [['retention-set', 'adversary-administrator', '400']]
  },
  setAddress: async () => {
    const address = { lines: ['Koivukuja 3'], postalCode: '90100', city: 'Oulu', country: 'FI' }
    value(await agent().call('setAddress', { body: { account: person, address } }))
    return [['address-changed', 'adversary-agent', await recipientOf(person)]]
  },
  approveRequest: async () => {
    const request = await filedRequest()
    const { reference } = value(await agent().call('approveRequest', { body: { request } }))
    return [['request-approved', 'adversary-agent', reference]]
  },
  declineRequest: async () => {
    const request = await filedRequest()
    value(await agent().call('declineRequest', { body: { request, reason: 'duplicate' } }))
    return [['request-declined', 'adversary-agent', 'duplicate']]
  },
  saveUnit: async () => {
    const body = { name: texts('Annex'), address: 'Annex Street 1', hours: null }
    return [['unit-saved', 'adversary-administrator', value(await administrator().call('saveUnit', { body })).id]]
  },
  saveDesk: async () => {
    const unit = await one('SELECT id AS one FROM unit LIMIT 1')
    const body = { unit, kind: 'porter', name: texts('Lodge'), slipPrefix: 'ZZ', hours: null }
    return [['desk-saved', 'adversary-administrator', value(await administrator().call('saveDesk', { body })).id]]
  },
  saveStaff: async () => [['staff-saved', 'adversary-supervisor', await newMember()]],
  removeStaff: async () => {
    const id = await newMember()
    value(await supervisor().call('removeStaff', { body: { id: id as never } }))
    return [['staff-removed', 'adversary-supervisor', id]]
  },
  addBadge: async () => {
    const id = await newMember()
    value(await supervisor().call('addBadge', { body: { id: id as never, badge } }))
    return [['badge-added', 'adversary-supervisor', id]]
  },
  removeBadges: async () => {
    const id = await newMember()
    value(await supervisor().call('addBadge', { body: { id: id as never, badge: `${badge}02` } }))
    value(await supervisor().call('removeBadges', { body: { id: id as never } }))
    return [['badges-removed', 'adversary-supervisor', id]]
  },
  savePolicy: async () => {
    const { policy } = value(await administrator().call('policy', {}))
    const changed = Policy.parse({ ...policy, verificationSeconds: policy.verificationSeconds + 1 })
    const { version } = value(
      await administrator().call('savePolicy', { body: { policy: changed, note: 'a second more' } }),
    )
    return [['policy-saved', 'adversary-administrator', String(version)]]
  },
  saveOrganisation: async () => {
    const addresses = { changeAddress: 'https://id.example/change', selfServiceAddress: 'https://id.example/self' }
    value(await administrator().call('saveOrganisation', { body: { name: texts('University'), ...addresses } }))
    return [['organisation-saved', 'adversary-administrator', null]]
  },
  saveContact: async () => {
    const none = { address: '', telephone: '', ticketAddress: '', hoursAddress: '' }
    value(await administrator().call('saveContact', { body: { ...none, email: 'helpdesk@id.example' } }))
    return [['contact-saved', 'adversary-administrator', null]]
  },
  saveSetup: async () => {
    value(await administrator().call('saveSetup', { body: { skipped: ['slip'], finished: false } }))
    return [['setup-saved', 'adversary-administrator', null]]
  },
  importSettings: async () => {
    const file = { units: [{ key: 'imported', name: texts('Imported campus'), address: '' }] }
    const { changes } = value(await administrator().call('importSettings', { body: { file, dryRun: false } }))
    return [['settings-imported', 'adversary-administrator', String(changes.length)]]
  },
}

const recipientOf = (account: string) => one('SELECT recipient AS one FROM account WHERE account = $1', [account])
const personBody = (account: string) => ({
  class: 'student' as const,
  name: { family: 'Uusi', given: 'Ihminen' },
  formerNames: [],
  language: 'fi' as const,
  sponsor: null,
  accounts: [{ account, validUntil: null }],
})
const newPerson = async (account: string) =>
  value(await supervisor().call('saveRecipient', { body: personBody(account) })).recipient

/** One that was asked back and has been given back. */
async function endedPickup() {
  const grant = await granted(porter, 'porter-millhill')
  await agent().revoke(grant.id)
  porter.acknowledge(grant.id, grant.epoch)
  value(await porter.push())
  return grant.id
}

beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub({
    eId: {
      issuer: 'https://broker.example',
      clientId: 'x',
      clientSecret: null,
      publicUrl: 'https://lodge.example',
      acr: ['loa3'],
      scope: 'openid',
      seconds: 300,
      maxAgeSeconds: 300,
    },
  })
  person = institute.accounts.at(-1) ?? ''
  counter = await institute.servingKiosk(hub, 'helpdesk-lakeside')
  screen = await institute.kiosk(hub, 'helpdesk-lakeside', 'check-in')
  porter = await institute.servingKiosk(hub, 'porter-millhill')
  await calls.firstAdministrator()
})
afterAll(async () => {
  for (const made of browsers) made.close()
  await institute.stop()
})

interface Row {
  readonly id: string
  readonly actor: string
  readonly act: string
  readonly pickup: string | null
  readonly desk: string | null
  readonly detail: object
}
const rowsAfter = (id: number) =>
  institute.sql<Row & Record<string, unknown>>(
    'SELECT id, actor, act, pickup, desk, detail FROM audit WHERE id > $1 ORDER BY id',
    [id],
  )

const routes = Object.keys(calls) as AuditedRoute[]

it('has a call for every route whose calls leave a row, and for no other', () => {
  const audited = Object.entries(auditedActs).flatMap(([route, acts]) => ('none' in acts ? [] : [route]))
  expect([...routes].sort()).toEqual(audited.sort())
})

it.each(routes)('%s leaves its row: who, what and to whom', async (route) => {
  // Once in a hub’s life: made before the others, so that there are accounts.
  const before = route === 'firstAdministrator' ? 0 : Number(await one('SELECT coalesce(max(id), 0) AS one FROM audit'))
  const traces: readonly Trace[] =
    route === 'firstAdministrator' ? [['first-administrator', 'first', 'first']] : await calls[route]()
  expect([...new Set(traces.map(([act]) => act))].sort()).toEqual([...auditedActs[route]].sort())
  const rows = await rowsAfter(before)
  for (const [act, actor, about] of traces) {
    const found = rows.filter((row) => row.act === act && row.actor === actor)
    expect(found, `${act} by ${actor} among ${rows.map((row) => `${row.act} by ${row.actor}`).join(', ')}`).not.toEqual(
      [],
    )
    if (about !== null) expect(found.map((row) => JSON.stringify(row)).join('\n')).toContain(about)
  }
})

it('holds no secret, card, badge, password or birth date', async () => {
  const trail = JSON.stringify(await rowsAfter(0))
  for (const never of [secret, card, badge, birthDate, ...passwords]) expect(trail).not.toContain(never)
  expect(hub.bugs).toEqual([])
})
