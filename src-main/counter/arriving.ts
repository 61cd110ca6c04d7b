/** Somebody has come, by a card, a document or a pickup code; or is told why they cannot be served here now. */
import type { CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import type { RequestView } from '../../src-shared/kiosk-api/views/requests.ts'
import type { DocumentKind } from '../../src-shared/domain/document-words.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { proofsOf } from '../../src-shared/policy/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { decideHere } from '../identity/index.ts'
import { initials, type Pickup } from '../pickups/index.ts'
import type { Services } from '../desk/index.ts'
import type { Counter } from './counter.ts'
import { directions, forRecipient } from './directions.ts'
import type { Serving } from './serving.ts'
import type { Whereabouts } from './whereabouts.ts'

export type By = 'card' | 'document' | 'pickup-code'

export interface ArrivingParts {
  readonly services: Services
  readonly counter: Counter
  readonly serving: Serving
  /** Where nothing waits for a card: whether delivery to this desk can be asked for. */
  readonly offerRequest: (card: Buffer) => RequestView | undefined
  /** Whether it waits elsewhere for somebody for whom nothing waits here. */
  readonly whereabouts: (queries: readonly CheckInQuery[], say: (found: Whereabouts) => void) => void
  readonly arrivalMs: number
  readonly refusedMs: number
  readonly notify: (failure: Failure) => void
}

/** A card as it was read. `shopCode`: it may as well be a bar code of goods, for which nothing is asked unseen. */
export interface ReadCard {
  readonly tag: Buffer
  readonly id: string
  readonly shopCode: boolean
}

/** With what somebody identified themselves. */
interface Identification {
  readonly card?: ReadCard | null
  /** The kind of a document that has expired, and proves nothing. */
  readonly expired?: DocumentKind | null
}

export type Arriving = ReturnType<typeof createArriving>

export function createArriving(parts: ArrivingParts) {
  const { services, counter, serving, notify } = parts
  const { pickups, signIn, now } = services

  function refuse(
    failure: Failure,
    card: Buffer | null = null,
    where = directions(failure, services.requirePlace(), now()),
  ): void {
    const staff = signIn.session() !== null
    const until = now() + parts.refusedMs
    counter.go(
      { step: 'refused', failure, audience: staff ? 'staff' : 'recipient', pickup: null, where, until },
      parts.refusedMs,
    )
    // After the step is on: what belonged to the one before has been forgotten by then.
    const request = card === null ? undefined : parts.offerRequest(card)
    const step = counter.step()
    if (request !== undefined && step.step === 'refused') counter.amend({ ...step, request })
  }

  /** Nothing waits here: where it waits, that nothing does (`failure`), or that this desk cannot know. */
  function nothingHere(failure: Failure, queries: readonly CheckInQuery[], card: ReadCard | null = null): void {
    parts.whereabouts(queries, (found) => {
      const { say, where, asks } = nothingSaid(failure, found, card)
      refuse(say, asks, where)
    })
  }

  const arrive = (found: readonly Pickup[], by: By) => noteArrivals(services, found, by)

  /** Someone identified themselves by card or code; alone it proves nothing. */
  function identified(found: readonly Pickup[], by: By, { card = null, expired = null }: Identification = {}): void {
    const first = found[0]
    if (first === undefined) {
      // A code is known where it is to be used alone: only a card says who it is elsewhere too.
      if (card === null) refuse({ code: failures.codeFindsNothing })
      else nothingHere({ code: failures.nothingToCollect }, [{ by: 'card', card: card.id }], card)
      return
    }
    const place = services.requirePlace()
    const decide = (pickup: Pickup) =>
      decideHere(place, pickup, { kind: 'check-in', closed: services.opening.closed() }, now())
    const served = found.find((pickup) => decide(pickup).ok) ?? first
    const decided = decide(served)
    if (signIn.session() === null && !decided.ok) {
      refuse(forRecipient(decided.failure))
      return
    }
    const people = new Set(found.map(({ person }) => person.recipient))
    // A document alone does not say which of two namesakes has come.
    if (people.size > 1 && signIn.session() === null) {
      refuse({ code: failures.documentHasNamesake })
      return
    }
    if (people.size === 1) arrive(found, by)
    const current = found.map((pickup) => pickups.get(pickup.id) ?? pickup)
    if (signIn.session() !== null) {
      const only = current.length === 1 ? current[0] : undefined
      const document = serving.inHand(first.id)
      if (only !== undefined) serving.show(only, document, null)
      else serving.choose(current, document)
      if (people.size === 1 && by !== 'document') serving.toldApart({ recipient: first.person.recipient, by })
      return
    }
    counter.go(
      {
        step: 'arrival',
        initials: initials(served.person.name),
        language: served.person.language,
        count: found.length,
        proofs: decided.ok ? proofsOf(place.policy, decided.value.rule) : [],
        told: true,
        ...(expired === null ? {} : { expired }),
        until: now() + parts.arrivalMs,
      },
      parts.arrivalMs,
    )
  }

  /**
   * A card or code of somebody else while a pickup is open: the one who stands at the desk is served first. Who has
   * something to collect is noted as arrived, and the staff are told; what is open stays. True when it was so.
   */
  function bystander(found: readonly Pickup[], by: By): boolean {
    const step = counter.step()
    const open = signIn.session() !== null && step.step === 'verify' ? pickups.get(step.pickup.id) : null
    const people = new Set(found.map(({ person }) => person.recipient))
    if (open === null || people.has(open.person.recipient)) return false
    if (people.size === 1) arrive(found, by)
    notify({ code: people.size === 1 ? failures.somebodyElseArrived : failures.somebodyElseScanned })
    return true
  }

  return { refuse, nothingHere, arrive, identified, bystander }
}

/** What is said where nothing waits here; `asks`: the card for which delivery may be asked. */
function nothingSaid(failure: Failure, found: Whereabouts, card: ReadCard | null) {
  if (found === 'nobody') return { say: { code: failures.cardOfNobody } as const, asks: null, where: undefined }
  if (found === 'nothing') return { say: failure, asks: card?.tag ?? null, where: undefined }
  const unknown = found.failure.code === failures.nothingHereAndHubAway
  // A desk that cannot know of others knows that something is missing here.
  if (unknown && failure.code === failures.hereWithoutBirthDate) return { say: failure, asks: null, where: undefined }
  return { say: found.failure, asks: unknown && card?.shopCode === false ? card.tag : null, where: found.where }
}

/** The recipient checked in: durable before the screen says so. */
function noteArrivals({ store, pickups, ledger, sync, now }: Services, found: readonly Pickup[], by: By): void {
  const fresh = found.filter((pickup) => pickupCan.arrive(pickup.state))
  if (fresh.length === 0) return
  store.transact(() => {
    for (const pickup of fresh) {
      pickups.arrive(pickup.id, now())
      ledger.append({ kind: 'arrival', pickup: pickup.id, epoch: pickup.epoch, facts: { by } })
    }
  })
  sync.nudge()
}
