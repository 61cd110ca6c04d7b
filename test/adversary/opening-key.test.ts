/**
 * A kiosk is carried off with its keystore, and without a badge or a PIN (promise P7): the unattended keys put no
 * opening key in force, and nothing is sealed to one that they asked for.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done } from '../../src-main/demo/acts.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { countersign, openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { startEngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient, OpeningKey } from './kiosk-client.ts'
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

const nonce = () => randomBytes(16).toString('base64url')
const text = (key: Uint8Array) => Buffer.from(key).toString('base64url')
const account = (i: number) => institute.accounts[i] ?? ''

async function alarmsOf(kiosk: KioskClient): Promise<string[]> {
  const { alarms } = await hub.as('supervisor').alarms()
  return alarms.filter((alarm) => alarm.kiosk === kiosk.id).map(({ kind }) => kind)
}
/** Every grant that the hub has told, and the secrets of those that `keys` open. */
async function opened(kiosk: KioskClient, keys: readonly OpeningKey[]): Promise<string[]> {
  const thief = kiosk.clone()
  thief.openingKeys.splice(0, thief.openingKeys.length, ...keys)
  await thief.snapshot()
  const found = await Promise.all([...thief.grants.values()].map((grant) => thief.open(grant)))
  thief.close()
  return found.filter((secret) => secret !== null)
}
const tell = (kiosk: KioskClient, key: Uint8Array, links: object[] = []) =>
  kiosk.call('openingKey', { body: { nonce: nonce(), openingKey: text(key), links } })

