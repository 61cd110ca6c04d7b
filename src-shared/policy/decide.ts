/**
 * The one decision over policy (docs/architecture.md#identity and #channels-and-rules-of-the-institution), pure and
 * total: the hub asks it before issuing and routing, the kiosk before check-in, verification, release and dispatch. It
 * explains itself: with the rule that allows, or with what, why and what next.
 */
import type { Channel, DeskKind, ProofKind, RecipientClass } from '../domain/index.ts'
import type { AgentRole } from '../hub-api/agent/words.ts'
import type { ErrorCode } from '../failures/codes.ts'
import * as failures from '../failures/named.ts'
import type { PostalArea } from './postal.ts'
import { acceptsIssuer, classRule, issuersOf, walkInAt, type Policy, type PolicyRule } from './schema.ts'

/** What is asked. Everything that the answer depends on is in here or in the policy. */
export interface PolicyCase {
  readonly recipientClass: RecipientClass
  readonly channel: Channel
  readonly deskKind: DeskKind
  /** The ticket that asked for it. */
  readonly requestReference: string | null
  readonly accountEnded: boolean
  readonly sponsor: string | null
  /** Where a registered letter would go; nothing else looks at it. */
  readonly postalArea: PostalArea
  readonly act:
    | {
        readonly kind: 'issue'
        readonly how: 'prepared' | 'walk-in'
        /** null: the hub itself, in place of what was issued before. */ readonly by: AgentRole | null
      }
    /** To another desk, by whoever may. */
    | { readonly kind: 'route' }
    /** Noting that the recipient has come. */
    | { readonly kind: 'check-in'; readonly closed: Closed | null }
    /** Recording a proof of identity. */
    | {
        readonly kind: 'verify'
        readonly closed: Closed | null
        readonly proof: { readonly kind: ProofKind; readonly issuerCountry: string }
      }
    /** Printing; `witnessed`: a second member of staff has confirmed. */
    | { readonly kind: 'release'; readonly closed: Closed | null; readonly witnessed: boolean }
}

/** The opening hours' word: not now. `opensAt` in ms, null when no opening is known. */
export interface Closed {
  readonly opensAt: number | null
}

export type Decision = Allowed | Refused

export interface Allowed {
  readonly allowed: true
  readonly rule: PolicyRule
  /** Whom to show as the contact person, if anyone. */
  readonly sponsor: string | null
}

/** What and why is the code; what next are the fields. `failureOf` makes the words of it. */
export interface Refused {
  readonly allowed: false
  readonly code: PolicyCode
  /** Kinds of desk where it could be done instead. */
  readonly deskKinds: readonly DeskKind[]
  /** Where to reset a password that is never picked up. */
  readonly address: string | null
  readonly sponsor: string | null
  readonly opensAt: number | null
}

const codes = [
  failures.channelNotAllowed,
  failures.porterWithoutRequest,
  failures.deskClosed,
  failures.deskClosedUntilFurtherNotice,
  failures.staffByHumanResourcesOnly,
  failures.trainingHasOwnReset,
  failures.accountEndedAskSponsor,
  failures.accountEnded,
  failures.eIdNotForPerson,
  failures.preparedInAdvanceOnly,
  failures.nothingPreparedHere,
  failures.addressIncomplete,
  failures.noLetterNearby,
  failures.issuerNotAccepted,
  failures.trainingNotAtDesks,
  failures.documentNotAccepted,
  failures.needsSecondMember,
  failures.roleNotAllowed,
] as const satisfies readonly ErrorCode[]
export type PolicyCode = (typeof codes)[number]
/** Every code that a refusal by policy may carry. */
export const policyCodes: readonly PolicyCode[] = codes

/** The channel that a kind of desk serves. */
export function channelOf(deskKind: DeskKind): Channel {
  return deskKind === 'post-room' ? 'registered-letter' : deskKind
}

function refusal(code: PolicyCode, more: Partial<Omit<Refused, 'allowed' | 'code'>> = {}): Refused {
  return { allowed: false, code, deskKinds: [], address: null, sponsor: null, opensAt: null, ...more }
}

/** Kinds of desk where people of a class may collect in person. */
export function desksOf(policy: Policy, recipientClass: RecipientClass): DeskKind[] {
  if (!classRule(policy, recipientClass).pickup) return []
  return [
    ...new Set(
      policy.rules
        .filter((rule) => rule.recipientClass === recipientClass && rule.deskKind !== 'post-room')
        .map((rule) => rule.deskKind),
    ),
  ]
}

