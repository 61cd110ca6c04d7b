/**
 * The secret source against a real OpenLDAP: a fleet whose hub puts every secret in force there before it is granted,
 * and what happens when the link is cut, the hub killed, the pickup revoked or burned in between. Skips where there is
 * no slapd.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createLdapSource,
  generateSecret,
  GeneratorSettings,
  type LdapSettings,
} from '../../src-hub/secret-source/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startCuttingLink, type CuttingLink } from '../directory/cutting-link.ts'
import {
  adminDn,
  adminPassword,
  baseDn,
  narrowDn,
  slapdMissing,
  startSlapd,
  type Directory,
} from '../directory/slapd.ts'
import { holdOpeningKey } from '../directory/open-secret.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const missing = slapdMissing()
let directory: Directory
let link: CuttingLink
let fleet: Fleet
let kiosk: DeskKiosk
let desk = ''

const ldap = (over: Partial<LdapSettings> = {}): LdapSettings => ({
  url: `ldaps://127.0.0.1:${link.port}`,
  startTls: false,
  ca: directory.authority,
  bindDn: adminDn,
  bindPassword: adminPassword,
  baseDn,
  filter: '(&(objectClass=inetOrgPerson)(uid={account}))',
  flavour: 'rfc3062',
  mustChange: 'ppolicy',
  timeoutMs: 2000,
  ...over,
})
const generator = GeneratorSettings.parse({})
const many = Array.from({ length: 12 }, (_, n) => `person${n}`)

beforeAll(async () => {
  if (missing !== null) return
  directory = await startSlapd([...many, 'plain'])
  link = await startCuttingLink(directory)
  fleet = await startFleet('supervisor', {
    work: false,
    secretSettings: { generator, atHandover: false, source: { kind: 'ldap', ...ldap() } },
  })
  await directory.addAccounts(fleet.accounts)
  ;[desk = ''] = fleet.desks
  kiosk = await fleet.kiosk(desk, 'counter')
  const id = kiosk.records.read()?.kiosk
  if (id === undefined) throw new Error('enrolled')
  slip = await holdOpeningKey(fleet.hub().db, id)
})
afterAll(async () => {
  if (missing !== null) return
  await fleet.stop()
  await link.stop()
  await directory.stop()
})
beforeEach((context) => {
  if (missing !== null) context.skip(missing)
})

const jobs = (pickup: string) =>
  fleet
    .hub()
    .db.selectFrom('secret_job')
    .select(['kind', 'state', 'outcome', 'attempts'])
    .where('pickup', '=', pickup)
    .orderBy('id')
    .execute()
const stateOf = async (pickup: string) =>
  (await fleet.hub().db.selectFrom('pickup').select('state').where('id', '=', pickup).executeTakeFirstOrThrow()).state
/** Makes what waits for a pause due now, and does it. */
async function due(): Promise<void> {
  await fleet.hub().db.updateTable('secret_job').set({ not_before: 0 }).where('state', '=', 'pending').execute()
  await fleet.hub().runJobs()
}
/** The secret as the desk would print it. */
let slip: (pickup: string) => Promise<string>

