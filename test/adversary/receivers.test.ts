/**
 * What goes out of a hub to those who will not let go: an answer 101, one byte at a time, a body without end, an
 * upgrade, silence. The healthy receiver hears all at once, an issue is not held by its source of secrets, and a hub
 * that is asked to end has ended in its time.
 */
import { createServer, type Server } from 'node:https'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { longestStopMs } from '../../src-hub/hub.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { GeneratorSettings } from '../../src-hub/secret-source/index.ts'
import { newSigningKey } from '../../src-hub/webhooks/index.ts'
import { startMisbehavingServer, type Misbehaviour, type MisbehavingServer } from '../support/misbehaving-server.ts'
import { startInstitute, type HubThere, type Institute } from './hub.ts'
import { value } from './wire.ts'

const bad = [
  'silence',
  '101 to an upgrade that nobody asked for',
  '101 without a word more',
  '103 Early Hints for ever',
  'a body of which a byte comes at a time',
  'a body that does not end',
] as const satisfies readonly Misbehaviour[]
const events = 30

let institute: Institute
let hub: HubThere
let healthy: Server
let healthyPort = 0
let ca = ''
const heard = new Set<unknown>()
const servers = new Map<Misbehaviour, MisbehavingServer>()

beforeAll(async () => {
  institute = await startInstitute()
  const identity = await issueServerIdentity(institute.folder('receivers'), ['localhost'])
  ca = identity.authority
  for (const act of bad) servers.set(act, await startMisbehavingServer(identity, act))
  healthy = createServer({ key: identity.key, cert: identity.certificate }, (request, reply) => {
    request.resume().on('end', () => {
      heard.add(request.headers['webhook-id'])
      reply.writeHead(204).end()
    })
  })
  await new Promise<void>((done) => healthy.listen(0, 'localhost', done))
  healthyPort = (healthy.address() as AddressInfo).port
  const file = join(institute.folder('receivers'), 'ca.pem')
  writeFileSync(file, ca)
  hub = await institute.process({ env: { LODGE_HUB_WEBHOOK_HOSTS: 'localhost', LODGE_HUB_WEBHOOK_CA_FILE: file } })
  await institute.servingKiosk(hub, 'porter-lakeside')
})
afterAll(async () => {
  await institute.stop()
  healthy.closeAllConnections()
  healthy.close()
  for (const server of servers.values()) await server.stop()
})

it('thirty events for each of six bad receivers, and the healthy one hears its own while they hang', async () => {
  const ports = [...servers.values()].map(({ port }) => port)
  for (const port of [...ports, healthyPort]) {
    const body = { url: `https://localhost:${port}/hook`, events: ['ready' as const] }
    const { id } = value(await hub.as('administrator').call('addWebhook', { body }))
    // The bad ones' come first.
    for (let n = 0; n < events; n++) value(await hub.as('administrator').call('testWebhook', { body: { id } }))
  }
  await expect.poll(() => heard.size, { timeout: 30_000 }).toBe(events)
  // Some of the bad ones hold a line still: the healthy one did not wait for them.
  expect(servers.get('silence')?.open() ?? 0).toBeGreaterThan(0)
})

it('is asked to end while they hang, and has ended in its time', async () => {
  const began = performance.now()
  await hub.stop()
  expect(performance.now() - began).toBeLessThan(longestStopMs)
  expect(await hub.ended).toBe(0)
})

it.each(bad)('an issue whose source of secrets gives %s is answered in the source’s time', async (act) => {
  const url = `https://localhost:${servers.get(act)?.port ?? 0}/secrets`
  const guard = { hosts: ['localhost'], loopback: false }
  const here = await institute.hub({
    work: false,
    secretSettings: {
      generator: GeneratorSettings.parse({}),
      atHandover: false,
      source: { kind: 'webhook', url, key: newSigningKey(), ca, guard, timeoutMs: 500 },
    },
  })
  const began = performance.now()
  const account = institute.accounts[bad.indexOf(act)] ?? ''
  const pickup = await here.as('agent').issue(account, institute.desk('porter-lakeside'))
  expect(performance.now() - began).toBeLessThan(6000)
  const jobs = await institute.sql('SELECT state FROM secret_job WHERE pickup = $1', [pickup])
  // Whoever has begun with 200 has taken it, whatever comes of the body.
  expect(jobs).toEqual([{ state: act.startsWith('a body') ? 'done' : 'pending' }])
  await here.stop()
})
