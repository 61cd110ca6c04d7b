/**
 * What a scan means at this moment: a staff badge, a card, a document or a pickup code
 * (docs/architecture.md#one-handover-end-to-end and #identity).
 */
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import { cardTag, normaliseCardId, pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import type { RequestView } from '../../src-shared/kiosk-api/views/requests.ts'
import { proofsOf } from '../../src-shared/policy/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { decideHere } from '../identity/index.ts'
import {
  birthsOf,
  birthStanding,
  bornOutTags,
  expiryOn,
  fartherTags,
  matchName,
  mayBeShortened,
  needsEye,
  type MachineReadDocument,
} from '../identity/documents/index.ts'
import { classifyScan } from '../identity/scans/index.ts'
import { initials, type Pickup } from '../pickups/index.ts'
import type { Scan } from '../readers/index.ts'
import { permit, type BadgeInHand } from '../staff/index.ts'
import { storageFailure } from '../storage/index.ts'
import { deskDate, type Services } from '../desk/index.ts'
import { directions, forRecipient } from './directions.ts'
import { badgeMeans } from './badge.ts'
import type { Counter } from './counter.ts'
import type { Serving } from './serving.ts'
import type { SigningIn } from './signing-in.ts'
import { pinStep, type Held, type ReadBadge } from './steps.ts'
import type { Whereabouts } from './whereabouts.ts'
import type { WalkInDesk } from './walk-in.ts'
import type { Witnessing } from './witnessing.ts'

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly serving: Serving
  readonly walkIn: Pick<WalkInDesk, 'byCard' | 'byDocument' | 'readDocument' | 'busy'>
  /** Where nothing waits for a card: whether delivery to this desk can be asked for. */
  readonly offerRequest: (card: Buffer) => RequestView | undefined
  /** A postal operator's number, at a post room: true when it was taken. */
  readonly onTracking: (text: string) => boolean
  /** Whether it waits elsewhere for somebody for whom nothing waits here. */
  readonly whereabouts: (queries: readonly CheckInQuery[], say: (found: Whereabouts) => void) => void
  readonly arrivalMs: number
  readonly refusedMs: number
  readonly pinMs: number
  readonly activity: () => void
  readonly signingIn: Pick<SigningIn, 'mode' | 'maySignIn' | 'resume'>
  readonly witnessing: Pick<Witnessing, 'awaits' | 'ask'>
  readonly notify: (failure: Failure) => void
}

type By = 'card' | 'document' | 'pickup-code'