describe('the adapter', () => {
  const set = (account: string, text: string, over: Partial<LdapSettings> = {}, locked = false) =>
    createLdapSource(ldap(over)).set({
      account,
      secret: Buffer.from(text),
      pickup: 'a-pickup',
      expiresAt: 1,
      secretKind: 'password',
      locked,
    })

  test('sets a password that binds and must be changed, over LDAPS and StartTLS with the institution’s own authority', async () => {
    expect(await set('person0', 'Åäö-passü€-1')).toMatchObject({ kind: 'done' })
    expect(await directory.binds('person0', 'Åäö-passü€-1')).toBe(true)
    expect(await directory.mustChange('person0')).toBe(true)
    expect(await set('person1', 'second-secret', { url: directory.plainUrl, startTls: true })).toMatchObject({
      kind: 'done',
    })
    expect(await directory.binds('person1', 'second-secret')).toBe(true)
    expect(await directory.mustChange('person1')).toBe(true)
    expect(await directory.binds('person1', 'before-everything-1')).toBe(false)
  })

  test('trusts no other authority, nor a name that is not the server’s', async () => {
    expect(await set('person2', 'x-secret-x', { ca: '' })).toMatchObject({ kind: 'unreachable' })
    expect(await set('person2', 'x-secret-x', { url: directory.plainUrl, startTls: true, ca: '' })).toMatchObject({
      kind: 'unreachable',
    })
    expect(await directory.binds('person2', 'before-everything-1')).toBe(true)
  })

  test('an account’s name is no filter: what looks like one finds nobody', async () => {
    for (const name of ['*', 'person2)(uid=*', 'nobody', 'person2*', '\\70erson2'])
      expect(await set(name, 'x-secret-x')).toEqual({ kind: 'refused', why: 'no such account, or more than one' })
    expect(await directory.binds('person2', 'before-everything-1')).toBe(true)
  })

  test.each([
    ['nobody', '(&(objectClass=organization)(uid={account}))'],
    ['two', '(|(uid={account})(uid=person8))'],
    ['three', '(|(uid={account})(uid=person8)(uid=person9))'],
    ['everybody', '(|(uid={account})(objectClass=*))'],
  ])(
    'a filter that finds %s is a refusal, not a directory that is away: nobody’s password is touched',
    async (who, filter) => {
      const outcome = { kind: 'refused', why: 'no such account, or more than one' }
      expect(await set('person7', 'x-secret-x', { filter })).toEqual(outcome)
      expect(await createLdapSource(ldap({ filter })).enable('person7')).toEqual(outcome)
      const disabled = who === 'nobody' ? { kind: 'moot' } : outcome
      expect(await createLdapSource(ldap({ filter })).disable('person7', true)).toEqual(disabled)
      for (const account of ['person7', 'person8', 'person9'])
        expect(await directory.binds(account, 'before-everything-1')).toBe(true)
    },
  )

  test('locked until handed over: it binds only once enabled', async () => {
    expect(await set('person3', 'locked-secret', {}, true)).toMatchObject({ kind: 'done' })
    expect(await directory.locked('person3')).toBe(true)
    expect(await directory.binds('person3', 'locked-secret')).toBe(false)
    expect(await createLdapSource(ldap()).enable('person3')).toEqual({ kind: 'done' })
    expect(await directory.binds('person3', 'locked-secret')).toBe(true)
    expect(await directory.mustChange('person3')).toBe(true)
  })

  test('a lock that the hub may not set: the password is in force, and the outcome says so', async () => {
    expect(await set('person6', 'half-done-secret', { bindDn: narrowDn }, true)).toEqual({
      kind: 'refused',
      why: 'ldap-50',
      written: true,
    })
    expect(await directory.binds('person6', 'half-done-secret')).toBe(true)
    expect(await createLdapSource(ldap({ bindDn: narrowDn })).disable('person6', true)).toEqual({ kind: 'done' })
    expect(await directory.binds('person6', 'half-done-secret')).toBe(false)
  })

  test('disabling ends a secret, and leaves a password that the person has chosen alone unless the secret was burned', async () => {
    const source = createLdapSource(ldap())
    await set('person4', 'first-secret')
    expect(await source.disable('person4', false)).toEqual({ kind: 'done' })
    expect(await directory.binds('person4', 'first-secret')).toBe(false)
    await set('person4', 'other-secret')
    await directory.choose('person4', 'other-secret', 'my-own-choice-9')
    expect(await source.disable('person4', false)).toEqual({ kind: 'moot' })
    expect(await directory.binds('person4', 'my-own-choice-9')).toBe(true)
    expect(await source.disable('person4', true)).toEqual({ kind: 'done' })
    expect(await directory.binds('person4', 'my-own-choice-9')).toBe(false)
    expect(await source.disable('nobody', true)).toEqual({ kind: 'moot' })
  })

  test('a wrong password of the hub’s own is not the pickup’s fault', async () => {
    expect(await set('person5', 'x-secret-x', { bindPassword: 'wrong' })).toMatchObject({ kind: 'unreachable' })
  })

  test('generated secrets of both kinds bind as they are', async () => {
    for (const kind of ['password', 'activation-code'] as const) {
      const secret = generateSecret(kind)
      expect(
        await createLdapSource(ldap()).set({
          account: 'person5',
          secret,
          pickup: 'a-pickup',
          expiresAt: 1,
          secretKind: kind,
          locked: false,
        }),
      ).toMatchObject({ kind: 'done' })
      expect(await directory.binds('person5', secret.toString())).toBe(true)
    }
  })
})

