/**
 * What the signing key alone can do. It works with nobody at the desk, so whoever carries off a kiosk's disk and
 * keystore has it, without a badge or a PIN. One row for each route that a kiosk signs and each kind of ledger entry:
 * what that thief gains by it, and what stops or shows it. docs/threat-model.md prints these rows, and `npm run -s
 * test:thief` plays each of them. A route or a kind without a row does not compile.
 */
import type { HubApi, HubRoute } from './index.ts'
import type { LedgerKind } from './ledger-entry.ts'

interface Stream {
  readonly hint: true
}
type Signed = { readonly [R in HubRoute as HubApi[R]['auth'] extends 'kiosk' ? R : never]: true }
/** Routes that a kiosk signs; `hint` is the stream at `hintPath`. */
export type KioskRoute = keyof (Signed & Stream)

/**
 * What is to be seen at the hub when it was done, by the kinds that the hub gives it: the play looks for exactly these.
 */
export interface Trace {
  /** Kinds of alarms that ring. */
  readonly alarms?: readonly string[]
  /** Rows of the hub's audit. */
  readonly audit?: readonly string[]
  /** How the pickup stands that it was about. */
  readonly pickup?:
    'granted' | 'held' | 'revoked' | 'handed-over' | 'dispatched' | 'delivered' | 'returned-by-post' | 'burned'
}

export interface UnattendedAct {
  readonly gains: string
  readonly shows: string
  readonly leaves: Trace
}

/** A false record, and nothing else: no rule of the hub follows from it. */
function record(gains: string, pickup: 'granted' | null = null): UnattendedAct {
  return {
    gains: `${gains} No rule of the hub follows from it.`,
    shows:
      pickup === null
        ? 'It stands in the ledger, signed by this kiosk, and in every export.'
        : 'It stands in the pickup’s timeline and in the ledger, signed by this kiosk. The pickup goes on waiting.',
    leaves: pickup === null ? {} : { pickup },
  }
}

