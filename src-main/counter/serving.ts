/**
 * Serving one person: opening a pickup, proving identity, printing, settling. Every act needs a signed-in member of
 * staff.
 */
import type {
  Attested,
  CounterStep,
  KioskHandlers,
  PickupView,
  DocumentView,
} from '../../src-shared/kiosk-api/index.ts'
import type {
  PickupId,
  ProofKind,
  SlipId,
  StaffId,
  VerificationId,
  EIdAttemptId,
} from '../../src-shared/domain/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { proofsOf } from '../../src-shared/policy/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import { areNamesakes, decideHere, tellsApart, type Apart, type Likeness, type Proof } from '../identity/index.ts'
import { bornOutTags } from '../identity/documents/index.ts'
import { initials, type Pickup } from '../pickups/index.ts'
import { settleSlip } from '../release/index.ts'
import type { Session } from '../staff/index.ts'
import { onDisk } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import { pickupView, slipView, type Services } from '../desk/index.ts'

export interface Serving {
  /** Shows a pickup: its unsettled slip first, else the proof of identity. */
  show(pickup: Pickup, document: ReadDocument | null, notice: Failure | null): void
  /** Shows a pickup whose verification stands already: it was issued against it. */
  showVerified(pickup: Pickup, document: DocumentView | null, verification: VerificationId): void
  /** The hub saw the recipient identified on their phone: recorded as the signed-in member of staff's verification. */
  proveByEId(pickup: PickupId, attempt: EIdAttemptId): void
  /** It did not come to that; recorded and said. */
  refuseEId(pickup: PickupId, failure: Failure): void
  /** Several pickups: staff choose. The document stays in hand until the counter leaves. */
  choose(pickups: readonly Pickup[], document: ReadDocument | null): void
  /** A card or a pickup code named one person: their namesakes are out of the question from here on. */
  toldApart(apart: Apart): void
  /** Of pickups that a document matches, those of the person who was told apart; all where nobody was. */
  ofOnePerson<T extends { readonly pickup: Pickup }>(matches: readonly T[]): readonly T[]
  /** The document that was read in this visit and matched this pickup. */
  inHand(pickup: PickupId): ReadDocument | null
  /** A document that was read at this moment, in this session. */
  readNow(view: DocumentView, of: readonly PickupId[]): ReadDocument
  /** Records why a document was refused for a pickup, and says so where the staff are looking. */
  refuseDocument(pickup: Pickup, failure: Failure): void
  /** The refused document is another person's with a pickup here: the open step offers it, document in hand. */
  offerOther(pickup: Pickup, document: ReadDocument): void
  /**
   * The hub has corrected something about these pickups' people. What was read or proved of them in this visit was of
   * what stood there before, and is let go; where the desk is at one of them, it is shown anew and says so.
   */
  corrected(pickups: readonly PickupId[]): void
  /** After sign-in: the oldest unsettled slip comes before anything else. */
  showUnsettled(): boolean
  /** A verification is open that a colleague has yet to confirm. */
  awaitsWitness(): boolean
  /** Keeps the open verification while the colleague's PIN is asked for. */
  askWitness(ask: (attests: Attested) => void): void
  /** A colleague has proved badge and PIN. L-311 (oneself), L-307 (the verification is over by now). */
  witness(staff: StaffId): Result<null>
  readonly handlers: Pick<
    KioskHandlers,
    'openPickup' | 'verifyDocument' | 'verifyByEye' | 'release' | 'instructions' | 'settle' | 'noSlip' | 'dismiss'
  >
}

/** A machine-read document that matched the pickups of one person; it never holds a number or a birth date. */
export interface ReadDocument {
  readonly view: DocumentView
  readonly pickups: ReadonlySet<PickupId>
  /** When it was read, ms, and in whose session: it is in hand no longer than a verification would hold. */
  readonly readAt: number
  readonly session: string
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly doneMs: number
  /** Where a PIN is worth less than this, envelopes are opened only while the hub is there. */
  readonly floorYears: number
  readonly activity: () => void
  /** Letters have steps of their own. */
  readonly showLetter: (letter: Pickup, notice: Failure | null) => void
}