describe('the fleet', () => {
  test('issuing answers "granted" with the secret in force: the slip binds, and must be changed', async () => {
    const account = fleet.accounts[0] ?? ''
    const pickup = await fleet.issue(account, desk)
    expect(await stateOf(pickup)).toBe('granted')
    const text = await slip(pickup)
    expect(await directory.binds(account, text)).toBe(true)
    expect(await directory.mustChange(account)).toBe(true)
    expect(await jobs(pickup)).toEqual([{ kind: 'set', state: 'done', outcome: 'done', attempts: 1 }])
  })

  test.each(['at-connect', 'before-request', 'before-answer'] as const)(
    'a link cut %s is recorded and ends in a fresh secret',
    async (cut) => {
      const account = fleet.accounts[1] ?? ''
      link.cut = cut
      const pickup = await fleet.issue(account, desk)
      link.cut = 'never'
      expect(link.cuts).toBeGreaterThan(0)
      expect(await stateOf(pickup)).toBe('unassigned')
      value(await kiosk.sync.now())
      expect(kiosk.pickups.liveIds().map(({ id }) => id)).not.toContain(pickup)
      const recorded = await fleet
        .hub()
        .db.selectFrom('secret_job')
        .select(['state', 'outcome'])
        .where('account', '=', account)
        .where('state', '=', 'pending')
        .execute()
      expect(recorded.length).toBeGreaterThan(0)
      expect(
        recorded.some(({ outcome }) => outcome?.startsWith(cut === 'before-answer' ? 'unknown' : 'un') === true),
      ).toBe(true)
      await due()
      expect(await stateOf(pickup)).toBe('granted')
      expect(await directory.binds(account, await slip(pickup))).toBe(true)
      link.cuts = 0
    },
  )

  test('a hub killed between asking and recording leaves the intent: the next one sets a fresh secret and grants that', async () => {
    const account = fleet.accounts[2] ?? ''
    const { db } = fleet.hub()
    const pickup = await fleet.issue(account, desk)
    value(await fleet.agent().call('revoke', { body: { pickup, reason: 'revoked', to: null } }))
    value(await kiosk.sync.now())
    await due()
    const child = fork(fileURLToPath(new URL('../directory/dying-hub.ts', import.meta.url)), {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const died = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_code, signal) => done(signal)))
    child.send({ databaseUrl: fleet.databaseUrl, dataDir: fleet.folder('hub'), account, desk, ldap: ldap() })
    expect(await died).toBe('SIGKILL')
    const job = await db
      .selectFrom('secret_job')
      .selectAll()
      .where('account', '=', account)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(job).toMatchObject({ kind: 'set', state: 'running', asked: true })
    // The secret that died with it is in force, and nobody has it.
    expect(await directory.mustChange(account)).toBe(true)
    expect(await stateOf(job.pickup)).toBe('unassigned')
    await db.updateTable('secret_job').set({ lease_until: 0 }).where('id', '=', job.id).execute()
    await due()
    expect(await stateOf(job.pickup)).toBe('granted')
    expect(await directory.binds(account, await slip(job.pickup))).toBe(true)
  })

  test('returned, burned and superseded secrets are out of force; a new one binds', async () => {
    const account = fleet.accounts[3] ?? ''
    const first = await fleet.issue(account, desk)
    const superseded = await slip(first)
    const second = await fleet.issue(account, desk)
    value(await kiosk.sync.now())
    const text = await slip(second)
    expect([await directory.binds(account, superseded), await directory.binds(account, text)]).toEqual([false, true])
    value(await fleet.agent().call('revoke', { body: { pickup: second, reason: 'revoked', to: null } }))
    // Until the desk has acknowledged, it may be on its way into somebody's hand.
    expect(await directory.binds(account, text)).toBe(true)
    value(await kiosk.sync.now())
    value(await kiosk.sync.now())
    expect(await stateOf(second)).toBe('revoked')
    await due()
    expect(await directory.binds(account, text)).toBe(false)
    expect((await jobs(second)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['set done', 'disable done'])
  })

  test('an account that the directory does not have is told: the pickup is held, an alarm raised, and closing it tries again', async () => {
    const account = fleet.accounts[4] ?? ''
    const { db } = fleet.hub()
    await db
      .insertInto('account')
      .values({
        account: 'unheard-of',
        recipient: (
          await db.selectFrom('account').select('recipient').where('account', '=', account).executeTakeFirstOrThrow()
        ).recipient,
        valid_until: null,
      })
      .execute()
    const pickup = await fleet.issue('unheard-of', desk)
    expect(await stateOf(pickup)).toBe('unassigned')
    const alarm = (await fleet.alarms()).alarms.find((one) => one.pickup === pickup)
    expect(alarm?.kind).toBe('secret-refused')
    await directory.addAccounts(['unheard-of'])
    value(await fleet.agent().call('closeAlarm', { body: { what: 'alarm', id: alarm?.id ?? 0 } }))
    await due()
    expect(await stateOf(pickup)).toBe('granted')
    expect(await directory.binds('unheard-of', await slip(pickup))).toBe(true)
  })

  test('a rule that no secret meets: others are tried, three times, then the pickup is held and the rule is named', async () => {
    const account = fleet.accounts[9] ?? ''
    const { db } = fleet.hub()
    await directory.strict(account, true)
    link.passwords.length = 0
    const pickup = await fleet.issue(account, desk)
    expect(link.passwords.length).toBe(4)
    expect(new Set(link.passwords).size).toBe(4)
    for (const secret of ['before-everything-1', ...link.passwords])
      expect(await directory.binds(account, secret)).toBe(secret === 'before-everything-1')
    expect(await jobs(pickup)).toEqual([
      { kind: 'set', state: 'failed', outcome: 'ldap-19: Password fails quality checking policy', attempts: 1 },
    ])
    const held = await db.selectFrom('pickup').select(['state', 'held']).where('id', '=', pickup).execute()
    expect(held).toEqual([{ state: 'unassigned', held: true }])
    const alarm = (await fleet.alarms()).alarms.find((one) => one.pickup === pickup)
    expect(alarm).toMatchObject({
      kind: 'secret-refused',
      detail: 'ldap-19: Password fails quality checking policy',
    })
    // Nothing that an alarm or a job says holds one of them.
    for (const secret of link.passwords)
      expect(JSON.stringify([await jobs(pickup), await fleet.alarms()])).not.toContain(secret)
    await due()
    expect(link.passwords.length).toBe(4)
    await directory.strict(account, false)
    value(await fleet.agent().call('closeAlarm', { body: { what: 'alarm', id: alarm?.id ?? 0 } }))
    await due()
    expect(await stateOf(pickup)).toBe('granted')
    expect(await directory.binds(account, await slip(pickup))).toBe(true)
    expect(link.passwords.length).toBe(5)
  })

  test('a handed-over secret stays in force', async () => {
    const before = new Set(kiosk.pickups.liveIds().map(({ id }) => id))
    handOver(kiosk, before.size)
    value(await kiosk.sync.now())
    await due()
    const over = await fleet.hub().db.selectFrom('pickup').select('id').where('state', '=', 'handed-over').execute()
    expect(over.length).toBeGreaterThan(0)
    for (const { id } of over) expect((await jobs(id)).filter(({ kind }) => kind === 'disable')).toEqual([])
  })

  test('two hub processes share the work: each job is done once', async () => {
    const twin = await fleet.anotherHub()
    const accounts = fleet.accounts.slice(5, 9)
    link.cut = 'at-connect'
    const pickups = await Promise.all(accounts.map((account) => fleet.issue(account, desk)))
    link.cut = 'never'
    await fleet
      .hub()
      .db.updateTable('secret_job')
      .set({ not_before: 0, attempts: 0 })
      .where('state', '=', 'pending')
      .execute()
    await Promise.all([fleet.hub().runJobs(), twin.runJobs()])
    for (const [i, pickup] of pickups.entries()) {
      expect((await jobs(pickup)).map(({ kind, state, attempts }) => [kind, state, attempts])).toEqual([
        ['set', 'done', 1],
      ])
      expect(await directory.binds(accounts[i] ?? '', await slip(pickup))).toBe(true)
    }
  })
})

