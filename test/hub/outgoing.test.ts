/**
 * What goes out of a real hub, beside receivers that will not let go: the healthy ones hear in time, an issue is never
 * held by its source of secrets, and a hub that is stopped is gone.
 */
import { createServer, type Server } from 'node:https'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { longestStopMs } from '../../src-hub/hub.ts'
import { startHub } from '../../src-hub/index.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { GeneratorSettings } from '../../src-hub/secret-source/index.ts'
import { newSigningKey } from '../../src-hub/webhooks/index.ts'
import { WebhookEvent } from '../../src-shared/hub-api/agent/webhooks.ts'
import { startMisbehavingServer, type MisbehavingServer } from '../support/misbehaving-server.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-hub-outgoing-'))
const heard: { at: number; id: unknown }[] = []
let healthy: Server
let silent: MisbehavingServer
let upgrading: MisbehavingServer
let fleet: Fleet
let ca = ''
beforeAll(async () => {
  const identity = await issueServerIdentity(folder, ['localhost'])
  ca = identity.authority
  healthy = createServer({ key: identity.key, cert: identity.certificate }, (request, reply) => {
    request.resume().on('end', () => {
      heard.push({ at: performance.now(), id: request.headers['webhook-id'] })
      reply.writeHead(204).end()
    })
  })
  await new Promise<void>((done) => healthy.listen(0, 'localhost', done))
  silent = await startMisbehavingServer(identity, 'silence')
  upgrading = await startMisbehavingServer(identity, '101 to an upgrade that nobody asked for')
  fleet = await startFleet('administrator', {
    webhookGuard: { hosts: ['localhost'], loopback: false },
    webhookCa: ca,
  })
})
afterAll(async () => {
  await fleet.stop()
  healthy.closeAllConnections()
  healthy.close()
  await silent.stop()
  await upgrading.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('thirty events for a silent receiver, one that answers 101 and a healthy one: the healthy one hears all of them at once', async () => {
  const ids: string[] = []
  for (const port of [silent.port, upgrading.port, (healthy.address() as AddressInfo).port]) {
    const url = `https://localhost:${port}/hook`
    ids.push(value(await fleet.agent().call('addWebhook', { body: { url, events: WebhookEvent.options } })).id)
  }
  // The silent one's come first, all thirty of them.
  for (const id of ids) for (let n = 0; n < 30; n++) value(await fleet.agent().call('testWebhook', { body: { id } }))
  await expect.poll(() => new Set(heard.map(({ id }) => id)).size, { timeout: 60_000 }).toBe(30)
  expect(heard.length).toBe(30)
  const state = async (id: string) =>
    value(await fleet.agent().call('webhookDeliveries', { query: { id, limit: 100 } }))
  // The silent one has not even been asked for all of its own.
  expect((await state(ids[0] ?? '')).deliveries.filter(({ attempts }) => attempts === 0).length).toBeGreaterThan(0)
  expect((await state(ids[2] ?? '')).deliveries.every(({ state }) => state === 'delivered')).toBe(true)
  // The one that answers 101 has had its tries, and none of them counts as delivered.
  await expect
    .poll(async () => (await state(ids[1] ?? '')).deliveries.filter(({ attempts }) => attempts > 0).length, {
      timeout: 60_000,
    })
    .toBe(30)
  for (const one of (await state(ids[1] ?? '')).deliveries)
    expect(one).toMatchObject({ state: 'pending', status: null, error: 'no-answer' })
})

test('a hub whose receivers are silent stops within its time, and what was cut short counts as no try', async () => {
  await expect.poll(() => silent.open(), { timeout: 30_000 }).toBeGreaterThan(0)
  const began = performance.now()
  await fleet.restart()
  expect(performance.now() - began).toBeLessThan(longestStopMs)
}, 60_000)

test('an issue whose source of secrets answers 101 ends in the source’s time, and says that it is waiting', async () => {
  const url = `https://localhost:${upgrading.port}/secrets`
  const key = newSigningKey()
  const hub = value(
    await startHub({
      dataDir: fleet.folder('hub'),
      databaseUrl: fleet.databaseUrl,
      work: false,
      secretSettings: {
        generator: GeneratorSettings.parse({}),
        atHandover: false,
        source: { kind: 'webhook', url, key, ca, guard: { hosts: ['localhost'], loopback: false }, timeoutMs: 1000 },
      },
    }),
  )
  try {
    await fleet.kiosk(fleet.desks[0] ?? '', 'counter')
    const { issuePickup } = await import('../../src-hub/pickups/index.ts')
    const { kind } = await hub.db
      .selectFrom('desk')
      .select('kind')
      .where('id', '=', fleet.desks[0] ?? '')
      .executeTakeFirstOrThrow()
    const began = performance.now()
    const request = {
      account: fleet.accounts[0] ?? '',
      desk: fleet.desks[0] as never,
      channel: kind as never,
      requestReference: 'R-1',
      secretKind: 'password' as const,
    }
    const issued = value(await issuePickup(hub.db, hub.parts, request, 'tester'))
    expect(performance.now() - began).toBeLessThan(8000)
    expect(issued.state).toBe('unassigned')
    const job = await hub.db
      .selectFrom('secret_job')
      .select(['state', 'outcome'])
      .where('pickup', '=', issued.pickup)
      .executeTakeFirstOrThrow()
    expect(job).toEqual({ state: 'pending', outcome: 'unknown: no-answer' })
  } finally {
    await hub.stop()
  }
}, 60_000)
