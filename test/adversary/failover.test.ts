/**
 * An asynchronous failover that loses what the hub has acknowledged (promises P2 and P4): it notices by itself and
 * grants nothing until it has heard its kiosks; a kiosk that believes the lower number brings all again, and nothing is
 * handed over twice or told under an old number.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import { standbyPostgres, startPostgres, type Server, type Standbys } from '../support/postgres-standby.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient } from './kiosk-client.ts'
import { codeOf, openLine, value } from './wire.ts'

const bin = standbyPostgres()

describe.skipIf(bin === null)('a failover to a standby that lacks the newest', () => {
  let postgres: Standbys
  let standby: Server
  let institute: Institute
  let hub: HubHere
  let kiosk: KioskClient
  beforeAll(async () => {
    postgres = await startPostgres(bin ?? '')
    standby = await postgres.addStandby('standby')
    const hosts = [postgres.primary, standby].map(({ port }) => `127.0.0.1:${port}`).join(',')
    institute = await startInstitute({
      databaseUrl: `postgresql://lodge@${hosts}/postgres?target_session_attrs=read-write`,
    })
    hub = await institute.hub()
    kiosk = await institute.servingKiosk(hub, 'porter-millhill')
  })
  afterAll(async () => {
    await institute.stop()
    await postgres.stop()
  })

  const issue = (n: number) => hub.as('agent').issue(institute.accounts[n] ?? '', institute.desk('porter-millhill'))
  const stateOf = async (pickup: PickupId) =>
    (await standby.ask<{ state: string }>('SELECT state FROM pickup WHERE id = $1', [pickup]))[0]?.state
  const grantOf = (pickup: PickupId) => {
    const grant = kiosk.grants.get(pickup)
    if (grant === undefined) throw new Error('not granted')
    return grant
  }
  async function ready(): Promise<boolean> {
    const line = openLine(hub.url, hub.authority)
    const answer = await line.send({ method: 'GET', path: hubApi.ready.path, timeoutMs: 3000 }).catch(() => null)
    line.close()
    return answer?.status === 200
  }

  it('is noticed: what was lost comes again, counts once, and the desk goes on', async () => {
    kiosk.ledger.write('engine-started', { version: '1', generation: 1 })
    value(await kiosk.push())
    const [handed, waits] = [await issue(0), await issue(1)]
    await kiosk.pull()
    await postgres.caughtUp(standby, postgres.primary)
    await standby.cutOff()

    // All of this is acknowledged, and lost with the primary.
    kiosk.handOver(grantOf(handed))
    const acked = value(await kiosk.push(2)).acked
    const unknown = await issue(2)
    await kiosk.pull()
    const told = kiosk.cursor
    // Handed over where no hub hears of it.
    kiosk.handOver(grantOf(unknown))
    const old = kiosk.incarnation

    await postgres.primary.stop('kill')
    await standby.promote()
    await expect.poll(ready, { timeout: 30_000 }).toBe(true)
    const alarm = async () =>
      (await hub.as('supervisor').alarms()).alarms.filter(({ kind }) => kind === 'database-went-back').length
    await expect.poll(alarm, { timeout: 30_000 }).toBe(1)
    expect(await stateOf(handed)).toBe('granted')
    const later = await issue(3)
    // Held until every kiosk has been heard.
    expect(await stateOf(later)).toBe('unassigned')

    expect(codeOf(await kiosk.push(acked + 1))).toBe('L-607')
    expect(codeOf(await kiosk.feed())).toBe('L-607')
    const heard = value(await kiosk.report({ acked, ackedBy: old, cursor: told }))
    expect(heard.acked).toBe(1)
    expect(heard.incarnation).not.toBe(old)
    kiosk.incarnation = heard.incarnation
    // A gap is none of its doing: it has a code of its own, and nobody is frozen.
    expect(await kiosk.push(acked + 1)).toMatchObject({ failure: { code: 'L-643', params: { from: 2 } } })
    expect(value(await kiosk.push(2)).acked).toBe(kiosk.ledger.head().seq)
    const held = [...kiosk.grants.values()]
      .map(({ id, epoch }) => ({ pickup: id, epoch }))
      .filter(({ pickup }) => pickup === waits)
    value(await kiosk.report({ grants: held, incarnation: heard.incarnation }))

    expect(await stateOf(handed)).toBe('handed-over')
    expect(await stateOf(later)).toBe('granted')
    await kiosk.snapshot()
    expect([...kiosk.grants.keys()].sort()).toEqual([waits, later].sort())
    const { disputes, alarms } = await hub.as('supervisor').alarms()
    // Issued after the standby was cut off, handed over, and unknown: shown.
    expect(disputes.map(({ pickup }) => pickup)).toEqual([unknown])
    expect(alarms.map(({ kind }) => kind)).not.toContain('ledger-mismatch')
    expect(await standby.ask('SELECT pickup FROM handover')).toEqual([{ pickup: handed }])
    expect(await standby.ask('SELECT 1 FROM kiosk WHERE frozen')).toEqual([])
    // No number of the feed was used twice in one incarnation.
    const numbers = kiosk.changes.map(({ seq }) => seq)
    expect(new Set(numbers).size).toBe(numbers.length)
    const next = await issue(4)
    await kiosk.pull()
    expect(kiosk.grants.has(next)).toBe(true)
  })
})