/** A document was shown, and does not do: written down like any other refusal of a proof. */
const proofRefused: ReadonlySet<ErrorCode> = new Set(['L-224', 'L-229', 'L-304'])

export function createServing({ services, counter, doneMs, floorYears, activity, showLetter }: Parts): Serving {
  const { store, ledger, pickups, verifications, slips, signIn, release, sync, views, now } = services
  let held: ReadDocument | null = null
  /** Whom a card, a code or an account's name has told from their namesakes in this visit. */
  let apart: Apart | null = null
  /** The verification that waits while a colleague enters their PIN. */
  let awaiting: Extract<CounterStep, { step: 'verify' }> | null = null
  counter.onLeave((next) => {
    // Through printing and handing over: whoever has two pickups shows their document once. Whatever else comes next,
    // the visit is over, and what was shown in it proves nothing any more.
    if (next !== 'choose' && next !== 'verify' && next !== 'printing' && next !== 'hand-over') {
      held = null
      apart = null
    }
    awaiting = null
  })

  /** The document that is still in hand for this pickup, or null. */
  function inHand(pickup: PickupId): ReadDocument | null {
    const seconds = services.requirePlace().policy.verificationSeconds
    if (held === null || signIn.session()?.id !== held.session || now() - held.readAt >= seconds * 1000) return null
    return held.pickups.has(pickup) ? held : null
  }

  /**
   * The same person's next pickup, for whom the document is still in hand: it needs a verification of its own and no
   * second scan.
   */
  function nextOfPerson({ recipient }: Likeness): Pickup | null {
    for (const id of held?.pickups ?? []) {
      const pickup = inHand(id) === null ? null : openable(id)
      if (pickup?.ok === true && pickup.value.person.recipient === recipient) return pickup.value
    }
    return null
  }

  /**
   * Everybody here of whom the same birth date is on record, or one that `shown` bears out: a whole date does so for
   * whoever is known to be born in that year.
   */
  const bornThatDay = ({ birthTag }: Pickup, shown: string | null): readonly Pickup[] => {
    const tags = [
      ...(birthTag === null ? [] : [birthTag]),
      ...(shown === null ? [] : bornOutTags(services.keys.lookupKey, { birthDate: shown, orBorn: null })),
    ]
    return tags.flatMap((each) => pickups.byBirthTag(each))
  }

  /** Everybody whose the document in hand may be, where it may be of this pickup's person. */
  const alsoMatched = (pickup: Pickup): readonly Pickup[] =>
    [...(inHand(pickup.id)?.pickups ?? [])].flatMap((id) => pickups.get(id) ?? [])

  function choose(found: readonly Pickup[], document: ReadDocument | null): void {
    const people = new Set(found.map(({ person }) => person.recipient))
    const namesakes =
      people.size > 1 || found.some(({ person }) => person.namesake && apart?.recipient !== person.recipient)
    counter.go({ step: 'choose', pickups: found.map(view), document: document?.view ?? null, namesakes })
    held = document
  }

  /** The person says whose account it is, or shows a card or a code: whatever was proved so far proves any of them. */
  function askWhich(pickup: Pickup, shown: string | null): void {
    const alike = bornThatDay(pickup, shown).filter(({ person }) => areNamesakes(pickup.person, person))
    const all = new Map([pickup, ...alike, ...alsoMatched(pickup)].map((each) => [each.id, each]))
    choose([...all.values()], inHand(pickup.id))
  }

  function view(pickup: Pickup): PickupView {
    return pickupView(views, pickup)
  }

  function show(pickup: Pickup, document: ReadDocument | null, notice: Failure | null): void {
    if (pickup.channel === 'registered-letter') {
      showLetter(pickup, notice)
      return
    }
    const slip = slips.unsettledOf(pickup.id)
    if (slip !== null) {
      counter.go({ step: 'hand-over', pickup: view(pickup), slip: slipView(views, slip) })
      return
    }
    const place = services.requirePlace()
    const allowed = decideHere(place, pickup, { kind: 'release', closed: null, witnessed: true }, now())
    counter.go({
      step: 'verify',
      pickup: view(pickup),
      document: document?.view ?? null,
      mayEId: allowed.ok && proofsOf(place.policy, allowed.value.rule).includes('e-id'),
      eId: null,
      proofs: allowed.ok ? proofsOf(place.policy, allowed.value.rule).filter((proof) => proof !== 'e-id') : [],
      birthDateOnRecord: pickup.birthTag !== null,
      verification: null,
      verifiedUntil: null,
      fourEyes: allowed.ok && allowed.value.rule.fourEyes ? 'awaited' : 'not-needed',
      further: slips.wasted(pickup.id, pickup.epoch) > 0,
      notice,
    })
    held = document
  }

  /**
   * What belongs to another recipient is no longer in hand: the next pickup that is opened by itself is the same
   * person's.
   */
  function narrowed(document: ReadDocument | null, { recipient }: Pick<Likeness, 'recipient'>): ReadDocument | null {
    if (document === null) return null
    const own = [...document.pickups].filter((id) => pickups.get(id)?.person.recipient === recipient)
    return own.length === document.pickups.size ? document : { ...document, pickups: new Set(own) }
  }

  function readNow(view: DocumentView, of: readonly PickupId[]): ReadDocument {
    return { view, pickups: new Set(of), readAt: now(), session: signIn.session()?.id ?? '' }
  }

  function showVerified(pickup: Pickup, document: DocumentView | null, verification: VerificationId): void {
    const session = signIn.session()
    const read = document === null ? null : readNow(document, [pickup.id])
    show(pickup, read, null)
    const step = counter.step()
    const open =
      session === null
        ? null
        : verifications.open(verification, pickup.id, { staff: session.staff, session: session.id }, now())
    if (step.step === 'verify' && open !== null) counter.amend({ ...step, verification, verifiedUntil: open.expiresAt })
  }

  /** Keeps the step and its verification, and says what went wrong. */
  function notice(failure: Failure): void {
    const step = counter.step()
    if (step.step === 'verify') counter.amend({ ...step, notice: failure })
  }

  function signedIn(): Result<Session> {
    const session = signIn.session()
    if (session === null) return fail('L-401')
    activity()
    return ok(session)
  }

  /** A pickup that may be proved and released here now, and its rule. */
  function openable(id: PickupId): Result<Pickup> {
    const pickup = pickups.get(id)
    if (pickup === null) return fail('L-201')
    if (slips.unsettledOf(id) !== null) return fail('L-214')
    const over = pickupCan.notBeServedFor(pickup.state)
    if (over !== null) return fail(over)
    const blocked = view(pickup).blocked
    return blocked === null ? ok(pickup) : { ok: false, failure: blocked as Failure }
  }

  /** `birthDate`: as it was keyed from a document. */
  function record(pickup: Pickup, shown: Proof, session: Session, birthDate: string | null = null) {
    const place = services.requirePlace()
    return onDisk(() => {
      const others = {
        bornThatDay: bornThatDay(pickup, birthDate).map(({ person }) => person),
        alsoMatched: alsoMatched(pickup).map(({ person }) => person),
      }
      const told = tellsApart(pickup.person, others, shown.method, apart)
      if (!told.ok) {
        askWhich(pickup, birthDate)
        return told
      }
      const proof: Proof = told.value === null ? shown : { ...shown, toldApart: told.value }
      const allowed = decideHere(place, pickup, { kind: 'verify', closed: services.opening.closed(), proof }, now())
      if (!allowed.ok) {
        if (!proofRefused.has(allowed.failure.code)) return allowed
        const said = refused(pickup, allowed.failure, session)
        notice(said)
        return { ok: false, failure: said }
      }
      const { rule } = allowed.value
      const recorded = store.transact(() =>
        verifications.record(
          pickup,
          proof,
          { staff: session.staff, session: session.id },
          now(),
          place.policy.verificationSeconds,
          rule.fourEyes,
        ),
      )
      sync.nudge()
      held = narrowed(held, pickup.person)
      const step = counter.step()
      const after = pickups.get(pickup.id)
      if (step.step === 'verify' && step.pickup.id === pickup.id && after !== null) {
        const fourEyes = rule.fourEyes ? 'awaited' : 'not-needed'
        counter.amend({
          ...step,
          pickup: view(after),
          verification: recorded.id,
          verifiedUntil: recorded.expiresAt,
          fourEyes,
          notice: null,
        })
      }
      return ok({ verification: recorded.id })
    })
  }

  function refused(pickup: Pickup, failure: Failure, session: Session | null): Failure {
    const result = onDisk(() => {
      store.transact(() => {
        ledger.append({
          kind: 'verification-refused',
          pickup: pickup.id,
          epoch: pickup.epoch,
          ...(session === null ? {} : { actor: session.staff }),
          facts: { code: failure.code },
        })
      })
      return ok(null)
    })
    sync.nudge()
    return result.ok ? failure : result.failure
  }

  function showUnsettled(): boolean {
    const first = slips.unsettled()[0]
    const pickup = first === undefined ? null : pickups.get(first.pickup)
    if (pickup === null) return false
    show(pickup, null, null)
    return true
  }

  function corrected(ids: readonly PickupId[]): void {
    const those = new Set(ids)
    const people = new Set(ids.map((id) => pickups.get(id)?.person.recipient))
    if (apart !== null && people.has(apart.recipient)) apart = null
    if (held !== null && ids.some((id) => held?.pickups.has(id)))
      held = { ...held, pickups: new Set([...held.pickups].filter((id) => !those.has(id))) }
    const step = counter.step()
    const said: Failure = { code: 'L-340' }
    switch (step.step) {
      case 'verify': {
        const pickup = those.has(step.pickup.id) ? pickups.get(step.pickup.id) : null
        if (pickup !== null) show(pickup, null, said)
        return
      }
      case 'letter': {
        const pickup = those.has(step.letter.id) ? pickups.get(step.letter.id) : null
        if (pickup !== null) show(pickup, null, said)
        return
      }
      case 'choose': {
        if (!step.pickups.some(({ id }) => those.has(id))) return
        // Which of them the document matches is no longer known.
        choose(
          step.pickups.flatMap(({ id }) => pickups.get(id) ?? []),
          null,
        )
        return
      }
      case 'hand-over': {
        const pickup = those.has(step.pickup.id) ? pickups.get(step.pickup.id) : null
        if (pickup !== null) counter.amend({ ...step, pickup: view(pickup) })
        return
      }
      default:
        return
    }
  }

  function awaitsWitness(): boolean {
    const step = counter.step()
    return step.step === 'verify' && step.verification !== null && step.fourEyes === 'awaited'
  }

  function askWitness(ask: (attests: Attested) => void): void {
    const step = counter.step()
    const session = signIn.session()
    if (step.step !== 'verify' || step.verification === null || session === null) return
    const by = { staff: session.staff, session: session.id }
    const open = verifications.open(step.verification, step.pickup.id, by, now())
    if (open === null) {
      notice({ code: 'L-307' })
      return
    }
    ask({ what: 'identity', name: step.pickup.name, proof: open.proof.kind })
    awaiting = step
  }

  function witness(staff: StaffId): Result<null> {
    const step = awaiting
    const session = signIn.session()
    const pickup = step === null ? null : pickups.get(step.pickup.id)
    if (session === null) return fail('L-401')
    if (session.staff === staff) return fail('L-311')
    if (step === null || step.verification === null || pickup === null) return fail('L-307')
    const id = step.verification
    return onDisk(() => {
      const open = verifications.open(id, pickup.id, { staff: session.staff, session: session.id }, now())
      if (open === null) {
        show(pickup, null, { code: 'L-307' })
        return fail('L-307')
      }
      store.transact(() => verifications.witness(id, pickup, staff))
      sync.nudge()
      counter.go({ ...step, fourEyes: 'given', notice: null })
      awaiting = null
      return ok(null)
    })
  }

  function fromPrinting(): boolean {
    return release.busy()
  }

  return {
    show,
    proveByEId(id, attempt) {
      const session = signIn.session()
      const pickup = openable(id)
      // Finnish means of strong identification: the authority behind them is Finland's.
      const proof: Proof = { kind: 'e-id', method: 'e-id', issuerCountry: 'FIN', expiry: 'no-document', eId: attempt }
      const recorded = session === null ? fail('L-401') : pickup.ok ? record(pickup.value, proof, session) : pickup
      if (!recorded.ok) notice(recorded.failure)
    },
    refuseEId(id, failure) {
      const pickup = pickups.get(id)
      if (pickup !== null) notice(refused(pickup, failure, signIn.session()))
    },
    showVerified,
    showUnsettled,
    corrected,
    awaitsWitness,
    askWitness,
    witness,
    choose,
    inHand,
    readNow,
    toldApart(next) {
      apart = next
      held = narrowed(held, next)
    },
    ofOnePerson(matches) {
      const own = matches.filter(({ pickup }) => pickup.person.recipient === apart?.recipient)
      return own.length === 0 ? matches : own
    },
    refuseDocument(pickup, failure) {
      const said = refused(pickup, failure, signIn.session())
      const step = counter.step()
      if (step.step === 'verify' && step.pickup.id === pickup.id)
        counter.amend({
          ...step,
          document: null,
          verification: null,
          verifiedUntil: null,
          notice: said,
          other: undefined,
        })
      else show(pickup, null, said)
      held = null
    },
    offerOther(pickup, document) {
      const step = counter.step()
      if (step.step !== 'verify') return
      counter.amend({ ...step, other: { id: pickup.id, name: view(pickup).name } })
      held = document
    },

    handlers: {
      openPickup({ pickup: id }) {
        const session = signedIn()
        if (!session.ok) return session
        if (fromPrinting()) return fail('L-511')
        const pickup = pickups.get(id)
        if (pickup === null) return fail('L-201')
        // A blocked pickup is shown with its reason; one that has ended, or that is asked back, is not.
        const allowed = slips.unsettledOf(id) === null ? openable(id) : ok(pickup)
        if (!allowed.ok && (pickup.revokePending || !pickupCan.beServed(pickup.state))) return allowed
        const { person } = pickup
        const step = counter.step()
        const said = step.step === 'choose' && step.namesakes && step.pickups.some((each) => each.id === id)
        const document = inHand(id)
        show(pickup, said ? narrowed(document, person) : document, null)
        if (said) apart = { recipient: person.recipient, by: 'account' }
        return ok(null)
      },

      verifyDocument({ pickup: id }) {
        const session = signedIn()
        if (!session.ok) return session
        const step = counter.step()
        if (step.step !== 'verify' || step.pickup.id !== id || step.document === null || inHand(id) === null)
          return fail('L-303')
        const pickup = openable(id)
        if (!pickup.ok) return pickup
        return record(
          pickup.value,
          {
            kind: step.document.kind,
            method: 'machine-read',
            issuerCountry: step.document.issuerCountry,
            expiry: step.document.expiry,
          },
          session.value,
        )
      },

      verifyByEye({ pickup: id, kind, issuerCountry, birthDate }) {
        const session = signedIn()
        if (!session.ok) return session
        const step = counter.step()
        if (step.step !== 'verify' || step.pickup.id !== id) return fail('L-209')
        const found = openable(id)
        if (!found.ok) return found
        const pickup = found.value
        if (pickup.birthTag === null) return fail('L-306')
        const right = services.birthDates.check(pickup.person.recipient, birthDate, pickup.birthTag)
        if (!right.ok) {
          const said = refused(pickup, right.failure, session.value)
          notice(said)
          return { ok: false, failure: said }
        }
        return record(
          pickup,
          { kind: kind satisfies ProofKind, method: 'by-eye', issuerCountry, expiry: 'by-eye' },
          session.value,
          birthDate,
        )
      },

      async release(request) {
        const session = signedIn()
        if (!session.ok) return session
        if (session.value.searchYears < floorYears && sync.status().state !== 'online') return fail('L-411')
        const before = counter.step()
        if (before.step !== 'verify' || before.pickup.id !== request.pickup) return fail('L-209')
        if (before.verification !== request.verification) return fail('L-307')
        const opened = pickups.get(request.pickup)
        if (opened === null) return fail('L-201')
        const result = await release.run(request, session.value, services.requirePlace(), (slip: SlipId, phase) => {
          counter.go({ step: 'printing', pickup: before.pickup, slip, phase })
        })
        activity()
        sync.nudge()
        const pickup = pickups.get(request.pickup)
        if (pickup === null) throw new Error('a pickup vanished during its release')
        if (!result.ok) {
          const now = counter.step()
          // Refused before anything was spent: the verification still stands, and the staff see why.
          if (now.step === 'verify') notice(result.failure)
          else show(pickup, null, result.failure)
          return result
        }
        const slip = result.value
        if (slip.state === 'failed') {
          const failure: Failure = { code: slip.code ?? 'L-503' }
          show(pickup, null, failure)
          return { ok: false, failure }
        }
        counter.go({ step: 'hand-over', pickup: view(pickup), slip: slipView(views, slip) })
        return ok({ slip: slip.id })
      },

      async instructions(request) {
        const session = signedIn()
        if (!session.ok) return session
        if (fromPrinting()) return fail('L-511')
        const step = counter.step()
        if (step.step !== 'hand-over' || step.slip.id !== request.slip) return fail('L-209')
        return services.instructions(request, services.requirePlace().desk)
      },

      settle({ slip: id, settlement }) {
        const session = signedIn()
        if (!session.ok) return session
        if (fromPrinting()) return fail('L-511')
        const settled = settleSlip({ store, ledger, pickups, slips, now }, id, settlement, session.value.staff)
        if (!settled.ok) return settled
        sync.nudge()
        const pickup = pickups.get(settled.value.pickup)
        if (pickup === null) throw new Error('a slip without its pickup')
        if ((settlement === 'spoiled' || settlement === 'nothing-came-out') && pickup.state === 'arrived') {
          show(pickup, null, null)
          return ok(null)
        }
        const next = settlement === 'handed-over' ? nextOfPerson(pickup.person) : null
        if (next !== null) {
          show(next, held, null)
          return ok(null)
        }
        counter.go(
          {
            step: 'done',
            outcome: settlement,
            initials: initials(pickup.person.name),
            language: pickup.person.language,
            until: now() + doneMs,
          },
          doneMs,
        )
        return ok(null)
      },

      noSlip({ pickup: id, reason }) {
        const session = signedIn()
        if (!session.ok) return session
        if (fromPrinting()) return fail('L-511')
        const pickup = openable(id)
        if (!pickup.ok) return pickup
        return onDisk(() => {
          store.transact(() => {
            pickups.voidVerifications(id)
            if (pickup.value.state === 'verified') pickups.setState(id, 'arrived')
            ledger.append({
              kind: 'no-slip',
              pickup: id,
              epoch: pickup.value.epoch,
              actor: session.value.staff,
              facts: { reason },
            })
          })
          sync.nudge()
          const { person } = pickup.value
          counter.go(
            {
              step: 'done',
              outcome: 'no-slip',
              initials: initials(person.name),
              language: person.language,
              until: now() + doneMs,
            },
            doneMs,
          )
          return ok(null)
        })
      },

      dismiss() {
        activity()
        if (fromPrinting()) return fail('L-511')
        const step = counter.step()
        if (step.step === 'pin' && step.purpose === 'witness' && awaiting !== null && signIn.session() !== null) {
          counter.go(awaiting)
          return ok(null)
        }
        if (step.step === 'verify' && step.verification !== null) {
          return onDisk(() => {
            store.transact(() => {
              pickups.voidVerifications(step.pickup.id)
              pickups.setState(step.pickup.id, 'arrived')
            })
            counter.idle()
            return ok(null)
          })
        }
        counter.idle()
        return ok(null)
      },
    },
  }
}
