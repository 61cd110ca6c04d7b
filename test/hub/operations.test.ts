/**
 * Running a hub: health, readiness, metrics, stopping in order, the contract as OpenAPI. Real sockets, real PostgreSQL.
 */
import { Agent, fetch } from 'undici'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { openApiDocument } from '../../src-hub/operations/index.ts'
import { hintPath, hubApi } from '../../src-shared/hub-api/index.ts'
import { signRequest } from '../../src-shared/protocol/request-signature.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
beforeAll(async () => {
  fleet = await startFleet('supervisor', { metrics: { host: '127.0.0.1', port: 0 }, work: false })
  kiosk = await fleet.kiosk(fleet.desks[0] ?? '', 'counter')
})
afterAll(() => fleet.stop())

test('every route of the contract is in the OpenAPI document, with its parameters, body and replies, and its schemas are whole', async () => {
  const document = openApiDocument('1.2.3') as {
    openapi: string
    paths: Record<
      string,
      Record<
        string,
        {
          operationId: string
          requestBody?: object
          parameters?: { name: string }[]
          responses: Record<string, object>
        }
      >
    >
    components: { schemas: Record<string, object> }
  }
  expect(document.openapi).toBe('3.1.0')
  const ids: string[] = []
  for (const [name, { method, path, query }] of Object.entries(hubApi)) {
    const operation = document.paths[path]?.[method.toLowerCase()]
    expect(operation?.operationId, path).toBe(name)
    expect(operation?.requestBody !== undefined, path).toBe(method === 'POST')
    expect((operation?.parameters ?? []).map((parameter) => parameter.name).sort(), path).toEqual(
      Object.keys((query as { shape?: object }).shape ?? {}).sort(),
    )
    expect(Object.keys(operation?.responses ?? {})).toEqual(['200', 'default'])
    ids.push(name)
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(document.paths[hintPath]).toBeDefined()
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    (match) => match[1] ?? '',
  )
  for (const ref of refs) expect(document.components.schemas[ref], ref).toBeDefined()
  const served = await (await ask('/v1/openapi.json')).json()
  expect(Object.keys((served as typeof document).paths)).toEqual(Object.keys(document.paths))
})

const trusting = () => new Agent({ connect: { ca: fleet.hub().authority } })
const ask = (path: string, more: object = {}) => fetch(fleet.hub().url + path, { dispatcher: trusting(), ...more })

test('metrics count requests and what the hub holds, and name nobody', async () => {
  const account = fleet.accounts[0] ?? ''
  await fleet.issue(account, fleet.desks[0] ?? '')
  value(await kiosk.sync.now())
  const port = fleet.hub().metricsPort ?? 0
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(text).toMatch(/lodge_requests_total\{route="\/v1\/agent\/pickups",status="200"\} [1-9]/)
  expect(text).toMatch(/lodge_grants_open\{state="granted"\} 1/)
  expect(text).toMatch(/lodge_database_up 1/)
  expect(text).toMatch(/lodge_kiosks\{state="(online|silent)"\} 1/)
  const people = await fleet.hub().db.selectFrom('recipient').select(['family']).execute()
  for (const word of [account, ...people.map(({ family }) => family)]) expect(text).not.toContain(word)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
})

test('readiness fails while the database is from a newer hub; health does not', async () => {
  expect((await ask('/v1/ready')).status).toBe(200)
  const admin = connectDatabase(fleet.databaseUrl).db
  await sql`INSERT INTO migration (version) VALUES (999)`.execute(admin)
  await expect.poll(async () => (await ask('/v1/ready')).status, { timeout: 15_000 }).toBe(503)
  const refused = await ask('/v1/ready')
  expect([refused.status, await refused.json()]).toEqual([503, { code: 'L-640' }])
  expect(refused.headers.get('retry-after')).not.toBeNull()
  expect((await ask('/v1/health')).status).toBe(200)
  await sql`DELETE FROM migration WHERE version = 999`.execute(admin)
  await expect.poll(async () => (await ask('/v1/ready')).status, { timeout: 15_000 }).toBe(200)
  await admin.destroy()
})

test('stopping: not ready first, what is being answered is finished, streams end, then nobody listens', async () => {
  const twin = await fleet.anotherHub()
  const dispatcher = trusting()
  const at = (path: string, more: object = {}) => fetch(twin.url + path, { dispatcher, ...more })
  const time = Date.now()
  const id = kiosk.records.read()?.kiosk ?? ''
  const signed = {
    'lodge-kiosk': id,
    'lodge-time': String(time),
    'lodge-signature': signRequest(kiosk.keys.signKey, 'GET', hintPath, '', time),
  }
  const stream = await at(hintPath, { headers: signed })
  expect(stream.status).toBe(200)
  // A request that waits for a lock that somebody holds.
  const holder = connectDatabase(fleet.databaseUrl).db
  let letGo = (): void => undefined
  const held = new Promise<void>((done) => (letGo = done))
  const holding = new Promise<void>((locked) => {
    void holder.transaction().execute(async (tx) => {
      await sql`LOCK TABLE desk IN ACCESS EXCLUSIVE MODE`.execute(tx)
      locked()
      await held
    })
  })
  await holding
  const slow = at('/v1/agent/desks', { headers: { authorization: 'Bearer agent-token-of-the-tests-0001' } })
  const waiting = connectDatabase(fleet.databaseUrl).db
  for (;;) {
    const { rows } = await sql<{
      n: number
    }>`SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`.execute(
      waiting,
    )
    if (Number(rows[0]?.n) > 0) break
  }
  await waiting.destroy()
  const stopped = twin.stop(300)
  const drained = await at('/v1/ready')
  expect([drained.status, await drained.json()]).toEqual([503, { code: 'L-640' }])
  // The stream ends by the hub's doing.
  await stream.text()
  letGo()
  expect((await slow).status).toBe(200)
  await stopped
  await expect(at('/v1/health')).rejects.toThrow()
  await holder.destroy()
})
