/**
 * A window that is an enemy's: every method with hostile payloads, in any order, at once. Nothing prints without
 * verification, nothing leaks, the engine stays up.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VerificationId } from '../../src-shared/domain/index.ts'
import { kioskApi } from '../../src-shared/kiosk-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { secretOf, startTestDesk, type TestDesk } from './desk.ts'

const methods = Object.keys(kioskApi.methods)
let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('porter')
})
afterEach(() => desk.stop())

const pickup = (i = 0) => desk.pickups[i]?.id ?? ''
async function openAt(i = 0): Promise<void> {
  const opened = await desk.call('openPickup', { pickup: pickup(i) })
  if (!opened.ok) throw new Error(opened.failure.code)
}
const byEye = (id: string, birthDate = '2001-02-03') =>
  desk.call('verifyByEye', { pickup: id, kind: 'passport', issuerCountry: 'FIN', birthDate, statement: true })
const release = (id: string, verification: string) => desk.call('release', { pickup: id, verification, language: 'fi' })
const said = (result: { ok: boolean }) => ('failure' in result ? (result.failure as { code: string }).code : null)
async function verified(i = 0): Promise<string> {
  await openAt(i)
  const proof = await byEye(pickup(i))
  if (!proof.ok) throw new Error(proof.failure.code)
  return (proof.value as { verification: string }).verification
}

/** The engine is up, nothing has thrown, and nothing that went to the window holds what it must not. */
function unharmed(): void {
  expect(desk.bugs).toEqual([])
  const everything = desk.sent.join('\n')
  for (const i of [1, 2, 3]) expect(everything).not.toContain(secretOf(i))
  for (const word of ['2001-02-03', '04AABBCCDDEE01', ...Object.values(desk.staff).map(({ card }) => card)])
    expect(everything).not.toContain(word)
  expect({}).not.toHaveProperty('polluted')
  expect(desk.state().revision).toBeGreaterThanOrEqual(0)
}

