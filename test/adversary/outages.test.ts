/**
 * The database goes under a hub at work, in each way at the first try: the hub process stays, comes back by itself, and
 * has lost nothing that it acknowledged. The long table, with failovers, full disks and poolers, is `npm run -s
 * test:outages`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import { standbyPostgres, startPostgres, type Server, type Standbys } from '../support/postgres-standby.ts'
import { startInstitute, type HubThere, type Institute } from './hub.ts'
import { openLine, type Line } from './wire.ts'

const bin = standbyPostgres()
const database = 'lodge'

describe.skipIf(bin === null)('a hub process whose PostgreSQL goes while people work', () => {
  let postgres: Standbys
  let primary: Server
  let institute: Institute
  let hub: HubThere
  let probe: Line
  let ended: number | string | null = null
  const acknowledged: string[] = []
  let on = true
  let work: Promise<unknown> = Promise.resolve()

  beforeAll(async () => {
    postgres = await startPostgres(bin ?? '')
    primary = postgres.primary
    await primary.ask(`CREATE DATABASE ${database}`)
    institute = await startInstitute({ databaseUrl: primary.url(database) })
    hub = await institute.process()
    void hub.ended.then((how) => (ended = how))
    probe = openLine(hub.url, hub.authority)
    const desk = institute.desk('porter-lakeside')
    work = Promise.all(
      [0, 1, 2].map(async (lane) => {
        for (let n = lane; on; n += 3)
          try {
            acknowledged.push(
              await hub.as('agent').issue(institute.accounts[n % institute.accounts.length] ?? '', desk),
            )
          } catch {
            await new Promise((done) => setTimeout(done, 50))
          }
      }),
    )
  })
  afterAll(async () => {
    on = false
    await work
    probe.close()
    await institute.stop()
    await postgres.stop()
  })

  const ready = async () => {
    const shot = { method: 'GET', path: hubApi.ready.path, timeoutMs: 2000 }
    return (await probe.send(shot).catch(() => null))?.status === 200
  }
  const others = `datname = '${database}' AND pid <> pg_backend_pid()`
  const terminate = () =>
    primary.ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`).then(() => undefined)
  async function idleInTransaction(): Promise<void> {
    await primary.ask(`ALTER SYSTEM SET idle_in_transaction_session_timeout = '1ms'`)
    await primary.ask('SELECT pg_reload_conf()')
    await terminate()
    // Connections of the new setting are at work, and die between two statements.
    await expect.poll(() => primary.log().includes('idle-in-transaction timeout'), { timeout: 20_000 }).toBe(true)
    await primary.ask('ALTER SYSTEM RESET idle_in_transaction_session_timeout')
    await primary.ask('SELECT pg_reload_conf()')
    await terminate()
  }
  async function restart(mode: 'fast' | 'kill'): Promise<void> {
    await primary.stop(mode)
    await expect.poll(ready, { timeout: 20_000 }).toBe(false)
    await primary.start()
  }

  it.each([
    ['every backend is terminated', terminate],
    ['connections are ended in the middle of their transactions', idleInTransaction],
    ['the server is restarted', () => restart('fast')],
    ['the server is killed with SIGKILL', () => restart('kill')],
  ] as const)('%s: the hub stays, serves again, and what it acknowledged is there', async (_how, make) => {
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(3)
    await make()
    await expect.poll(ready, { timeout: 30_000 }).toBe(true)
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 2)
    expect(ended).toBe(null)
    const told = [...acknowledged]
    const there = await institute.sql<{ id: string }>('SELECT id FROM pickup WHERE id = ANY($1::text[])', [told])
    expect(new Set(there.map(({ id }) => id))).toEqual(new Set(told))
  })
})
