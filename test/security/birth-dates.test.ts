/** A birth date is not found by trying: the whole engine, its window taken over. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startTestDesk, type TestDesk } from './desk.ts'

let desk: TestDesk
beforeEach(async () => {
  const another = { recipient: RecipientId.parse(newId()), name: { family: 'Muu', given: 'Nimi' } }
  desk = await startTestDesk('porter', { each: [() => ({}), () => another] })
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const said = (result: { ok: boolean }) => ('failure' in result ? (result.failure as { code: string }).code : null)

it('after five wrong ones no other is looked at for an hour, the right one neither; another person is served meanwhile', async () => {
  await desk.signIn(desk.staff.porter)
  const [one, other] = desk.pickups
  const key = async (pickup: string, birthDate: string) => {
    await desk.call('openPickup', { pickup })
    return said(
      await desk.call('verifyByEye', { pickup, kind: 'passport', issuerCountry: 'FIN', birthDate, statement: true }),
    )
  }
  const codes: (string | null)[] = []
  for (let day = 10; day < 18; day += 1) codes.push(await key(one?.id ?? '', `1999-01-${day}`))
  expect(codes).toEqual([...Array.from({ length: 5 }, () => 'L-305'), ...Array.from({ length: 3 }, () => 'L-323')])
  expect(await key(one?.id ?? '', '2001-02-03')).toBe('L-323')
  expect(desk.state().counter).toMatchObject({ step: 'verify', verification: null, notice: { code: 'L-323' } })
  expect(await key(other?.id ?? '', '2001-02-03')).toBeNull()
  expect(desk.printed).toEqual([])
  await desk.call('dismiss', {})
  // The desk has locked itself meanwhile.
  desk.advance(3_600_001)
  await desk.signIn(desk.staff.porter)
  expect(await key(one?.id ?? '', '2001-02-03')).toBeNull()
})
