/**
 * The release (docs/architecture.md#one-handover-end-to-end): one transaction spends the verification and records
 * `slip-intended`; then the envelope is opened in memory, the slip printed, its bytes wiped, and the outcome recorded.
 * Order is everything here: nothing is printed that is not already in the ledger, and nothing is called printed that
 * the printer did not confirm.
 */
import type { Approvals } from './approvals.ts'
import {
  SlipId,
  type ApprovalId,
  type Desk,
  type KioskId,
  type Language,
  type PickupId,
  type VerificationId,
} from '../../src-shared/domain/index.ts'
import { type Policy } from '../../src-shared/policy/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok, unreachable, type Result } from '../../src-shared/failures/result.ts'
import { openEnvelope } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { decideHere, type Place, type Verifications } from '../identity/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Pickup, PickupCache } from '../pickups/index.ts'
import type { PrintJob, PrintOutcome, Printer, PrintPhase } from '../printers/index.ts'
import { storageFailure, type Store } from '../storage/index.ts'
import { wipe } from '../vault/index.ts'
import { printsThatMayFail, type Slip, type Slips } from './slips.ts'
import type { Session } from '../staff/index.ts'

/** Lays out a slip around a secret that is never made into a string. L-505 when it cannot be printed exactly. */
export type LayoutSlip = (
  slip: { pickup: Pickup; number: string; language: Language; desk: Desk; policy: Policy },
  secret: Buffer,
) => Result<PrintJob>

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly verifications: Verifications
  readonly approvals: Approvals
  readonly slips: Slips
  readonly printer: Printer
  readonly layout: LayoutSlip
  readonly kiosk: KioskId
  /** Opens an envelope: HPKE, unless a simulation has its own. */
  readonly open?: typeof openEnvelope | undefined
  readonly now: () => number
  /** Reached between durable steps, for tests that kill the engine there. */
  readonly checkpoint?: (name: string) => void
}

/** `verification`: of the recipient; `approval`: of a registered letter. */
export type ReleaseRequest = { readonly pickup: PickupId; readonly language: Language } & (
  { readonly verification: VerificationId } | { readonly approval: ApprovalId }
)

export interface Release {
  /** Whether a slip is being printed now. */
  busy(): boolean
  run(
    request: ReleaseRequest,
    session: Session,
    place: Place,
    onPhase: (slip: SlipId, phase: PrintPhase) => void,
  ): Promise<Result<Slip>>
}

export function createRelease(parts: Parts): Release {
  const { slips, printer } = parts
  const checkpoint = parts.checkpoint ?? (() => undefined)
  let busy = false

  return {
    busy: () => busy,
    async run(request, session, place, onPhase) {
      if (busy) return fail(failures.printerBusy)
      busy = true
      try {
        const status = await printer.check()
        if (!status.canPrint) return { ok: false, failure: status.failure ?? { code: failures.printerSilent } }
        const intended = intend(parts, request, session, place)
        if (!intended.ok) return intended
        const { slip, number, pickup } = intended.value
        checkpoint('intended')
        onPhase(slip, 'header')
        const outcome = await print(parts, number, pickup, request, session, place, (phase) => {
          checkpoint(`phase-${phase}`)
          onPhase(slip, phase)
        })
        checkpoint('printed')
        try {
          record(parts, slip, pickup, outcome)
        } catch (error) {
          const failure = storageFailure(error)
          if (failure === null) throw error
          // The intent is durable and its outcome is not: the slip stays unsettled until a person says what became of
          // it.
          return { ok: false, failure }
        }
        checkpoint('recorded')
        const settled = slips.get(slip)
        if (settled === null) throw new Error('a slip vanished')
        return ok(settled)
      } finally {
        busy = false
      }
    },
  }
}

/** Spends the verification and records the intent, or refuses with nothing changed. */
function intend(
  parts: Parts,
  request: ReleaseRequest,
  session: Session,
  place: Place,
): Result<{ slip: SlipId; number: string; pickup: Pickup }> {
  const { store, ledger, pickups, verifications, approvals, slips, now } = parts
  try {
    return store.transact(() => {
      const pickup = pickups.get(request.pickup)
      if (pickup === null) return fail(failures.pickupNotHere)
      // Verified before closing may finish: the hours were asked when the identity was proved.
      const allowed = decideHere(place, pickup, { kind: 'release', closed: null, witnessed: true }, now())
      if (!allowed.ok) return allowed
      if (slips.unsettledOf(pickup.id) !== null) return fail(failures.slipUnsettled)
      const over = pickupCan.notBeServedFor(pickup.state)
      if (over !== null) return fail(over)
      const wasted = slips.wasted(pickup.id, pickup.epoch)
      if (wasted >= printsThatMayFail) return fail(failures.noFurtherSlip)
      const by = { staff: session.staff, session: session.id }
      const letter = 'approval' in request
      const verification = letter ? null : verifications.open(request.verification, pickup.id, by, now())
      const open = letter ? approvals.open(request.approval, pickup.id, by, now()) : verification
      // A letter is released by approval, and nothing else is.
      const proved =
        pickupCan.release(pickup.state) && letter === (pickup.channel === 'registered-letter') ? open : null
      if (proved === null) return fail(failures.verificationSpent)
      const confirmed = decideHere(
        place,
        pickup,
        { kind: 'release', closed: null, witnessed: proved.witness !== null },
        now(),
      )
      if (!confirmed.ok) return confirmed
      // What was proved must still be a proof: the policy may have changed since.
      if (verification !== null) {
        const accepted = decideHere(place, pickup, { kind: 'verify', closed: null, proof: verification.proof }, now())
        if (!accepted.ok) return accepted
      }
      // Whatever the policy says of four eyes: of letters the promise asks for two.
      if (letter && proved.witness === null) return fail(failures.needsSecondMember)
      const against = letter ? { approval: request.approval } : { verification: request.verification }
      const slip = SlipId.parse(newId())
      const number = slips.nextNumber(place.desk.slipPrefix)
      slips.intend({
        id: slip,
        number,
        pickup: pickup.id,
        epoch: pickup.epoch,
        verification: null,
        ...against,
        staff: session.staff,
        language: request.language,
        at: now(),
      })
      ledger.append({
        kind: 'slip-intended',
        pickup: pickup.id,
        epoch: pickup.epoch,
        actor: session.staff,
        facts: { slip, number, ...against, language: request.language, further: wasted > 0 },
      })
      pickups.setState(pickup.id, 'printing')
      return ok({ slip, number, pickup })
    })
  } catch (error) {
    const failure = storageFailure(error)
    if (failure === null) throw error
    return { ok: false, failure }
  }
}

