/** A PIN that was keyed wrongly too often: the screen knows until when, and takes the right one once that is over. */
import { afterEach, expect, it } from 'vitest'
import { pin, startTestDesk, type TestDesk } from '../security/desk.ts'

let desk: TestDesk
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const step = () => desk.state().counter

it('says on the screen of the PIN until when none is taken, at the last wrong one and at the badge again', async () => {
  desk = await startTestDesk('porter')
  const { card } = desk.staff.porter
  desk.scan(card)
  for (let turn = 0; turn < 5; turn++) {
    expect(step()).toMatchObject({ step: 'pin', lockedUntil: null })
    await desk.call('enterPin', { pin: '111222' })
  }
  const locked = step()
  if (locked.step !== 'pin' || locked.lockedUntil === null) throw new Error('not locked')
  const left = locked.lockedUntil - desk.state().now
  expect(left).toBeGreaterThan(60_000)
  await desk.call('dismiss', {})
  desk.scan(card)
  expect(step()).toMatchObject({ step: 'pin', purpose: 'sign-in', lockedUntil: locked.lockedUntil })
  expect(await desk.call('enterPin', { pin })).toMatchObject({ ok: false, failure: { code: 'L-403' } })
  // A supervisor's badge is heard on that screen.
  desk.scan(desk.staff.supervisor.card)
  expect(step()).toMatchObject({ step: 'pin', staffName: 'Erja Esimies', lockedUntil: null })
  await desk.call('dismiss', {})
  desk.advance(left + 1000)
  desk.scan(card)
  expect(step()).toMatchObject({ step: 'pin', lockedUntil: null })
  expect((await desk.call('enterPin', { pin })).ok).toBe(true)
})
