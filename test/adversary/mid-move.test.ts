/** e-ID finished while the pickup is on its way to another desk: the proof is worth nothing anywhere. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEIds, type Broker, type EIds } from '../../src-hub/e-id/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { ok } from '../../src-shared/failures/result.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient } from './kiosk-client.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
let eIds: EIds
let here: KioskClient
let there: KioskClient
const nelli = { family_name: 'Kivelä', given_name: 'Nelli', birthdate: '2003-09-18' }
/** What happens while the broker is being asked. */
let meanwhile: () => Promise<void> = async () => undefined

beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
  let n = 0
  const broker: Broker = {
    newBinding: () => ({ state: `state-${++n}`, nonce: 'n', verifier: 'v' }),
    address: ({ state }) => Promise.resolve(ok(`https://broker.example/?state=${state}`)),
    async finish() {
      await meanwhile()
      return ok({ claims: nelli, acr: 'loa3' })
    },
  }
  const settings = {
    issuer: 'https://broker.example',
    clientId: 'x',
    clientSecret: null,
    publicUrl: 'https://lodge.example',
    acr: ['loa3'],
    scope: 'openid',
    seconds: 300,
    maxAgeSeconds: 300,
  }
  const { db, keys } = hub.running
  eIds = createEIds({ db, keys, now: () => Date.now(), settings, broker })
  here = await institute.servingKiosk(hub, 'helpdesk-lakeside')
  there = await institute.servingKiosk(hub, 'student-affairs')
})
afterAll(() => institute.stop())

/** Begun at the helpdesk and opened on the person's phone. */
async function opened() {
  const pickup = await hub.as('agent').issue('kivelane', institute.desk('helpdesk-lakeside'))
  await here.pull()
  const staff = (await institute.sql<{ id: string }>(`SELECT id FROM staff WHERE role = 'counter'`))[0]?.id ?? ''
  const { attempt, address } = value(await eIds.begin({ id: here.id, desk: here.identity.desk }, staff, pickup))
  const phone = value(await eIds.open(new URL(address).pathname.split('/').at(-1) ?? '', 'fi'))
  const grant = here.grants.get(pickup)
  if (grant === undefined) throw new Error('not granted')
  return { pickup, grant, attempt, state: new URL(phone.address).searchParams.get('state') ?? '', keep: phone.keep }
}

it.each(['before the broker is asked', 'while the broker is asked'])(
  're-routed %s: neither desk can hand over by that proof without people being told',
  async (when) => {
    const { pickup, grant, attempt, state, keep } = await opened()
    const move = async () => {
      await hub.as('supervisor').reroute(pickup, institute.desk('student-affairs').id)
      here.acknowledge(pickup, grant.epoch)
      value(await here.push())
    }
    meanwhile = when === 'while the broker is asked' ? move : async () => undefined
    if (when === 'before the broker is asked') await move()
    await eIds.finish(state, keep, '')

    // The desk that it left claims the handover all the same.
    const alarmsBefore = (await hub.as('supervisor').alarms()).alarms.length
    const slip = newId()
    const verification = newId()
    const about = { pickup, epoch: grant.epoch, actor: newId(), time: here.now() }
    const facts = { verification, proof: 'e-id', method: 'e-id', issuerCountry: 'FIN', expiryValid: true }
    here.ledger.writeShape({
      ...about,
      kind: 'verification',
      facts: { ...facts, expiresAt: here.now() + 300_000, eId: attempt },
    })
    here.ledger.writeShape({
      ...about,
      kind: 'slip-intended',
      facts: { slip, number: 'ADV-1', verification, language: 'fi', further: false },
    })
    here.ledger.writeShape({ ...about, kind: 'slip-printed', facts: { slip } })
    here.ledger.writeShape({ ...about, kind: 'handed-over', facts: { slip } })
    value(await here.push())
    const after = await hub.as('supervisor').alarms()
    expect(after.alarms.length).toBeGreaterThan(alarmsBefore)
    expect(after.disputes.map((dispute) => dispute.pickup)).toContain(pickup)

    // The desk that has it now cannot use the other desk's proof.
    await there.pull()
    const moved = there.grants.get(pickup)
    if (moved === undefined) throw new Error('not granted to the other desk')
    const before = after.alarms.length
    there.ledger.writeShape({
      kind: 'verification',
      pickup,
      epoch: moved.epoch,
      actor: newId(),
      time: there.now(),
      facts: { ...facts, verification: newId(), expiresAt: there.now() + 300_000, eId: attempt },
    })
    value(await there.push(there.ledger.head().seq))
    const kinds = (await hub.as('supervisor').alarms()).alarms.map(({ kind }) => kind)
    expect(kinds.length).toBeGreaterThan(before)
    expect(kinds).toContain('e-id-without-proof')
    expect(codeOf(await here.feed())).toBe(null)
  },
)
