/**
 * What signed-in agents might try beyond their role, over the real API: other classes' people and pickups, others'
 * imports, accounts that a directory takes for someone else's.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startConsoleHub, type Browser, type ConsoleHub } from '../hub/console-hub.ts'

let world: ConsoleHub
let agent: Browser
let hr: Browser
beforeAll(async () => {
  world = await startConsoleHub()
  agent = await world.as('agent')
  hr = await world.as('hr')
})
afterAll(() => world.stop())

const desk = (key: string) => world.desks.get(key) ?? ''

/** A staff secret, issued as it should be. */
async function staffPickup(account: string): Promise<string> {
  const wish = { account, desk: desk('hr'), channel: 'hr', requestReference: null, secretKind: 'password' }
  return (await hr.call('issue', wish)).reply().pickup
}

/** The hub checks a file as soon as it is there. */
async function checked(maker: Browser, id: string): Promise<void> {
  await vi.waitFor(
    async () => expect((await maker.call('import', undefined, { query: { id } })).reply().state).toBe('checked'),
    10_000,
  )
}

test('the helpdesk moves, extends and ends no pickup of staff, nor does HR one of students: as the console says, so the hub does', async () => {
  const pickup = await staffPickup('virtasma')
  expect((await agent.call('pickup', undefined, { query: { pickup } })).reply().may).toEqual({
    reroute: false,
    revoke: false,
    extend: false,
    reissue: false,
  })
  for (const [reason, to] of [
    ['re-routed', desk('hr')],
    ['revoked', null],
    ['blocked', null],
  ] as const)
    expect((await agent.call('revoke', { pickup, reason, to })).code).toBe('L-618')
  expect((await agent.call('extend', { pickup, expiresAt: world.clock.now + 60 * 86_400_000 })).code).toBe('L-618')
  expect((await hr.call('extend', { pickup, expiresAt: world.clock.now + 60 * 86_400_000 })).status).toBe(200)
  const wish = {
    account: 'akerstai',
    desk: desk('helpdesk-lakeside'),
    channel: 'helpdesk',
    requestReference: null,
    secretKind: 'password',
  }
  const student = (await agent.call('issue', wish)).reply().pickup
  expect((await hr.call('revoke', { pickup: student, reason: 'revoked', to: null })).code).toBe('L-618')
  expect((await agent.call('revoke', { pickup: student, reason: 'revoked', to: null })).status).toBe(200)
  expect((await hr.call('revoke', { pickup, reason: 'revoked', to: null })).status).toBe(200)
  expect((await agent.call('revoke', { pickup: 'A'.repeat(22), reason: 'revoked', to: null })).code).toBe('L-609')
})

test('an address is kept by who keeps the person', async () => {
  const address = { lines: ['Testikatu 1'], postalCode: '33100', city: 'Tampere', country: 'FI' }
  expect((await agent.call('setAddress', { account: 'virtasma', address })).code).toBe('L-618')
  expect((await hr.call('setAddress', { account: 'virtasma', address })).status).toBe(200)
})

test('a request reference of spaces is none', async () => {
  for (const requestReference of ['', '   ', '\u00a0']) {
    const wish = {
      account: 'akerstai',
      desk: desk('porter-lakeside'),
      channel: 'porter',
      requestReference,
      secretKind: 'password',
    }
    expect((await agent.call('issue', wish)).code).toBe('L-207')
  }
})

test('nobody adds to another’s import or carries it out: it issues in its maker’s name and by their role', async () => {
  const file = Buffer.from('account;desk\nvirtasma;HR\n').toString('base64')
  const { id } = (await hr.call('createImport', { name: 'new staff' })).reply()
  expect((await agent.call('importPart', { id, part: 0, bytes: file, last: true })).code).toBe('L-618')
  expect((await hr.call('importPart', { id, part: 0, bytes: file, last: true })).status).toBe(200)
  await checked(hr, id)
  expect((await agent.call('runImport', { id })).code).toBe('L-618')
  expect((await agent.call('cancelImport', { id })).code).toBe('L-618')
  const supervisor = await world.as('supervisor')
  expect((await supervisor.call('cancelImport', { id })).status).toBe(200)
})

test('an account that differs from someone’s only in what a directory does not look at is theirs', async () => {
  const person = { class: 'student', name: { family: 'Eksinen', given: 'E' }, language: 'fi' }
  for (const account of ['VIRTASMA', 'Virtasma', 'ｖirtasma', 'virt\u00adasma', 'virtasma\u200b'])
    expect(['L-666', 'L-608'], account).toContain(
      (await agent.call('saveRecipient', { ...person, accounts: [{ account }] })).code,
    )
  expect(
    (await agent.call('saveRecipient', { ...person, accounts: [{ account: 'eksinen' }, { account: 'Eksinen' }] })).code,
  ).toBe('L-666')
  const supervisor = await world.as('supervisor')
  const file =
    'account;desk;class;family;given\nVIRTASMA;;student;Eksinen;E\nuusi.eksinen;;student;Eksinen;U\nUusi.Eksinen;;student;Eksinen;U\n'
  const { id } = (await supervisor.call('createImport', { name: 'people' })).reply()
  await supervisor.call('importPart', { id, part: 0, bytes: Buffer.from(file).toString('base64'), last: true })
  await checked(supervisor, id)
  const rows = (await supervisor.call('importRows', undefined, { query: { id } })).reply().rows
  expect(rows.map(({ line, state, problem }) => [line, state, problem?.code])).toEqual([
    [2, 'refused', 'L-666'],
    [3, 'ready', undefined],
    [4, 'refused', 'L-636'],
  ])
})