export const unattendedRoutes: { readonly [R in KioskRoute]: UnattendedAct } = {
  openingKey: {
    gains:
      'An opening key of their own waits at the hub. It never takes force without a supervisor who types its letters; until it is refused, nothing new is granted to the desk. One that names strangers as its holders is refused at once, and kept so: as many rows as the thief sends.',
    shows:
      'An alarm that somebody must settle at the console; the desk’s own screen says that another key waits (L-432). For what was refused one alarm, which counts the keys, and a row of the audit for each.',
    leaves: {
      alarms: ['opening-key-waits', 'opening-key-shared'],
      audit: ['opening-key-waits', 'opening-key-refused'],
    },
  },
  feed: {
    gains:
      'Reads what changes at this desk: names, accounts and sealed envelopes of its pickups, keyed tags of their cards, names and keyed badge tags of its staff. None of the envelopes opens. A claim to know more than the hub has begins another incarnation, once: all grants wait until every kiosk has reported.',
    shows:
      'Nothing shows the reading; writing the kiosk off ends it. The claim rings an alarm (`database-went-back`, tried by `test/adversary/claims.test.ts`).',
    leaves: {},
  },
  snapshot: {
    gains:
      'Reads the same of everything that this desk holds now, with the policy and the directory of desks. None of the envelopes opens.',
    shows: 'Nothing shows the reading; writing the kiosk off ends it.',
    leaves: {},
  },
  ledger: {
    gains: 'What the entries below bring. Nothing that the hub has acknowledged is undone.',
    shows:
      'Each entry is kept under this kiosk’s signature. Where the desk’s own kiosk is still at work, the two ledgers part at its next contact: it is frozen, with an alarm (`ledger-mismatch`, tried by `test/adversary/evidence.test.ts`).',
    leaves: {},
  },
  report: {
    gains:
      'Freezes this kiosk at the hub by claiming to be an older disk. What it claims to hold counts only while a hub that was put back waits for reports, and is then asked back, not opened. As with the feed, a claim to know more than the hub has makes all grants wait, once.',
    shows: 'An alarm for the older disk; one for the claim (`database-went-back`).',
    leaves: { alarms: ['restored-disk'] },
  },
  hint: {
    gains: 'Learns when something changes at this desk.',
    shows: 'Nothing; writing the kiosk off ends it.',
    leaves: {},
  },
  status: {
    gains:
      'Says of the desk what the console shows: its light, its printer, a pause. A pause makes check-in screens send people away until it ends.',
    shows: 'Nothing, but that the console shows it and the desk does not.',
    leaves: {},
  },
  findAccounts: {
    gains:
      'At a desk that serves walk-ins, in the name of somebody who serves there: 30 look-ups a minute of people by card, document or the beginning of a name, with accounts, former names, sponsor and a keyed tag of the birth date.',
    shows:
      'Each look-up is in the audit, with in whose name and how many were found. More than 30 a minute are refused (L-619); a porters’ desk has none (L-225).',
    leaves: { audit: ['accounts-looked-up'] },
  },
  walkIn: {
    gains:
      'With a false `walk-in-verified` entry: a new password for anybody whose class may walk in there, sealed to the desk’s opening key, which the thief has not got. What waited for that account elsewhere is asked back.',
    shows:
      'Issued in the audit, in the name of the member of staff that the entry gives; the person whose pickup is gone asks for it.',
    leaves: { audit: ['issued'], pickup: 'granted' },
  },
  checkIn: {
    gains:
      'With a check-in screen’s keys: who waits at this very desk, for initials, by card, document or pickup code, 30 times a minute; and at which other desks. With a desk’s own: only at which other desks.',
    shows: 'The desk’s kiosk is told of an arrival, and the audit has each with the screen’s id.',
    leaves: { audit: ['checked-in'] },
  },
  beginEId: {
    gains:
      'An address at which the person of a waiting pickup may identify themselves: it proves something only when that very person does. Ends the try that ran before.',
    shows: 'In the audit. A pickup that this kiosk does not hold is refused (L-201).',
    leaves: { audit: ['e-id-begun'], pickup: 'granted' },
  },
  eIdState: {
    gains: 'How this kiosk’s own tries stand.',
    shows: 'Nothing; another kiosk’s are refused (L-318).',
    leaves: {},
  },
  cancelEId: {
    gains: 'Ends a try of this kiosk’s own.',
    shows: 'In the audit, as failed; the person sees it on the phone.',
    leaves: { audit: ['e-id-failed'], pickup: 'granted' },
  },
  fileRequest: {
    gains:
      'An item in the inbox that asks for a delivery to this desk; three a day for one account or card, 200 a day in all. It opens nothing: an agent decides. Whatever that agent issues is sealed to the desk’s opening key.',
    shows: 'In the inbox as not verified, and in the audit.',
    leaves: { audit: ['request-filed'] },
  },
}

const given = 'Ends one of this desk’s pickups: the person finds nothing there, and what the hub granted stays sealed.'
const many = 'Three or more that are most of what was held, or ten, within ten minutes ring an alarm that lists them.'

