/**
 * What a call of the hub leaves in its audit trail: one row for each route that somebody answers for, so that a route
 * without either an act or a reason does not compile. Who did it, what, and to whom; never a secret, a card or a birth
 * date.
 */
import type { HubApi, HubRoute } from './index.ts'

/** Acts, one of which is written for every call that takes effect or is refused as such; or why there is none. */
export type Audited = readonly [string, ...string[]] | { readonly none: string }

type AnsweredFor = { [R in HubRoute]: HubApi[R]['auth'] extends 'agent' | 'kiosk' | 'code' ? R : never }[HubRoute]

const ownLedger = { none: 'The kiosk’s own ledger, signed and kept, is the record.' } as const
const asks = { none: 'The kiosk asks for what was granted to it: what was granted is recorded where it is.' } as const
const figures = { none: 'Figures and states of desks, of nobody in particular.' } as const
const settings = { none: 'Reads what the institution has set, of nobody in particular.' } as const
const trail = { none: 'Reads the trail itself, by opaque ids.' } as const
const work = { none: 'Reads what waits to be done; what is then read of one person is recorded there.' } as const

export const auditedActs = {
  enrol: ['enrolled'],
  openingKey: ['opening-key-waits', 'opening-key-in-force', 'opening-key-refused', 'opening-key-holders'],
  feed: asks,
  snapshot: asks,
  ledger: ownLedger,
  report: ownLedger,
  findAccounts: ['accounts-looked-up'],
  walkIn: ['issued'],
  checkIn: ['checked-in'],
  beginEId: ['e-id-begun'],
  eIdState: asks,
  cancelEId: ['e-id-failed'],
  status: figures,
  fileRequest: ['request-filed'],
  writeOff: ['written-off'],
  unfreeze: ['unfrozen'],
  confirmOpeningKey: ['opening-key-in-force', 'opening-key-holders', 'opening-key-mismatch', 'opening-key-refused'],
  refuseOpeningKey: ['opening-key-refused'],
  alarms: trail,
  closeAlarm: ['alarm-closed', 'dispute-closed'],
  issue: ['issued'],
  revoke: ['revoked', 're-routed', 'blocked'],
  timeline: ['pickup-read'],
  desks: figures,
  enrolmentCode: ['enrolment-code'],
  enrolmentCodes: ['enrolment-code'],
  tokens: settings,
  createToken: ['token-made'],
  revokeToken: ['token-revoked'],
  importLedger: ['ledger-carried'],
  signIn: ['signed-in', 'sign-in-refused'],
  signOut: ['signed-out'],
  session: { none: 'Says to the caller who the caller is.' },
  sessions: settings,
  revokeSession: ['session-ended'],
  changePassword: ['password-changed', 'password-change-refused'],
  firstAdministrator: ['first-administrator'],
  acceptInvitation: ['password-set'],
  consoleAccounts: settings,
  saveConsoleAccount: ['account-saved'],
  inviteConsoleAccount: ['account-invited'],
  /** With a text to look for: it looks for people. Without one it is the list of work. */
  pickups: ['people-searched'],
  countPickups: figures,
  /** Its pickup code is for the notice: who has seen it can be asked. */
  pickup: ['pickup-read'],
  ledgerEntries: trail,
  auditTrail: trail,
  webhooks: settings,
  addWebhook: ['webhook-added'],
  removeWebhook: ['webhook-removed'],
  testWebhook: ['webhook-tested'],
  webhookDeliveries: trail,
  retryWebhook: ['webhook-retried'],
  peopleSources: settings,
  savePeopleSource: ['people-source-made', 'people-source-changed'],
  removePeopleSource: ['people-source-removed'],
  runPeopleSource: ['people-source-read'],
  confirmPeopleRun: ['people-run-confirmed'],
  cancelPeopleRun: ['people-run-cancelled'],
  peopleRuns: figures,
  peopleRunRows: work,
  recipients: ['people-searched'],
  recipient: ['person-read'],
  saveRecipient: ['recipient-made', 'recipient-changed'],
  setBirthDate: ['birth-date-set', 'birth-date-removed'],
  addCard: ['card-added'],
  removeCard: ['cards-removed'],
  mayIssue: { none: 'Answers yes or no, and names nobody.' },
  extend: ['extended'],
  reissue: ['issued'],
  writeOffPreview: work,
  watch: figures,
  series: figures,
  imports: work,
  import: work,
  createImport: ['import-made'],
  importPart: { none: 'Part of the import, which is recorded when it is made and when it is run.' },
  runImport: ['import-run'],
  cancelImport: ['import-cancelled'],
  importRows: work,
  chains: trail,
  quarantine: trail,
  dataSubject: ['data-subject-report'],
  // Where a secret binds still, `secret-end-asked` comes first, for each pickup.
  erase: ['erased'],
  retention: settings,
  saveRetention: ['retention-set'],
  setAddress: ['address-changed'],
  letters: work,
  inbox: work,
  approveRequest: ['request-approved'],
  declineRequest: ['request-declined'],
  units: settings,
  saveUnit: ['unit-saved'],
  saveDesk: ['desk-saved'],
  staff: settings,
  saveStaff: ['staff-saved'],
  removeStaff: ['staff-removed'],
  addBadge: ['badge-added'],
  removeBadges: ['badges-removed'],
  policy: settings,
  policyVersion: settings,
  savePolicy: ['policy-saved'],
  policyPreview: figures,
  organisation: settings,
  saveOrganisation: ['organisation-saved'],
  setup: settings,
  saveSetup: ['setup-saved'],
  contact: settings,
  saveContact: ['contact-saved'],
  exportSettings: settings,
  importSettings: ['settings-imported'],
} as const satisfies { readonly [R in AnsweredFor]: Audited }

/** Routes whose calls leave a row. */
export type AuditedRoute = {
  [R in keyof typeof auditedActs]: (typeof auditedActs)[R] extends readonly string[] ? R : never
}[keyof typeof auditedActs]
