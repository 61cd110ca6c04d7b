/** A registered letter at its post room: two members of staff, one slip, one number; nobody alone, nobody twice. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pin, secretOf, startTestDesk, type TestDesk } from './desk.ts'

const address = { lines: ['Strandgatan 14 B 3'], postalCode: '65100', city: 'Vaasa', country: 'FI' }
let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('post-room', { letter: { channel: 'registered-letter', address } })
  await desk.signIn(desk.staff['post-room'])
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})

const letter = (n = 0) => desk.pickups[n]?.id ?? ''
const step = () => desk.state().counter
const said = (result: { ok: boolean }) => ('failure' in result ? (result.failure as { code: string }).code : null)
const notices = () => desk.sent.filter((text) => text.includes('"scanNotice"'))
const kinds = async () => {
  const journal = await desk.call('journal', { limit: 40 })
  return (journal as { value: { entries: { kind: string; actor: string | null }[] } }).value.entries.map(
    ({ kind, actor }) => [kind, actor],
  )
}

async function approved(n = 0): Promise<string> {
  expect((await desk.call('openLetter', { pickup: letter(n) })).ok).toBe(true)
  const begun = await desk.call('approveDispatch', { pickup: letter(n) })
  if (!begun.ok) throw new Error(begun.failure.code)
  desk.scan(desk.staff.supervisor.card)
  // The second pair of eyes sees what it answers for: the address, line by line.
  const asked = desk.state().counter
  expect(asked).toMatchObject({ step: 'pin', purpose: 'witness', attests: { what: 'address' } })
  expect(asked).toHaveProperty(['attests', 'lines', 'length'], 3)
  expect((await desk.call('enterPin', { pin })).ok).toBe(true)
  return (begun.value as { approval: string }).approval
}
async function printed(n = 0): Promise<void> {
  const approval = await approved(n)
  expect((await desk.call('printLetter', { pickup: letter(n), approval })).ok).toBe(true)
}
const slipId = () => {
  const now = step()
  return now.step === 'letter-out' ? now.slip.id : ''
}

it('goes from the list to the post: approved by two, printed once, dispatched under its number', async () => {
  const list = await desk.call('letters', { limit: 50 })
  expect((list as { value: { letters: { address: string[] }[] } }).value.letters.map((one) => one.address)).toEqual([
    ['Kaisa Koe', 'Strandgatan 14 B 3', '65100 VAASA'],
    ['Kaisa Koe', 'Strandgatan 14 B 3', '65100 VAASA'],
  ])
  await printed()
  const paper = Buffer.concat(desk.printed).toString('latin1')
  expect(paper).toContain('65100 VAASA')
  expect(paper.indexOf('65100 VAASA')).toBeLessThan(paper.indexOf(secretOf(1)))
  // The address is in the header, which goes before any byte of the secret.
  expect(desk.printed[0]?.toString('latin1')).toContain('65100 VAASA')
  expect(desk.printed[0]?.toString('latin1')).not.toContain(secretOf(1))
  expect(step()).toMatchObject({ step: 'letter-out', tracking: null })
  desk.scan('RR123456786FI')
  expect(notices().at(-1)).toContain('L-231')
  desk.scan('RR123456785FI')
  expect(step()).toMatchObject({ step: 'letter-out', tracking: 'RR123456785FI' })
  expect((await desk.call('dispatchLetter', { slip: slipId(), tracking: 'RR123456785FI' })).ok).toBe(true)
  expect(step()).toMatchObject({ step: 'done', outcome: 'dispatched' })
  expect((await kinds()).slice(0, 5)).toEqual([
    ['dispatched', desk.staff['post-room'].name],
    ['slip-printed', null],
    ['slip-intended', desk.staff['post-room'].name],
    ['dispatch-approved', desk.staff['post-room'].name],
    ['staff-signed-in', desk.staff['post-room'].name],
  ])
  // It is gone: no further print, whatever is asked.
  expect(said(await desk.call('openLetter', { pickup: letter() }))).toBe('L-204')
  // Nothing of the secret is in what the window was sent.
  expect(desk.sent.join('')).not.toContain(secretOf(1))
})

it('one alone prints nothing; nor does a verification, nor a letter’s approval for what is no letter', async () => {
  expect((await desk.call('openLetter', { pickup: letter() })).ok).toBe(true)
  const begun = await desk.call('approveDispatch', { pickup: letter() })
  const { approval } = (begun as { value: { approval: string } }).value
  expect(said(await desk.call('printLetter', { pickup: letter(), approval }))).toBe('L-310')
  desk.scan(desk.staff['post-room'].card)
  expect(notices().at(-1)).toContain('L-311')
  expect(
    said(
      await desk.call('verifyByEye', {
        pickup: letter(),
        kind: 'passport',
        issuerCountry: 'FIN',
        birthDate: '2001-02-03',
        statement: true,
      }),
    ),
  ).toBe('L-209')
  expect(said(await desk.call('openLetter', { pickup: letter(2) }))).toBe('L-238')
  expect(said(await desk.call('approveDispatch', { pickup: letter(2) }))).toBe('L-209')
  expect(desk.printed).toEqual([])
})

it('a spoiled slip needs a new approval by two; handing a letter over is refused; a missing one burns', async () => {
  await printed()
  expect(said(await desk.call('settle', { slip: slipId(), settlement: 'handed-over' }))).toBe('L-234')
  expect((await desk.call('settle', { slip: slipId(), settlement: 'spoiled' })).ok).toBe(true)
  expect(step()).toMatchObject({ step: 'letter', approval: null, fourEyes: 'not-begun', further: true })
  await printed()
  expect((await desk.call('settle', { slip: slipId(), settlement: 'missing' })).ok).toBe(true)
  expect(said(await desk.call('openLetter', { pickup: letter() }))).toBe('L-208')
})

it('a number belongs to one letter; a letter that comes back is known by it, and burned once', async () => {
  await printed(0)
  await desk.call('dispatchLetter', { slip: slipId(), tracking: 'RR123456785FI' })
  await desk.call('dismiss', {})
  await printed(1)
  desk.scan('RR123456785FI')
  expect(step()).toMatchObject({ step: 'letter-out', tracking: null, notice: { code: 'L-232' } })
  expect(said(await desk.call('dispatchLetter', { slip: slipId(), tracking: 'RR123456785FI' }))).toBe('L-232')
  expect((await desk.call('dispatchLetter', { slip: slipId(), tracking: 'RR473124829FI' })).ok).toBe(true)
  await desk.call('dismiss', {})
  desk.scan('RR123456785FI')
  expect(step()).toMatchObject({ step: 'letter-back', letter: { name: 'Kaisa Koe', state: 'dispatched' } })
  expect((await desk.call('endLetter', { tracking: 'RR123456785FI', how: 'returned-by-post' })).ok).toBe(true)
  expect(said(await desk.call('endLetter', { tracking: 'RR123456785FI', how: 'returned-by-post' }))).toBe('L-233')
  expect(said(await desk.call('endLetter', { tracking: 'RR999999998FI', how: 'delivered' }))).toBe('L-231')
  expect((await kinds())[0]).toEqual(['letter-returned', desk.staff['post-room'].name])
})

it('leaving the letter ends its approval', async () => {
  const approval = await approved()
  await desk.call('dismiss', {})
  expect((await desk.call('openLetter', { pickup: letter() })).ok).toBe(true)
  expect(said(await desk.call('printLetter', { pickup: letter(), approval }))).toBe('L-310')
  expect(desk.printed).toEqual([])
})
