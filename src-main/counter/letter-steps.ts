/** The steps of a registered letter, as pure transitions: what is shown of it, and what a postal number means there. */
import type { ApprovalId } from '../../src-shared/domain/index.ts'
import type { CounterStep, SlipView } from '../../src-shared/kiosk-api/index.ts'
import type { LetterView } from '../../src-shared/kiosk-api/views/letters.ts'
import type { Failure, Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { TrackingNumber } from '../../src-shared/domain/tracking-number.ts'
import type { StepOf } from './steps.ts'

type OpenLetter = StepOf<'letter' | 'letter-out'>

/** Opens a letter: its unsettled slip first. */
export function opensLetter(
  letter: LetterView,
  slip: SlipView | null,
  further: boolean,
  notice: Failure | null,
): OpenLetter {
  if (slip === null)
    return { step: 'letter', letter, approval: null, approvedUntil: null, fourEyes: 'not-begun', further, notice }
  const { id, number, reason } = slip
  const state = slip.state === 'printed' ? 'printed' : 'uncertain'
  return { step: 'letter-out', letter, slip: { id, number, reason, state }, tracking: null, notice }
}

/** One member of staff has approved; a colleague has yet to confirm. */
export function approved(
  step: StepOf<'letter'>,
  { id, expiresAt }: { readonly id: ApprovalId; readonly expiresAt: number },
): StepOf<'letter'> {
  return { ...step, approval: id, approvedUntil: expiresAt, fourEyes: 'awaited', notice: null }
}

/** What went wrong, where the letter is open; null elsewhere. */
export function letterRefused(step: CounterStep, failure: Failure): OpenLetter | null {
  return step.step === 'letter' || step.step === 'letter-out' ? { ...step, notice: failure } : null
}

/** What the desk knows of a postal number that was scanned. */
export interface Scanned {
  readonly read: Result<TrackingNumber>
  /** A letter went under it. */
  readonly known: boolean
  /** That letter, where it is still here. */
  readonly sent: LetterView | null
}

/** What a scanned postal number does to the counter. */
export type AtNumber =
  | { readonly do: 'amend'; readonly step: StepOf<'letter-out'> }
  | { readonly do: 'go'; readonly step: StepOf<'letter-back'> }
  | { readonly do: 'tell'; readonly failure: Failure }
  /** Some other step is open: a number means nothing there. */
  | { readonly do: 'nothing' }

export function numberScanned(step: CounterStep, { read, known, sent }: Scanned): AtNumber {
  if (!read.ok) return { do: 'tell', failure: read.failure }
  if (step.step === 'letter-out') {
    const next: StepOf<'letter-out'> = known
      ? { ...step, tracking: null, notice: { code: failures.trackingNumberTaken } }
      : { ...step, tracking: read.value, notice: null }
    return { do: 'amend', step: next }
  }
  if (step.step !== 'idle' && step.step !== 'letter-back' && step.step !== 'done') return { do: 'nothing' }
  return sent === null
    ? { do: 'tell', failure: { code: failures.letterNotFromHere } }
    : { do: 'go', step: { step: 'letter-back', letter: sent } }
}

/**
 * The policy, the hours or the letter may have changed: what is open is shown as it is now. `approvalStands`: the
 * approval of the step is open still. null: nothing has changed.
 */
export function redecidesLetter(
  step: StepOf<'letter'>,
  letter: LetterView,
  approvalStands: boolean,
): StepOf<'letter'> | null {
  const lost = step.approval !== null && !approvalStands
  const next: StepOf<'letter'> = lost
    ? {
        ...step,
        letter,
        approval: null,
        approvedUntil: null,
        fourEyes: 'not-begun',
        notice: { code: failures.verificationSpent },
      }
    : { ...step, letter }
  return JSON.stringify(next) === JSON.stringify(step) ? null : next
}
