/** Every route of the hub x every kind of caller, generated from the contract: none forgotten. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHub, type RunningHub } from '../../src-hub/index.ts'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { hubApi, type HubRoute, type RouteAuth } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { newSignKeyPair, privateKeyFromDer, signRequest } from '../../src-shared/protocol/request-signature.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'

const token = 'agent-token-of-the-matrix-0001'
const folder = mkdtempSync(join(tmpdir(), 'lodge-callers-'))
let hub: RunningHub

type Caller = 'nobody' | 'wrong token' | AgentRole | 'stranger’s signature'
const callers: readonly Caller[] = ['nobody', 'wrong token', ...AgentRole.options, 'stranger’s signature']
/** Codes that say "not you": by who is asked, never by what. */
const refusals = new Set(['L-603', 'L-606', 'L-610', 'L-618'])

/** Written out here by hand, apart from the hub's own table. */
const expected: Readonly<Record<string, readonly AgentRole[]>> = {
  issue: ['agent', 'hr', 'supervisor'],
  revoke: ['agent', 'hr', 'supervisor'],
  pickups: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  timeline: ['agent', 'hr', 'supervisor', 'auditor'],
  desks: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  alarms: ['supervisor', 'auditor', 'administrator'],
  closeAlarm: ['supervisor'],
  importLedger: ['supervisor'],
  writeOff: ['supervisor'],
  confirmOpeningKey: ['supervisor'],
  refuseOpeningKey: ['supervisor'],
  unfreeze: ['supervisor'],
  enrolmentCode: ['administrator', 'supervisor'],
  tokens: ['administrator', 'auditor'],
  createToken: ['administrator'],
  revokeToken: ['administrator'],
  ...Object.fromEntries(
    ['session', 'signOut', 'sessions', 'revokeSession', 'changePassword'].map((name) => [name, AgentRole.options]),
  ),
  consoleAccounts: ['administrator', 'auditor'],
  saveConsoleAccount: ['administrator'],
  inviteConsoleAccount: ['administrator'],
  countPickups: AgentRole.options,
  pickup: ['agent', 'hr', 'supervisor', 'auditor'],
  ledgerEntries: ['supervisor', 'auditor'],
  auditTrail: ['supervisor', 'auditor', 'administrator'],
  peopleSources: ['supervisor', 'auditor', 'administrator'],
  savePeopleSource: ['administrator'],
  removePeopleSource: ['administrator'],
  runPeopleSource: ['supervisor', 'administrator'],
  confirmPeopleRun: ['supervisor', 'administrator'],
  cancelPeopleRun: ['supervisor', 'administrator'],
  peopleRuns: ['supervisor', 'auditor', 'administrator'],
  peopleRunRows: ['supervisor', 'auditor', 'administrator'],
  webhooks: ['administrator', 'auditor'],
  addWebhook: ['administrator'],
  removeWebhook: ['administrator'],
  testWebhook: ['administrator'],
  webhookDeliveries: ['administrator', 'auditor'],
  retryWebhook: ['administrator'],
  recipients: ['agent', 'hr', 'supervisor'],
  recipient: ['agent', 'hr', 'supervisor', 'auditor'],
  saveRecipient: ['agent', 'hr', 'supervisor'],
  setBirthDate: ['agent', 'hr', 'supervisor'],
  addCard: ['agent', 'hr', 'supervisor'],
  removeCard: ['agent', 'hr', 'supervisor'],
  mayIssue: ['agent', 'hr', 'supervisor'],
  inbox: ['agent', 'hr', 'supervisor', 'auditor'],
  approveRequest: ['agent', 'hr', 'supervisor'],
  declineRequest: ['agent', 'hr', 'supervisor'],
  setAddress: ['agent', 'hr', 'supervisor'],
  letters: ['agent', 'hr', 'supervisor', 'auditor'],
  extend: ['agent', 'hr', 'supervisor'],
  reissue: ['agent', 'hr', 'supervisor'],
  writeOffPreview: ['supervisor'],
  watch: AgentRole.options,
  series: AgentRole.options,
  imports: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  import: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  createImport: ['agent', 'hr', 'supervisor', 'administrator'],
  importPart: ['agent', 'hr', 'supervisor', 'administrator'],
  runImport: ['agent', 'hr', 'supervisor', 'administrator'],
  cancelImport: ['agent', 'hr', 'supervisor', 'administrator'],
  importRows: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  chains: ['supervisor', 'auditor'],
  quarantine: ['supervisor', 'auditor'],
  dataSubject: ['supervisor', 'auditor'],
  erase: ['supervisor'],
  retention: ['supervisor', 'auditor', 'administrator'],
  saveRetention: ['administrator'],
  units: ['supervisor', 'auditor', 'administrator'],
  saveUnit: ['administrator', 'supervisor'],
  saveDesk: ['administrator'],
  enrolmentCodes: ['administrator', 'supervisor'],
  staff: ['supervisor', 'auditor', 'administrator'],
  saveStaff: ['administrator', 'supervisor'],
  removeStaff: ['administrator', 'supervisor'],
  addBadge: ['administrator', 'supervisor'],
  removeBadges: ['administrator', 'supervisor'],
  policy: AgentRole.options,
  policyVersion: ['supervisor', 'auditor', 'administrator'],
  savePolicy: ['administrator'],
  policyPreview: ['supervisor', 'auditor', 'administrator'],
  organisation: AgentRole.options,
  saveOrganisation: ['administrator'],
  setup: ['administrator', 'supervisor'],
  saveSetup: ['administrator'],
  contact: AgentRole.options,
  saveContact: ['administrator'],
  exportSettings: ['administrator'],
  importSettings: ['administrator'],
}

