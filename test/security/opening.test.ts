/**
 * Opening hours at a desk: nobody is verified outside them, whoever was verified before may be finished, and only a
 * supervisor makes an exception, with a reason.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import { startTestDesk, type TestDesk } from './desk.ts'

const hour = 3_600_000
/** The desk's clock begins on a Monday at ten in Helsinki; it closes at eight in the evening. */
const closing = Date.UTC(2026, 2, 2, 18)
const opening = Date.UTC(2026, 2, 3, 6)
let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('porter', { hours: usualHours })
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})

const pickup = (i = 0) => desk.pickups[i]?.id ?? ''
const failure = (result: { ok: boolean }) => ('failure' in result ? result.failure : null)
const until = (at: number) => desk.advance(at - desk.state().now)
async function verify(i = 0) {
  await desk.call('openPickup', { pickup: pickup(i) })
  return desk.call('verifyByEye', {
    pickup: pickup(i),
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
}
const release = (verification: string, i = 0) =>
  desk.call('release', { pickup: pickup(i), verification, language: 'fi' })

it('verifies until closing time and not after; says when it opens', async () => {
  expect(desk.state().opening).toEqual({ open: true, until: closing, overridden: null })
  until(closing)
  await desk.signIn(desk.staff.porter)
  expect(failure(await verify())).toEqual({ code: 'L-210', params: { opensAt: opening } })
  expect(desk.state().opening).toEqual({ open: false, until: opening, overridden: null })
  expect(desk.printed).toEqual([])
})

it('finishes whoever was verified before it closed', async () => {
  until(closing - 60_000)
  await desk.signIn(desk.staff.porter)
  const proof = await verify()
  if (!proof.ok) throw new Error(proof.failure.code)
  desk.advance(120_000)
  expect(desk.state().opening?.open).toBe(false)
  expect((await release((proof.value as { verification: string }).verification)).ok).toBe(true)
  expect(desk.printed.length).toBeGreaterThan(0)
})

it('tells the person at the reader, and notes no arrival', async () => {
  until(closing + hour)
  desk.scan('04AABBCCDDEE01')
  expect(desk.state().counter).toMatchObject({
    step: 'refused',
    audience: 'recipient',
    failure: { code: 'L-210', params: { opensAt: opening } },
  })
  expect(desk.state().counts.arrived).toBe(0)
})

it('opens for an hour at a supervisor’s word, and only at theirs; the reason is in the ledger', async () => {
  until(closing + hour)
  await desk.signIn(desk.staff.porter)
  expect(failure(await desk.call('serveOutsideHours', { reason: 'event' }))).toEqual({ code: 'L-405' })
  await desk.signIn(desk.staff.supervisor)
  expect((await desk.call('serveOutsideHours', { reason: 'because' })).ok).toBe(false)
  expect((await desk.call('serveOutsideHours', { reason: 'people-still-queueing' })).ok).toBe(true)
  expect(desk.state().opening?.overridden).toBe(closing + 2 * hour)
  await desk.signIn(desk.staff.porter)
  const proof = await verify()
  if (!proof.ok) throw new Error(proof.failure.code)
  expect((await release((proof.value as { verification: string }).verification)).ok).toBe(true)
  const journal = await desk.call('journal', { limit: 50 })
  const { entries } = (journal as { value: { entries: { kind: string; actor: string | null }[] } }).value
  expect(entries.find(({ kind }) => kind === 'hours-overridden')?.actor).toBe(desk.staff.supervisor.name)
  desk.advance(hour)
  // The idle lock has come meanwhile; without a word of the policy the badge alone does not resume.
  desk.scan(desk.staff.porter.card)
  expect(desk.state().counter).toMatchObject({ step: 'pin', purpose: 'sign-in' })
  await desk.signIn(desk.staff.porter)
  expect(failure(await verify(1))).toMatchObject({ code: 'L-210' })
})

it('the window is told when the hours change, though nobody touches the desk', () => {
  desk.sent.length = 0
  until(closing + 1)
  return new Promise<void>((resolve) => {
    queueMicrotask(() => {
      const last = desk.sent.filter((text) => text.includes('"name":"state"')).at(-1)
      expect(last).toContain('"open":false')
      resolve()
    })
  })
})