export const unattendedEntries: { readonly [K in LedgerKind]: UnattendedAct } = {
  'kiosk-enrolled': record('A false beginning of a ledger.'),
  'engine-started': record('A false version and count of starts, which the list of desks shows.'),
  'staff-enrolled': record('A false “chose a PIN here”.'),
  'staff-signed-in': record('A false presence of somebody.'),
  'staff-signed-out': record('A false end of a session.'),
  'sign-in-refused': record('A false wrong PIN.'),
  'pin-changed': record('A false changed PIN.'),
  'staff-pin-removed': record('A false removal of a PIN: the PIN at the desk stays what it is.'),
  'opening-key-rotated': record('A false word of a new opening key: which is in force, the hub knows by itself.'),
  'keys-not-vouched': {
    gains: 'A false alarm about somebody’s key.',
    shows: 'The alarm itself, which names the kiosk.',
    leaves: { alarms: ['keys-not-vouched'] },
  },
  'hours-overridden': record('A false override of the opening hours.'),
  'desk-paused': record('A false pause in the ledger.'),
  'desk-resumed': record('A false end of a pause.'),
  'desk-opened': record('A false opening checklist.'),
  'printer-tested': record('A false test of the printer.'),
  'shift-ended': record('A false end of a shift.'),
  'staff-called': record('A false call for staff; of a check-in screen it rings at the desk.'),
  'staff-call-answered': record('A false answer to a call.'),
  'hub-time-accepted': record('A false word that somebody let the hub’s time count.'),
  'ledger-carried': record('A false memory stick.'),
  'ledger-receipt-taken': record('A false receipt of one.'),
  arrival: record('A false arrival.', 'granted'),
  'arrival-undone': record('A false “was not here”.', 'granted'),
  verification: {
    gains:
      'A false proof of somebody’s identity in the ledger; it prints nothing here, and only a kiosk’s own database takes it for one. By e-ID it counts for nothing: the hub has seen none.',
    shows: 'In the timeline, with the kiosk and whoever it names. By e-ID an alarm rings.',
    leaves: { alarms: ['e-id-without-proof'], pickup: 'granted' },
  },
  'walk-in-verified': record('The ground for `walkIn` above.'),
  'walk-in-abandoned': {
    gains: 'Takes back what this very kiosk had issued to a walk-in; another kiosk’s stays.',
    shows: 'In the audit and in the pickup’s timeline.',
    leaves: { audit: ['walk-in-abandoned'] },
  },
  'verification-witnessed': record('A false second pair of eyes.', 'granted'),
  'verification-refused': record('A false refusal.', 'granted'),
  'no-slip': record('A false “no slip given”.', 'granted'),
  'dispatch-approved': record('A false approval of a letter.', 'granted'),
  'slip-intended': record('A false beginning of a print.', 'granted'),
  'slip-printed': record('A false slip.', 'granted'),
  'slip-failed': record('A false failure of a print.', 'granted'),
  'slip-uncertain': record('A false doubt about one.', 'granted'),
  'slip-spoiled': record('A false spoiled slip.', 'granted'),
  'slip-nothing-came-out': record('A false “nothing came out”.', 'granted'),
  'revoke-pending': record('A false word that a slip of what was asked back is unsettled.', 'granted'),
  'handed-over': {
    gains: `${given} Where a secret source puts passwords in force at the handover, this one is put in force, and nobody knows it.`,
    shows:
      'In the timeline, with the kiosk and whoever it names. A second handover is a dispute. No alarm rings for the first: the person who comes in vain shows it.',
    leaves: { pickup: 'handed-over' },
  },
  dispatched: {
    gains: `${given} As for a handover, and it stands in the list of letters.`,
    shows: 'As for a handover; the tracking number is none of the post’s.',
    leaves: { pickup: 'dispatched' },
  },
  'letter-delivered': {
    gains: 'A letter that this kiosk dispatched counts as delivered.',
    shows:
      'In the audit and the list of letters. Of a letter that went from elsewhere it rings an alarm (`foreign-entry`).',
    leaves: { audit: ['letter-delivered'], pickup: 'delivered' },
  },
  'letter-returned': {
    gains:
      'A letter that this kiosk dispatched counts as returned: its password is burned, and disabled at the source.',
    shows:
      'In the audit and the list of letters. Of a letter that went from elsewhere it rings an alarm (`foreign-entry`).',
    leaves: { audit: ['burned'], pickup: 'returned-by-post' },
  },
  'slip-missing': {
    gains: 'Burns one of this desk’s pickups: its password is disabled at the source, and the person needs another.',
    shows:
      'In the audit and in the timeline. Of what was never granted there it rings an alarm (`foreign-entry`) and changes nothing.',
    leaves: { audit: ['burned'], pickup: 'burned' },
  },
  'revoke-acknowledged': {
    gains:
      'Lets one of this desk’s pickups go unasked: it ends, or moves where the hub was moving it, under a fresh password for the other desk.',
    shows: `In the audit. ${many}`,
    leaves: { alarms: ['sent-away'], audit: ['revoke-acknowledged'], pickup: 'revoked' },
  },
  'sent-elsewhere': {
    gains:
      'Sends this desk’s pickups to other desks, each under a fresh password sealed to the key of that desk’s kiosk. To its own desk nothing fresh comes: the pickup is held.',
    shows: `In the audit. ${many} Sent to the kiosk’s own desk, each rings one.`,
    leaves: { alarms: ['sent-away', 'sent-to-itself'], audit: ['sent-elsewhere'], pickup: 'held' },
  },
}

/** By the name that the row has in the page and in the plays. */
export const unattendedActs: ReadonlyMap<string, UnattendedAct> = new Map([
  ...Object.entries(unattendedRoutes).map(([name, act]): [string, UnattendedAct] => [`route ${name}`, act]),
  ...Object.entries(unattendedEntries).map(([name, act]): [string, UnattendedAct] => [`entry ${name}`, act]),
])
