/**
 * Signing in to the console, as an attacker would try it: links used twice, names guessed, sessions planted, requests
 * from other sites.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sql } from 'kysely'
import { csrfHeader, sessionCookie } from '../../src-shared/hub-api/agent/session.ts'
import { checkPassword } from '../../src-hub/sign-in/index.ts'
import { password, startConsoleHub, type ConsoleHub } from '../hub/console-hub.ts'

let world: ConsoleHub
beforeAll(async () => {
  world = await startConsoleHub()
})
afterAll(() => world.stop())

const minute = 60_000

it('the first administrator is made once, by the link of the newest start alone', async () => {
  const old = world.hub().firstAdministrator ?? ''
  const given = { username: 'thief', name: 'Thief', password }
  expect((await world.browser().call('firstAdministrator', { ...given, token: 'A'.repeat(43) })).code).toBe('L-655')
  // Weak passwords do not use the link up.
  expect(
    (await world.browser().call('firstAdministrator', { ...given, token: old, password: 'Password1234' })).code,
  ).toBe('L-653')
  expect((await world.browser().call('signInOptions')).reply()).toEqual({ local: true, oidc: null, first: true })
  const administrator = await world.as('administrator')
  expect((await administrator.call('session')).reply()).toMatchObject({
    role: 'administrator',
    name: 'first.admin',
    by: 'local',
  })
  expect((await world.browser().call('firstAdministrator', { ...given, token: old })).code).toBe('L-655')
  expect((await world.browser().call('signInOptions')).reply().first).toBe(false)
  // Nor by a second process, which makes no link any more.
  expect((await world.another()).firstAdministrator).toBeNull()
})

it('the cookie is the host’s own, unreadable to scripts, and never sent from other sites; its value is nowhere in the database', async () => {
  const one = await world.as('agent')
  expect(one.setCookie).toMatch(/^__Host-lodge=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  const { rows } = await sql<{
    all: string
  }>`SELECT string_agg(s::text, '') || string_agg(a::text, '') AS all FROM console_session s, console_account a`.execute(
    world.hub().db,
  )
  expect(rows[0]?.all.length).toBeGreaterThan(100)
  expect(rows[0]?.all).not.toContain(one.cookie)
  expect(rows[0]?.all).not.toContain(password)
})

it('an invitation works once and ends the sessions that were', async () => {
  const administrator = await world.as('administrator')
  const invite = async () => (await administrator.call('inviteConsoleAccount', { username: 'invited' })).reply().link
  ;(await administrator.call('saveConsoleAccount', { username: 'invited', name: 'Invited', role: 'agent' })).reply()
  const first = new URL(await invite()).hash.slice(1)
  const second = new URL(await invite()).hash.slice(1)
  const one = world.browser()
  expect((await one.call('acceptInvitation', { token: first, password })).code).toBe('L-655')
  expect((await one.call('acceptInvitation', { token: second, password: 'invited-invited' })).code).toBe('L-653')
  expect((await one.call('acceptInvitation', { token: second, password })).status).toBe(200)
  expect((await world.browser().call('acceptInvitation', { token: second, password })).code).toBe('L-655')
  await invite()
  expect((await one.call('session')).code).toBe('L-657')
  expect((await world.browser().call('signIn', { username: 'invited', password })).code).toBe('L-650')
})

it('a session planted before signing in is not the one after', async () => {
  const victim = world.browser()
  victim.cookie = (await world.as('agent')).cookie
  const planted = victim.cookie
  ;(await victim.call('signIn', { username: 'first.admin', password })).reply()
  expect(victim.cookie).not.toBe(planted)
  const thief = world.browser()
  thief.cookie = planted
  expect((await thief.call('session')).code).toBe('L-657')
  // One that is made up is not taken up either.
  thief.cookie = 'B'.repeat(43)
  expect((await thief.call('signIn', { username: 'agent.one', password })).status).toBe(200)
  expect(thief.cookie).not.toBe('B'.repeat(43))
})

it('an unsafe call by cookie needs the page’s origin and the session’s token, both', async () => {
  const one = world.browser()
  ;(await one.call('signIn', { username: 'first.admin', password })).reply()
  const other = world.browser()
  ;(await other.call('signIn', { username: 'first.admin', password })).reply()
  const tries: Record<string, string | null>[] = [
    { [csrfHeader]: null },
    { [csrfHeader]: '' },
    { [csrfHeader]: other.csrf },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: null },
    { origin: null, 'sec-fetch-site': 'cross-site' },
    { origin: null, 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of tries)
    expect((await one.call('signOut', {}, { headers })).code, JSON.stringify(headers)).toBe('L-664')
  expect((await one.call('session')).status).toBe(200)
  // A form of another site cannot send JSON at all.
  const form = await one.fetch('/v1/agent/sign-out', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{}',
  })
  expect(form.status).toBeGreaterThanOrEqual(400)
  expect((await one.call('signOut', {}, { headers: { origin: null, 'sec-fetch-site': 'same-origin' } })).status).toBe(
    200,
  )
  expect(one.cookie).toBeNull()
  expect((await one.call('session')).code).toBe('L-610')
})

it('guessing is slowed by the name, whoever asks and whether or not it exists; the right password does not open a locked one', async () => {
  const guess = (username: string, word: string) => world.browser().call('signIn', { username, password: word })
  for (const username of ['agent.one', 'nobody.here']) {
    const codes: (string | null)[] = []
    for (let i = 0; i < 7; i += 1) codes.push((await guess(username, `wrong-${i}`)).code)
    expect(codes).toEqual(['L-650', 'L-650', 'L-650', 'L-650', 'L-650', 'L-651', 'L-651'])
  }
  expect((await guess('agent.one', password)).code).toBe('L-651')
  world.clock.now += 61_000
  expect((await guess('agent.one', 'wrong')).code).toBe('L-650')
  // Each further wrong one doubles the wait.
  world.clock.now += 61_000
  expect((await guess('agent.one', password)).code).toBe('L-651')
  world.clock.now += 61_000
  expect((await guess('agent.one', password)).status).toBe(200)
})

it('thirty guesses at once are five guesses, and the right password opens it again after its wait, however often others guessed', async () => {
  const guess = (word: string) => world.browser().call('signIn', { username: 'agent.one', password: word })
  const codes = (await Promise.all(Array.from({ length: 30 }, (_, i) => guess(`wrong-${i}`)))).map(({ code }) => code)
  expect(codes.filter((code) => code === 'L-650')).toHaveLength(5)
  expect(codes.filter((code) => code === 'L-651')).toHaveLength(25)
  for (let i = 0; i < 40; i += 1) {
    world.clock.now += 61 * minute
    expect((await guess('wrong')).code).toBe('L-650')
  }
  world.clock.now += 61 * minute
  expect((await guess(password)).status).toBe(200)
})

it('a refused sign-in is recorded whoever it names, and a name that is nobody’s is not written down', async () => {
  const word = 'my-own-password-in-the-wrong-field'
  const { db } = world.hub()
  const refused = () =>
    sql<{
      actor: string
      row: string
    }>`SELECT actor, a::text AS row FROM audit a WHERE act = 'sign-in-refused' ORDER BY id DESC LIMIT 1`.execute(db)
  expect((await world.browser().call('signIn', { username: word, password: 'x' })).code).toBe('L-650')
  const [last] = (await refused()).rows
  expect(last?.actor).toBe('nobody')
  expect(last?.row).not.toContain(word)
  // Nor is it kept for longer than it counts.
  world.clock.now += 25 * 60 * minute
  expect((await world.browser().call('signIn', { username: 'agent.one', password })).status).toBe(200)
  expect((await db.selectFrom('sign_in_try').select('username').where('username', '=', word).execute()).length).toBe(0)
})

it('a session ends when it is not used, and in any case', async () => {
  const one = world.browser()
  ;(await one.call('signIn', { username: 'first.admin', password })).reply()
  for (let i = 0; i < 24; i += 1) {
    world.clock.now += 29 * minute
    expect((await one.call('session')).status).toBe(200)
  }
  world.clock.now += 29 * minute
  expect((await one.call('session')).code).toBe('L-657')
  ;(await one.call('signIn', { username: 'first.admin', password })).reply()
  world.clock.now += 31 * minute
  expect((await one.call('session')).code).toBe('L-657')
})

it('sessions are listed and ended by their owner, and by administrators; not by others', async () => {
  const sign = async (username: string) => {
    const one = world.browser()
    ;(await one.call('signIn', { username, password })).reply()
    return one
  }
  const [first, second, administrator] = [await sign('agent.one'), await sign('agent.one'), await sign('first.admin')]
  const mine = (await first.call('sessions')).reply().sessions
  expect(mine.map((each) => each.name)).toEqual(['agent.one', 'agent.one'])
  expect(mine.filter((each) => each.current)).toHaveLength(1)
  expect((await first.call('sessions', undefined, { query: { of: 'all' } })).code).toBe('L-618')
  const theirs = (await administrator.call('sessions')).reply().sessions.find((each) => each.current)?.id ?? ''
  expect((await first.call('revokeSession', { id: theirs })).code).toBe('L-609')
  const ended = mine.find((each) => !each.current)?.id ?? ''
  expect((await first.call('revokeSession', { id: ended })).status).toBe(200)
  expect((await second.call('session')).code).toBe('L-657')
  const [left] = (await first.call('sessions')).reply().sessions
  expect((await administrator.call('revokeSession', { id: left?.id ?? '' })).status).toBe(200)
  expect((await first.call('session')).code).toBe('L-657')
})

it('a change of password asks for the old one and ends the other sessions; a change of role or use holds at once', async () => {
  const sign = async (word: string) => {
    const one = world.browser()
    const answer = await one.call('signIn', { username: 'agent.one', password: word })
    return { one, answer }
  }
  const { one } = await sign(password)
  const { one: other } = await sign(password)
  const next = 'seitsemän kurkea lammella'
  expect((await one.call('changePassword', { old: 'not this one', new: next })).code).toBe('L-650')
  expect((await one.call('changePassword', { old: password, new: 'short' })).code).toBe('L-653')
  expect((await one.call('changePassword', { old: password, new: next })).status).toBe(200)
  expect((await other.call('session')).code).toBe('L-657')
  expect((await one.call('session')).status).toBe(200)
  expect((await sign(password)).answer.code).toBe('L-650')
  const administrator = world.browser()
  ;(await administrator.call('signIn', { username: 'first.admin', password })).reply()
  const save = (role: string, disabled = false) =>
    administrator.call('saveConsoleAccount', { username: 'agent.one', name: 'One', role, disabled })
  ;(await save('auditor')).reply()
  expect((await one.call('session')).code).toBe('L-657')
  const again = await sign(next)
  expect(again.answer.reply().role).toBe('auditor')
  ;(await save('auditor', true)).reply()
  expect((await again.one.call('session')).code).toBe('L-657')
  expect((await sign(next)).answer.code).toBe('L-652')
  // The last administrator cannot lock everybody out.
  expect(
    (await administrator.call('saveConsoleAccount', { username: 'first.admin', name: 'A', role: 'agent' })).code,
  ).toBe('L-656')
  expect(
    (
      await administrator.call('saveConsoleAccount', {
        username: 'first.admin',
        name: 'A',
        role: 'administrator',
        disabled: true,
      })
    ).code,
  ).toBe('L-656')
})

it('tokens of programs work as ever, and a cookie beside one counts for nothing', async () => {
  const one = world.browser()
  ;(await one.call('signIn', { username: 'first.admin', password })).reply()
  const { token } = (await one.call('createToken', { name: 'tickets', role: 'agent', days: 1 })).reply()
  const answer = await one.call('session', undefined, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.reply()).toMatchObject({ name: 'token:tickets', role: 'agent', by: 'token', csrf: null })
  // No origin, no csrf: a program has neither.
  const plain = await fetch(`${world.hub().url}/v1/agent/sign-out`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(plain.status).toBe(200)
  expect(
    (
      await one.call('session', undefined, {
        headers: { authorization: 'Bearer x', cookie: `${sessionCookie}=${one.cookie ?? ''}` },
      })
    ).code,
  ).toBe('L-610')
})

it.each([
  ['Password2026!!', 'common'],
  ['salasana-1234', 'common'],
  ['aaaaaaaaaaaaaa', 'simple'],
  ['virtanen-2026', 'personal'],
  ['kurki', 'short'],
])('%s is refused: %s', (word, why) => {
  const refused = checkPassword(word, ['eero.virtanen', 'Eero Virtanen'])
  expect(refused.ok ? null : refused.failure.params?.why).toBe(why)
})