describe('set at handover', () => {
  test('the slip binds only once the desk’s word of the handover is here and the directory has been told; a directory that is away delays it', async () => {
    const other = await startFleet('supervisor', {
      work: false,
      secretSettings: { generator, atHandover: true, source: { kind: 'ldap', ...ldap() } },
    })
    try {
      const [account = ''] = other.accounts
      const [where = ''] = other.desks
      const counter = await other.kiosk(where, 'counter')
      const id = counter.records.read()?.kiosk
      if (id === undefined) throw new Error('enrolled')
      const print = await holdOpeningKey(other.hub().db, id)
      const { db } = other.hub()
      const asked = async (pickup: string) =>
        (
          await db
            .selectFrom('secret_job')
            .select(['kind', 'state'])
            .where('pickup', '=', pickup)
            .orderBy('id')
            .execute()
        ).map((job) => `${job.kind} ${job.state}`)
      const pickup = await other.issue(account, where)
      const text = await print(pickup)
      expect(await directory.locked(account)).toBe(true)
      expect(await directory.binds(account, text)).toBe(false)
      value(await counter.sync.now())
      expect(handOver(counter, 1)).toBeGreaterThan(0)
      await other.hub().runJobs()
      expect(await directory.binds(account, text)).toBe(false)
      value(await counter.sync.now())
      link.cut = 'at-connect'
      await other.hub().runJobs()
      link.cut = 'never'
      expect(await asked(pickup)).toEqual(['set done', 'enable pending'])
      expect(await directory.binds(account, text)).toBe(false)
      await db.updateTable('secret_job').set({ not_before: 0 }).where('state', '=', 'pending').execute()
      await other.hub().runJobs()
      expect(await asked(pickup)).toEqual(['set done', 'enable done'])
      expect(await directory.locked(account)).toBe(false)
      expect(await directory.binds(account, text)).toBe(true)
      expect(await directory.mustChange(account)).toBe(true)
    } finally {
      link.cut = 'never'
      await other.stop()
    }
  })
})
