/**
 * Words of one kiosk or one agent that would count for more than they are worth: a loss that a written-off kiosk
 * claims, formulas in names, characters that a database cannot hold, marks of pages that nobody gave. Nothing breaks by
 * them, and nobody else is held.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(() => institute.stop())

const incarnationNow = async () =>
  (await institute.sql<{ incarnation: string }>('SELECT incarnation FROM hub'))[0]?.incarnation

it('a kiosk that is written off claims that the hub has lost something: the institution goes on', async () => {
  const kiosk = await institute.servingKiosk(hub, 'porter-millhill')
  value(await hub.as('supervisor').writeOff(kiosk.id))
  const incarnation = await incarnationNow()
  const claim = { acked: 900_000, seq: 900_000, ackedBy: kiosk.incarnation, cursor: 900_000 }
  await kiosk.report(claim)
  await kiosk.feed({ acked: 900_000 })
  expect(await incarnationNow()).toBe(incarnation)
  expect((await hub.as('supervisor').alarms()).alarms.map(({ kind }) => kind)).not.toContain('database-went-back')
})

it('a check-in screen claims so: the institution goes on', async () => {
  const incarnation = await incarnationNow()
  const screen = await institute.kiosk(hub, 'porter-lakeside', 'check-in')
  await screen.report({ acked: 900_000, seq: 900_000, ackedBy: screen.incarnation, cursor: 900_000 })
  await screen.feed({ acked: 900_000 })
  expect(await incarnationNow()).toBe(incarnation)
})

it.each(['\u0000', 'a\u0000b', '\ud800', '\u202eabc', 'x'.repeat(100_000), "'; DROP TABLE pickup; --"])(
  'an agent’s text %j breaks nothing, wherever it stands',
  async (text) => {
    const names = { fi: text, sv: text, en: text }
    const agent = hub.as('agent')
    const administrator = hub.as('administrator')
    const supervisor = hub.as('supervisor')
    const { id: desk } = institute.desk('porter-millhill')
    const account = institute.accounts[0] ?? ''
    await agent.call('issue', {
      body: { account, desk, channel: 'porter', requestReference: text, secretKind: 'password', secret: text },
    })
    await agent.call('issue', {
      body: { account: text, desk, channel: 'porter', requestReference: null, secretKind: 'password' },
    })
    await agent.call('recipients', { query: { text: text.slice(0, 200) } })
    await agent.call('mayIssue', { query: { account: text.slice(0, 120) } })
    await agent.call('pickups', { query: { text: text.slice(0, 200), limit: 10, after: text.slice(0, 80) } })
    await supervisor.call('auditTrail', { query: { actor: text.slice(0, 120), limit: 10 } })
    await supervisor.call('ledgerEntries', { query: { limit: 10, after: text.slice(0, 80) } })
    await administrator.call('createToken', { body: { name: text, role: 'agent', days: 1 } })
    await administrator.call('saveConsoleAccount', { body: { username: text, name: text, role: 'agent' } })
    await administrator.call('addWebhook', { body: { url: `https://example.org/${text}`, events: ['ready'] } })
    await administrator.call('createImport', { body: { name: text, supersede: false } })
    await administrator.call('saveOrganisation', {
      body: { name: names, changeAddress: `https://id.example/${text}`, selfServiceAddress: 'https://id.example/' },
    })
    await agent.call('setAddress', {
      body: { account, address: { lines: [text], postalCode: text, city: text, country: 'FI' } },
    })
    await supervisor.call('addCard', { body: { recipient: newId(), card: text } })
    await supervisor.call('importLedger', { body: { file: text } })
    expect(hub.bugs).toEqual([])
    expect(codeOf(await agent.call('desks', {}))).toBe(null)
  },
)
