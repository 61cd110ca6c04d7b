/**
 * One ledger entry that is poison (promise P8): a time of 2^53-1, no facts, nesting of 3,000, another desk's pickup. It
 * is kept and an alarm; every timeline, export and report answers afterwards; it holds only what its kiosk was granted,
 * until the last of its alarms is closed.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient } from './kiosk-client.ts'
import { codeOf, value } from './wire.ts'

const verifier = fileURLToPath(new URL('../../resources/verify-export.mjs', import.meta.url))
let institute: Institute
let hub: HubHere
let kiosk: KioskClient
let other: KioskClient
let own: GrantedPickup
let theirs: GrantedPickup

async function granted(at: KioskClient, key: string, n: number): Promise<GrantedPickup> {
  const pickup = await hub.as('agent').issue(institute.accounts[n] ?? '', institute.desk(key))
  await at.pull()
  const grant = at.grants.get(pickup)
  if (grant === undefined) throw new Error('not granted')
  return grant
}
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
  kiosk = await institute.servingKiosk(hub, 'porter-millhill')
  other = await institute.servingKiosk(hub, 'porter-lakeside')
  own = await granted(kiosk, 'porter-millhill', 0)
  theirs = await granted(other, 'porter-lakeside', 1)
})
afterAll(() => institute.stop())

const held = async ({ id }: GrantedPickup) =>
  (await institute.sql<{ held: boolean }>('SELECT held FROM pickup WHERE id = $1', [id]))[0]?.held
const about = ({ id, epoch }: GrantedPickup) => ({ pickup: id, epoch, actor: null })
const alarms = async ({ id }: GrantedPickup) =>
  (await hub.as('supervisor').alarms()).alarms.filter(({ pickup }) => pickup === id)
/** Sends what was written last; the hub must acknowledge it, and an honest entry after it. */
async function taken(): Promise<void> {
  kiosk.ledger.write('engine-started', { version: '1', generation: 1 })
  const { seq } = kiosk.ledger.head()
  expect(value(await kiosk.push(seq - 1)).acked).toBe(seq)
}
async function everythingReads(): Promise<void> {
  for (const { id, recipient } of [own, theirs]) {
    await hub.as('agent').timeline(id)
    value(await hub.as('auditor').call('pickup', { query: { pickup: id } }))
    value(await hub.as('auditor').call('ledgerEntries', { query: { pickup: id, limit: 500 } }))
    value(await hub.as('supervisor').call('dataSubject', { body: { recipient } }))
  }
  const csv = await hub.as('auditor').exported('csv')
  expect(csv.status).toBe(200)
  // A stream that breaks has sent its 200 already: every entry must be in it.
  expect(csv.text.trimEnd().split('\n').length).toBeGreaterThan(kiosk.ledger.head().seq)
  const proof = await hub.as('auditor').exported('jsonl')
  const file = join(institute.folder('exports'), 'export.jsonl')
  writeFileSync(file, proof.text)
  expect(spawnSync(process.execPath, [verifier, file], { encoding: 'utf8' }).stdout).toContain('INTACT')
  expect(await hub.as('supervisor').chain(kiosk.id)).toMatchObject({ t: 'intact' })
  expect(hub.bugs).toEqual([])
}
async function closeAll(): Promise<void> {
  for (const { id } of (await hub.as('supervisor').alarms()).alarms)
    value(await hub.as('supervisor').call('closeAlarm', { body: { what: 'alarm', id } }))
}

const deep = (levels: number, [open, close]: readonly [string, string]) =>
  `${open.repeat(levels)}1${close.repeat(levels)}`
it.each([
  [
    'a time of 2^53-1',
    () => kiosk.ledger.writeShape({ kind: 'arrival', ...about(own), time: 2 ** 53 - 1, facts: { by: 'card' } }),
  ],
  [
    'a time of 9e15',
    () => kiosk.ledger.writeShape({ kind: 'arrival', ...about(own), time: 9e15, facts: { by: 'card' } }),
  ],
  ['no facts', () => kiosk.ledger.writeShape({ kind: 'arrival', ...about(own), time: kiosk.now() })],
  [
    'nesting of 3,000',
    () => {
      const { seq, hash } = kiosk.ledger.head()
      const facts = deep(3000, ['[', ']'])
      kiosk.ledger.writeText(
        `{"actor":null,"epoch":null,"facts":${facts},"kind":"arrival","pickup":"${own.id}","prev":"${hash}","seq":${seq + 1},"time":${kiosk.now()}}`,
      )
    },
  ],
])('%s: kept, an alarm, and everything reads and goes on', async (_what, write) => {
  const before = (await hub.as('supervisor').alarms(true)).alarms.length
  write()
  await taken()
  const rung = (await hub.as('supervisor').alarms(true)).alarms
  expect([rung.length, rung[0]?.kind]).toEqual([before + 1, 'poison-entry'])
  await everythingReads()
})

it('names another desk’s pickup: that desk hands it over all the same, and somebody is told', async () => {
  kiosk.ledger.writeShape({ kind: 'arrival', ...about(theirs), time: kiosk.now() })
  await taken()
  expect(await held(theirs)).toBe(false)
  expect((await alarms(theirs)).map(({ kind }) => kind)).toEqual(['foreign-entry'])
  other.handOver(theirs)
  expect(codeOf(await other.push())).toBe(null)
  const events = await hub.as('agent').timeline(theirs.id)
  expect(events.filter(({ kind }) => kind === 'handed-over')).toHaveLength(1)
})

it('two alarms of one pickup: the first that is closed releases nothing, the last does', async () => {
  await closeAll()
  expect(await held(own)).toBe(false)
  for (let n = 0; n < 2; n++) {
    kiosk.ledger.writeShape({ kind: 'arrival', ...about(own), time: kiosk.now() })
    await taken()
  }
  const [one, two] = await alarms(own)
  expect(await held(own)).toBe(true)
  const close = (id = 0) => hub.as('supervisor').call('closeAlarm', { body: { what: 'alarm', id } })
  value(await close(one?.id))
  expect(await held(own)).toBe(true)
  value(await close(two?.id))
  expect(await held(own)).toBe(false)
})
