/**
 * The slip says until when its secret is good, and then it ends: unless the person has used it, at a real OpenLDAP, by
 * a hub whose clock is moved, that is restarted, restored from a backup, and away from its directory. Skips where there
 * is no slapd.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { beginIncarnation } from '../../src-hub/kiosks/index.ts'
import { erasePerson, purgeEnded } from '../../src-hub/privacy/index.ts'
import { oweEndings } from '../../src-hub/secret-jobs/index.ts'
import { GeneratorSettings } from '../../src-hub/secret-source/index.ts'
import { endOfDate } from '../../src-shared/domain/opening-hours.ts'
import { PickupId, RecipientId } from '../../src-shared/domain/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startCuttingLink, type CuttingLink } from '../directory/cutting-link.ts'
import { holdOpeningKey } from '../directory/open-secret.ts'
import { adminDn, adminPassword, baseDn, slapdMissing, startSlapd, type Directory } from '../directory/slapd.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const day = 86_400_000
const missing = slapdMissing()
let directory: Directory
let link: CuttingLink
let fleet: Fleet
let kiosk: DeskKiosk
let desk = ''
let slip: (pickup: string) => Promise<string>
/** How far the hub's clock is ahead, ms. */
let ahead = 0

beforeAll(async () => {
  if (missing !== null) return
  directory = await startSlapd([])
  link = await startCuttingLink(directory)
  const ldap = {
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
  } as const
  fleet = await startFleet('supervisor', {
    work: false,
    now: () => Date.now() + ahead,
    secretSettings: { generator: GeneratorSettings.parse({}), atHandover: false, source: { kind: 'ldap', ...ldap } },
  })
  await directory.addAccounts(fleet.accounts)
  ;[desk = ''] = fleet.desks
  kiosk = await fleet.kiosk(desk, 'counter')
  const id = kiosk.records.read()?.kiosk
  if (id === undefined) throw new Error('enrolled')
  slip = await holdOpeningKey(() => fleet.hub().db, id)
})
afterAll(async () => {
  if (missing !== null) return
  await fleet.stop()
  await link.stop()
  await directory.stop()
})
beforeEach((context) => {
  if (missing !== null) context.skip(missing)
  ahead = 0
})

/** Issued, printed and handed over; what the slip says. */
async function handedOver(account: string): Promise<{ pickup: string; text: string; until: number }> {
  const pickup = await fleet.issue(account, desk)
  const text = await slip(pickup)
  value(await kiosk.sync.now())
  const held = kiosk.pickups.get(PickupId.parse(pickup))
  if (held === null) throw new Error('the desk has it')
  const until = held.person.secretUntil ?? held.expiresAt
  handOver(kiosk, 10)
  value(await kiosk.sync.now())
  return { pickup, text, until }
}
/** What the hub does by itself, at this instant of its clock. */
async function at(instant: number): Promise<void> {
  ahead = instant - Date.now()
  const { db, parts } = fleet.hub()
  await oweEndings(db, parts.now())
  await db.updateTable('secret_job').set({ not_before: 0 }).where('state', '=', 'pending').execute()
  await fleet.hub().runJobs()
  ahead = 0
}
const acts = async (pickup: string) => {
  const { db } = fleet.hub()
  const rows = db.selectFrom('secret_job').select(['kind', 'state']).where('pickup', '=', pickup).orderBy('id')
  return (await rows.execute()).map(({ kind, state }) => `${kind} ${state}`)
}
const alarms = async (pickup: string) =>
  (await fleet.alarms()).alarms.filter((one) => one.pickup === pickup).map(({ kind, detail }) => [kind, detail])
/** The directory counts whole seconds. */
async function anotherSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000)
  await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5000, message: 'the next second' }).not.toBe(second)
}

test('an unused secret ends with the day on the slip, in the institution’s time, and not a moment before', async () => {
  const account = fleet.accounts[0] ?? ''
  const { pickup, text, until } = await handedOver(account)
  const midnight = endOfDate(until)
  expect(midnight).toBeGreaterThan(until)
  await at(midnight - 1000)
  expect(await directory.binds(account, text)).toBe(true)
  // The hub is restarted between.
  await fleet.restart()
  await at(midnight + 1000)
  expect(await directory.binds(account, text)).toBe(false)
  expect(await acts(pickup)).toEqual(['set done', 'expire done'])
  // Once: what is over stays over.
  await at(midnight + day)
  expect(await acts(pickup)).toEqual(['set done', 'expire done'])
  const { db } = fleet.hub()
  const told = await db.selectFrom('audit').select('act').where('pickup', '=', pickup).orderBy('id', 'desc').execute()
  expect(told[0]?.act).toBe('secret-expired')
})

