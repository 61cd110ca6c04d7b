/**
 * Someone without a pickup at the counter, as pure functions over what the look-up found: which account a document is
 * of, what is shown, and when what was begun is given back.
 */
import type { KeyObject } from 'node:crypto'
import type { WalkInId } from '../../src-shared/domain/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { isOf } from '../../src-shared/failures/groups.ts'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import type { FoundAccount } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import type { DocumentView } from '../../src-shared/kiosk-api/views/document.ts'
import type { AccountView, WalkInStep } from '../../src-shared/kiosk-api/views/walk-in.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { channelOf, proofsOf, type Allowed } from '../../src-shared/policy/index.ts'
import { fail, type Failure, type Result } from '../../src-shared/failures/result.ts'
import { issuesAs } from '../../src-shared/domain/serving.ts'
import { areNamesakes, decideHere, sponsorHere, type Decided, type Place, type WalkIn } from '../identity/index.ts'
import {
  birthStanding,
  expiryOn,
  matchName,
  mayBeShortened,
  needsEye,
  type DocumentBirth,
  type ExpirySeen,
  type MachineReadDocument,
} from '../identity/documents/index.ts'
import { fullName, type Pickup } from '../pickups/index.ts'
import type { Session } from '../staff/index.ts'

/** A read document without its number: what is compared with an account. */
export interface Read extends Pick<
  MachineReadDocument,
  'kind' | 'issuerCountry' | 'family' | 'given' | 'truncated' | 'birthDate' | 'orBorn'
> {
  readonly expiry: Exclude<ExpirySeen, 'expired'>
}

/** null: it has expired. `today`: the desk's date. */
export function withoutNumber(document: MachineReadDocument, today: string): Read | null {
  const { kind, issuerCountry, family, given, truncated, birthDate, orBorn } = document
  const expiry = expiryOn(document, today)
  return expiry === 'expired' ? null : { kind, issuerCountry, family, given, truncated, birthDate, orBorn, expiry }
}

export interface WalkInState {
  /** Accounts that the hub found. */
  readonly found: readonly FoundAccount[]
  readonly read: Read | null
  /** The account that is being served, by name. */
  readonly chosen: string | null
  /** The walk-in under way, from its verification on. */
  readonly current: WalkInId | null
  /** The hub is being asked to issue: a scan must not disturb it. */
  readonly issuing: boolean
  /** Counts look-ups: an answer to an older one comes too late. */
  readonly lookUp: number
}

export const nobody: WalkInState = { found: [], read: null, chosen: null, current: null, issuing: false, lookUp: 0 }

/** Whom the look-up found is forgotten; what was begun for them is not. */
export const forgets = (state: WalkInState): WalkInState => ({ ...state, found: [], read: null, chosen: null })

/** A new look-up begins, and answers to any before it come too late. */
export const looksUp = (state: WalkInState): WalkInState => ({ ...forgets(state), lookUp: state.lookUp + 1 })

/** The walk-in is over. */
export const ends = (state: WalkInState, id: WalkInId): WalkInState =>
  state.current === id ? { ...state, current: null } : state

export const accountOf = ({ found }: WalkInState, name: string | null): FoundAccount | null =>
  found.find((each) => each.account === name) ?? null

const bornAs = (lookupKey: KeyObject, document: DocumentBirth, of: FoundAccount) =>
  birthStanding(lookupKey, document, of.birthTag === null ? null : Buffer.from(of.birthTag, 'base64url'))

export function matchOf(lookupKey: KeyObject, document: Read, of: FoundAccount): 'exact' | 'tolerant' | null {
  return bornAs(lookupKey, document, of) === 'whole' ? matchName(document, of.name, of.formerNames) : null
}

/** Why a good document is nobody's of these: it says too little, a machine cannot tell, or it is another person's. */
export function differs(
  lookupKey: KeyObject,
  document: Read,
  among: readonly FoundAccount[],
):
  | typeof failures.nameNotComparable
  | typeof failures.documentDiffers
  | typeof failures.birthDateInPart
  | typeof failures.nameCutToInitials {
  const short = (of: FoundAccount) =>
    bornAs(lookupKey, document, of) === 'short' && matchName(document, of.name, of.formerNames) !== null
  if (among.some(short)) return failures.birthDateInPart
  const born = among.filter((of) => bornAs(lookupKey, document, of) === 'whole')
  if (born.some((of) => needsEye(of.name, of.formerNames))) return failures.nameNotComparable
  return born.some((of) => mayBeShortened(document, of.name, of.formerNames))
    ? failures.nameCutToInitials
    : failures.documentDiffers
}

