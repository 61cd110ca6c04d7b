/**
 * The step of an open pickup, as pure transitions: what is shown when it is opened, what a proof makes of it, and what
 * becomes of it when the policy, the hours or the pickup change under it.
 */
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PickupView, Series, SlipView } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { proofsOf } from '../../src-shared/policy/index.ts'
import type { VerificationId } from '../../src-shared/domain/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { decideHere, tellsApart, type Apart, type Candidate, type Place, type Proof } from '../identity/index.ts'
import type { Pickup } from '../pickups/index.ts'
import type { CounterState, Going, Held, ReadDocument, StepOf } from './steps.ts'

type VerifyStep = StepOf<'verify'>

/** A pickup as the desk has it at this moment. */
export interface PickupFacts {
  readonly pickup: Pickup
  readonly view: PickupView
  /** Its slip that nobody has settled. */
  readonly slip: SlipView | null
  /** A print has failed certainly or was spoiled before. */
  readonly further: boolean
  readonly series?: Series | undefined
  readonly place: Place
  readonly now: number
}

/** A document was shown, and does not do: written down like any other refusal of a proof. */
const proofRefused: ReadonlySet<ErrorCode> = new Set([
  failures.eIdNotForPerson,
  failures.issuerNotAccepted,
  failures.documentNotAccepted,
])

/** What the policy says of a release; the hours and the colleague show apart. */
function decided({ pickup, view, further, place, now }: PickupFacts) {
  const allowed = decideHere(place, pickup, { kind: 'release', closed: null, witnessed: true }, now)
  const proofs = allowed.ok ? proofsOf(place.policy, allowed.value.rule) : []
  const fourEyes: VerifyStep['fourEyes'] = allowed.ok && allowed.value.rule.fourEyes ? 'awaited' : 'not-needed'
  return {
    pickup: view,
    mayEId: proofs.includes('e-id'),
    proofs: proofs.filter((proof) => proof !== 'e-id'),
    birthDateOnRecord: pickup.birthTag !== null,
    fourEyes,
    further,
  }
}

/** Opens a pickup: its unsettled slip first, else the proof of identity. */
export function opens(facts: PickupFacts, document: ReadDocument | null, notice: Failure | null): Going {
  if (facts.slip !== null) return { step: { step: 'hand-over', pickup: facts.view, slip: facts.slip } }
  const step: VerifyStep = {
    step: 'verify',
    document: document?.view ?? null,
    eId: null,
    verification: null,
    verifiedUntil: null,
    notice,
    ...decided(facts),
    ...(facts.series === undefined ? {} : { series: facts.series }),
  }
  return { step, hold: { document } }
}

/** What to do with a proof that was shown. */
export type Judged =
  | { readonly is: 'proof'; readonly proof: Proof; readonly fourEyes: boolean }
  /** Namesakes: the person says whose account it is, or shows a card or a code. */
  | { readonly is: 'ask-which'; readonly failure: Failure }
  /** A good look at a document that does not do. */
  | { readonly is: 'write-down'; readonly failure: Failure }
  | { readonly is: 'refuse'; readonly failure: Failure }

export interface Shown {
  readonly proof: Proof
  /** Everybody here with the same birth date, and whom the document in hand matches as well. */
  readonly others: Record<'bornThatDay' | 'alsoMatched', readonly Candidate[]>
  readonly apart: Apart | null
  /** Why the desk does not serve now, or null. */
  readonly closed: Failure | null
}

/** Whether a proof is of this person alone, and one that the policy takes. */
export function judges(
  { pickup, place, now }: Pick<PickupFacts, 'pickup' | 'place' | 'now'>,
  { proof: shown, others, apart, closed }: Shown,
): Judged {
  const told = tellsApart(pickup.person, others, shown.method, apart)
  if (!told.ok) return { is: 'ask-which', failure: told.failure }
  const proof: Proof = told.value === null ? shown : { ...shown, toldApart: told.value }
  const allowed = decideHere(place, pickup, { kind: 'verify', closed, proof }, now)
  if (!allowed.ok)
    return { is: proofRefused.has(allowed.failure.code) ? 'write-down' : 'refuse', failure: allowed.failure }
  return { is: 'proof', proof, fourEyes: allowed.value.rule.fourEyes }
}

