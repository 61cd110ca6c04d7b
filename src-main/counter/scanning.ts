/**
 * What a scan means at this moment: a staff badge, a card, a document or a pickup code
 * (docs/architecture.md#one-handover-end-to-end and #identity). `badge.ts` and `document-means.ts` are its rules.
 */
import { cardTag, normaliseCardId, pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import type { CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import type { DocumentView } from '../../src-shared/kiosk-api/views/document.ts'
import { birthsOf, type MachineReadDocument } from '../identity/documents/index.ts'
import { classifyScan, isShopCode } from '../identity/scans/index.ts'
import type { Pickup } from '../pickups/index.ts'
import type { Scan } from '../readers/index.ts'
import { permit, type BadgeInHand } from '../staff/index.ts'
import { storageFailure } from '../storage/index.ts'
import { deskDate } from '../desk/index.ts'
import { createArriving, type Arriving, type ArrivingParts } from './arriving.ts'
import { badgeMeans } from './badge.ts'
import { matchesOf, type Match } from './document-matches.ts'
import { documentMeans } from './document-means.ts'
import type { SigningIn } from './signing-in.ts'
import { pinStep, type Held, type ReadBadge } from './steps.ts'
import type { WalkInDesk } from './walk-in.ts'
import type { Witnessing } from './witnessing.ts'
import * as failures from '../../src-shared/failures/named.ts'

interface Parts extends ArrivingParts {
  readonly walkIn: Pick<WalkInDesk, 'byCard' | 'byDocument' | 'readDocument' | 'busy'>
  /** A postal operator's number, at a post room: true when it was taken. */
  readonly onTracking: (text: string) => boolean
  readonly pinMs: number
  readonly activity: () => void
  readonly signingIn: Pick<SigningIn, 'mode' | 'maySignIn' | 'resume'>
  readonly witnessing: Pick<Witnessing, 'awaits' | 'ask'>
}

export function createScanning(parts: Parts): (scan: Scan) => void {
  const { services, counter, notify } = parts
  const { pickups, roster, signIn, keys, now } = services
  const arriving = createArriving(parts)
  const { refuse, identified, bystander } = arriving

  function handle(scan: Scan): void {
    parts.activity()
    const { step } = counter.step()
    if (step === 'printing' || parts.walkIn.busy()) {
      notify({ code: failures.printerBusy })
      return
    }
    if (parts.onTracking(scan.text)) return
    const meaning = classifyScan(scan, deskDate(now()))
    if (services.place() === null) {
      notify({ code: failures.notEnrolled })
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
            notify({ code: failures.slipUnsettled })
          else readBadge(parts, arriving, { member, cardId: normaliseCardId(meaning.id), tag })
          return
        }
        if (!roster.hasAnyPin()) {
          refuse({ code: failures.noFirstSupervisor })
          return
        }
        if (step === 'hand-over') notify({ code: failures.slipUnsettled })
        else if (step === 'pin') notify({ code: failures.badgeHasNoPin })
        else {
          const here = pickups.byCardTag(tag)
          if (!bystander(here, 'card') && (here.length > 0 || !parts.walkIn.byCard(meaning.id)))
            identified(here, 'card', { card: { tag, id: meaning.id, shopCode: isShopCode(scan) } })
        }
        return
      }
      case 'pickup-code':
        if (step === 'hand-over') notify({ code: failures.slipUnsettled })
        else {
          const here = pickups.byCodeTag(pickupCodeTag(keys.lookupKey, meaning.code))
          if (!bystander(here, 'pickup-code')) identified(here, 'pickup-code')
        }
        return
      case 'document':
        if (step === 'hand-over') notify({ code: failures.slipUnsettled })
        else readDocument(parts, arriving, meaning.document)
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

/** A staff badge was read: what it means now, carried out. */
function readBadge(parts: Parts, { refuse }: Arriving, read: BadgeInHand): void {
  const { services, counter, notify } = parts
  const { roster, signIn, now } = services
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

/** As the hub is asked about a document's person: its year of birth may mean two. */
function asQueries(document: MachineReadDocument): CheckInQuery[] {
  const { family, given, truncated } = document
  return birthsOf(document).map((birthDate) => ({ by: 'document', birthDate, family, given, truncated }))
}

/** A machine-readable zone was read: what it means now, carried out. */
function readDocument(parts: Parts, arriving: Arriving, document: MachineReadDocument): void {
  const { services, counter, serving } = parts
  const { pickups, signIn, keys, now } = services
  const births = {
    lookupKey: keys.lookupKey,
    bornOn: (tag: Buffer) => pickups.byBirthTag(tag),
    withoutBirthDate: pickups.withoutBirthDate,
  }
  const step = counter.step()
  const means = documentMeans({
    ...{ document, step, births, now: now(), place: services.requirePlace(), today: deskDate(now()) },
    signedIn: signIn.session() !== null,
    found: serving.ofOnePerson(matchesOf(births, document)),
    open: step.step === 'verify' ? pickups.get(step.pickup.id) : null,
  })
  const asItIs = (pickup: Pickup) => pickups.get(pickup.id) ?? pickup
  const readNow = (view: DocumentView, matches: readonly Match[]) =>
    serving.readNow(
      view,
      matches.map(({ pickup }) => pickup.id),
    )
  switch (means.do) {
    case 'refuse':
      arriving.refuse(means.failure)
      return
    case 'identify':
      arriving.identified(means.pickups, 'document', { expired: means.expired })
      return
    case 'refuse-for': {
      const { pickup, failure, arrived, other } = means
      arriving.arrive(arrived, 'document')
      serving.refuseDocument(asItIs(pickup), failure)
      const [first] = other?.matches ?? []
      if (other !== null && first !== undefined) serving.offerOther(first.pickup, readNow(other.view, other.matches))
      return
    }
    case 'walk-in':
      parts.walkIn.readDocument(document)
      return
    case 'look-up':
      if (parts.walkIn.byDocument(document)) return
      if (means.otherwise.do === 'refuse') arriving.refuse(means.otherwise.failure)
      else arriving.nothingHere(means.otherwise.failure, asQueries(document))
      return
    case 'nothing-here':
      arriving.nothingHere(means.failure, asQueries(document))
      return
    case 'serve': {
      arriving.arrive(means.arrived, 'document')
      const current = means.matches.map(({ pickup }) => asItIs(pickup))
      const read = readNow(means.view, means.matches)
      const only = means.open ?? (current.length === 1 ? current[0] : undefined)
      if (only === undefined) serving.choose(current, read)
      else serving.show(asItIs(only), read, null)
      return
    }
  }
}