function mayCall(name: HubRoute, auth: RouteAuth, caller: Caller): boolean {
  switch (auth) {
    case 'open':
    case 'code':
      return true
    case 'kiosk':
      return false
    case 'agent':
      return (expected[name] ?? []).includes(caller as AgentRole)
  }
}

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  const started = await startHub({
    dataDir: join(folder, 'hub'),
    databaseUrl: database.url,
    behindProxy: true,
    tokens: new Map(AgentRole.options.map((role) => [`${token}-${role}`, { name: role, role }])),
  })
  if (!started.ok) throw new Error(started.failure.code)
  hub = started.value
})
afterAll(async () => {
  await hub.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const stranger = privateKeyFromDer(newSignKeyPair().privateKeyDer)
function headers(caller: Caller, method: string, path: string, body: string): Record<string, string> {
  switch (caller) {
    case 'nobody':
      return {}
    case 'wrong token':
      return { authorization: 'Bearer agent-token-of-the-matrix-0002' }
    default:
      return { authorization: `Bearer ${token}-${caller}` }
    case 'stranger’s signature': {
      const time = Date.now()
      return {
        'lodge-kiosk': newId(),
        'lodge-time': String(time),
        'lodge-signature': signRequest(stranger, method, path, body, time),
      }
    }
  }
}

describe.each(callers)('%s', (caller) => {
  it.each(Object.keys(hubApi) as HubRoute[])('%s', async (name) => {
    const { method, path, auth } = hubApi[name]
    const body = method === 'POST' ? '{}' : ''
    const reply = await fetch(hub.url + path, {
      method,
      headers: {
        ...headers(caller, method, path, body),
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === '' ? {} : { body }),
    })
    const { code } = (await reply.json()) as { code?: string }
    const refused = code !== undefined && refusals.has(code)
    expect(refused, `${reply.status} ${code ?? ''}`).toBe(!mayCall(name, auth, caller))
    if (refused) expect(reply.status).toBeGreaterThanOrEqual(401)
  })
})

it('codes cannot be guessed: the thirty-first try in a minute is refused, and so is the next right one', async () => {
  const enrol = () =>
    fetch(hub.url + hubApi.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  let refused = 0
  for (let i = 0; i < 40; i += 1) if ((await enrol()).status === 429) refused += 1
  expect(refused).toBeGreaterThanOrEqual(10)
  const reply = await enrol()
  expect(await reply.json()).toEqual({ code: 'L-619' })
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'")
})