/**
 * Somebody else who was found has this name, and this birth date or one that the date which was shown bears out as
 * well: staff have chosen by the account's name. `keyed`: the date by eye; null: the document's that was read.
 */
export function hasNamesake(
  { found, read }: WalkInState,
  lookupKey: KeyObject,
  of: FoundAccount,
  keyed: string | null,
): boolean {
  const shown = keyed === null ? read : { birthDate: keyed, orBorn: null }
  const alsoBorn = (each: FoundAccount) =>
    each.birthTag === of.birthTag || (shown !== null && bornAs(lookupKey, shown, each) === 'whole')
  return found.some((each) => of.birthTag !== null && alsoBorn(each) && areNamesakes(of, each))
}

/** What a look-up comes to. */
export type Found =
  | { readonly is: 'nobody'; readonly state: WalkInState }
  | { readonly is: 'one'; readonly state: WalkInState; readonly account: FoundAccount }
  | { readonly is: 'several'; readonly state: WalkInState }

function foundAs(state: WalkInState, among: readonly FoundAccount[]): Found {
  const [account] = among
  if (account === undefined) return { is: 'nobody', state }
  return among.length === 1 ? { is: 'one', state, account } : { is: 'several', state }
}

/** The hub has answered. Compared here once more: what the hub finds is not yet a proof. */
export function answered(
  state: WalkInState,
  lookupKey: KeyObject,
  accounts: readonly FoundAccount[],
  document: Read | null,
): Found {
  const found = document === null ? accounts : accounts.filter((each) => matchOf(lookupKey, document, each) !== null)
  return foundAs({ ...state, found, read: found.length === 0 ? null : document }, found)
}

/** A document was read while accounts are on show. `document`: null when it has expired. */
export function shownDocument(
  state: WalkInState,
  lookupKey: KeyObject,
  document: Read | null,
): Found & { readonly refused: ErrorCode | null } {
  const of = accountOf(state, state.chosen)
  const among = of === null ? state.found : [of]
  if (document === null) return { is: 'nobody', state: { ...state, read: null }, refused: failures.documentExpired }
  const matching = among.filter((each) => matchOf(lookupKey, document, each) !== null)
  return matching.length === 0
    ? { is: 'nobody', state: { ...state, read: null }, refused: differs(lookupKey, document, among) }
    : { ...foundAs({ ...state, read: document }, matching), refused: null }
}

/** What the desk is at this moment. */
export interface DeskFacts {
  readonly place: Place
  readonly role: Session['role'] | null
  /** Why the desk does not serve now, or null. */
  readonly closed: Failure | null
  readonly lookupKey: KeyObject
  readonly now: number
}

/** As a pickup of this account would be, for the policy. */
export function asPickup({ desk }: Place, of: FoundAccount): Decided {
  const person = { ...of, requestReference: null, address: null, namesake: false }
  const channel = channelOf(desk.kind)
  return { recipientClass: of.recipientClass, channel, person, expiresAt: Infinity, revokePending: false }
}

/** Whether whoever is signed in may issue for this account here; what the policy says then. */
export function mayIssueFor({ place, role, now }: DeskFacts, of: FoundAccount): Result<Allowed> {
  return role === null
    ? fail(failures.notSignedIn)
    : decideHere(place, asPickup(place, of), { kind: 'issue', closed: null, by: issuesAs(role) }, now)
}

function accountView(facts: DeskFacts, of: FoundAccount): AccountView {
  const allowed = mayIssueFor(facts, of)
  return {
    account: of.account,
    name: fullName(of.name),
    recipientClass: of.recipientClass,
    language: of.language,
    sponsor: sponsorHere(facts.place, asPickup(facts.place, of), facts.now),
    live: of.live === null ? null : { here: of.live.here, desk: of.live.desk },
    blocked: allowed.ok ? facts.closed : allowed.failure,
  }
}

/** The document that was read, where it is this account's. */
export function documentOf({ read }: WalkInState, lookupKey: KeyObject, of: FoundAccount): DocumentView | null {
  const nameMatch = read === null ? null : matchOf(lookupKey, read, of)
  if (read === null || nameMatch === null) return null
  return { kind: read.kind, issuerCountry: read.issuerCountry, expiry: read.expiry, nameMatch }
}

