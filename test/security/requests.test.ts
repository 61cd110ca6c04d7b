/**
 * Asking for delivery to a desk: one tap, durable at once, the same however often it is tapped; nothing about anyone in
 * it.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTestDesk, type TestDesk } from './desk.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await startTestDesk('porter')
})
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const step = () => desk.state().counter
const stranger = '04FFEEDDCCBB01'
const said = (result: { ok: boolean }) => ('failure' in result ? (result.failure as { code: string }).code : null)

it('a card that finds nothing may ask, once; the same card sees where its request stands', async () => {
  desk.scan(stranger)
  expect(step()).toMatchObject({ step: 'refused', failure: { code: 'L-250' }, request: { state: 'may-file' } })
  expect((await desk.call('requestDelivery', {})).ok).toBe(true)
  expect(step()).toMatchObject({ step: 'refused', request: { state: 'waiting', sent: false } })
  expect((await desk.call('requestDelivery', {})).ok).toBe(true)
  await desk.call('dismiss', {})
  desk.advance(2000)
  desk.scan(stranger)
  expect(step()).toMatchObject({ step: 'refused', request: { state: 'waiting', sent: false } })
  // The screen that another card has brought up knows nothing of it.
  await desk.call('dismiss', {})
  expect(said(await desk.call('requestDelivery', {}))).toBe('L-235')
  desk.scan('04FFEEDDCCBB02')
  expect(step()).toMatchObject({ step: 'refused', request: { state: 'may-file' } })
  expect(desk.sent.join('')).not.toContain(stranger)
})

it('the bar code of goods may ask for nothing while nobody can say whose it is', async () => {
  for (const goods of ['6408430000142', '96385074']) {
    desk.scan(goods, ']E0')
    expect(step()).toMatchObject({ step: 'refused', failure: { code: 'L-250' } })
    expect(step()).not.toHaveProperty('request')
    await desk.call('dismiss', {})
  }
})

it('staff ask for an account by name, whoever types it in whichever case', async () => {
  await desk.signIn(desk.staff.porter)
  const filed = await desk.call('requestFor', { account: 'erikoinen-tunnus' })
  expect(filed).toMatchObject({ ok: true, value: { state: 'waiting', sent: false } })
  expect(await desk.call('requestFor', { account: 'Erikoinen-Tunnus' })).toMatchObject({
    ok: true,
    value: { state: 'waiting' },
  })
  expect(desk.state().takesRequests).toBe(true)
})
