/**
 * A walk-in that is verified here, issued at the hub against that verification, and printed. Whatever comes to nothing
 * midway is given back.
 */
import type { Language, SlipId, WalkInId } from '../../src-shared/domain/index.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { FoundAccount } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { decideHere, type Proof, type WalkIn } from '../identity/index.ts'
import type { Services, Timers } from '../desk/index.ts'
import type { Session } from '../staff/index.ts'
import { written } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import type { Serving } from './serving.ts'
import { byOf } from './session.ts'
import type { LookUp, StateOf } from './walk-in-look-up.ts'
import {
  asPickup,
  documentOf,
  ends,
  hasNamesake,
  hubAway,
  issuedBy,
  mayIssueFor,
  type WalkInState,
} from './walk-in-rules.ts'

/** While another desk has yet to give a pickup back, it is asked this often, ms. */
const askAgainMs = 2000

type Asked = Parameters<KioskHandlers['issueWalkIn']>[0]

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly serving: Serving
  readonly timers: Timers
  readonly lookUp: LookUp
  /** Issuing has ended: a walk-in that nobody is served by any more is given back. */
  readonly sweep: () => void
}

export interface IssuingWalkIn {
  issue(session: Session, of: FoundAccount, asked: Asked): ReturnType<KioskHandlers['issueWalkIn']>
  /** Nothing more is asked for by itself. */
  callOff(): void
}

/** One walk-in under way, and in whose hands. */
interface UnderWay {
  readonly session: Session
  readonly walkIn: WalkInId
  readonly of: FoundAccount
  readonly language: Language
}

export function createIssuingWalkIn(parts: Parts, at: StateOf<WalkInState>): IssuingWalkIn {
  const { services, counter, serving, timers, lookUp } = parts
  const { signIn, sync, walkIns, hub, pickups, keys, now } = services
  let cancelRetry: (() => void) | null = null

  function callOff(): void {
    cancelRetry?.()
    cancelRetry = null
  }

  /** Still the same person at the same counter, under the same hands. */
  const goesOn = ({ session, walkIn }: UnderWay) =>
    signIn.session() === session &&
    at.get().current === walkIn &&
    lookUp.step() !== null &&
    (walkIns.get(walkIn)?.expiresAt ?? 0) > now()

  /** Back to the proof of identity with what went wrong, if that is still where the desk is. */
  function comeToNothing({ walkIn: id }: UnderWay, failure: Failure): Result<never> {
    const walkIn = walkIns.get(id)
    const open = walkIn !== null && (walkIn.state === 'verified' || walkIn.state === 'issued')
    const gone = open ? giveBack(services, at, walkIn, failure.code) : ok(null)
    const said: Failure = gone.ok ? failure : gone.failure
    const phase = lookUp.step()?.phase
    if (phase === 'issuing' || phase === 'asked-back') lookUp.show('prove', said)
    return { ok: false, failure: said }
  }

  /** The hub issues against what the ledger says; the grant comes by the feed and is bound as it arrives. */
  async function issue(one: UnderWay): Promise<Result<{ slip: SlipId | null }>> {
    const { walkIn, of, language } = one
    const pushed = await sync.now()
    if (!pushed.ok) return comeToNothing(one, hubAway(pushed.failure))
    if (!goesOn(one)) return comeToNothing(one, { code: failures.verificationSpent })
    const reply = issuedBy(await hub.call('walkIn', { body: { walkIn, account: of.account } }))
    if (!goesOn(one)) return comeToNothing(one, { code: failures.verificationSpent })
    if (reply.is === 'asked-back') {
      lookUp.show('asked-back', reply.failure)
      callOff()
      cancelRetry = timers.set(() => {
        cancelRetry = null
        void again(one)
      }, askAgainMs)
      return { ok: false, failure: reply.failure }
    }
    if (reply.is === 'nothing') return comeToNothing(one, reply.failure)
    const pulled = await sync.now()
    const verification = walkIns.verificationOf(walkIn)
    const pickup = pickups.get(reply.value.pickup)
    if (!goesOn(one) || verification === null || pickup === null || !pickupCan.release(pickup.state))
      return comeToNothing(one, {
        code: failures.walkInCameToNothing,
        params: { code: pulled.ok ? failures.verificationSpent : pulled.failure.code },
      })
    serving.showVerified(pickup, documentOf(at.get(), keys.lookupKey, of), verification)
    // A colleague confirms before anything is printed, where policy asks for it.
    const step = counter.step()
    if (step.step === 'verify' && step.fourEyes !== 'not-needed') return ok({ slip: null })
    return serving.handlers.release({ pickup: pickup.id, verification, language })
  }

  async function again(one: UnderWay): Promise<void> {
    // Given back meanwhile: whoever stands here now is somebody else.
    if (at.get().current !== one.walkIn) return
    if (lookUp.step()?.phase !== 'asked-back' || at.get().issuing) return
    if (!goesOn(one)) {
      comeToNothing(one, { code: failures.verificationSpent })
      return
    }
    await whileIssuing(() => issue(one))
  }

  /** A scan must not disturb it. */
  async function whileIssuing<T>(work: () => Promise<T>): Promise<T> {
    at.set({ ...at.get(), issuing: true })
    try {
      return await work()
    } finally {
      at.set({ ...at.get(), issuing: false })
      parts.sweep()
    }
  }

  return {
    callOff,
    issue: (session, of, { language, byEye }) =>
      whileIssuing(async () => {
        const recorded = await record(parts, at, session, of, byEye)
        if (!recorded.ok) {
          if (lookUp.step()?.phase === 'prove') lookUp.show('prove', recorded.failure)
          return recorded
        }
        lookUp.show('issuing', null)
        return issue({ session, walkIn: recorded.value, of, language })
      }),
  }
}