test('a password that the person has chosen is left alone', async () => {
  const account = fleet.accounts[1] ?? ''
  const { pickup, text, until } = await handedOver(account)
  await anotherSecond()
  await directory.choose(account, text, 'my-own-choice-9')
  await at(endOfDate(until) + 1000)
  expect(await directory.binds(account, 'my-own-choice-9')).toBe(true)
  expect(await acts(pickup)).toEqual(['set done', 'expire moot'])
})

test('days of the policy’s own are on the slip and are what holds; an extended pickup’s too', async () => {
  const { db } = fleet.hub()
  const { record } = await db.selectFrom('policy').select('record').executeTakeFirstOrThrow()
  const saved = JSON.stringify({ ...(record as object), pickupDays: 5, secretDays: 14 })
  await db.updateTable('policy').set({ record: saved }).execute()
  const account = fleet.accounts[2] ?? ''
  const issued = Date.now()
  const pickup = await fleet.issue(account, desk)
  const text = await slip(pickup)
  value(await kiosk.sync.now())
  const printed = () => kiosk.pickups.get(PickupId.parse(pickup))?.person.secretUntil ?? 0
  expect(Math.round((printed() - issued) / day)).toBe(19)
  const body = { pickup: PickupId.parse(pickup), expiresAt: issued + 10 * day }
  value(await fleet.agent().call('extend', { body }))
  value(await kiosk.sync.now())
  expect(Math.round((printed() - issued) / day)).toBe(24)
  const until = printed()
  handOver(kiosk, 10)
  value(await kiosk.sync.now())
  await at(issued + 22 * day)
  expect(await directory.binds(account, text)).toBe(true)
  await at(endOfDate(until) + 1000)
  expect(await directory.binds(account, text)).toBe(false)
  await db
    .updateTable('policy')
    .set({ record: JSON.stringify(record) })
    .execute()
})

test('a reissued secret is not ended by the date of the one before it', async () => {
  const account = fleet.accounts[3] ?? ''
  const first = await handedOver(account)
  ahead = 20 * day
  const second = await fleet.issue(account, desk)
  ahead = 0
  const text = await slip(second)
  await at(endOfDate(first.until) + 1000)
  expect(await directory.binds(account, text)).toBe(true)
  expect(await acts(first.pickup)).toEqual(['set done', 'expire moot'])
})

test('whoever is erased leaves no secret in force: the directory is told while the account has a name', async () => {
  const account = fleet.accounts[9] ?? ''
  const { pickup, text } = await handedOver(account)
  const { db } = fleet.hub()
  const row = db.selectFrom('account').select('recipient').where('account', '=', account)
  const recipient = RecipientId.parse((await row.executeTakeFirstOrThrow()).recipient)
  const erase = () => fleet.agent().call('erase', { body: { recipient, confirm: true } })
  link.cut = 'at-connect'
  expect(await erase()).toMatchObject({ ok: false, failure: { code: 'L-352' } })
  await at(Date.now())
  expect(await erase()).toMatchObject({ ok: false, failure: { code: 'L-352' } })
  link.cut = 'never'
  expect(await directory.binds(account, text)).toBe(true)
  await at(Date.now())
  expect(await directory.binds(account, text)).toBe(false)
  expect(await erase()).toMatchObject({ ok: true })
  expect(await db.selectFrom('secret_job').select('id').where('account', '=', account).execute()).toEqual([])
  const asked = db.selectFrom('audit').select('actor').where('act', '=', 'secret-end-asked')
  expect(await asked.where('pickup', '=', pickup).execute()).toEqual([{ actor: 'tester' }])
})