/** A recorded verification, on the step that it was recorded at; null when the desk has gone on. */
export function verified(
  { step }: Pick<CounterState, 'step'>,
  view: PickupView,
  recorded: { readonly id: VerificationId; readonly expiresAt: number },
  fourEyes: boolean,
): VerifyStep | null {
  if (step.step !== 'verify' || step.pickup.id !== view.id) return null
  return {
    ...step,
    pickup: view,
    verification: recorded.id,
    verifiedUntil: recorded.expiresAt,
    fourEyes: fourEyes ? 'awaited' : 'not-needed',
    notice: null,
  }
}

/** A document that was refused for a pickup, on the step where the staff look; null where another is open. */
export function documentRefused(
  { step }: Pick<CounterState, 'step'>,
  pickup: Pickup['id'],
  failure: Failure,
): VerifyStep | null {
  if (step.step !== 'verify' || step.pickup.id !== pickup) return null
  return { ...step, document: null, verification: null, verifiedUntil: null, notice: failure, other: undefined }
}

/** The verification of an open step, while it stands. */
export interface Standing {
  readonly proof: Pick<Proof, 'kind' | 'issuerCountry'>
  readonly witnessed: boolean
}

export interface Redecided {
  readonly step: VerifyStep
  readonly hold: Partial<Held>
  /** A proof that was good and is none any more: written down like any other refusal. */
  readonly refused: Failure | null
  /** The verification is worth nothing any more: it dies, and its pickup has arrived again. */
  readonly dies: boolean
}

const blockedFor = (step: VerifyStep, view: PickupView, failure: Failure): Redecided => ({
  step: { ...step, pickup: { ...view, blocked: failure }, eId: null, verification: null, verifiedUntil: null },
  hold: { document: null },
  refused: null,
  dies: false,
})

/**
 * The policy, the hours or the pickup may have changed: the open step is decided again, so that a refusal shows now and
 * not when somebody prints. `facts`: null when the pickup is not here any more. `standing`: null when no verification
 * is open. null: nothing has changed.
 */
export function redecides(step: VerifyStep, facts: PickupFacts | null, standing: Standing | null): Redecided | null {
  const next = redecided(step, facts, standing)
  return JSON.stringify(next.step) === JSON.stringify(step) ? null : next
}

function redecided(step: VerifyStep, facts: PickupFacts | null, standing: Standing | null): Redecided {
  if (facts === null) return blockedFor(step, step.pickup, { code: failures.pickupNotHere })
  const over = pickupCan.notBeServedFor(facts.pickup.state)
  if (over !== null) return blockedFor(step, facts.view, { code: over })
  const now = decided(facts)
  const shown = standing?.proof ?? step.document
  const accepted =
    shown === null
      ? null
      : decideHere(facts.place, facts.pickup, { kind: 'verify', closed: null, proof: shown }, facts.now)
  const refused = accepted?.ok === false && proofRefused.has(accepted.failure.code) ? accepted.failure : null
  const lost = step.verification !== null && standing === null
  const notice = refused ?? (lost ? { code: failures.verificationSpent } : step.notice)
  // Granted anew meanwhile: what was compared with the record before is compared again.
  const anew = lost && !pickupCan.release(facts.pickup.state)
  const forgets = refused !== null || anew
  if (refused !== null || lost)
    return {
      step: {
        ...step,
        ...now,
        document: forgets ? null : step.document,
        verification: null,
        verifiedUntil: null,
        notice,
        // Whoever else the document is of is offered no more without it.
        ...(forgets ? { other: undefined } : {}),
      },
      hold: forgets ? { document: null } : {},
      refused,
      dies: pickupCan.release(facts.pickup.state),
    }
  // A colleague whom a rule asked for when the proof was recorded is needed for that proof whatever the rule says now.
  const asked = standing !== null && step.fourEyes !== 'not-needed' ? 'awaited' : now.fourEyes
  const fourEyes = asked === 'awaited' && standing?.witnessed === true ? 'given' : asked
  return { step: { ...step, ...now, fourEyes }, hold: {}, refused: null, dies: false }
}
