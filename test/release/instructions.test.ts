/** The slip came in the wrong language: instructions in another one, never the secret a second time. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { secretOf, startTestDesk, type TestDesk } from '../security/desk.ts'
import { onPaper, readSecret } from '../slip/on-paper.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('porter')
})
afterEach(() => desk.stop())

async function released(): Promise<string> {
  const pickup = desk.pickups[0]?.id ?? ''
  await desk.signIn(desk.staff.porter)
  await desk.call('openPickup', { pickup })
  const proof = await desk.call('verifyByEye', {
    pickup,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  if (!proof.ok) throw new Error(proof.failure.code)
  const slip = await desk.call('release', {
    pickup,
    verification: (proof.value as { verification: string }).verification,
    language: 'fi',
  })
  if (!slip.ok) throw new Error(slip.failure.code)
  return (slip.value as { slip: string }).slip
}
const paper = () => onPaper(Buffer.concat(desk.printed.splice(0)))

test('they name the slip with the password, say where to change it, and carry no secret', async () => {
  const slip = await released()
  const { counter } = desk.state()
  const [secret] = paper()
  if (counter.step !== 'hand-over' || secret === undefined) throw new Error('no slip')
  expect(readSecret(secret)).toBe(secretOf(1))
  expect(await desk.call('instructions', { slip, language: 'sv' })).toMatchObject({ ok: true })
  const strips = paper()
  expect(strips).toHaveLength(1)
  const [strip] = strips
  if (strip === undefined) throw new Error('nothing was printed')
  expect(strip.text).toContain(counter.slip.number)
  expect(strip.text).toContain('Anvisning')
  expect(strip.text).not.toContain(secretOf(1))
  expect(readSecret(strip)).toBe('')
  expect(strip.marks.filter(({ kind }) => kind === 'dots')).toHaveLength(1)
  // Nothing about the slip itself has changed.
  expect(desk.state().counter).toEqual(counter)
})

test('only for the slip on the counter, only while it waits to be settled, only for whoever serves', async () => {
  const slip = await released()
  paper()
  expect(await desk.call('settle', { slip, settlement: 'handed-over' })).toMatchObject({ ok: true })
  expect(await desk.call('instructions', { slip, language: 'en' })).toMatchObject({
    ok: false,
    failure: { code: 'L-209' },
  })
  await desk.call('signOut', {})
  expect(await desk.call('instructions', { slip, language: 'en' })).toMatchObject({
    ok: false,
    failure: { code: 'L-401' },
  })
  expect(desk.printed).toEqual([])
})