/** Gives a walk-in back where no paper of it is unaccounted for. */
export function giveBack(
  { store, slips, pickups, walkIns, sync }: Services,
  at: StateOf<WalkInState>,
  walkIn: WalkIn,
  code: Failure['code'],
): Result<null> {
  if (walkIn.pickup !== null && slips.unsettledOf(walkIn.pickup) !== null) return ok(null)
  const done = written(() => {
    store.transact(() => {
      const pickup = walkIn.pickup === null ? null : pickups.get(walkIn.pickup)
      if (pickup !== null && !pickupCan.beServed(pickup.state)) walkIns.done(walkIn.id)
      else walkIns.abandon(walkIn, code)
    })
    return null
  })
  at.set(ends(at.get(), walkIn.id))
  sync.nudge()
  return done
}

/** What was shown: the document in hand, or what staff saw and keyed. */
function proofOf(
  { birthDates, keys }: Services,
  state: WalkInState,
  of: FoundAccount,
  byEye: Asked['byEye'],
): Result<Proof> {
  if (byEye === null) {
    const document = documentOf(state, keys.lookupKey, of)
    if (document === null) return fail(failures.documentUnreadable)
    const { kind, issuerCountry, expiry } = document
    return ok({ kind, method: 'machine-read', issuerCountry, expiry })
  }
  if (of.birthTag === null) return fail(failures.noBirthDate)
  const right = birthDates.check(of.recipient, byEye.birthDate, Buffer.from(of.birthTag, 'base64url'))
  const { kind, issuerCountry } = byEye
  return right.ok ? ok({ kind, method: 'by-eye', issuerCountry, expiry: 'by-eye' }) : right
}

/** Refusals by what was shown: written down. */
const shownRefused: ReadonlySet<Failure['code']> = new Set([
  failures.birthDateDiffers,
  failures.birthDateLocked,
  failures.birthDateInPart,
])

/** Everything that must hold before anybody is asked to issue anything; the printer first. */
async function record(
  { services, lookUp }: Parts,
  at: StateOf<WalkInState>,
  session: Session,
  of: FoundAccount,
  byEye: Asked['byEye'],
): Promise<Result<WalkInId>> {
  const { printer, signIn, sync, store, walkIns, now } = services
  const paper = await printer.check()
  if (!paper.canPrint) return { ok: false, failure: paper.failure ?? { code: failures.printerSilent } }
  if (signIn.session() !== session || lookUp.step()?.phase !== 'prove' || at.get().chosen !== of.account)
    return fail(failures.pickupInAnotherState)
  const facts = lookUp.facts()
  const allowed = mayIssueFor(facts, of)
  if (!allowed.ok) return allowed
  if (facts.closed !== null) return { ok: false, failure: facts.closed }
  const shown = proofOf(services, at.get(), of, byEye)
  if (!shown.ok) {
    if (shownRefused.has(shown.failure.code)) lookUp.writeDown(shown.failure)
    return shown
  }
  const proof: Proof = hasNamesake(at.get(), facts.lookupKey, of, byEye?.birthDate ?? null)
    ? { ...shown.value, toldApart: 'account' }
    : shown.value
  if (proof.kind === 'e-id') return fail(failures.documentNotAccepted)
  const { place } = facts
  const accepted = decideHere(place, asPickup(place, of), { kind: 'verify', closed: null, proof }, now())
  if (!accepted.ok) {
    lookUp.writeDown(accepted.failure)
    return accepted
  }
  if (sync.status().state !== 'online') return fail(failures.walkInNeedsNetwork)
  const seconds = place.policy.verificationSeconds
  const proved = { ...of, birthTag: of.birthTag === null ? null : Buffer.from(of.birthTag, 'base64url') }
  const recorded = written(() =>
    store.transact(() => walkIns.record(proved, proof, byOf(session), seconds, allowed.value.rule.fourEyes)),
  )
  if (!recorded.ok) return recorded
  at.set({ ...at.get(), current: recorded.value.id })
  return ok(recorded.value.id)
}
