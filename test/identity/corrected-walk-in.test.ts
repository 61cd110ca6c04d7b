/**
 * A walk-in is proved before anything is issued: what then comes is bound to the proof only while the hub still says
 * of the person what was proved (promises P1, P10).
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PickupId, RecipientId } from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'
import { createWalkIns } from '../../src-main/identity/index.ts'
import { enrolledFolder, openRooms, person, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

const now = () => Date.UTC(2026, 2, 2, 8)
const proof = { kind: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' } as const
const recipient = RecipientId.parse(newId())
let at: EnrolledFolder
let rooms: Rooms

beforeEach(async () => {
  at = enrolledFolder()
  rooms = openRooms(at, { now })
  const supervisor = person('Erja Esimies', 'supervisor', 'E001000005')
  rooms.know(supervisor)
  await rooms.signIn.enrolFirst(rooms.badge(supervisor), '739164')
  await rooms.signIn.enter(rooms.badge(supervisor), '739164')
})
afterEach(() => {
  rooms.close()
  at.remove()
})

/** Proves Kaisa Koe, born on 3 February 2001; then the hub issues, and says of the person what it says by then. */
async function provedThenIssued(says: Partial<GrantedPickup>): Promise<string> {
  const session = rooms.signIn.session()
  if (session === null) throw new Error('nobody signed in')
  const walkIns = createWalkIns(rooms.store.db, rooms.pickups, rooms.ledger, now)
  const proved = {
    recipient,
    name: { family: 'Koe', given: 'Kaisa' },
    formerNames: [],
    birthTag: birthTag(at.lookup, '2001-02-03'),
  }
  const by = { staff: session.staff, session: session.id }
  const { id } = rooms.store.transact(() => walkIns.record(proved, proof, by, 300, false))
  const pickup = await rooms.grant('Canary-Secret-1', 1, PickupId.parse(newId()), { recipient, walkIn: id, ...says })
  rooms.store.transact(() => walkIns.granted(id, pickup.id))
  return rooms.pickups.get(pickup.id)?.state ?? ''
}

test('nothing has been corrected: it is verified by that proof', async () => {
  expect(await provedThenIssued({})).toBe('verified')
  expect(await provedThenIssued({ language: 'sv', sponsor: 'Salla Varpula' })).toBe('verified')
})

test.each([
  ['another name', { name: { family: 'Koe', given: 'Kaisu' } }],
  ['another former name', { formerNames: [{ family: 'Vanha', given: 'Kaisa' }] }],
  ['no birth date', { birthTag: null }],
] as const)('%s: it is given back unprinted', async (_, says) => {
  const { formerNames, ...rest } = { formerNames: undefined, ...says }
  expect(
    await provedThenIssued({ ...rest, ...(formerNames === undefined ? {} : { formerNames: [...formerNames] }) }),
  ).toBe('revoked')
  expect(rooms.kinds()[0]).toBe('revoke-acknowledged')
})

test('another birth date: it is given back unprinted', async () => {
  expect(await provedThenIssued({ birthTag: birthTag(at.lookup, '2001-02-04').toString('base64url') })).toBe('revoked')
})