export function createScanning(parts: Parts): (scan: Scan) => void {
  const { services, counter, serving, notify } = parts
  const { store, ledger, pickups, roster, signIn, sync, keys, now } = services

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
  function nothingHere(failure: Failure, queries: readonly CheckInQuery[], card: Buffer | null = null): void {
    parts.whereabouts(queries, (found) => {
      if (found === 'nothing') refuse(failure, card)
      else refuse(found.failure, found.failure.code === 'L-250' ? card : null, found.where)
    })
  }

  const asDocument = (document: MachineReadDocument): CheckInQuery[] => {
    const { family, given, truncated } = document
    return birthsOf(document).map((birthDate) => ({ by: 'document', birthDate, family, given, truncated }))
  }

  /** The recipient checked in: durable before the screen says so. */
  function arrive(found: readonly Pickup[], by: By): void {
    const fresh = found.filter((pickup) => pickup.state === 'waiting')
    if (fresh.length === 0) return
    store.transact(() => {
      for (const pickup of fresh) {
        pickups.arrive(pickup.id, now())
        ledger.append({ kind: 'arrival', pickup: pickup.id, epoch: pickup.epoch, facts: { by } })
      }
    })
    sync.nudge()
  }

  /** Someone identified themselves by card or code; alone it proves nothing. */
  function identified(found: readonly Pickup[], by: By, card: { tag: Buffer; id: string } | null = null): void {
    const first = found[0]
    if (first === undefined) {
      // A code is known where it is to be used alone: only a card says who it is elsewhere too.
      if (card === null) refuse({ code: 'L-202' })
      else nothingHere({ code: 'L-202' }, [{ by: 'card', card: card.id }], card.tag)
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
      refuse({ code: 'L-333' })
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
    notify({ code: people.size === 1 ? 'L-248' : 'L-249' })
    return true
  }

  function nameMatch(document: MachineReadDocument, pickup: Pickup): 'exact' | 'tolerant' | null {
    return matchName(document, pickup.person.name, pickup.person.formerNames)
  }

  function named(document: MachineReadDocument, tags: readonly Buffer[]) {
    return tags
      .flatMap((tag) => pickups.byBirthTag(tag))
      .flatMap((pickup) => {
        const match = nameMatch(document, pickup)
        return match === null ? [] : [{ pickup, match }]
      })
  }

  function matches(document: MachineReadDocument): { pickup: Pickup; match: 'exact' | 'tolerant' }[] {
    return named(document, bornOutTags(keys.lookupKey, document))
  }

  /**
   * The document leaves open what the record knows of the birth date: no proof, and the staff are told what would be
   * one.
   */
  function fallsShort(document: MachineReadDocument, pickup: Pickup): boolean {
    return birthStanding(keys.lookupKey, document, pickup.birthTag) === 'short' && nameMatch(document, pickup) !== null
  }

  /** The one person here whom a document with a part of the birth date may be of. */
  function onlyShort(document: MachineReadDocument): Pickup | null {
    const found = named(document, fartherTags(keys.lookupKey, document)).map(({ pickup }) => pickup)
    const people = new Set(found.map(({ person }) => person.recipient))
    return people.size === 1 ? (found[0] ?? null) : null
  }

  /**
   * Somebody born that day whose name a machine cannot compare, with the document's or with any: the document is not
   * another person's for all we know. null: it is.
   */
  function byEyeAlone(document: MachineReadDocument, id: PickupId | null): 'L-246' | 'L-336' | null {
    const born = bornOutTags(keys.lookupKey, document)
      .flatMap((tag) => pickups.byBirthTag(tag))
      .filter((each) => id === null || each.id === id)
    if (born.some(({ person }) => needsEye(person.name, person.formerNames))) return 'L-246'
    return born.some(({ person }) => mayBeShortened(document, person.name, person.formerNames)) ? 'L-336' : null
  }

  /** What an open pickup is told of a document that does not match it. */
  function differs(document: MachineReadDocument, open: Pickup, expired: boolean): Failure {
    if (expired) return { code: 'L-301' }
    if (fallsShort(document, open)) return { code: 'L-324' }
    return { code: byEyeAlone(document, open.id) ?? 'L-302' }
  }

  /** A good document of nobody who is expected here. */
  function noneMatches(document: MachineReadDocument, expired: boolean): void {
    const short = expired ? null : onlyShort(document)
    const byEye = expired ? null : byEyeAlone(document, null)
    if (short !== null) serving.refuseDocument(short, { code: 'L-324' })
    else if (byEye !== null) refuse({ code: byEye })
    else if (!parts.walkIn.byDocument(document)) {
      if (expired || document.birthDate === null) refuse({ code: expired ? 'L-301' : 'L-324' })
      else nothingHere({ code: 'L-308' }, asDocument(document))
    }
  }

  function readDocument(document: MachineReadDocument): void {
    const step = counter.step()
    const found = serving.ofOnePerson(matches(document))
    const expiry = expiryOn(document, deskDate(now()))
    const expired = expiry === 'expired'
    if (signIn.session() === null) {
      if (found.length === 0) nothingHere({ code: 'L-202' }, asDocument(document))
      else
        identified(
          found.map(({ pickup }) => pickup),
          'document',
        )
      return
    }
    if (step.step === 'verify') {
      const open = pickups.get(step.pickup.id)
      const same = found.some(({ pickup }) => pickup.id === step.pickup.id)
      if (open !== null && !same) {
        serving.refuseDocument(open, differs(document, open, expired))
        const [other] = found
        const people = new Set(found.map(({ pickup }) => pickup.person.recipient))
        if (other !== undefined && people.size === 1 && expiry !== 'expired') {
          const { kind, issuerCountry } = document
          const view = { kind, issuerCountry, expiry, nameMatch: other.match }
          const read = serving.readNow(
            view,
            found.map(({ pickup }) => pickup.id),
          )
          serving.offerOther(other.pickup, read)
        }
        return
      }
    }
    const first = found[0]
    if (step.step === 'walk-in' && first === undefined) {
      parts.walkIn.readDocument(document)
      return
    }
    if (first === undefined) {
      noneMatches(document, expired)
      return
    }
    const namesakes = found.some(({ pickup }) => pickup.person.recipient !== first.pickup.person.recipient)
    if (!namesakes)
      arrive(
        found.map(({ pickup }) => pickup),
        'document',
      )
    const current = found.map(({ pickup }) => pickups.get(pickup.id) ?? pickup)
    const atStep = step.step === 'verify' ? current.find((pickup) => pickup.id === step.pickup.id) : undefined
    const open = namesakes ? undefined : atStep
    if (expiry === 'expired') {
      serving.refuseDocument(atStep ?? current[0] ?? first.pickup, { code: 'L-301' })
      return
    }
    const shown = atStep ?? current[0] ?? first.pickup
    const { kind, issuerCountry } = document
    const proof = { kind, method: 'machine-read', issuerCountry, expiry } as const
    const accepted = decideHere(services.requirePlace(), shown, { kind: 'verify', closed: null, proof }, now())
    if (!accepted.ok && (accepted.failure.code === 'L-229' || accepted.failure.code === 'L-304')) {
      serving.refuseDocument(shown, accepted.failure)
      return
    }
    const nameMatch = found.some(({ match }) => match === 'tolerant') ? 'tolerant' : 'exact'
    const read = serving.readNow(
      { kind, issuerCountry, expiry, nameMatch },
      current.map(({ id }) => id),
    )
    const only = open ?? (current.length === 1 ? current[0] : undefined)
    if (only !== undefined) serving.show(only, read, null)
    else serving.choose(current, read)
  }

  function badge(read: BadgeInHand): void {
    const { member } = read
    const standing = signIn.standing(member.id)
    const means = badgeMeans({
      member,
      standing,
      unvouched: signIn.unvouched().includes(member.id),
      session: signIn.session(),
      mode: parts.signingIn.mode(),
      awaitsColleague: parts.witnessing.awaits(),
      anyPin: roster.hasAnyPin(),
      maySignIn: parts.signingIn.maySignIn(),
      serves: permit('serving', member.role, services.requirePlace().desk.kind),
      now: now(),
    })
    const ask = (
      purpose: ReadBadge['purpose'],
      more: Parameters<typeof pinStep>[3] = {},
      behind: Held['behind'] = null,
    ) => {
      const asked = { ...read, purpose }
      const step = pinStep(asked, standing.left, now() + parts.pinMs, more)
      counter.go(step, parts.pinMs, { badge: asked, behind })
    }
    switch (means.do) {
      case 'notify':
        notify(means.failure)
        return
      case 'refuse':
        refuse(means.failure)
        return
      case 'sign-in':
        if (!parts.signingIn.resume(read)) ask('sign-in')
        return
      case 'ask-pin': {
        const confirmed = means.purpose === 'witness' ? parts.witnessing.ask() : null
        if (confirmed !== null) ask('witness', confirmed, confirmed.behind)
        else if (means.purpose !== 'witness') ask(means.purpose, means)
        return
      }
    }
  }

  function handle(scan: Scan): void {
    parts.activity()
    const { step } = counter.step()
    if (step === 'printing' || parts.walkIn.busy()) {
      notify({ code: 'L-511' })
      return
    }
    if (parts.onTracking(scan.text)) return
    const meaning = classifyScan(scan, deskDate(now()))
    if (services.place() === null) {
      notify({ code: 'L-107' })
      return
    }
    switch (meaning.kind) {
      case 'unreadable':
        notify(meaning.failure)
        return
      case 'card': {
        const tag = cardTag(keys.lookupKey, meaning.id)
        const member = roster.byBadgeTag(tag)
        if (member !== null) {
          // A slip in the air belongs to the one who printed it: settle first, then switch.
          if (step === 'hand-over' && signIn.session() !== null && parts.signingIn.mode() !== 'adding')
            notify({ code: 'L-214' })
          else badge({ member, cardId: normaliseCardId(meaning.id), tag })
          return
        }
        if (!roster.hasAnyPin()) {
          refuse({ code: 'L-108' })
          return
        }
        if (step === 'hand-over') notify({ code: 'L-214' })
        else if (step === 'pin') notify({ code: 'L-404' })
        else {
          const here = pickups.byCardTag(tag)
          if (!bystander(here, 'card') && (here.length > 0 || !parts.walkIn.byCard(meaning.id)))
            identified(here, 'card', { tag, id: meaning.id })
        }
        return
      }
      case 'pickup-code':
        if (step === 'hand-over') notify({ code: 'L-214' })
        else {
          const here = pickups.byCodeTag(pickupCodeTag(keys.lookupKey, meaning.code))
          if (!bystander(here, 'pickup-code')) identified(here, 'pickup-code')
        }
        return
      case 'document':
        if (step === 'hand-over') notify({ code: 'L-214' })
        else readDocument(meaning.document)
        return
    }
  }

  return (scan) => {
    try {
      handle(scan)
    } catch (error) {
      const failure = storageFailure(error)
      if (failure === null) throw error
      notify(failure)
    }
  }
}
