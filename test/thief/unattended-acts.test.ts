/**
 * P7: everything that a kiosk's signing key can do without a badge and a PIN, played by a thief with disk and keystore
 * against a real hub. Nothing that was sealed before the theft or is sealed afterwards opens, and each act leaves at
 * the hub what src-shared/hub-api/unattended-acts.ts says.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done } from '../../src-main/demo/acts.ts'
import { SecretKind, StaffId, type PickupId } from '../../src-shared/domain/index.ts'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'
import type { LedgerKind } from '../../src-shared/hub-api/ledger-entry.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { proveHolders } from '../../src-shared/protocol/opening-holders.ts'
import { unattendedActs, type KioskRoute } from '../../src-shared/hub-api/unattended-acts.ts'
import { startEngineDesk, type EngineDesk } from '../adversary/engine.ts'
import { startInstitute, type HubHere, type Institute } from '../adversary/hub.ts'
import type { KioskClient } from '../adversary/kiosk-client.ts'
import { codeOf, pathOf, value } from '../adversary/wire.ts'
import { createSearch, formsOf } from '../canary/needles.ts'
import { filesOf, lootOf, Thief } from './stolen.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)
const minutes = (count: number) => count * 60_000
/** A whole window of what a kiosk gives up, and more. */
const later = minutes(11)

let institute: Institute
let hub: HubHere
let desk: EngineDesk
/**
 * On the porters' stolen disk; with the keys of the helpdesk's kiosk, of its check-in screen, and of a porters' desk
 * elsewhere.
 */
let porters: Thief
let helpdesk: Thief
let screen: Thief
let elsewhere: Thief
/** Whose staff hold what the thief does not. */
let rightful: KioskClient[] = []
const secrets = new Set<string>()
const played = new Set<string>()
let rang = 0

interface Person {
  readonly account: string
  readonly recipient: string
  readonly card: string
}
let people = 0
async function person(): Promise<Person> {
  const n = ++people
  const account = `varas${String(n).padStart(3, '0')}`
  const agent = hub.as('supervisor')
  const name = { family: `Anastettu${String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))}`, given: 'Vieno' }
  const { recipient } = value(
    await agent.call('saveRecipient', { body: { class: 'student', name, language: 'fi', accounts: [{ account }] } }),
  )
  value(await agent.call('setBirthDate', { body: { recipient, birthDate: '2003-02-01' } }))
  const card = `04FF${n.toString(16).toUpperCase().padStart(10, '0')}`
  value(await agent.call('addCard', { body: { recipient, card } }))
  return { account, recipient, card }
}

/** A secret of its own, issued to a desk. */
async function issued(at: string, who?: Person, kind: SecretKind = 'password'): Promise<PickupId> {
  const secret = `Kallis-${newId()}`
  secrets.add(secret)
  const { id, kind: channel } = institute.desk(at)
  const { account } = who ?? (await person())
  const body = { account, desk: id, channel, requestReference: 'VARAS-1', secretKind: kind, secret }
  return value(await hub.as('supervisor').call('issue', { body })).pickup
}
async function several(at: string, count: number): Promise<PickupId[]> {
  const made: PickupId[] = []
  for (let i = 0; i < count; i++) made.push(await issued(at))
  return made
}

const staffOf = async (role: string): Promise<string> =>
  (await institute.sql<{ id: string }>('SELECT id FROM staff WHERE role = $1 ORDER BY id', [role]))[0]?.id ?? ''

/** What was done, for the trace to be looked for. */
interface Done {
  readonly pickup?: PickupId
}
interface Play {
  /** What had to be there before: its traces do not count. */
  readonly before?: () => Promise<void>
  readonly act: () => Promise<Done | void>
}

/** Entries that name a pickup of the stolen desk, which waits; and those that name none. */
let one: (kind: LedgerKind) => PickupId
let ten: { readonly [kind: string]: readonly PickupId[] }
const grantOf = (thief: Thief, pickup: PickupId) => {
  const grant = thief.grants.get(pickup)
  if (grant === undefined) throw new Error('not granted to the stolen desk')
  return grant
}

