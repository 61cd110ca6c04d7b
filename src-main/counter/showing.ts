/**
 * Carries out what `visit.ts` and `verifying.ts` say of an open pickup: looks the facts up, writes what is to be
 * written, and puts the step on the counter.
 */
import type { PickupId, VerificationId } from '../../src-shared/domain/index.ts'
import type { DocumentView } from '../../src-shared/kiosk-api/index.ts'
import { ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { areNamesakes, type Apart } from '../identity/index.ts'
import { bornOutTags } from '../identity/documents/index.ts'
import type { Pickup } from '../pickups/index.ts'
import { pickupView, slipView, type Services } from '../desk/index.ts'
import type { Session } from '../staff/index.ts'
import { onDisk, written } from '../storage/index.ts'
import { corrects } from './corrections.ts'
import type { Counter } from './counter.ts'
import { endVerification } from './proof-ends.ts'
import { byOf } from './session.ts'
import type { Going, ReadDocument, StepOf } from './steps.ts'
import { documentRefused, opens, redecides, verified, type PickupFacts, type Standing } from './verifying.ts'
import { choosing, inHand, ofOnePerson, seriesOf, setApart, type OwnerOf } from './visit.ts'

export interface Showing {
  /** Shows a pickup: its unsettled slip first, else the proof of identity. */
  readonly show: (pickup: Pickup, document: ReadDocument | null, notice: Failure | null) => void
  /** Shows a pickup whose verification stands already: it was issued against it. */
  showVerified(pickup: Pickup, document: DocumentView | null, verification: VerificationId): void
  /** After sign-in: the oldest unsettled slip comes before anything else. */
  readonly showUnsettled: () => boolean
  /** Several pickups: staff choose. The document stays in hand while the visit lasts. */
  readonly choose: (pickups: readonly Pickup[], document: ReadDocument | null) => void
  /** The person says whose account it is, or shows a card or a code: whatever was proved so far proves any of them. */
  askWhich(pickup: Pickup, shown: string | null): void
  /** A card, a pickup code or an account's name named one person. */
  toldApart(apart: Apart): void
  ofOnePerson<T extends { readonly pickup: Pickup }>(matches: readonly T[]): readonly T[]
  /** The document that was read in this visit and matched this pickup. */
  inHand(pickup: PickupId): ReadDocument | null
  /** A document that was read at this moment, in this session. */
  readNow(view: DocumentView, of: readonly PickupId[]): ReadDocument
  /** The refused document is another person's with a pickup here: the open step offers it, document in hand. */
  offerOther(pickup: Pickup, document: ReadDocument): void
  /** Records why a document was refused for a pickup, and says so where the staff are looking. */
  refuseDocument(pickup: Pickup, failure: Failure): void
  /** Writes down why a proof was refused. The failure to say: the refusal, or that of a disk that keeps nothing. */
  writeDown(pickup: Pickup, failure: Failure, session: Session | null): Failure
  /** Keeps the step and its verification, and says what went wrong. */
  say(failure: Failure): void
  /** The hub has corrected something about these pickups' people. */
  readonly corrected: (pickups: readonly PickupId[]) => void
  /** The policy, the hours or the pickups may have changed: what is open is decided again. */
  redecide(): void
  /**
   * Everybody here of whom the same birth date is on record, or one that `shown` bears out (a whole date does so for
   * whoever is known to be born in that year); and whom the document in hand matches as well.
   */
  others(pickup: Pickup, shown: string | null): Record<'bornThatDay' | 'alsoMatched', readonly Pickup[]>
  readonly ownerOf: OwnerOf
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  /** Letters have steps of their own. */
  readonly showLetter: (letter: Pickup, notice: Failure | null) => void
}

export function createShowing(parts: Parts): Showing {
  const { services, counter } = parts
  const { pickups, slips, signIn, verifications, views, now } = services
  const go = ({ step, hold }: Going) => counter.go(step, undefined, hold)
  const moment = () => ({
    now: now(),
    session: signIn.session()?.id ?? null,
    seconds: services.requirePlace().policy.verificationSeconds,
  })
  const ownerOf = (id: PickupId) => pickups.get(id)?.person.recipient
  const inHandNow = (id: PickupId) => inHand(counter.held(), id, moment())
  const factsOf = (pickup: Pickup) => pickupFacts(services, pickup)

  const others = ({ id, birthTag }: Pickup, shown: string | null) => ({
    bornThatDay: [
      ...(birthTag === null ? [] : [birthTag]),
      ...(shown === null ? [] : bornOutTags(services.keys.lookupKey, { birthDate: shown, orBorn: null })),
    ].flatMap((tag) => pickups.byBirthTag(tag)),
    alsoMatched: [...(inHandNow(id)?.pickups ?? [])].flatMap((each) => pickups.get(each) ?? []),
  })

  function show(pickup: Pickup, document: ReadDocument | null, notice: Failure | null): void {
    if (pickup.channel === 'registered-letter') parts.showLetter(pickup, notice)
    else
      go(opens({ ...factsOf(pickup), series: seriesOf(document, pickup, (id) => pickups.get(id)) }, document, notice))
  }

  function choose(found: readonly Pickup[], document: ReadDocument | null): void {
    go(choosing(found, (each) => pickupView(views, each), document, counter.held().apart))
  }

  function readNow(view: DocumentView, of: readonly PickupId[]): ReadDocument {
    return { view, pickups: new Set(of), readAt: now(), session: signIn.session()?.id ?? '' }
  }

  function writeDown(pickup: Pickup, failure: Failure, session: Session | null): Failure {
    const done = onDisk(() => {
      services.store.transact(() => noteRefusal(services, pickup, failure, session))
      return ok(null)
    })
    services.sync.nudge()
    return done.ok ? failure : done.failure
  }

  return {
    show,
    choose,
    others,
    ownerOf,
    readNow,
    writeDown,
    inHand: inHandNow,
    showVerified(pickup, document, verification) {
      const session = signIn.session()
      show(pickup, document === null ? null : readNow(document, [pickup.id]), null)
      const open = session === null ? null : verifications.open(verification, pickup.id, byOf(session), now())
      const step = counter.step()
      if (step.step === 'verify' && open !== null)
        counter.amend({ ...step, verification, verifiedUntil: open.expiresAt })
    },
    showUnsettled() {
      const first = slips.unsettled()[0]
      const pickup = first === undefined ? null : pickups.get(first.pickup)
      if (pickup !== null) show(pickup, null, null)
      return pickup !== null
    },
    askWhich(pickup, shown) {
      const { bornThatDay, alsoMatched } = others(pickup, shown)
      const alike = bornThatDay.filter(({ person }) => areNamesakes(pickup.person, person))
      const all = new Map([pickup, ...alike, ...alsoMatched].map((each) => [each.id, each]))
      choose([...all.values()], inHandNow(pickup.id))
    },
    toldApart: (apart) => counter.hold(setApart(counter.held(), apart, ownerOf)),
    ofOnePerson: (matches) => ofOnePerson(matches, counter.held().apart),
    refuseDocument(pickup, failure) {
      const said = writeDown(pickup, failure, signIn.session())
      const step = documentRefused({ step: counter.step() }, pickup.id, said)
      if (step === null) show(pickup, null, said)
      else counter.amend(step, { document: null })
    },
    offerOther(pickup, document) {
      const step = counter.step()
      if (step.step !== 'verify') return
      counter.amend({ ...step, other: { id: pickup.id, name: pickupView(views, pickup).name } }, { document })
    },
    say(failure) {
      const step = counter.step()
      if (step.step === 'verify') counter.amend({ ...step, notice: failure })
    },
    redecide: createRedeciding(services, counter, factsOf),
    corrected: createCorrecting(services, counter, { show, choose, ownerOf }),
  }
}

function pickupFacts({ slips, views, requirePlace, now }: Services, pickup: Pickup): PickupFacts {
  const slip = slips.unsettledOf(pickup.id)
  return {
    pickup,
    view: pickupView(views, pickup),
    slip: slip === null ? null : slipView(views, slip),
    further: slips.wasted(pickup.id, pickup.epoch) > 0,
    place: requirePlace(),
    now: now(),
  }
}

/** Inside the caller's transaction. */
function noteRefusal({ ledger }: Services, pickup: Pickup, failure: Failure, session: Session | null): void {
  ledger.append({
    kind: 'verification-refused',
    pickup: pickup.id,
    epoch: pickup.epoch,
    ...(session === null ? {} : { actor: session.staff }),
    facts: { code: failure.code },
  })
}

function createCorrecting(
  { pickups, views }: Services,
  counter: Counter,
  { show, choose, ownerOf }: Pick<Showing, 'show' | 'choose' | 'ownerOf'>,
): Showing['corrected'] {
  return (ids) => {
    const next = corrects(counter.now(), ids, ownerOf)
    counter.hold(next.hold)
    switch (next.show.do) {
      case 'nothing':
        return
      case 'choose':
        choose(
          next.show.pickups.flatMap((id) => pickups.get(id) ?? []),
          null,
        )
        return
      case 'open':
      case 'rewrite': {
        const pickup = pickups.get(next.show.pickup)
        const step = counter.step()
        if (pickup === null) return
        if (next.show.do === 'open') show(pickup, null, { code: failures.personCorrected })
        else if (step.step === 'hand-over') counter.amend({ ...step, pickup: pickupView(views, pickup) })
      }
    }
  }
}

function createRedeciding(services: Services, counter: Counter, factsOf: (pickup: Pickup) => PickupFacts) {
  const { pickups, signIn, store, sync, verifications, views, now } = services

  function standing({ verification, pickup }: StepOf<'verify'>): Standing | null {
    const session = signIn.session()
    if (verification === null || session === null) return null
    const open = verifications.open(verification, pickup.id, byOf(session), now())
    return open === null ? null : { proof: open.proof, witnessed: open.witness !== null }
  }

  function verify(step: StepOf<'verify'>): void {
    const pickup = pickups.get(step.pickup.id)
    const next = redecides(step, pickup === null ? null : factsOf(pickup), standing(step))
    if (next === null) return
    const { refused, dies } = next
    const done: Result<null> =
      pickup === null || (refused === null && !dies)
        ? ok(null)
        : written(() => {
            store.transact(() => {
              if (dies) endVerification(services, pickup.id)
              if (refused !== null) noteRefusal(services, pickup, refused, signIn.session())
            })
            return null
          })
    if (!done.ok) {
      counter.amend({ ...step, notice: done.failure })
      return
    }
    if (refused !== null) sync.nudge()
    const after = pickups.get(step.pickup.id)
    const shown = dies && after !== null ? { ...next.step, pickup: pickupView(views, after) } : next.step
    counter.amend(shown, next.hold)
  }

  return function redecide(): void {
    if (services.place() === null) return
    const step = counter.step()
    if (step.step === 'verify') verify(step)
    if (step.step !== 'choose') return
    const now = step.pickups.flatMap(({ id }) => pickups.get(id) ?? []).map((pickup) => pickupView(views, pickup))
    if (now.length === 0) counter.idle()
    else if (JSON.stringify(now) !== JSON.stringify(step.pickups)) counter.amend({ ...step, pickups: now })
  }
}

/** A recorded verification on the step that is open, if it is still that pickup's. */
export function showRecorded(
  { pickups, views }: Services,
  counter: Counter,
  id: PickupId,
  recorded: { readonly id: VerificationId; readonly expiresAt: number },
  fourEyes: boolean,
): void {
  const after = pickups.get(id)
  const step = after === null ? null : verified({ step: counter.step() }, pickupView(views, after), recorded, fourEyes)
  if (step !== null) counter.amend(step)
}
