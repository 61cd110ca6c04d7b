/** Who may do what at the hub: one row per route of agents, so that a route without an authority does not compile. */
import { AgentRole } from './agent-api/words.ts'
import type { HubApi, HubRoute } from './hub-api.ts'

export { AgentRole } from './agent-api/words.ts'

type AgentRoute = { [R in HubRoute]: HubApi[R]['auth'] extends 'agent' ? R : never }[HubRoute]

const everyone = AgentRole.options

export const agentAuthorities: { readonly [R in AgentRoute]: readonly AgentRole[] } = {
  issue: ['agent', 'hr', 'supervisor'],
  revoke: ['agent', 'hr', 'supervisor'],
  pickups: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  timeline: ['agent', 'hr', 'supervisor', 'auditor'],
  desks: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  alarms: ['supervisor', 'auditor', 'administrator'],
  closeAlarm: ['supervisor'],
  writeOff: ['supervisor'],
  unfreeze: ['supervisor'],
  importLedger: ['supervisor'],
  enrolmentCode: ['administrator', 'supervisor'],
  tokens: ['administrator', 'auditor'],
  createToken: ['administrator'],
  revokeToken: ['administrator'],
  session: everyone,
  signOut: everyone,
  sessions: everyone,
  revokeSession: everyone,
  changePassword: everyone,
  consoleAccounts: ['administrator', 'auditor'],
  saveConsoleAccount: ['administrator'],
  inviteConsoleAccount: ['administrator'],
  countPickups: everyone,
  pickup: ['agent', 'hr', 'supervisor', 'auditor'],
  ledgerEntries: ['supervisor', 'auditor'],
  auditTrail: ['supervisor', 'auditor', 'administrator'],
  inbox: ['agent', 'hr', 'supervisor', 'auditor'],
  approveRequest: ['agent', 'hr', 'supervisor'],
  declineRequest: ['agent', 'hr', 'supervisor'],
  setAddress: ['agent', 'hr', 'supervisor'],
  letters: ['agent', 'hr', 'supervisor', 'auditor'],
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
  extend: ['agent', 'hr', 'supervisor'],
  reissue: ['agent', 'hr', 'supervisor'],
  writeOffPreview: ['supervisor'],
  watch: everyone,
  series: everyone,
  imports: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  import: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  createImport: ['agent', 'hr', 'supervisor', 'administrator'],
  importPart: ['agent', 'hr', 'supervisor', 'administrator'],
  runImport: ['agent', 'hr', 'supervisor', 'administrator'],
  cancelImport: ['agent', 'hr', 'supervisor', 'administrator'],
  importRows: ['agent', 'hr', 'supervisor', 'auditor', 'administrator'],
  chains: ['supervisor', 'auditor'],
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
  policy: everyone,
  policyVersion: ['supervisor', 'auditor', 'administrator'],
  savePolicy: ['administrator'],
  policyPreview: ['supervisor', 'auditor', 'administrator'],
  organisation: everyone,
  saveOrganisation: ['administrator'],
}

/** A route that is not an agent's asks for no role. */
export function mayCall(route: HubRoute, role: AgentRole): boolean {
  const asked = (agentAuthorities as Readonly<Partial<Record<HubRoute, readonly AgentRole[]>>>)[route]
  return asked === undefined || asked.includes(role)
}
