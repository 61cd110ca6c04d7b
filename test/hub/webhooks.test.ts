/**
 * Webhooks out: signed, at least once, dead in the end, never a secret. A real receiver over HTTPS, real PostgreSQL.
 */
import { createServer, type Server } from 'node:https'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { WebhookBody, WebhookEvent } from '../../src-shared/hub-api/agent/webhooks.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { isInside, mayCallAddress, verifySigned } from '../../src-hub/webhooks/index.ts'
import { createWebhookSource } from '../../src-hub/secret-source/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-webhooks-'))
interface Got {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}
const got: Got[] = []
let answer: number | 'hang-up' = 200
let receiver: Server
let fleet: Fleet
let kiosk: DeskKiosk
let hook: { id: string; key: string }
let url = ''
let ca = ''

beforeAll(async () => {
  const identity = await issueServerIdentity(folder, ['localhost'])
  ca = identity.authority
  receiver = createServer({ key: identity.key, cert: identity.certificate }, (request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(parts) })
      if (answer === 'hang-up') request.socket.destroy()
      else reply.writeHead(answer, answer === 302 ? { location: 'https://elsewhere.example/' } : {}).end()
    })
  })
  await new Promise<void>((done) => receiver.listen(0, 'localhost', done))
  url = `https://localhost:${(receiver.address() as AddressInfo).port}/hook`
  fleet = await startFleet('administrator', {
    work: false,
    webhookGuard: { hosts: ['localhost'], loopback: false },
    webhookCa: ca,
  })
  kiosk = await fleet.kiosk(fleet.desks[0] ?? '', 'counter')
  hook = value(await fleet.agent().call('addWebhook', { body: { url, events: WebhookEvent.options } }))
})
afterAll(async () => {
  await fleet.stop()
  receiver.closeAllConnections()
  receiver.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = () => fleet.hub().runJobs()
const bodies = () => got.map(({ body }) => WebhookBody.parse(JSON.parse(body.toString())))
const deliveries = async () =>
  value(await fleet.agent().call('webhookDeliveries', { query: { id: hook.id, limit: 100 } })).deliveries
async function issue(account: string, more: object = {}): Promise<PickupId> {
  const { db, parts } = fleet.hub()
  const desk = fleet.desks[0] ?? ''
  const { kind } = await db.selectFrom('desk').select('kind').where('id', '=', desk).executeTakeFirstOrThrow()
  const { issuePickup } = await import('../../src-hub/pickups/index.ts')
  const request = {
    account,
    desk: desk as never,
    channel: kind as never,
    requestReference: 'R-1',
    secretKind: 'password' as const,
    ...more,
  }
  return value(await issuePickup(db, parts, request, 'tester')).pickup
}

test('ready with the pickup code, handed over with "not you?": signed, in the institution’s words, and never a secret', async () => {
  const secret = 'Zq7-plain-SECRET-marker'
  const account = fleet.accounts[0] ?? ''
  const pickup = await issue(account, { secret })
  await run()
  expect(bodies()).toMatchObject([
    {
      type: 'ready',
      data: {
        pickup,
        account,
        requestReference: 'R-1',
        pickupCode: expect.stringMatching(/^[0-9A-Z]{8}$/) as string,
        desk: { id: fleet.desks[0] },
      },
    },
  ])
  for (const { headers, body } of got) {
    expect(verifySigned(hook.key, headers, body, Date.now())).toBe(true)
    expect(verifySigned(hook.key, headers, Buffer.concat([body, Buffer.from(' ')]), Date.now())).toBe(false)
    expect(verifySigned(hook.key, headers, body, Date.now() + 600_000)).toBe(false)
  }
  value(await kiosk.sync.now())
  handOver(kiosk, 1)
  value(await kiosk.sync.now())
  await run()
  expect(bodies()[1]).toMatchObject({ type: 'handed-over', data: { pickup, notYou: true } })
  const everything = Buffer.concat(got.map(({ body }) => body)).toString()
  for (const form of [
    secret,
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ])
    expect(everything).not.toContain(form)
  // By its type, too: a body has no place for one.
  expect(WebhookBody.safeParse({ type: 'ready', timestamp: 1, data: { pickup, secret } }).success).toBe(false)
  got.length = 0
})

test('what is not delivered is tried again under the same id, and is dead in the end; a person may try it once more', async () => {
  const pickup = await issue(fleet.accounts[1] ?? '')
  const { db } = fleet.hub()
  for (const [tries, status] of ([500, 'hang-up', 302, 404] as const).entries()) {
    answer = status
    await run()
    expect((await deliveries()).find((one) => one.pickup === pickup)).toMatchObject({
      state: 'pending',
      attempts: tries + 1,
    })
    await run()
    expect(got.length).toBe(tries + 1)
    await db.updateTable('webhook_delivery').set({ not_before: 0 }).where('state', '=', 'pending').execute()
  }
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  await db.updateTable('webhook_delivery').set({ attempts: 9 }).where('state', '=', 'pending').execute()
  await run()
  await db.updateTable('webhook_delivery').set({ not_before: 0 }).where('state', '=', 'pending').execute()
  await run()
  const dead = (await deliveries()).find((one) => one.pickup === pickup)
  expect(dead).toMatchObject({ state: 'dead', status: 404 })
  expect(value(await fleet.agent().call('webhooks', { query: {} })).webhooks).toMatchObject([
    { id: hook.id, dead: 1, waiting: 0 },
  ])
  answer = 204
  value(await fleet.agent().call('retryWebhook', { body: { id: hook.id, event: dead?.event ?? 0 } }))
  await run()
  expect((await deliveries()).find((one) => one.pickup === pickup)?.state).toBe('delivered')
  got.length = 0
})

test('two hubs deliver each once; a removed one hears nothing; a test goes to it alone', async () => {
  const twin = await fleet.anotherHub()
  for (const account of fleet.accounts.slice(2, 8)) await issue(account)
  await Promise.all([run(), twin.runJobs()])
  await run()
  expect(got.length).toBe(6)
  value(await fleet.agent().call('testWebhook', { body: { id: hook.id } }))
  await run()
  expect(bodies().at(-1)).toMatchObject({ type: 'test', data: {} })
  value(await fleet.agent().call('removeWebhook', { body: { id: hook.id } }))
  const before = got.length
  await issue(fleet.accounts[8] ?? '')
  await run()
  expect(got.length).toBe(before)
  expect(
    (await fleet.hub().db.selectFrom('webhook_target').select('sealed').executeTakeFirstOrThrow()).sealed.toString(
      'latin1',
    ),
  ).not.toContain(hook.key.slice(6))
})

test.each([
  'http://example.org/',
  'https://10.0.0.5/',
  'https://[::1]/',
  'https://[fd00::1]/',
  'https://169.254.169.254/latest',
  'https://127.0.0.1/',
  'https://user:pw@example.org/',
  'file:///etc/passwd',
  'https://[::ffff:10.0.0.1]/',
  'nonsense',
])('%s is not called', async (address) => {
  expect(mayCallAddress(address, { hosts: [], loopback: false })).toBe(false)
})

test('with hosts named, no other is called; a name that leads inside is refused at the connection', async () => {
  expect(mayCallAddress('https://example.org/', { hosts: ['tickets.example.org'], loopback: false })).toBe(false)
  expect(mayCallAddress('https://tickets.example.org/', { hosts: ['tickets.example.org'], loopback: false })).toBe(true)
  expect(
    [
      '10.1.2.3',
      '172.20.0.1',
      '192.168.1.1',
      '::1',
      'fe80::1',
      '127.0.0.2',
      '64:ff9b:1::a01:203',
      'fec0::1',
      '2001:0:a::1',
    ].map(isInside),
  ).toEqual(Array(9).fill(true))
  expect(['193.166.3.2', '2001:708::1'].map(isInside)).toEqual([false, false])
  const before = got.length
  const source = createWebhookSource({
    url,
    key: hook.key,
    ca,
    guard: { hosts: [], loopback: false },
    now: () => Date.now(),
  })
  expect(await source.enable('somebody')).toMatchObject({ kind: 'unreachable' })
  expect(got.length).toBe(before)
})

test('as a source of secrets: the secret goes as it is, over TLS, signed; what no answer came to is unknown', async () => {
  const source = createWebhookSource({
    url,
    key: hook.key,
    ca,
    guard: { hosts: ['localhost'], loopback: false },
    now: () => Date.now(),
  })
  const set = () =>
    source.set({
      account: 'a"b',
      secret: Buffer.from('Åö"\\€\u0001'),
      pickup: 'a-pickup',
      expiresAt: 1,
      secretKind: 'password',
      locked: true,
    })
  got.length = 0
  answer = 200
  expect(await set()).toEqual({ kind: 'done' })
  expect(JSON.parse(got[0]?.body.toString() ?? '')).toEqual({
    type: 'secret.set',
    account: 'a"b',
    pickup: 'a-pickup',
    secretKind: 'password',
    mustChange: true,
    locked: true,
    expiresAt: 1,
    secret: 'Åö"\\€\u0001',
  })
  expect(verifySigned(hook.key, got[0]?.headers ?? {}, got[0]?.body ?? Buffer.alloc(0), Date.now())).toBe(true)
  // The end of what was handed over, and a later one: by the pickup, so that a receiver knows which secret is meant.
  const end = { account: 'a"b', pickup: 'a-pickup', expiresAt: 2, stamp: null, restored: true }
  expect(await source.expire(end)).toEqual({ kind: 'done' })
  expect(await source.prolong(end)).toEqual({ kind: 'done' })
  const which = { account: 'a"b', pickup: 'a-pickup', expiresAt: 2 }
  expect(got.slice(1).map(({ body }) => JSON.parse(body.toString()) as unknown)).toEqual([
    { type: 'secret.disable', forced: false, reason: 'expired', ...which },
    { type: 'secret.prolong', ...which },
  ])
  answer = 'hang-up'
  expect(await source.expire(end)).toMatchObject({ kind: 'unknown' })
  expect(await set()).toMatchObject({ kind: 'unknown' })
  answer = 500
  expect(await set()).toMatchObject({ kind: 'unknown' })
  answer = 503
  expect(await set()).toMatchObject({ kind: 'unreachable' })
  answer = 302
  expect(await set()).toMatchObject({ kind: 'refused' })
  const plain = createWebhookSource({
    url: url.replace('https:', 'http:'),
    key: hook.key,
    guard: { hosts: ['localhost'], loopback: false },
    now: () => Date.now(),
  })
  expect(
    await plain.set({
      account: 'a',
      secret: Buffer.from('x'),
      pickup: 'a-pickup',
      expiresAt: 1,
      secretKind: 'password',
      locked: false,
    }),
  ).toEqual({
    kind: 'unreachable',
    why: 'not-allowed',
  })
})
