/** Certificates over time: real TLS, files that are replaced, and a clock that is moved. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startHub, type HubOptions, type RunningHub } from '../../src-hub/index.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { readSettings } from '../../src-hub/settings.ts'
import { createHubClient } from '../../src-main/sync/index.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'
import { within } from '../support/within.ts'
import { value } from './fleet.ts'

const day = 86_400_000
let folder: string
let database: TestDatabase
let hub: RunningHub | null
let time: number

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-certificates-'))
  database = await openTestDatabase()
  hub = null
  time = Date.now()
})
afterEach(async () => {
  await hub?.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(more: Partial<HubOptions> = {}): Promise<RunningHub> {
  const options = { dataDir: join(folder, 'hub'), databaseUrl: database.url, now: () => time, work: false }
  hub = value(await startHub({ ...options, ...more }))
  return hub
}

/** When the certificate that a port shows ends, ms. */
async function shownEnd(port: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
  await within(10_000, 'the TLS handshake', once(socket, 'secureConnect'))
  const end = Date.parse(socket.getPeerCertificate().valid_to)
  socket.destroy()
  return end
}

const alarms = (of: RunningHub) =>
  of.db.selectFrom('alarm').select(['kind', 'detail']).where('kind', '=', 'certificate').orderBy('id').execute()

/** What a kiosk that trusts the hub's authority alone is answered. */
async function asKiosk({ url, authority }: RunningHub): Promise<string> {
  const client = createHubClient({ target: { address: url, authority }, signer: null, now: () => Date.now() })
  const answer = await client.call('health', {})
  await client.close()
  return answer.ok ? 'served' : answer.failure.code
}

/** What a browser gets that trusts this authority alone. */
async function asBrowser(port: number, ca: string, path: string): Promise<number | string> {
  const dispatcher = new Agent({ connect: { ca } })
  try {
    const { statusCode, body } = await request(`https://localhost:${port}${path}`, { dispatcher })
    await body.dump()
    return statusCode
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  } finally {
    await dispatcher.close()
  }
}

/** The institution's own certificate, as what renews it writes it. */
async function institutions(from: number, name = 'institution') {
  const dataDir = join(folder, name)
  mkdirSync(dataDir, { recursive: true })
  const { authority, certificate, key } = await issueServerIdentity(dataDir, ['localhost'], from)
  const files = { certificateFile: join(folder, 'console.pem'), keyFile: join(folder, 'console.key') }
  writeFileSync(files.certificateFile, certificate)
  writeFileSync(files.keyFile, key)
  return { authority, files }
}

test('a hub that runs for longer than its certificate holds goes on serving kiosks, without a restart', async () => {
  time = Date.now() - 95 * day
  const running = await start()
  expect(await shownEnd(running.port)).toBeLessThan(Date.now())
  expect(await asKiosk(running)).not.toBe('served')
  time = Date.now() - 30 * day
  expect(await running.runJobs()).toBe(1)
  expect(await asKiosk(running)).toBe('served')
  // Long enough from here on: nothing more is issued.
  expect(await running.runJobs()).toBe(0)
  expect(await shownEnd(running.port)).toBeGreaterThan(time + 89 * day)
})

test('browsers are shown the institution’s certificate at the console’s port, kiosks the hub’s own at theirs', async () => {
  const { authority, files } = await institutions(time)
  const running = await start({ consolePort: { port: 0, certificate: files } })
  const port = running.consolePort ?? 0
  expect(await asBrowser(port, authority, '/v1/health')).toBe(200)
  expect(await asBrowser(port, running.authority, '/v1/health')).not.toBe(200)
  expect(await asBrowser(running.port, running.authority, '/v1/health')).toBe(200)
  expect(await asKiosk(running)).toBe('served')
  expect(await alarms(running)).toEqual([])
})