async function write(thief: Thief, kind: LedgerKind, facts: object, pickups: readonly PickupId[] = []): Promise<void> {
  const from = thief.ledger.head().seq + 1
  const actor = await staffOf('counter')
  for (const pickup of pickups.length === 0 ? [null] : pickups) {
    const epoch = pickup === null ? null : grantOf(thief, pickup).epoch
    thief.ledger.writeShape({ kind, pickup, epoch, actor, time: thief.now(), facts })
  }
  const { acked } = value(await thief.push(from))
  expect(acked).toBe(thief.ledger.head().seq)
  const rows = await institute.sql<{ kind: string; poison: boolean }>(
    'SELECT kind, poison FROM ledger_entry WHERE kiosk = $1 AND seq >= $2',
    [thief.id, from],
  )
  // Kept as what it is: a false record, and no poison.
  expect(new Set(rows.map((row) => `${row.kind} ${String(row.poison)}`))).toEqual(new Set([`${kind} false`]))
}

const soon = () => porters.now() + minutes(5)
const proof = { proof: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' } as const
const record = (kind: LedgerKind, facts: () => object): Play => ({ act: () => write(porters, kind, facts()) })
/** Of a pickup that waits at the stolen desk. */
const about = (kind: LedgerKind, facts: () => object): Play => ({
  async act() {
    await write(porters, kind, facts(), [one(kind)])
    return { pickup: one(kind) }
  },
})
const none = () => ({})
const slip = () => ({ slip: newId() })
const letter = (kind: 'letter-delivered' | 'letter-returned'): Play => ({
  before: () => write(porters, 'dispatched', { slip: newId(), tracking: 'RR123456785FI' }, [one(kind)]),
  ...about(kind, none),
})

const entries: { readonly [K in LedgerKind]: Play } = {
  'kiosk-enrolled': record('kiosk-enrolled', () => ({ kiosk: porters.id, desk: porters.identity.desk })),
  'engine-started': record('engine-started', () => ({ version: '9.9.9', generation: 9 })),
  'staff-enrolled': record('staff-enrolled', () => ({ staff: newId(), role: 'supervisor' })),
  'staff-signed-in': record('staff-signed-in', () => ({ role: 'supervisor', means: 'badge-and-pin' })),
  'staff-signed-out': record('staff-signed-out', () => ({ cause: 'asked' })),
  'sign-in-refused': record('sign-in-refused', () => ({ staff: newId(), attemptsLeft: 0 })),
  'pin-changed': record('pin-changed', none),
  'staff-pin-removed': record('staff-pin-removed', () => ({ staff: newId(), reason: 'left' })),
  'opening-key-rotated': record('opening-key-rotated', none),
  'keys-not-vouched': record('keys-not-vouched', () => ({ staff: [newId()], openingKey: false })),
  'hours-overridden': record('hours-overridden', () => ({ reason: 'event', until: soon() })),
  'desk-paused': record('desk-paused', () => ({ reason: 'break', until: soon() })),
  'desk-resumed': record('desk-resumed', none),
  'desk-opened': record('desk-opened', () => ({ light: 'green', codes: [] })),
  'printer-tested': record('printer-tested', () => ({ outcome: 'printed' })),
  'shift-ended': record('shift-ended', () => ({
    ...{ next: 'close', handedOver: 0, unsettled: 0, unsent: 0, printer: 'ready' },
  })),
  'staff-called': record('staff-called', () => ({ call: newId() })),
  'staff-call-answered': record('staff-call-answered', () => ({ call: newId() })),
  'hub-time-accepted': record('hub-time-accepted', () => ({ from: porters.now(), to: soon() })),
  'ledger-carried': record('ledger-carried', none),
  'ledger-receipt-taken': record('ledger-receipt-taken', () => ({ acked: 1 })),
  arrival: about('arrival', () => ({ by: 'card' })),
  'arrival-undone': about('arrival-undone', none),
  verification: about('verification', () => ({
    ...{ verification: newId(), proof: 'e-id', method: 'e-id', issuerCountry: 'FIN', expiry: 'no-document' },
    ...{ expiresAt: soon(), eId: newId() },
  })),
  'walk-in-verified': record('walk-in-verified', () => ({
    ...{ walkIn: newId(), recipient: newId(), ...proof, expiresAt: soon() },
  })),
  'walk-in-abandoned': {
    async act() {
      await write(helpdesk, 'walk-in-abandoned', { walkIn: walkedIn, code: 'L-209' })
    },
  },
  'verification-witnessed': about('verification-witnessed', () => ({ verification: newId() })),
  'verification-refused': about('verification-refused', () => ({ code: 'L-301' })),
  'no-slip': about('no-slip', () => ({ reason: 'expired' })),
  'dispatch-approved': about('dispatch-approved', () => ({ approval: newId(), witness: newId(), expiresAt: soon() })),
  'slip-intended': about('slip-intended', () => ({
    ...{ slip: newId(), number: 'VARAS-1', verification: newId(), language: 'fi', further: false },
  })),
  'slip-printed': about('slip-printed', slip),
  'slip-failed': about('slip-failed', () => ({ slip: newId(), code: 'L-501' })),
  'slip-uncertain': about('slip-uncertain', () => ({ slip: newId(), code: 'L-501' })),
  'slip-spoiled': about('slip-spoiled', slip),
  'slip-nothing-came-out': about('slip-nothing-came-out', slip),
  'revoke-pending': about('revoke-pending', slip),
  'handed-over': about('handed-over', slip),
  dispatched: about('dispatched', () => ({ slip: newId(), tracking: 'RR123456785FI' })),
  'letter-delivered': letter('letter-delivered'),
  'letter-returned': letter('letter-returned'),
  'slip-missing': about('slip-missing', slip),
  'revoke-acknowledged': {
    async act() {
      const all = ten['revoke-acknowledged'] ?? []
      await write(porters, 'revoke-acknowledged', {}, all)
      return all[0] === undefined ? {} : { pickup: all[0] }
    },
  },
  'sent-elsewhere': {
    async act() {
      const [kept, ...all] = ten['sent-elsewhere'] ?? []
      if (kept === undefined) throw new Error('nothing to send')
      const to = (id: string) => ({ to: id, reason: 'person-asks' })
      await write(porters, 'sent-elsewhere', to(institute.desk('student-affairs').id), all)
      await write(porters, 'sent-elsewhere', to(porters.identity.desk), [kept])
      return { pickup: kept }
    },
  },
}

let walkedIn = ''
let attempt = ''
/** Of the helpdesk: who waits there, and who does not. */
let here: PickupId
let hereWho: Person
let unknown: Person

const routes: { readonly [R in KioskRoute]: Play } = {
  openingKey: {
    async act() {
      const body = { nonce: newId(), openingKey: porters.own.publicKey.toString('base64url'), links: [] }
      expect(value(await porters.call('openingKey', { body })).state).toBe('waits')
      const { countersignTo = '' } = value(await porters.report({ generation: 9 }))
      const [key, own, stranger] = [await newSealKeyPair(), await newSealKeyPair(), StaffId.parse(newId())]
      const holders = [{ staff: stranger, publicKey: own.publicKey }]
      const said = { kiosk: porters.id, key: key.publicKey, n: 1, by: stranger, holders }
      const prove = async ({ privateKey }: typeof key) =>
        (await proveHolders(said, privateKey, Buffer.from(countersignTo, 'base64url'))).toString('base64url')
      const named = {
        ...{ n: 1, by: stranger, holders: [{ staff: stranger, key: own.publicKey.toString('base64url') }] },
        ...{ byKey: await prove(key), byPerson: await prove(own) },
      }
      const strange = { nonce: newId(), openingKey: key.publicKey.toString('base64url'), holders: named }
      expect(codeOf(await porters.call('openingKey', { body: strange }))).toBe('L-437')
    },
  },
  feed: {
    async act() {
      porters.cursor = 0
      await porters.pull()
      expect(porters.grants.size).toBeGreaterThan(0)
    },
  },
  snapshot: { act: async () => void (await porters.snapshot()) },
  ledger: { act: () => write(porters, 'engine-started', { version: '9.9.9', generation: 10 }) },
  report: {
    async act() {
      value(await elsewhere.report({ generation: 9 }))
      const asked = await elsewhere.report({ generation: 1 })
      const challenge = asked.ok ? '' : String(asked.failure.params?.['challenge'])
      expect(codeOf(asked)).toBe('L-680')
      expect(codeOf(await elsewhere.report({ generation: 1, challenge }))).toBe('L-604')
    },
  },
  hint: {
    async act() {
      const hints = await porters.hints()
      expect([hints.status, await hints.next(10_000)]).toEqual([200, 'data: pull'])
      porters.heard.push('data: pull')
      hints.close()
    },
  },
  status: {
    async act() {
      const pause = { reason: 'break', until: soon() }
      const body = { light: 'green', serves: true, servesOffline: true, reasons: [], paused: pause, staff: 9 }
      value(await porters.call('status', { body }))
    },
  },
  findAccounts: {
    async act() {
      const staff = await staffOf('counter')
      const query = helpdesk.sealed({ by: 'search', text: 'varas' })
      expect(value(await helpdesk.call('findAccounts', { body: { staff, query } })).accounts.length).toBeGreaterThan(0)
      const there = { staff: await staffOf('porter'), query: porters.sealed({ by: 'search', text: 'varas' }) }
      expect(codeOf(await porters.call('findAccounts', { body: there }))).toBe('L-225')
    },
  },
  walkIn: {
    async act() {
      walkedIn = newId()
      const facts = { walkIn: walkedIn, recipient: unknown.recipient, ...proof, expiresAt: soon() }
      await write(helpdesk, 'walk-in-verified', facts)
      const { pickup } = value(await helpdesk.call('walkIn', { body: { walkIn: walkedIn, account: unknown.account } }))
      return { pickup }
    },
  },
  checkIn: {
    async act() {
      const query = { by: 'card', card: hereWho.card }
      expect(value(await screen.call('checkIn', { body: { query: screen.sealed(query) } })).outcome).toBe('here')
      // A desk's own kiosk hears of other desks, and never of who waits at its own.
      const asked = value(await helpdesk.call('checkIn', { body: { query: helpdesk.sealed(query) } }))
      expect(['elsewhere', 'nothing']).toContain(asked.outcome)
    },
  },
  beginEId: {
    async act() {
      const staff = await staffOf('counter')
      attempt = value(await helpdesk.call('beginEId', { body: { staff, pickup: here } })).attempt
      expect(codeOf(await helpdesk.call('beginEId', { body: { staff, pickup: one('arrival') } }))).toBe('L-201')
      return { pickup: here }
    },
  },
  eIdState: {
    async act() {
      expect(value(await helpdesk.call('eIdState', { body: { attempt } })).state).toBe('waiting')
      expect(codeOf(await porters.call('eIdState', { body: { attempt } }))).toBe('L-318')
    },
  },
  cancelEId: {
    async act() {
      value(await helpdesk.call('cancelEId', { body: { attempt } }))
      return { pickup: here }
    },
  },
  fileRequest: {
    async act() {
      const body = { request: newId(), cardTag: null, account: unknown.account, staff: null, filedAt: porters.now() }
      expect(value(await porters.call('fileRequest', { body })).state).toBe('waiting')
    },
  },
}

/** A request of before the clock was moved is refused, and the answer says what time it is. */
const hearTheTime = (client: KioskClient) => client.call('eIdState', { body: { attempt: newId() } })

const ends = async () => {
  const [row] = await institute.sql<{ alarm: string; audit: string; dispute: string }>(
    `SELECT (SELECT coalesce(max(id), 0) FROM alarm) AS alarm, (SELECT coalesce(max(id), 0) FROM audit) AS audit,
       (SELECT count(*) FROM dispute) AS dispute`,
  )
  return row ?? { alarm: '0', audit: '0', dispute: '0' }
}
const kindsSince = async (table: 'alarm' | 'audit', column: string, id: string) =>
  new Set(
    (await institute.sql<{ kind: string }>(`SELECT ${column} AS kind FROM ${table} WHERE id > $1`, [id])).map(
      ({ kind }) => kind,
    ),
  )

/**
 * The desk's people, with what badge and PIN opened, read what was granted to them: the secrets that the hub made
 * itself are among these.
 */
async function learn(): Promise<number> {
  let read = 0
  for (const kiosk of rightful) {
    await kiosk.snapshot()
    for (const grant of kiosk.grants.values()) {
      const secret = await kiosk.open(grant)
      if (secret === null) continue
      secrets.add(secret)
      read += 1
    }
  }
  return read
}

/** What each role is answered with by everything that can be read at the console, for each of some pickups. */
async function everyReading(): Promise<string[]> {
  const heard: string[] = []
  const about = { kiosk: porters.id, recipient: unknown.recipient, account: unknown.account, search: 'varas' }
  const range = { from: 0, to: hub.clock.now(), limit: 100, open: '0', format: 'jsonl' }
  for (const role of AgentRole.options)
    for (const [name, { method, auth, query }] of Object.entries(hubApi)) {
      if (method !== 'GET' || auth !== 'agent' || !('shape' in query)) continue
      const asked = Object.keys(query.shape)
      for (const pickup of asked.includes('pickup') ? [here, one('arrival'), one('handed-over')] : [here]) {
        const given = Object.entries({ ...about, ...range, pickup }).filter(([key]) => asked.includes(key))
        const { status, text } = await hub.as(role).get(pathOf(name as HubRoute, Object.fromEntries(given)))
        if (status === 200) heard.push(text)
      }
    }
  for (const format of ['csv', 'jsonl'] as const) heard.push((await hub.as('supervisor').exported(format)).text)
  return heard
}

beforeAll(async () => {
  institute = await startInstitute()
  const eId = {
    ...{ issuer: 'https://broker.example', clientId: 'x', clientSecret: null, publicUrl: 'https://lodge.example' },
    ...{ acr: ['loa3'], scope: 'openid', seconds: 300, maxAgeSeconds: 300 },
  }
  hub = await institute.hub({ eId })
  desk = await startEngineDesk(institute, hub)
  const [own, helpers, students, others] = [
    await newSealKeyPair(),
    await institute.servingKiosk(hub, 'helpdesk-lakeside'),
    await institute.servingKiosk(hub, 'student-affairs'),
    await institute.servingKiosk(hub, 'porter-millhill'),
  ]
  const checkIn = await institute.kiosk(hub, 'helpdesk-lakeside', 'check-in')
  rightful = [helpers, students]

  const pickups = new Map<string, PickupId>()
  for (const kind of Object.keys(entries)) pickups.set(kind, await issued('porter-lakeside'))
  one = (kind) => pickups.get(kind) ?? ('' as PickupId)
  ten = {
    'revoke-acknowledged': await several('porter-lakeside', 10),
    'sent-elsewhere': await several('porter-lakeside', 11),
  }
  for (const kind of SecretKind.options) await issued('porter-lakeside', undefined, kind)
  hereWho = await person()
  here = await issued('helpdesk-lakeside', hereWho)
  unknown = await person()
  await issued('porter-millhill')

  // The desk has them all on its disk; then disk and keystore are carried off.
  await desk.signIn()
  const waiting = pickups.size + 21 + SecretKind.options.length
  for (let round = 0; ; round++) {
    done(await desk.api.syncNow({}))
    const { pickups: queue } = done(await desk.api.queue({ filter: 'all', search: '', limit: 200 }))
    if (queue.length >= waiting) break
    if (round > 40) throw new Error(`${queue.length} of ${waiting} pickups have come to the desk`)
  }
  done(await desk.api.signOut({}))
  await desk.stop()
  porters = Thief.of(hub.url, lootOf(desk.dataDir), own)
  helpdesk = new Thief(helpers, own)
  screen = new Thief(checkIn, own)
  elsewhere = new Thief(others, own)
  await porters.snapshot()
  await helpdesk.snapshot()
  // What the desk itself had not sent yet.
  value(await porters.push())
})
afterAll(async () => {
  for (const thief of [porters, helpdesk, screen, elsewhere]) thief.close()
  await desk.end()
  await institute.stop()
})

/** Routes first: what the thief's key that waits keeps from the desk is seen by all that follows. Then the entries. */
const plays = new Map<string, Play>([
  ...Object.entries(routes).map(([name, play]): [string, Play] => [`route ${name}`, play]),
  ...Object.entries(entries).map(([name, play]): [string, Play] => [`entry ${name}`, play]),
])

it('there is a play for every act of the table, and no other', () => {
  expect(new Set(plays.keys())).toEqual(new Set(unattendedActs.keys()))
})

describe('a thief with disk and keystore, without badge and PIN', () => {
  it.each([...plays.keys()])('%s leaves what the table says', async (name) => {
    const [play, act] = [plays.get(name), unattendedActs.get(name)]
    if (play === undefined || act === undefined) throw new Error('no such act')
    if (name.replace('entry ', '') in ten) {
      // What was given up before is no longer looked at together with what follows.
      hub.clock.move(later)
      await hearTheTime(porters)
    }
    await play.before?.()
    const from = await ends()
    const { pickup } = (await play.act()) ?? {}
    const { alarms = [], audit = [] } = act.leaves
    expect(await kindsSince('alarm', 'kind', from.alarm)).toEqual(new Set(alarms))
    expect(await kindsSince('audit', 'act', from.audit)).toEqual(new Set(audit))
    expect((await ends()).dispute).toBe(from.dispute)
    expect(pickup === undefined).toBe(act.leaves.pickup === undefined)
    if (pickup !== undefined) {
      const [row] = await institute.sql<{ state: string; held: boolean }>(
        'SELECT state, held FROM pickup WHERE id = $1',
        [pickup],
      )
      expect(row?.held === true ? 'held' : row?.state).toBe(act.leaves.pickup)
    }
    rang += alarms.length
    played.add(name)
  })
})

it('nothing that was sealed, or is sealed after the theft, opens without badge and PIN; no answer at the console has it', async () => {
  expect(played).toEqual(new Set(unattendedActs.keys()))
  // While their key waits nothing is granted to the desk; a supervisor refuses it, and the desk's own goes on.
  for (const client of [porters, helpdesk, screen, elsewhere, ...rightful]) await hearTheTime(client)
  const late = await issued('porter-lakeside')
  await porters.snapshot()
  expect(porters.grants.has(late)).toBe(false)
  value(await hub.as('supervisor').call('refuseOpeningKey', { body: { kiosk: porters.id } }))
  await issued('helpdesk-lakeside')
  for (const thief of [porters, helpdesk]) await thief.snapshot()
  expect(porters.grants.has(late)).toBe(true)
  expect(await learn()).toBeGreaterThan(10)

  let tried = 0
  for (const thief of [porters, helpdesk, screen, elsewhere]) {
    const { tried: envelopes, opened } = await thief.openAll()
    expect(opened).toEqual([])
    tried += envelopes
  }
  const read = await everyReading()
  expect(read.length).toBeGreaterThan(100)
  const console = Buffer.from(read.join('\n'))
  const answers = Buffer.from([porters, helpdesk, screen, elsewhere].flatMap(({ heard }) => heard).join('\n'))
  const disk = filesOf(desk.dataDir)
  const needles = [...secrets].flatMap((secret) => formsOf('secret', secret))
  for (const haystack of [answers, disk, console]) expect(createSearch(needles)(haystack)).toEqual([])
  // The search finds what is there: accounts in the answers, the ledger's words on the disk.
  expect(createSearch(formsOf('account', unknown.account))(answers).length).toBeGreaterThan(0)
  expect(createSearch(formsOf('kind', 'staff-enrolled'))(disk).length).toBeGreaterThan(0)
  expect(createSearch(formsOf('account', unknown.account))(console).length).toBeGreaterThan(0)
  expect(hub.bugs).toEqual([])
  say(
    `thief: ${played.size} acts of the unattended key played (${Object.keys(routes).length} routes, ${Object.keys(entries).length} kinds of entries), ` +
      `${rang} kinds of alarms rang as the table says; ${tried} envelopes tried, 0 opened; ` +
      `${secrets.size} secrets looked for in ${((answers.length + disk.length) / 1e6).toFixed(1)} MB of answers and disk, 0 found`,
  )
})
