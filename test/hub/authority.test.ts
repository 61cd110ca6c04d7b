/** The hub's own authority over the years: its files, and its change-over. Real TLS and a clock that is moved. */
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startHub } from '../../src-hub/index.ts'
import { issueServerIdentity, loadAuthority } from '../../src-hub/keys/index.ts'
import { createHubClient } from '../../src-main/sync/index.ts'
import { trustedWith } from '../../src-main/sync/trust.ts'
import { openTestDatabase } from '../support/database.ts'
import { startFleet, value } from './fleet.ts'

const day = 86_400_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-authority-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test('what people copy holds no private key', async () => {
  await issueServerIdentity(folder, ['localhost'])
  expect(read('authority.pem')).toContain('BEGIN CERTIFICATE')
  expect(read('authority.pem')).not.toContain('PRIVATE')
  expect(read('authority.key')).toContain('PRIVATE KEY')
  expect(statSync(join(folder, 'authority.key')).mode & 0o777).toBe(0o600)
})

test('a folder from before, with both in one file, is taken apart and stays the same authority', async () => {
  const { authority } = await issueServerIdentity(folder, ['localhost'])
  const [certificate, key] = [read('authority.pem'), read('authority.key')]
  for (const name of ['authority.pem', 'authority.key']) rmSync(join(folder, name))
  writeFileSync(join(folder, 'authority.pem'), `${key}${certificate}`, { mode: 0o600 })
  const again = await issueServerIdentity(folder, ['localhost'])
  expect(again.authority).toBe(authority)
  expect(read('authority.pem')).toBe(certificate)
  expect(read('authority.key')).toBe(key)
  const issued = new X509Certificate(again.certificate)
  expect(issued.verify(new X509Certificate(authority).publicKey)).toBe(true)
})

test('one that was cut off between the two files is taken up again; without its key nothing is made in its place', async () => {
  const { authority } = await issueServerIdentity(folder, ['localhost'])
  const [certificate, key] = [read('authority.pem'), read('authority.key')]
  // The key was written, and the other file not yet.
  writeFileSync(join(folder, 'authority.pem'), `${key}${certificate}`)
  expect((await issueServerIdentity(folder, ['localhost'])).authority).toBe(authority)
  rmSync(join(folder, 'authority.key'))
  await expect(issueServerIdentity(folder, ['localhost'])).rejects.toThrow('authority.key is missing')
  expect(read('authority.pem')).toBe(certificate)
})

/** What a kiosk that trusts these authorities alone is answered. */
async function asKiosk(url: string, authority: string): Promise<string> {
  const client = createHubClient({ target: { address: url, authority }, signer: null, now: () => Date.now() })
  const answer = await client.call('health', {})
  await client.close()
  return answer.ok ? 'served' : answer.failure.code
}

test('kiosks learn the next authority from the present one; it issues once each of them has said so, and none enrols anew', async () => {
  const dataDir = join(folder, 'hub')
  mkdirSync(dataDir)
  // Two years and half a day are left.
  await loadAuthority(dataDir, Date.now() - (3650 - 730.5) * day)
  let ahead = 0
  const fleet = await startFleet('supervisor', { dataDir, work: false, now: () => Date.now() + ahead })
  /** What the hub does by itself a little later, when two years are left. */
  const later = async () => {
    ahead = 0.6 * day
    await fleet.hub().runJobs()
    ahead = 0
  }
  try {
    const [first = '', second = ''] = fleet.desks
    const old = fleet.hub().authority
    const kiosk = await fleet.kiosk(first, 'one')
    const other = await fleet.kiosk(second, 'two')
    await later()
    expect(fleet.hub().authority).toBe(old)
    for (const each of [kiosk, other]) for (let n = 0; n < 2; n++) value(await each.sync.now())
    const { db } = fleet.hub()
    const away = other.records.read()?.kiosk ?? ''
    await db.updateTable('kiosk').set({ trusts: null }).where('id', '=', away).execute()
    await later()
    expect(fleet.hub().authority).toBe(old)
    value(await other.sync.now())
    await later()
    const fresh = fleet.hub().authority
    expect(fresh).not.toBe(old)
    for (const each of [kiosk, other]) value(await each.sync.now())
    const { url } = fleet.hub()
    expect(await asKiosk(url, fresh)).toBe('served')
    // One that was away all the time knows the old one alone.
    expect(await asKiosk(url, old)).toBe('served')
    expect(await asKiosk(url, (await issueServerIdentity(join(folder), ['localhost'])).authority)).toBe('L-104')
    await fleet.restart()
    expect(fleet.hub().authority).toBe(fresh)
    value(await kiosk.sync.now())
    // A kiosk that comes now pins the new one.
    const late = await fleet.kiosk(fleet.desks[2] ?? '', 'late')
    expect(late.records.hubAuthority().trim()).toBe(fresh.trim())
  } finally {
    await fleet.stop()
  }
})

test('eleven years on: the first authority is over, and a kiosk that has learnt is served by its successor', async () => {
  const database = await openTestDatabase()
  let time = Date.now() - 11 * 365 * day
  const dataDir = join(folder, 'hub')
  const hub = value(await startHub({ dataDir, databaseUrl: database.url, now: () => time, work: false }))
  try {
    const old = hub.authority
    for (time = Date.now() - 10.9 * 365 * day; time < Date.now() - 60 * day; time += 60 * day) await hub.runJobs()
    time = Date.now()
    await hub.runJobs()
    expect(new X509Certificate(old).validToDate.getTime()).toBeLessThan(Date.now())
    const row = await hub.db.selectFrom('hub_authority').selectAll().executeTakeFirstOrThrow()
    const known = trustedWith(old, { certificate: row.certificate, cross: row.cross_certificate })
    expect(await asKiosk(hub.url, known ?? '')).toBe('served')
    expect(await asKiosk(hub.url, old)).not.toBe('served')
  } finally {
    await hub.stop()
    await database.drop()
  }
})

test('no authority is trusted that none of the trusted ones has signed', async () => {
  const [mine, theirs] = [join(folder, 'mine'), join(folder, 'theirs')]
  for (const each of [mine, theirs]) mkdirSync(each)
  const trusted = (await issueServerIdentity(mine, ['localhost'])).authority
  const strange = (await issueServerIdentity(theirs, ['localhost'])).authority
  expect(trustedWith(trusted, { certificate: strange, cross: strange })).toBeNull()
  expect(trustedWith(trusted, { certificate: strange, cross: trusted })).toBeNull()
  expect(trustedWith(trusted, { certificate: 'x', cross: '' })).toBeNull()
  // Known already.
  expect(trustedWith(trusted, { certificate: trusted, cross: trusted })).toBeNull()
})
