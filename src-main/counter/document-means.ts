/** What a machine-read document means at this moment, as a pure function over what the desk knows. */
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import type { DocumentKind } from '../../src-shared/domain/document-words.ts'
import type { DocumentView } from '../../src-shared/kiosk-api/views/document.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { decideHere, type Place } from '../identity/index.ts'
import { expiryOn, type MachineReadDocument } from '../identity/documents/index.ts'
import type { Pickup } from '../pickups/index.ts'
import {
  byEyeAlone,
  differsFrom,
  expiredAs,
  namedWithoutBirthDate,
  onlyShort,
  type Births,
  type Match,
} from './document-matches.ts'

export interface DocumentFacts {
  readonly document: MachineReadDocument
  readonly step: CounterStep
  readonly signedIn: boolean
  /** Whom the document matches, of one person where somebody was told apart. */
  readonly found: readonly Match[]
  /** The pickup that is open on the counter. */
  readonly open: Pickup | null
  readonly births: Births
  readonly place: Place
  readonly now: number
  /** The desk's date. */
  readonly today: string
}

export type DocumentMeans =
  | { readonly do: 'refuse'; readonly failure: Failure }
  /** Nobody is signed in: somebody has come. `expired`: with a document of this kind that proves nothing any more. */
  | { readonly do: 'identify'; readonly pickups: readonly Pickup[]; readonly expired: DocumentKind | null }
  /** Refused for a pickup. `other`: it is another person's with something here, who is offered with it. */
  | {
      readonly do: 'refuse-for'
      readonly pickup: Pickup
      readonly failure: Failure
      readonly arrived: readonly Pickup[]
      readonly other: { readonly matches: readonly Match[]; readonly view: DocumentView } | null
    }
  /** A walk-in is on the counter. */
  | { readonly do: 'walk-in' }
  /** Nothing waits here: perhaps elsewhere. */
  | { readonly do: 'nothing-here'; readonly failure: Failure }
  /** Of nobody here: looked up, where the desk serves walk-ins; else this. */
  | { readonly do: 'look-up'; readonly otherwise: Extract<DocumentMeans, { do: 'refuse' | 'nothing-here' }> }
  | {
      readonly do: 'serve'
      readonly arrived: readonly Pickup[]
      readonly view: DocumentView
      readonly matches: readonly Match[]
      /** The pickup that stays open; null: those that match are shown. */
      readonly open: Pickup | null
    }

const pickupsOf = (found: readonly Match[]) => found.map(({ pickup }) => pickup)
const onePerson = (found: readonly Match[]) =>
  new Set(pickupsOf(found).map(({ person }) => person.recipient)).size === 1

/** A good document of nobody who is expected here. */
function ofNobody({ document, births }: DocumentFacts, expired: boolean): DocumentMeans {
  const short = expired ? null : onlyShort(births, document)
  const byEye = expired ? null : byEyeAlone(births, document, null)
  if (short !== null)
    return { do: 'refuse-for', pickup: short, failure: { code: failures.birthDateInPart }, arrived: [], other: null }
  if (byEye !== null) return { do: 'refuse', failure: { code: byEye } }
  if (expired) return { do: 'look-up', otherwise: { do: 'refuse', failure: expiredAs(document) } }
  if (document.birthDate === null)
    return { do: 'look-up', otherwise: { do: 'refuse', failure: { code: failures.birthDateInPart } } }
  const code = namedWithoutBirthDate(births, document) ? failures.hereWithoutBirthDate : failures.documentMatchesNobody
  return { do: 'look-up', otherwise: { do: 'nothing-here', failure: { code } } }
}

const nothingFor = (births: Births, document: MachineReadDocument) =>
  namedWithoutBirthDate(births, document) ? failures.hereWithoutBirthDate : failures.nothingToCollect

export function documentMeans(facts: DocumentFacts): DocumentMeans {
  const { document, step, found, open, births, place, now } = facts
  const { kind, issuerCountry } = document
  const expiry = expiryOn(document, facts.today)
  const [first] = found
  if (!facts.signedIn)
    return first === undefined
      ? { do: 'nothing-here', failure: { code: nothingFor(births, document) } }
      : { do: 'identify', pickups: pickupsOf(found), expired: expiry === 'expired' ? kind : null }
  const viewAs = (nameMatch: Match['match']): DocumentView | null =>
    expiry === 'expired' ? null : { kind, issuerCountry, expiry, nameMatch }
  const atStep = open === null ? undefined : found.find(({ pickup }) => pickup.id === open.id)?.pickup
  if (open !== null && atStep === undefined) {
    const failure = differsFrom(births, document, open, expiry === 'expired')
    const view = first === undefined || !onePerson(found) ? null : viewAs(first.match)
    return {
      do: 'refuse-for',
      pickup: open,
      failure,
      arrived: [],
      other: view === null ? null : { matches: found, view },
    }
  }
  if (first === undefined) return step.step === 'walk-in' ? { do: 'walk-in' } : ofNobody(facts, expiry === 'expired')
  const arrived = onePerson(found) ? pickupsOf(found) : []
  const shown = atStep ?? first.pickup
  const refused = (failure: Failure): DocumentMeans => ({
    ...{ do: 'refuse-for', pickup: shown, failure, arrived, other: null },
  })
  const view = viewAs(found.some(({ match }) => match === 'tolerant') ? 'tolerant' : 'exact')
  if (view === null || expiry === 'expired') return refused(expiredAs(document))
  const proof = { kind, method: 'machine-read', issuerCountry, expiry } as const
  const accepted = decideHere(place, shown, { kind: 'verify', closed: null, proof }, now)
  if (
    !accepted.ok &&
    (accepted.failure.code === failures.issuerNotAccepted || accepted.failure.code === failures.documentNotAccepted)
  )
    return refused(accepted.failure)
  return { do: 'serve', arrived, view, matches: found, open: onePerson(found) ? (atStep ?? null) : null }
}
