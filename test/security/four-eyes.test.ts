/**
 * Four eyes, where policy asks: nothing prints until a second member of staff has confirmed the verification with badge
 * and PIN.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pin, startTestDesk, type TestDesk } from './desk.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('porter', { fourEyes: true })
  await desk.signIn(desk.staff.porter)
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})

const pickup = () => desk.pickups[0]?.id ?? ''
const step = () => desk.state().counter
const said = (result: { ok: boolean }) => ('failure' in result ? (result.failure as { code: string }).code : null)
const notices = () => desk.sent.filter((text) => text.includes('"scanNotice"'))
const release = (verification: string) => desk.call('release', { pickup: pickup(), verification, language: 'fi' })

async function verified(): Promise<string> {
  const opened = await desk.call('openPickup', { pickup: pickup() })
  expect(opened.ok).toBe(true)
  const proof = await desk.call('verifyByEye', {
    pickup: pickup(),
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
  })
  if (!proof.ok) throw new Error(proof.failure.code)
  return (proof.value as { verification: string }).verification
}

it('one member of staff alone prints nothing, and is told what to do', async () => {
  const verification = await verified()
  expect(step()).toMatchObject({ step: 'verify', fourEyes: 'awaited' })
  expect(said(await release(verification))).toBe('L-310')
  expect(desk.printed).toEqual([])
  // The verification is not lost by having tried.
  expect(step()).toMatchObject({ step: 'verify', verification })
})

it('a colleague’s badge and PIN let it print; whoever serves stays signed in, and both names are in the ledger', async () => {
  const verification = await verified()
  desk.scan(desk.staff.supervisor.card)
  expect(step()).toMatchObject({
    step: 'pin',
    purpose: 'witness',
    staffName: desk.staff.supervisor.name,
    attests: { what: 'identity', name: 'Kaisa Koe', proof: 'passport' },
  })
  expect((await desk.call('enterPin', { pin })).ok).toBe(true)
  expect(step()).toMatchObject({ step: 'verify', verification, fourEyes: 'given' })
  expect(desk.state().staff?.id).toBe(desk.staff.porter.id)
  expect((await release(verification)).ok).toBe(true)
  expect(desk.printed.length).toBeGreaterThan(0)
  const journal = await desk.call('journal', { limit: 20 })
  const { entries } = (journal as { value: { entries: { kind: string; actor: string | null }[] } }).value
  const acts = entries
    .filter(({ kind }) => ['verification', 'verification-witnessed', 'slip-intended'].includes(kind))
    .map(({ kind, actor }) => [kind, actor])
  expect(acts).toEqual([
    ['slip-intended', desk.staff.porter.name],
    ['verification-witnessed', desk.staff.supervisor.name],
    ['verification', desk.staff.porter.name],
  ])
})

it('neither one’s own badge, nor a role that does not serve here, nor a wrong PIN is a second pair of eyes', async () => {
  const verification = await verified()
  desk.scan(desk.staff.porter.card)
  expect(notices().at(-1)).toContain('L-311')
  desk.scan(desk.staff.counter.card)
  expect(notices().at(-1)).toContain('L-408')
  expect(step()).toMatchObject({ step: 'verify', verification, fourEyes: 'awaited' })
  desk.scan(desk.staff.supervisor.card)
  expect(said(await desk.call('enterPin', { pin: '111222' }))).toBe('L-402')
  expect(step()).toMatchObject({ step: 'pin', purpose: 'witness', attemptsLeft: 4 })
  // Cancelling goes back to the verification that waits.
  expect((await desk.call('dismiss', {})).ok).toBe(true)
  expect(step()).toMatchObject({ step: 'verify', verification, fourEyes: 'awaited' })
  expect(said(await release(verification))).toBe('L-310')
  expect(desk.printed).toEqual([])
})

it('each further verification needs its own confirmation', async () => {
  await verified()
  desk.scan(desk.staff.supervisor.card)
  await desk.call('enterPin', { pin })
  await desk.call('dismiss', {})
  const again = await verified()
  expect(step()).toMatchObject({ fourEyes: 'awaited' })
  expect(said(await release(again))).toBe('L-310')
})

it('a confirmation that comes after the verification has run out confirms nothing', async () => {
  const verification = await verified()
  desk.scan(desk.staff.supervisor.card)
  const entering = desk.call('enterPin', { pin })
  desk.advance(301_000)
  expect((await entering).ok).toBe(false)
  expect((await release(verification)).ok).toBe(false)
  expect(desk.printed).toEqual([])
})