/**
 * Tries the session's keys, newest first. null: not sealed for this kiosk, pickup or epoch, or damaged; HPKE does not
 * say which.
 */
async function openWith(
  { kiosk, pickups, open = openEnvelope }: Parts,
  session: Session,
  pickup: Pickup,
): Promise<Buffer | null> {
  for (const { privateKey } of session.openingKeys) {
    try {
      return await open(privateKey, pickups.envelopeOf(pickup.id), {
        pickup: pickup.id,
        kiosk,
        epoch: pickup.epoch,
      })
    } catch {
      // The next key, if there is one.
    }
  }
  return null
}

/** Opens, lays out, prints. Whatever happens in here, the secret's buffers are zeros afterwards. */
async function print(
  parts: Parts,
  number: string,
  pickup: Pickup,
  request: ReleaseRequest,
  session: Session,
  place: Place,
  onPhase: (phase: PrintPhase) => void,
): Promise<PrintOutcome> {
  const { layout, printer } = parts
  const secret = await openWith(parts, session, pickup)
  if (secret === null) return { kind: 'failed', code: failures.envelopeSealed }
  parts.checkpoint?.('opened')
  try {
    const job = layout({ pickup, number, language: request.language, desk: place.desk, policy: place.policy }, secret)
    wipe(secret)
    if (!job.ok) return { kind: 'failed', code: job.failure.code }
    try {
      return await printer.print(job.value, onPhase, { justChecked: true })
    } finally {
      wipe(job.value.header, job.value.body)
    }
  } finally {
    wipe(secret)
  }
}

function record({ store, ledger, pickups, slips }: Parts, slip: SlipId, pickup: Pickup, outcome: PrintOutcome): void {
  store.transact(() => {
    switch (outcome.kind) {
      case 'printed':
        slips.outcome(slip, 'printed', null)
        pickups.setState(pickup.id, 'printed')
        ledger.append({ kind: 'slip-printed', pickup: pickup.id, epoch: pickup.epoch, facts: { slip } })
        break
      case 'failed':
        slips.outcome(slip, 'failed', outcome.code)
        ledger.append({
          kind: 'slip-failed',
          pickup: pickup.id,
          epoch: pickup.epoch,
          facts: { slip, code: outcome.code },
        })
        // Asked back while it was printing: there is certainly no paper, so the answer that had to wait goes now.
        if (pickups.get(pickup.id)?.revokePending === true) {
          pickups.end(pickup.id, 'revoked')
          ledger.append({ kind: 'revoke-acknowledged', pickup: pickup.id, epoch: pickup.epoch, facts: {} })
        } else pickups.setState(pickup.id, 'arrived')
        break
      case 'uncertain':
        recordUncertain(slips, pickups, ledger, slip, pickup.id, pickup.epoch, outcome.code)
        break
      default:
        unreachable(outcome)
    }
  })
}

function recordUncertain(
  slips: Slips,
  pickups: PickupCache,
  ledger: Ledger,
  slip: SlipId,
  pickup: PickupId,
  epoch: Pickup['epoch'],
  code: ErrorCode,
): void {
  slips.outcome(slip, 'uncertain', code)
  pickups.setState(pickup, 'uncertain')
  ledger.append({ kind: 'slip-uncertain', pickup, epoch, facts: { slip, code } })
}

/**
 * After a crash or restart every intent without an outcome is `uncertain`: never retried by itself (promise P3). Also
 * run before settling, for an intent whose outcome could not be written.
 */
export function accountForIntents(
  parts: Pick<Parts, 'store' | 'ledger' | 'pickups' | 'slips'>,
  code: ErrorCode,
): Slip[] {
  const { store, ledger, pickups, slips } = parts
  const open = slips.unsettled().filter((slip) => slip.state === 'intended')
  if (open.length === 0) return []
  store.transact(() => {
    for (const slip of open) recordUncertain(slips, pickups, ledger, slip.id, slip.pickup, slip.epoch, code)
  })
  return open
}