describe('a window that has been taken over', () => {
  it('gets nothing from 10 MB strings, deep trees, foreign types and polluted prototypes, in any method', async () => {
    await desk.signIn(desk.staff.porter)
    let deep: unknown = 'x'
    for (let i = 0; i < 5000; i++) deep = { deep }
    const loop: Record<string, unknown> = {}
    loop['loop'] = loop
    const payloads: unknown[] = [
      'A'.repeat(10_000_000),
      { pickup: 'A'.repeat(10_000_000) },
      { search: 'A'.repeat(10_000_000), filter: 'all', limit: 5 },
      deep,
      loop,
      JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
      new Map([['pickup', 1]]),
      Buffer.alloc(100_000),
      () => 1,
      Symbol('x'),
      10n,
      NaN,
      null,
      [],
      Array.from({ length: 100_000 }, () => 0),
    ]
    // Those that take nothing, whatever is sent with them.
    const harmless = [
      'state',
      'dismiss',
      'signOut',
      'checkPrinter',
      'shift',
      'changePin',
      'staff',
      'addStaff',
      'syncNow',
      'resumeDesk',
      'callStaff',
      'answerCall',
      'moreTime',
      'endShift',
      'openDesk',
    ]
    for (const method of [...methods, '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])
      for (const input of payloads) {
        const result = await desk.raw({ t: 'call', id: 1, method, input })
        if (result?.ok === true) expect(harmless).toContain(method)
        if (method === 'signOut' && result?.ok === true) await desk.signIn(desk.staff.porter)
      }
    for (const frame of [
      null,
      1,
      'x',
      [],
      {},
      { t: 'call' },
      { t: 'event', name: 'state' },
      { t: 'reply', id: 1 },
      { t: 'init', keyEncryptionKey: new Uint8Array(32) },
    ])
      expect(await desk.raw(frame)).toBe(null)
    expect(desk.printed).toEqual([])
    unharmed()
  })

  it('prints nothing by any random sequence of well-formed calls that never proves an identity', async () => {
    await desk.signIn(desk.staff.porter)
    const ids = [...desk.pickups.map(({ id }) => id as string), newId(), desk.staff.porter.id as string]
    const id = fc.constantFrom(...ids)
    const command = fc.oneof(
      fc.record({ method: fc.constant('openPickup'), input: fc.record({ pickup: id }) }),
      fc.record({ method: fc.constant('verifyDocument'), input: fc.record({ pickup: id }) }),
      fc.record({
        method: fc.constant('verifyByEye'),
        input: fc.record({
          pickup: id,
          kind: fc.constantFrom('passport', 'e-id', 'driving-licence'),
          issuerCountry: fc.constant('FIN'),
          birthDate: fc.constantFrom('1999-01-01', '2001-02-04'),
          statement: fc.constant(true),
        }),
      }),
      fc.record({
        method: fc.constant('release'),
        input: fc.record({ pickup: id, verification: id, language: fc.constantFrom('fi', 'sv', 'en') }),
      }),
      fc.record({
        method: fc.constant('settle'),
        input: fc.record({
          slip: id,
          settlement: fc.constantFrom('handed-over', 'spoiled', 'missing', 'nothing-came-out'),
        }),
      }),
      fc.record({
        method: fc.constant('noSlip'),
        input: fc.record({ pickup: id, reason: fc.constantFrom('expired', 'photo-differs') }),
      }),
      fc.record({
        method: fc.constantFrom('dismiss', 'addStaff', 'changePin', 'state', 'shift'),
        input: fc.constant({}),
      }),
      fc.record({
        method: fc.constant('queue'),
        input: fc.record({ filter: fc.constantFrom('all', 'waiting'), search: fc.string(), limit: fc.constant(5) }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), fc.boolean(), async (commands, atOnce) => {
        if (atOnce) await Promise.all(commands.map(({ method, input }) => desk.call(method, input)))
        else for (const { method, input } of commands) await desk.call(method, input)
        expect(desk.printed).toEqual([])
      }),
      { numRuns: 40 },
    )
    unharmed()
  })

  it('spends a verification once, however many releases come at once, and for its own pickup only', async () => {
    await desk.signIn(desk.staff.porter)
    const verification = await verified(0)
    expect(said(await release(pickup(1), verification))).toBe('L-209')
    expect(said(await release(pickup(0), VerificationId.parse(newId())))).toBe('L-307')
    const results = await Promise.all(Array.from({ length: 20 }, () => release(pickup(0), verification)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(desk.printed.filter((bytes) => bytes.includes(secretOf(1)))).toHaveLength(1)
    expect(desk.printed.some((bytes) => bytes.includes(secretOf(2)))).toBe(false)
    expect((await release(pickup(0), verification)).ok).toBe(false)
    unharmed()
  })

  it('cannot use a verification after a switch, a lock or a sign-out, nor another’s', async () => {
    await desk.signIn(desk.staff.porter)
    const first = await verified(0)
    await desk.signIn(desk.staff.supervisor)
    await openAt(0)
    expect(said(await release(pickup(0), first))).toBe('L-307')
    const second = await verified(0)
    desk.advance(11 * 60_000)
    expect(desk.state().staff).toBe(null)
    expect(said(await release(pickup(0), second))).toBe('L-401')
    await desk.signIn(desk.staff.supervisor)
    expect(desk.state().staff?.id).toBe(desk.staff.supervisor.id)
    await openAt(0)
    expect(said(await release(pickup(0), second))).toBe('L-307')
    expect(desk.printed).toEqual([])
    unharmed()
  })

  it('cannot guess PINs past the limit, or choose one for a badge that nobody has read', async () => {
    expect(said(await desk.call('enterPin', { pin: '739164' }))).toBe('L-407')
    desk.scan(desk.staff.hr.card)
    const codes: (string | null)[] = []
    for (let i = 0; i < 8; i++) codes.push(said(await desk.call('enterPin', { pin: `90210${i}` })))
    expect(codes.slice(0, 4)).toEqual(['L-402', 'L-402', 'L-402', 'L-402'])
    expect(codes.slice(4).every((code) => code === 'L-403')).toBe(true)
    expect(said(await desk.call('enterPin', { pin: '739164' }))).toBe('L-403')
    expect(desk.state().staff).toBe(null)
    unharmed()
  })
})

describe('a PIN at the counter', () => {
  it('is changed with one’s own badge, the old PIN and the new one, and with nobody else’s badge', async () => {
    await desk.signIn(desk.staff.porter)
    await desk.call('changePin', {})
    desk.scan(desk.staff.hr.card)
    expect(desk.sent.at(-1)).toContain('L-414')
    desk.scan(desk.staff.porter.card)
    expect(desk.state().counter).toMatchObject({ step: 'pin', purpose: 'old-pin' })
    expect(said(await desk.call('enterPin', { pin: '000000' }))).toBe('L-402')
    expect((await desk.call('enterPin', { pin: '739164' })).ok).toBe(true)
    expect(desk.state().counter).toMatchObject({ step: 'pin', purpose: 'change-pin' })
    expect(said(await desk.call('enterPin', { pin: '123456' }))).toBe('L-406')
    expect((await desk.call('enterPin', { pin: '582047' })).ok).toBe(true)
    await desk.call('signOut', {})
    desk.scan(desk.staff.porter.card)
    expect(said(await desk.call('enterPin', { pin: '739164' }))).toBe('L-402')
    expect((await desk.call('enterPin', { pin: '582047' })).ok).toBe(true)
    unharmed()
  })

  it('is removed by a supervisor, who cannot remove their own; a porter cannot introduce anyone offline', async () => {
    await desk.signIn(desk.staff.supervisor)
    expect(said(await desk.call('removePin', { staff: desk.staff.supervisor.id, reason: 'left' }))).toBe('L-412')
    expect((await desk.call('removePin', { staff: desk.staff.porter.id, reason: 'badge-lost' })).ok).toBe(true)
    desk.scan(desk.staff.porter.card)
    expect(desk.state().counter).toMatchObject({ step: 'refused', failure: { code: 'L-404' } })
    await desk.call('dismiss', {})
    await desk.signIn(desk.staff.counter)
    expect(said(await desk.call('addStaff', {}))).toBe('L-413')
    unharmed()
  })

  it('sums up the shift by what that person did', async () => {
    await desk.signIn(desk.staff.porter)
    const slip = await release(pickup(0), await verified(0))
    if (!slip.ok) throw new Error(slip.failure.code)
    await desk.call('settle', { slip: (slip.value as { slip: string }).slip, settlement: 'handed-over' })
    await desk.call('dismiss', {})
    await desk.call('noSlip', { pickup: pickup(1), reason: 'expired' })
    expect(await desk.call('shift', {})).toMatchObject({
      ok: true,
      value: { handedOver: 1, slips: 1, spoiled: 0, noSlip: 1, unsettled: 0 },
    })
    await desk.signIn(desk.staff.supervisor)
    expect(await desk.call('shift', {})).toMatchObject({ ok: true, value: { handedOver: 0, slips: 0 } })
  })
})