/** What of one rule stands against the case; null: nothing. */
function against(policy: Policy, rule: PolicyRule, asked: PolicyCase): Refused | null {
  const { act } = asked
  const elsewhere = (fits: (other: PolicyRule) => boolean): DeskKind[] => [
    ...new Set(
      policy.rules
        .filter(
          (other) => other.recipientClass === asked.recipientClass && other.deskKind !== 'post-room' && fits(other),
        )
        .map((other) => other.deskKind),
    ),
  ]
  if (act.kind === 'issue') {
    if (act.by !== null && !issuersOf(rule).includes(act.by)) return refusal(failures.roleNotAllowed)
    if (act.how === 'walk-in' && !walkInAt(rule))
      return refusal(failures.preparedInAdvanceOnly, { deskKinds: elsewhere(walkInAt) })
    if (act.how === 'prepared' && !rule.prepared)
      return refusal(failures.nothingPreparedHere, { deskKinds: elsewhere((other) => other.prepared) })
  }
  // One of spaces is none.
  if (rule.needsRequestReference && (asked.requestReference ?? '').trim() === '')
    return refusal(failures.porterWithoutRequest)
  if (rule.channel === 'registered-letter') {
    if (asked.postalArea === 'unknown') return refusal(failures.addressIncomplete)
    if (asked.postalArea === 'inside')
      return refusal(failures.noLetterNearby, { deskKinds: desksOf(policy, asked.recipientClass) })
  }
  if (act.kind === 'verify') {
    const { kind, issuerCountry } = act.proof
    if (kind === 'e-id' && !classRule(policy, asked.recipientClass).eId) return refusal(failures.eIdNotForPerson)
    if (!rule.proofs.includes(kind)) return refusal(failures.documentNotAccepted)
    if (!acceptsIssuer(policy, kind, issuerCountry)) return refusal(failures.issuerNotAccepted)
  }
  if (act.kind === 'release' && rule.fourEyes && !act.witnessed) return refusal(failures.needsSecondMember)
  return null
}

/** Allowed when one rule of this class, channel and kind of desk allows it: so a stricter policy never allows more. */
export function decide(policy: Policy, asked: PolicyCase): Decision {
  const { recipientClass, act } = asked
  const own = classRule(policy, recipientClass)
  if (!own.pickup)
    return own.resetAddress === null
      ? refusal(failures.trainingNotAtDesks)
      : refusal(failures.trainingHasOwnReset, { address: own.resetAddress })
  const ended = asked.accountEnded
  if (ended && own.endedAccount === 'refuse')
    return asked.sponsor === null
      ? refusal(failures.accountEnded)
      : refusal(failures.accountEndedAskSponsor, { sponsor: asked.sponsor })
  const rules = policy.rules.filter(
    (rule) =>
      rule.recipientClass === recipientClass && rule.channel === asked.channel && rule.deskKind === asked.deskKind,
  )
  if (rules.length === 0)
    return refusal(recipientClass === 'staff' ? failures.staffByHumanResourcesOnly : failures.channelNotAllowed, {
      deskKinds: desksOf(policy, recipientClass),
    })
  const closed = 'closed' in act ? act.closed : null
  let first: Refused | null = null
  for (const rule of rules) {
    const refused = against(policy, rule, asked)
    if (refused !== null) {
      first ??= refused
      continue
    }
    if (closed !== null)
      return closed.opensAt === null
        ? refusal(failures.deskClosedUntilFurtherNotice)
        : refusal(failures.deskClosed, { opensAt: closed.opensAt })
    return {
      allowed: true,
      rule,
      sponsor: showsSponsor(policy, recipientClass, asked.channel, ended) ? asked.sponsor : null,
    }
  }
  return first ?? refusal(failures.channelNotAllowed, { deskKinds: desksOf(policy, recipientClass) })
}

/**
 * Whether a kind of desk hands over what was requested in advance: there a request can be filed. Letters are asked for
 * elsewhere.
 */
export function takesRequests(policy: Policy, deskKind: DeskKind): boolean {
  return policy.rules.some(
    (rule) => rule.deskKind === deskKind && rule.needsRequestReference && rule.channel !== 'registered-letter',
  )
}

/** Partner and external users: whom to ask, when the account has ended or the policy says so. */
export function showsSponsor(
  policy: Policy,
  recipientClass: RecipientClass,
  channel: Channel,
  accountEnded: boolean,
): boolean {
  return (
    accountEnded ||
    policy.rules.some((rule) => rule.recipientClass === recipientClass && rule.channel === channel && rule.showSponsor)
  )
}

/** Proofs that could be accepted from someone of this class under a rule, for people to read. */
export function proofsOf(policy: Policy, rule: PolicyRule): ProofKind[] {
  return rule.proofs.filter((kind) => kind !== 'e-id' || classRule(policy, rule.recipientClass).eId)
}