test('a renewed file is in force without a restart; half-written ones change nothing, and are told', async () => {
  const { files } = await institutions(time - 50 * day)
  const running = await start({ consolePort: { port: 0, certificate: files } })
  const port = running.consolePort ?? 0
  const before = await shownEnd(port)
  expect(await running.runJobs()).toBe(0)

  writeFileSync(files.certificateFile, '-----BEGIN CERTIFICATE-----\nMIIB')
  expect(await running.runJobs()).toBe(0)
  expect(await shownEnd(port)).toBe(before)
  const { certificate } = await issueServerIdentity(join(folder, 'institution'), ['localhost'], time)
  // The certificate is there before its key.
  writeFileSync(files.certificateFile, certificate)
  expect(await running.runJobs()).toBe(0)
  expect(await shownEnd(port)).toBe(before)
  await expect
    .poll(() => alarms(running))
    .toMatchObject([
      { detail: expect.stringMatching(/^L-724 .*LODGE_HUB_CONSOLE_CERTIFICATE_FILE/) as string },
      { detail: expect.stringMatching(/^L-724 .*LODGE_HUB_CONSOLE_KEY_FILE/) as string },
    ])

  await institutions(time)
  expect(await running.runJobs()).toBe(1)
  expect(await shownEnd(port)).toBeGreaterThan(before + 40 * day)
})

test('people are told thirty days before a certificate ends that nobody has renewed, once', async () => {
  const { files } = await institutions(time - 59 * day)
  const running = await start({ consolePort: { port: 0, certificate: files } })
  expect(await alarms(running)).toEqual([])
  time += 2 * day
  await running.runJobs()
  await expect.poll(() => alarms(running)).toHaveLength(1)
  await running.runJobs()
  time += day
  await running.runJobs()
  expect(await alarms(running)).toMatchObject([
    { detail: expect.stringMatching(/^L-732 .*_CERTIFICATE_FILE/) as string },
  ])
  // The hub's own authority, ten years on, has a successor in time: nobody need be told.
  const { authority } = running
  time = Date.now() + 3640 * day
  for (let n = 0; n < 2; n++) await running.runJobs()
  expect(running.authority).not.toBe(authority)
  expect((await alarms(running)).filter(({ detail }) => detail.includes('authority.pem'))).toEqual([])
})

test('files that are not there, or a port that is taken, keep no kiosk from the hub', async () => {
  const { authority, files } = await institutions(time)
  const first = await start()
  const taken = { port: first.port, certificate: files }
  const other = value(
    await startHub({ dataDir: join(folder, 'hub'), databaseUrl: database.url, work: false, consolePort: taken }),
  )
  try {
    expect(await asKiosk(other)).toBe('served')
    expect(other.consolePort).toBeNull()
    await expect.poll(() => alarms(other)).toMatchObject([{ detail: expect.stringContaining('EADDRINUSE') as string }])
  } finally {
    await other.stop()
  }
  rmSync(files.keyFile)
  const late = value(
    await startHub({
      dataDir: join(folder, 'hub'),
      databaseUrl: database.url,
      work: false,
      consolePort: { port: 0, certificate: files },
    }),
  )
  try {
    expect(late.consolePort).toBeNull()
    expect(await asKiosk(late)).toBe('served')
    const again = await institutions(time)
    expect(await late.runJobs()).toBe(1)
    expect(again.authority).toBe(authority)
    expect(late.consolePort).not.toBeNull()
  } finally {
    await late.stop()
  }
})

test('a setting of the three that is missing is named, and a proxy in front leaves no use for them', () => {
  const all = {
    LODGE_HUB_CONSOLE_PORT: '443',
    LODGE_HUB_CONSOLE_CERTIFICATE_FILE: 'a.pem',
    LODGE_HUB_CONSOLE_KEY_FILE: 'a.key',
  }
  expect(readSettings(all)).toMatchObject({ ok: true, value: { options: { consolePort: { port: 443 } } } })
  for (const left of Object.keys(all)) {
    const given = Object.fromEntries(Object.entries(all).filter(([name]) => name !== left))
    expect(readSettings(given)).toMatchObject({ ok: false, failure: { code: 'L-101', params: { where: left } } })
  }
  expect(readSettings({ ...all, LODGE_HUB_BEHIND_PROXY: '1' })).toMatchObject({ ok: false, failure: { code: 'L-101' } })
})
