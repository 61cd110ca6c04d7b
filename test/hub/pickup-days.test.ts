/**
 * How long a pickup waits is the policy's: for what is issued from now on, by whichever way; what is out keeps its end.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startConsoleHub, type ConsoleHub } from './console-hub.ts'

const day = 86_400_000
let console: ConsoleHub

beforeAll(async () => {
  console = await startConsoleHub()
})
afterAll(async () => {
  await console.stop()
})

it('a pickup goes back after the days that the policy had when it was issued', async () => {
  const administrator = await console.as('administrator')
  const supervisor = await console.as('supervisor')
  const desk = console.desks.get('helpdesk-lakeside') ?? ''
  const people = (await supervisor.call('recipients', undefined, { query: { text: 'a', limit: 50 } })).reply()
    .recipients
  const accounts = people.flatMap((each) => (each.class === 'student' ? [each.accounts[0]?.account ?? ''] : []))
  const issue = async (account: string): Promise<string> => {
    const wish = { account, desk, channel: 'helpdesk', requestReference: null, secretKind: 'password' }
    return (await supervisor.call('issue', wish)).reply().pickup
  }
  const lifeOf = async (pickup: string) => {
    const found = (await supervisor.call('pickup', undefined, { query: { pickup } })).reply()
    return Math.round(((found.expiresAt ?? 0) - (found.issuedAt ?? 0)) / day)
  }
  const [first = '', second = ''] = accounts
  const before = await issue(first)
  expect(await lifeOf(before)).toBe(45)
  const { policy } = (await administrator.call('policy')).reply()
  expect((await administrator.call('savePolicy', { policy: { ...policy, pickupDays: 0 }, note: '' })).code).toBe(
    'L-608',
  )
  // A PIN each time after an idle lock, unless an administrator says otherwise, and for four hours at most.
  expect(policy.badgeResumeMinutes).toBe(0)
  expect(
    (await administrator.call('savePolicy', { policy: { ...policy, badgeResumeMinutes: 241 }, note: '' })).code,
  ).toBe('L-608')
  ;(
    await administrator.call('savePolicy', { policy: { ...policy, pickupDays: 10, badgeResumeMinutes: 20 }, note: '' })
  ).reply()
  expect((await administrator.call('policy')).reply().policy.badgeResumeMinutes).toBe(20)
  expect(await lifeOf(await issue(second))).toBe(10)
  expect(await lifeOf(before)).toBe(45)
})