test('where the source was taken out of the settings, whoever had a secret of it can be erased, and data goes in time', async () => {
  const { db } = fleet.hub()
  const { pickup: first } = await handedOver(fleet.accounts[10] ?? '')
  const { pickup: second } = await handedOver(fleet.accounts[11] ?? '')
  const of = async (pickup: string) =>
    RecipientId.parse(
      (await db.selectFrom('pickup').select('recipient').where('id', '=', pickup).executeTakeFirstOrThrow()).recipient,
    )
  const nobody = 'erased'.padEnd(22, '_')
  const recipient = await of(first)
  // It owes an end that nobody can carry out any more.
  expect(await fleet.agent().call('erase', { body: { recipient, confirm: true } })).toMatchObject({
    failure: { code: 'L-352' },
  })
  const later = Date.now() + 400 * day
  await purgeEnded(db, later)
  expect(await of(second)).not.toBe(nobody)
  expect(await erasePerson(db, { now: Date.now(), actor: 'tester', source: false }, recipient)).toMatchObject({
    ok: true,
  })
  expect(await acts(first)).toEqual(['set done', 'expire cancelled'])
  await purgeEnded(db, later, undefined, undefined, false)
  expect(await of(second)).toBe(nobody)
})

test('a directory that is away is asked again, and people are told; then it ends', async () => {
  const account = fleet.accounts[4] ?? ''
  const { pickup, text, until } = await handedOver(account)
  link.cut = 'at-connect'
  for (let n = 0; n < 6; n++) await at(endOfDate(until) + 1000)
  link.cut = 'never'
  expect(await acts(pickup)).toEqual(['set done', 'expire pending'])
  expect(await alarms(pickup)).toEqual([['secret-source', expect.stringContaining('unreachable') as string]])
  expect(await directory.binds(account, text)).toBe(true)
  await at(endOfDate(until) + 1000)
  expect(await directory.binds(account, text)).toBe(false)
})

test('whoever asked is told three days before, once, and of nobody who has used it', async () => {
  const { db } = fleet.hub()
  // It is told of something else: what is written down is looked at here, not its way.
  const target = { id: 't', url: 'https://x.example/', sealed: Buffer.alloc(0), created_at: 1, created_by: 'tester' }
  await db
    .insertInto('webhook_target')
    .values({ ...target, events: '["burned"]' })
    .execute()
  const unused = await handedOver(fleet.accounts[5] ?? '')
  const used = await handedOver(fleet.accounts[6] ?? '')
  await anotherSecond()
  await directory.choose(fleet.accounts[6] ?? '', used.text, 'my-own-choice-9')
  const told = async () =>
    (await db.selectFrom('webhook_event').select('pickup').where('kind', '=', 'secret-expiring').execute()).map(
      (one) => one.pickup,
    )
  await oweEndings(db, unused.until - 4 * day)
  await fleet.hub().runJobs()
  expect(await told()).toEqual([])
  for (let n = 0; n < 2; n++) {
    ahead = unused.until - 2 * day - Date.now()
    await oweEndings(db, Date.now() + ahead)
    await fleet.hub().runJobs()
  }
  ahead = 0
  expect(await told()).toEqual([unused.pickup])
  expect(await directory.binds(fleet.accounts[5] ?? '', unused.text)).toBe(true)
  await db.deleteFrom('webhook_target').execute()
})

test('a hub restored from a backup ends nothing until its kiosks have reported, nor a newer secret that it has forgotten', async () => {
  const [account = '', other = ''] = [fleet.accounts[7], fleet.accounts[8]]
  const old = await handedOver(account)
  const lonely = await handedOver(other)
  const copy = await fleet.backup()
  await anotherSecond()
  const newer = await fleet.issue(account, desk)
  const text = await slip(newer)
  const restored = connectDatabase(copy)
  await beginIncarnation(restored.db, Date.now())
  await restored.db.destroy()
  await fleet.restart(copy)
  await at(endOfDate(old.until) + 1000)
  expect(await acts(old.pickup)).toEqual(['set done'])
  expect(await directory.binds(other, lonely.text)).toBe(true)
  value(await kiosk.sync.now())
  value(await kiosk.sync.now())
  await at(endOfDate(old.until) + 1000)
  expect(await directory.binds(account, text)).toBe(true)
  expect(await acts(old.pickup)).toEqual(['set done', 'expire moot'])
  expect(await directory.binds(other, lonely.text)).toBe(false)
})
