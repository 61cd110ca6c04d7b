/**
 * A fresh hub with nobody but its first administrator: what it begins with, and that no route of it stumbles over what
 * is not there yet.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentRole } from '../../src-shared/hub-api/agent/words.ts'
import { agentAuthorities } from '../../src-shared/hub-api/authority.ts'
import { hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'
import { policyTemplates } from '../../src-shared/policy/index.ts'
import { policyProblems } from '../../src-hub/administration/index.ts'
import { startConsoleHub, type ConsoleHub } from './console-hub.ts'

let console: ConsoleHub

beforeAll(async () => {
  console = await startConsoleHub({}, null)
})
afterAll(async () => {
  await console.stop()
})

test('an institution begins with a policy that holds together, and personal data that goes by itself', async () => {
  const administrator = await console.as('administrator')
  const { policy } = (await administrator.call('policy')).reply()
  expect(policy).toEqual(policyTemplates['applied-sciences'])
  expect(policyProblems(policy)).toEqual([])
  expect((await administrator.call('retention')).reply()).toEqual({ personalDataDays: 90 })
  expect((await administrator.call('units')).reply()).toEqual({ units: [] })
})

const nobody = 'a'.repeat(22)
/** Routes that ask for one thing by its id, which is not there: the answer says that. */
const byId: Readonly<Partial<Record<HubRoute, Readonly<Record<string, string | number>>>>> = {
  timeline: { pickup: nobody },
  pickup: { pickup: nobody },
  recipient: { recipient: nobody },
  mayIssue: { account: 'nobody' },
  writeOffPreview: { kiosk: nobody },
  import: { id: nobody },
  importRows: { id: nobody },
  dataSubject: { recipient: nobody },
  policyVersion: { version: 0 },
  peopleRuns: { source: nobody },
  peopleRunRows: { run: nobody },
}
/** What a list cannot do without. */
const queries: Readonly<Partial<Record<HubRoute, Readonly<Record<string, string | number>>>>> = {
  recipients: { text: 'a' },
  pickups: { limit: 50 },
  ledgerEntries: { limit: 50 },
  auditTrail: { limit: 50 },
  inbox: { limit: 50 },
  letters: { limit: 50 },
  alarms: { limit: 50 },
  series: { from: '2026-01-01', to: '2026-01-31' },
}

const roles: Readonly<Partial<Record<HubRoute, readonly AgentRole[]>>> = agentAuthorities
const asked = (Object.keys(hubApi) as HubRoute[]).flatMap((name) =>
  hubApi[name].method === 'GET' ? (roles[name] ?? []).map((role) => ({ name, role })) : [],
)

test.each(asked)('GET $name answers $role sensibly', async ({ name, role }) => {
  const browser = await console.as(role)
  const answer = await browser.call(name, undefined, { query: byId[name] ?? queries[name] ?? {} })
  if (answer.status === 200) {
    answer.reply()
    return
  }
  // Nothing is out of order: what was asked for by its id is not there.
  expect(Object.keys(byId)).toContain(name)
  expect(answer.code).toBe('L-609')
})

test('every role can be there before any desk is', () => {
  expect(new Set(asked.map(({ name }) => name)).size).toBeGreaterThan(25)
  expect(new Set(asked.map(({ role }) => role))).toEqual(new Set(AgentRole.options))
})

test('a kiosk joins only when there is something to tell it of the institution', async () => {
  const administrator = await console.as('administrator')
  const text = { fi: 'Kampus', sv: 'Campus', en: 'Campus' }
  const unit = (await administrator.call('saveUnit', { name: text, address: '', hours: null })).reply().id
  const place = { unit, kind: 'helpdesk', name: text, slipPrefix: 'HD', hours: null }
  const { id: desk } = (await administrator.call('saveDesk', place)).reply()
  expect(await administrator.call('enrolmentCode', { desk })).toMatchObject({ status: 409, code: 'L-725' })
  expect(await administrator.call('enrolmentCodes', { desks: [desk] })).toMatchObject({ status: 409, code: 'L-725' })
  ;(
    await administrator.call('saveOrganisation', {
      name: text,
      changeAddress: 'https://id.example.org/change',
      selfServiceAddress: 'https://id.example.org/self',
    })
  ).reply()
  expect((await administrator.call('enrolmentCode', { desk })).reply().code).not.toBe('')
})