/** What the counter shows of a walk-in. `more`: more were found than are shown. */
export function walkInStep(
  state: WalkInState,
  facts: DeskFacts,
  phase: WalkInStep['phase'],
  notice: WalkInStep['notice'],
  more: boolean,
): WalkInStep {
  const of = accountOf(state, state.chosen)
  const allowed = of === null ? null : mayIssueFor(facts, of)
  const rule = allowed?.ok === true ? allowed.value.rule : null
  return {
    step: 'walk-in',
    phase,
    accounts: state.found.map((each) => accountView(facts, each)),
    more,
    chosen: of === null ? null : accountView(facts, of),
    document: of === null ? null : documentOf(state, facts.lookupKey, of),
    proofs: rule === null ? [] : proofsOf(facts.place.policy, rule).filter((proof) => proof !== 'e-id'),
    birthDateOnRecord: of !== null && of.birthTag !== null,
    fourEyes: rule?.fourEyes === true,
    notice,
  }
}

/** What the hub's answer to "issue" makes of a walk-in. */
export type Issued<T> =
  | { readonly is: 'issued'; readonly value: T }
  /** A pickup at another desk has been asked back, and that desk has yet to answer. */
  | { readonly is: 'asked-back'; readonly failure: Failure }
  | { readonly is: 'nothing'; readonly failure: Failure }

export function issuedBy<T>(reply: Result<T>): Issued<T> {
  if (reply.ok) return { is: 'issued', value: reply.value }
  const { failure } = reply
  if (failure.code === failures.liveAtAnotherDesk) return { is: 'asked-back', failure }
  // After the hub may have issued, nothing is certain but that it is given back.
  return isOf('not-asked', failure.code)
    ? { is: 'nothing', failure: { code: failures.walkInCameToNothing, params: { code: failure.code } } }
    : { is: 'nothing', failure }
}

/** A hub that was not asked is away, whatever the network said. */
export const hubAway = (failure: Failure): Failure =>
  isOf('not-asked', failure.code) ? { code: failures.walkInNeedsNetwork } : failure

/** Somebody is being served by this walk-in at this step. */
export function servedAt(step: CounterStep, walkIn: Pick<WalkIn, 'id' | 'pickup'>, current: WalkInId | null): boolean {
  switch (step.step) {
    case 'walk-in':
      return walkIn.id === current
    case 'verify':
    case 'printing':
    case 'hand-over':
      return step.pickup.id === walkIn.pickup
    case 'pin':
      return step.purpose === 'witness'
    default:
      return false
  }
}

/** A walk-in that is open, and what became of what was issued for it. */
export interface OpenWalkIn {
  readonly walkIn: Pick<WalkIn, 'id' | 'pickup'>
  /** null: nothing was issued, or it is not here. */
  readonly pickup: Pick<Pickup, 'state'> | null
  /** Paper of it is unaccounted for. */
  readonly unsettled: boolean
  /** Prints that failed or were spoiled while the pickup has been here. */
  readonly wasted: number
}

export type Swept =
  | { readonly do: 'keep' }
  /** Its pickup has ended by itself. */
  | { readonly do: 'done' }
  | { readonly do: 'give-back'; readonly code: ErrorCode }
  /** Nothing came out, for certain: the secret is disabled, and the person, who still stands here, is served anew. */
  | { readonly do: 'serve-anew'; readonly code: ErrorCode }

/** An open walk-in exists only while its person is being served. */
export function sweeps(step: CounterStep, current: WalkInId | null, open: OpenWalkIn): Swept {
  const { walkIn, pickup, unsettled, wasted } = open
  const served = servedAt(step, walkIn, current)
  if (walkIn.pickup === null) return served ? { do: 'keep' } : { do: 'give-back', code: failures.verificationSpent }
  if (pickup === null || unsettled) return { do: 'keep' }
  if (!pickupCan.beServed(pickup.state)) return { do: 'done' }
  const failed = pickup.state === 'arrived' && wasted === 0
  if (!failed) return served ? { do: 'keep' } : { do: 'give-back', code: failures.verificationSpent }
  if (!served) return { do: 'give-back', code: failures.verificationSpent }
  return {
    do: 'serve-anew',
    code: step.step === 'verify' ? (step.notice?.code ?? failures.verificationSpent) : failures.verificationSpent,
  }
}
