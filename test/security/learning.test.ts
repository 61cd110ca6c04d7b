/** Learning a reader at a desk: a supervisor's alone, and it never outlives them. */
import { afterEach, expect, it } from 'vitest'
import { startTestDesk, type TestDesk } from './desk.ts'

let desk: TestDesk
afterEach(() => desk.stop())

it('ends when the supervisor signs out or the desk locks: the reader must serve, or nobody could sign in again', async () => {
  desk = await startTestDesk('porter')
  for (const leave of [() => desk.call('signOut', {}), async () => desk.advance(11 * 60_000)]) {
    await desk.signIn(desk.staff.supervisor)
    expect(await desk.call('learnReader', { path: 'any' })).toEqual({ ok: true, value: null })
    expect(desk.learning()).toBe('any')
    await leave()
    await Promise.resolve()
    expect(desk.state().staff).toBeNull()
    await desk.call('state', {})
    expect(desk.learning()).toBeNull()
    desk.advance(5000)
    await desk.call('dismiss', {})
  }
})
