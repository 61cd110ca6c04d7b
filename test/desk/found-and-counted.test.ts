/** Finding a pickup by its code, as somebody types it; and whose shift a settled slip counts for. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import { startTestDesk, type TestDesk } from '../security/desk.ts'

const born = '2001-02-03'
let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('porter', {
    each: [(lookup) => ({ pickupCodeTag: pickupCodeTag(lookup, 'QRST6789').toString('base64url') })],
  })
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const value = async (method: string, input: object) => {
  const result = await desk.call(method, input)
  if (!result.ok) throw new Error(`${method}: ${JSON.stringify(result)}`)
  return result.value as Record<string, unknown>
}

it.each(['QRST6789', 'qrst6789', 'qrst-6789', ' QRST 6789 ', 'lodge:qrst6789', 'LODGE:QRST6789'])(
  'a pickup code is found as it is typed: %s',
  async (search) => {
    await desk.signIn(desk.staff.porter)
    const { pickups, total } = await value('queue', { filter: 'arrived', search, limit: 20 })
    expect((pickups as { id: string }[]).map(({ id }) => id)).toEqual([desk.pickups[0]?.id])
    expect(total).toBe(1)
    const wrong = await value('queue', { filter: 'arrived', search: 'QRST6788', limit: 20 })
    expect(wrong).toEqual({ pickups: [], total: 0 })
  },
)

it('a slip that somebody else hands over counts for whoever handed it over', async () => {
  const pickup = desk.pickups[0]?.id
  await desk.signIn(desk.staff.porter)
  await value('openPickup', { pickup })
  const proof = { kind: 'passport', issuerCountry: 'FIN', birthDate: born, statement: true }
  const { verification } = await value('verifyByEye', { pickup, ...proof })
  const { slip } = await value('release', { pickup, verification, language: 'fi' })
  await value('signOut', {})
  await desk.signIn(desk.staff.supervisor)
  expect(desk.state().counter).toMatchObject({ step: 'hand-over', slip: { staffName: desk.staff.porter.name } })
  await value('settle', { slip, settlement: 'handed-over' })
  expect(await value('shift', {})).toMatchObject({ handedOver: 1, slips: 0 })
  await value('signOut', {})
  await desk.signIn(desk.staff.porter)
  expect(await value('shift', {})).toMatchObject({ handedOver: 0, slips: 1 })
})