describe('whoever has the unattended keys alone', () => {
  let kiosk: KioskClient
  const pickups: PickupId[] = []
  beforeAll(async () => {
    kiosk = await institute.servingKiosk(hub, 'porter-lakeside')
    for (let i = 0; i < 12; i++)
      pickups.push(await hub.as('agent').issue(account(i), institute.desk('porter-lakeside'), `Salaisuus-${i}`))
    await kiosk.snapshot()
    expect(await opened(kiosk, kiosk.openingKeys)).toHaveLength(12)
  })

  it('tells an opening key of their own and sends all away to the same desk: none of twelve secrets opens, and two alarms ring', async () => {
    const own = await newSealKeyPair()
    const told = value(await tell(kiosk, own.publicKey))
    expect(told.state).toBe('waits')
    const thief = kiosk.clone()
    for (const grant of thief.grants.values()) thief.sendElsewhere(grant, thief.identity.desk)
    value(await thief.push())
    expect(await opened(kiosk, [own])).toEqual([])
    // Nor does what is issued afterwards.
    await hub.as('agent').issue(account(12), institute.desk('porter-lakeside'), 'Salaisuus-12')
    expect(await opened(kiosk, [own])).toEqual([])
    expect(await alarmsOf(kiosk)).toEqual(expect.arrayContaining(['opening-key-waits', 'sent-to-itself']))
    const rows = await institute.sql<{ n: string }>('SELECT count(*) AS n FROM "grant" WHERE kiosk = $1', [kiosk.id])
    expect(Number(rows[0]?.n)).toBe(12)
    kiosk.ledger = thief.ledger
    thief.close()
  })

  it('forges what should vouch for it: a signature of their own, of another kiosk’s key, of nothing', async () => {
    const own = await newSealKeyPair()
    const { countersignTo = '' } = value(await kiosk.report())
    const [inForce] = kiosk.openingKeys
    if (inForce === undefined) throw new Error('no key')
    const from = inForce.publicKey
    const sign = async (privateKey: Uint8Array, as = kiosk.id as string) =>
      text(
        await countersign({ kiosk: as, from, to: own.publicKey }, privateKey, Buffer.from(countersignTo, 'base64url')),
      )
    const forged = [await sign(own.privateKey), await sign(inForce.privateKey, 'X'.repeat(22)), text(Buffer.alloc(48))]
    for (const countersignature of forged) {
      const link = { from: text(from), to: text(own.publicKey), countersignature }
      // The key of the test before waits still.
      expect(codeOf(await tell(kiosk, own.publicKey, [link]))).toBe('L-432')
    }
    expect(await opened(kiosk, [own])).toEqual([])
  })

  it('waits for a supervisor who types what stands on the kiosk: other letters are counted, and the key is refused for good', async () => {
    const [row] = await institute.sql<{ key: Buffer }>('SELECT pending_key AS key FROM kiosk WHERE id = $1', [kiosk.id])
    const stolen = row?.key ?? Buffer.alloc(0)
    const body = {
      kiosk: kiosk.id,
      fingerprint: openingFingerprint(kiosk.id, kiosk.openingKeys[0]?.publicKey ?? stolen),
    }
    for (let left = 4; left > 0; left--)
      expect(await hub.as('supervisor').call('confirmOpeningKey', { body })).toMatchObject({
        failure: { code: 'L-690', params: { left } },
      })
    expect(codeOf(await hub.as('agent').call('confirmOpeningKey', { body }))).toBe('L-618')
    expect(codeOf(await hub.as('supervisor').call('confirmOpeningKey', { body }))).toBe('L-692')
    expect(codeOf(await tell(kiosk, stolen))).toBe('L-431')
    // With the key that was in force the desk goes on: what was issued meanwhile is granted to it.
    await kiosk.snapshot()
    expect(await opened(kiosk, kiosk.openingKeys)).toHaveLength(13)
  })

  it('who has opened the old key vouches for the next: it is in force at once, and the old one never comes back', async () => {
    const next = await newSealKeyPair()
    const { countersignTo = '' } = value(await kiosk.report())
    const [old] = kiosk.openingKeys
    if (old === undefined) throw new Error('no key')
    const succession = { kiosk: kiosk.id, from: old.publicKey, to: next.publicKey }
    const countersignature = await countersign(succession, old.privateKey, Buffer.from(countersignTo, 'base64url'))
    const link = { from: text(old.publicKey), to: text(next.publicKey), countersignature: text(countersignature) }
    expect(value(await tell(kiosk, next.publicKey, [link])).state).toBe('in-force')
    expect(codeOf(await tell(kiosk, old.publicKey))).toBe('L-431')
    const pickup = await hub.as('agent').issue(account(13), institute.desk('porter-lakeside'), 'Salaisuus-13')
    kiosk.openingKeys.push(next)
    await kiosk.snapshot()
    expect(kiosk.grants.get(pickup)?.sealedTo).toBe(text(next.publicKey))
  })

  it('sends everything to another desk within minutes: an alarm shows what', async () => {
    const other = await institute.servingKiosk(hub, 'porter-millhill')
    const thief = await institute.servingKiosk(hub, 'helpdesk-lakeside')
    for (let i = 20; i < 24; i++) await hub.as('agent').issue(account(i), institute.desk('helpdesk-lakeside'))
    await thief.snapshot()
    const sent = [...thief.grants.keys()]
    for (const grant of thief.grants.values()) thief.sendElsewhere(grant, other.identity.desk)
    value(await thief.push())
    const { alarms } = await hub.as('supervisor').alarms()
    const alarm = alarms.find(({ kind, kiosk: whose }) => kind === 'sent-away' && whose === thief.id)
    expect([...(alarm?.pickups ?? [])].sort()).toEqual(sent.sort())
  })
})

it('a real engine shows the letters until a supervisor has typed them, and what waited is granted then', async () => {
  await institute.sql(`UPDATE kiosk SET state = 'written-off' WHERE desk = $1`, [institute.desk('porter-lakeside').id])
  const desk = await startEngineDesk(institute, hub)
  try {
    // `startEngineDesk` has typed them: none is shown any more.
    const state = done(await desk.api.state({}))
    expect(state.readiness.reasons.map(({ code }) => code)).not.toContain('L-430')
    const pickup = await hub.as('agent').issue(account(15), institute.desk('porter-lakeside'), 'Tammi-15')
    await desk.signIn()
    await desk.untilGranted(account(15), pickup)
  } finally {
    await desk.end()
  }
})
