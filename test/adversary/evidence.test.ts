/**
 * What a kiosk has signed is never thrown away: not while it is frozen, not when it is written off after that, not from
 * a second copy of its disk, and not when it is made up. Each handover in it is a handover or a dispute, and somebody
 * is shown it.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sign } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { chainHash } from '../../src-shared/protocol/ledger-chain.ts'
import { writeCarried } from '../../src-shared/protocol/carried-ledger.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient } from './kiosk-client.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(async () => {
  await institute.stop()
})

const desk = () => institute.desk('porter-millhill')
const supervisor = () => hub.as('supervisor')
let kiosk: KioskClient
let people = 0

// Each test has a kiosk of its own at the same desk: the one before is lost.
beforeEach(async () => {
  await institute.sql(`UPDATE kiosk SET frozen = false`)
  const old = await institute.sql<{ id: string }>(`SELECT id FROM kiosk WHERE desk = $1 AND state = 'active'`, [
    desk().id,
  ])
  for (const { id } of old) value(await supervisor().writeOff(id))
  for (const alarm of (await supervisor().alarms()).alarms)
    value(await supervisor().call('closeAlarm', { body: { what: 'alarm', id: alarm.id } }))
  for (const dispute of (await supervisor().alarms()).disputes)
    value(await supervisor().call('closeAlarm', { body: { what: 'dispute', id: dispute.id } }))
  kiosk = await institute.servingKiosk(hub, 'porter-millhill')
  // One entry is acknowledged: what comes later continues it, or does not.
  kiosk.ledger.write('engine-started', { version: '1', generation: 1 })
  value(await kiosk.push())
})

async function granted(): Promise<GrantedPickup> {
  const account = institute.accounts[people++ % institute.accounts.length]
  if (account === undefined) throw new Error('nobody')
  const pickup = await hub.as('agent').issue(account, desk())
  await kiosk.pull()
  const grant = kiosk.grants.get(pickup)
  if (grant === undefined) throw new Error('not granted')
  return grant
}
const freeze = (id = kiosk.id) => institute.sql(`UPDATE kiosk SET frozen = true WHERE id = $1`, [id])
const stateOf = async (pickup: PickupId) =>
  (await institute.sql<{ state: string }>(`SELECT state FROM pickup WHERE id = $1`, [pickup]))[0]?.state
const handovers = async (pickup: PickupId) =>
  (await institute.sql(`SELECT 1 FROM handover WHERE pickup = $1`, [pickup])).length
const disputes = async (pickup: PickupId) =>
  (await supervisor().alarms(true)).disputes.filter((dispute) => dispute.pickup === pickup).length
const kept = async () =>
  value(await supervisor().call('quarantine', { query: { kiosk: kiosk.id, limit: 500 } })).entries
const alarmsOf = async (kind: string) => (await supervisor().alarms()).alarms.filter((alarm) => alarm.kind === kind)

describe('a kiosk that is frozen', () => {
  it('and then written off: the handover it made without network is taken in, and is a dispute beside the one issued in its place', async () => {
    const grant = await granted()
    kiosk.handOver(grant)
    await freeze()
    value(await supervisor().writeOff(kiosk.id))
    expect(await stateOf(grant.id)).toBe('burned')
    const first = kiosk.ledger.entries[0]?.hash ?? ''
    expect(value(await kiosk.report({ acked: 1, ackedHash: first })).acked).toBe(1)
    expect(value(await kiosk.push(2)).acked).toBe(5)
    expect([await handovers(grant.id), await disputes(grant.id)]).toEqual([1, 1])
  })

  it('sends it while it is frozen: it is refused and kept, the handover counts, and the write-off leaves it in peace', async () => {
    const [given, waiting] = [await granted(), await granted()]
    kiosk.handOver(given)
    await freeze()
    expect(await kiosk.push(2)).toMatchObject({ ok: false, failure: { code: 'L-604', params: { kept: 4 } } })
    // The same again changes nothing.
    expect(await kiosk.push(2)).toMatchObject({ ok: false, failure: { code: 'L-604', params: { kept: 0 } } })
    expect([await stateOf(given.id), await handovers(given.id), await disputes(given.id)]).toEqual([
      'handed-over',
      1,
      0,
    ])
    expect((await alarmsOf('quarantined')).map((alarm) => alarm.pickup)).toEqual(
      expect.arrayContaining([given.id, null]),
    )
    expect((await kept()).map(({ kind, effect }) => [kind, effect])).toContainEqual(['handed-over', 'handover'])
    expect(await hub.as('agent').timeline(given.id)).toContainEqual(
      expect.objectContaining({ kind: 'entry-kept-apart', detail: { says: 'handed-over', entry: 5 } }),
    )
    value(await supervisor().writeOff(kiosk.id))
    expect([await stateOf(given.id), await stateOf(waiting.id)]).toEqual(['handed-over', 'burned'])
  })

  it('is unfrozen: what was kept joins the ledger, and the handover has counted once', async () => {
    const grant = await granted()
    kiosk.handOver(grant)
    await freeze()
    expect(codeOf(await kiosk.push(2))).toBe('L-604')
    value(await supervisor().unfreeze(kiosk.id))
    expect(value(await kiosk.push(2)).acked).toBe(5)
    expect([await handovers(grant.id), await disputes(grant.id)]).toEqual([1, 0])
    expect((await kept()).map(({ joined }) => joined)).toEqual([true, true, true, true])
    expect(await supervisor().chain(kiosk.id)).toMatchObject({ t: 'intact', checked: 5 })
  })

  it('has its ledger carried in by hand: kept as well, and its handover counts', async () => {
    const grant = await granted()
    kiosk.handOver(grant)
    await freeze()
    const { kiosk: id, signKey } = kiosk.identity
    const entries = kiosk.ledger.entries.slice(1).map(({ bytes, hash }) => ({
      bytes,
      signature: sign(null, Buffer.from(hash, 'hex'), signKey).toString('base64url'),
    }))
    const head = { format: 'lodge/ledger/1' as const, kiosk: id, incarnation: kiosk.incarnation, after: 1, count: 4 }
    const file = writeCarried(head, entries, signKey)
    expect(await supervisor().call('importLedger', { body: { file } })).toMatchObject({
      ok: false,
      failure: { code: 'L-681', params: { kept: 4 } },
    })
    expect([await stateOf(grant.id), await disputes(grant.id)]).toEqual(['handed-over', 0])
    // Written off, the same file is taken in; the handover has counted.
    value(await supervisor().writeOff(kiosk.id))
    expect(value(await supervisor().call('importLedger', { body: { file } }))).toMatchObject({ taken: 4 })
    expect([await handovers(grant.id), await disputes(grant.id)]).toEqual([1, 0])
  })
})

describe('a copy of its disk', () => {
  it('hands over what the other had handed over, and something else: a dispute and a handover, both shown; neither is lost', async () => {
    const [both, own] = [await granted(), await granted()]
    const twin = kiosk.clone()
    kiosk.handOver(both)
    expect(value(await kiosk.push(2)).acked).toBe(5)
    twin.handOver(both)
    twin.handOver(own)
    expect(codeOf(await twin.push(2))).toBe('L-604')
    expect([await handovers(both.id), await disputes(both.id)]).toEqual([1, 1])
    expect([await handovers(own.id), await disputes(own.id), await stateOf(own.id)]).toEqual([1, 0, 'handed-over'])
    expect(await alarmsOf('ledger-mismatch')).toHaveLength(1)
    expect(await kept()).toHaveLength(8)
    // Again, and with more behind it: only what is new is added.
    twin.ledger.write('engine-started', { version: '1', generation: 2 })
    expect(codeOf(await twin.push(2))).toBe('L-604')
    expect(await kept()).toHaveLength(9)
    expect(await disputes(both.id)).toBe(1)
    // What the hub holds of its chain is as it was, and the original goes on after a person has looked.
    value(await supervisor().unfreeze(kiosk.id))
    kiosk.ledger.write('engine-started', { version: '1', generation: 3 })
    expect(value(await kiosk.push(6)).acked).toBe(6)
    expect(await supervisor().chain(kiosk.id)).toMatchObject({ t: 'intact', checked: 6 })
  })

  it('is heard of after the write-off: its handover is a dispute', async () => {
    const grant = await granted()
    const twin = kiosk.clone()
    kiosk.handOver(grant)
    value(await kiosk.push(2))
    value(await supervisor().writeOff(kiosk.id))
    twin.handOver(grant)
    expect(codeOf(await twin.push(2))).toBe('L-604')
    expect([await handovers(grant.id), await disputes(grant.id)]).toEqual([1, 1])
    // And the true one still brings what it has.
    kiosk.ledger.write('engine-started', { version: '1', generation: 3 })
    expect(value(await kiosk.push(6)).acked).toBe(6)
  })
})

describe('what is made up', () => {
  it('takes no pickup from the desk that has it, also not from beside the ledger', async () => {
    const other = await institute.servingKiosk(hub, 'porter-lakeside')
    const account = institute.accounts[people++ % institute.accounts.length] ?? ''
    const pickup = await hub.as('agent').issue(account, institute.desk('porter-lakeside'))
    await other.pull()
    const theirs = other.grants.get(pickup)
    if (theirs === undefined) throw new Error('not granted')
    await freeze()
    kiosk.handOver(theirs)
    expect(codeOf(await kiosk.push(2))).toBe('L-604')
    expect([await stateOf(pickup), await handovers(pickup), await disputes(pickup)]).toEqual(['granted', 0, 1])
    expect((await alarmsOf('foreign-entry')).map((alarm) => alarm.pickup)).toContain(pickup)
    value(await supervisor().writeOff(other.id))
  })

  it('is kept only where the kiosk’s own key vouches for it', async () => {
    await freeze()
    kiosk.ledger.write('engine-started', { version: '1', generation: 2 })
    const [entry] = kiosk.ledger.batch(2)
    if (entry === undefined) throw new Error('no entry')
    const forged = { bytes: entry.bytes, signature: 'A'.repeat(86) }
    expect(codeOf(await kiosk.pushEntries([forged]))).toBe('L-604')
    expect(codeOf(await kiosk.pushEntries([{ bytes: entry.bytes }]))).toBe('L-604')
    expect(await kept()).toEqual([])
    // Not an entry at all, but signed where it stands.
    const before = kiosk.ledger.entries[1]?.hash ?? ''
    const text = 'not an entry'
    const signature = sign(null, chainHash(before, text), kiosk.identity.signKey).toString('base64url')
    expect(codeOf(await kiosk.pushEntries([{ bytes: entry.bytes }, { bytes: text, signature }]))).toBe('L-604')
    expect((await kept()).map(({ seq, kind }) => [seq, kind])).toEqual([
      [3, ''],
      [2, 'engine-started'],
    ])
  })

  it('fills no disk: beyond a bound it is refused with an alarm, and a handover is kept even then', async () => {
    const grant = await granted()
    await freeze()
    await institute.sql(`UPDATE kiosk SET kept = 20000 WHERE id = $1`, [kiosk.id])
    kiosk.ledger.write('engine-started', { version: '1', generation: 2 })
    expect(codeOf(await kiosk.push(2, 2))).toBe('L-604')
    expect(codeOf(await kiosk.push(2, 2))).toBe('L-604')
    expect(await kept()).toEqual([])
    expect(await alarmsOf('evidence-refused')).toHaveLength(1)
    kiosk.handOver(grant)
    expect(codeOf(await kiosk.push(2))).toBe('L-604')
    expect(await kept()).toHaveLength(5)
    expect(await handovers(grant.id)).toBe(1)
  })
})

it('an export brings what is kept beside the ledgers, and the verifier finds every change of it', async () => {
  const grant = await granted()
  const twin = kiosk.clone()
  kiosk.handOver(grant)
  value(await kiosk.push(2))
  twin.handOver(grant)
  expect(codeOf(await twin.push(2))).toBe('L-604')
  const { text } = await supervisor().exported('jsonl')
  const verify = (lines: string) => {
    const file = join(institute.folder('exports'), 'export.jsonl')
    writeFileSync(file, lines)
    return spawnSync(
      process.execPath,
      [fileURLToPath(new URL('../../resources/verify-export.mjs', import.meta.url)), file],
      {
        encoding: 'utf8',
      },
    )
  }
  const whole = verify(text)
  expect(whole.stdout).toContain('INTACT')
  expect(whole.stdout).toMatch(/beside the ledgers: \d+ entries/)
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith('{"t":"kept"') && line.includes('handed-over'))
  expect(at).toBeGreaterThan(0)
  const changed = lines.with(at, (lines[at] ?? '').replace('handed-over', 'slip-spoiled')).join('\n')
  expect(verify(changed)).toMatchObject({ status: 1, stdout: expect.stringContaining('has been changed') as string })
  const cut = lines.toSpliced(at, 1).join('\n')
  expect(verify(cut)).toMatchObject({ status: 1, stdout: expect.stringContaining('BROKEN') as string })
})
