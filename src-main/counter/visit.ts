/**
 * One person's visit, as pure functions over what the desk holds: the document that was read, and who was told from
 * their namesakes.
 */
import type { PickupId, RecipientId } from '../../src-shared/domain/index.ts'
import type { PickupView, Series } from '../../src-shared/kiosk-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import type { Apart } from '../identity/index.ts'
import type { Pickup } from '../pickups/index.ts'
import type { Going, Held, ReadDocument } from './steps.ts'

/** Who asks and when; `seconds`: how long a verification holds, and so a document that was read. */
export interface Moment {
  readonly now: number
  readonly session: string | null
  readonly seconds: number
}

/** The document that is still in hand for a pickup, or null. */
export function inHand(
  { document }: Pick<Held, 'document'>,
  pickup: PickupId,
  { now, session, seconds }: Moment,
): ReadDocument | null {
  if (document === null || session !== document.session || now - document.readAt >= seconds * 1000) return null
  return document.pickups.has(pickup) ? document : null
}

/** Whose a pickup is; undefined for one that is not here. */
export type OwnerOf = (pickup: PickupId) => RecipientId | undefined

/**
 * What belongs to another recipient is no longer in hand: the next pickup that is opened by itself is the same
 * person's.
 */
export function narrowed(document: ReadDocument | null, recipient: RecipientId, ownerOf: OwnerOf): ReadDocument | null {
  if (document === null) return null
  const own = [...document.pickups].filter((id) => ownerOf(id) === recipient)
  return own.length === document.pickups.size ? document : { ...document, pickups: new Set(own) }
}

/** A card, a code or an account's name has named one person: their namesakes are out of the question from here on. */
export function setApart({ document }: Held, apart: Apart, ownerOf: OwnerOf): Pick<Held, 'apart' | 'document'> {
  return { apart, document: narrowed(document, apart.recipient, ownerOf) }
}

/** Of pickups that a document matches, those of the person who was told apart; all where nobody was. */
export function ofOnePerson<T extends { readonly pickup: Pickup }>(
  matches: readonly T[],
  apart: Apart | null,
): readonly T[] {
  const own = matches.filter(({ pickup }) => pickup.person.recipient === apart?.recipient)
  return own.length === 0 ? matches : own
}

/** Which of the person's slips of this visit a pickup is; undefined where there is one alone. */
export function seriesOf(
  document: ReadDocument | null,
  { person }: Pickup,
  get: (id: PickupId) => Pickup | null,
): Series | undefined {
  const own = [...(document?.pickups ?? [])]
    .flatMap((id) => get(id) ?? [])
    .filter((each) => each.person.recipient === person.recipient)
    .filter(({ state }) => state === 'handed-over' || pickupCan.beServed(state))
  const over = own.filter(({ state }) => state === 'handed-over')
  if (own.length < 2) return undefined
  return { nth: over.length + 1, of: own.length, before: over.at(-1)?.person.account ?? null }
}

/** Several pickups: staff choose. The document stays in hand. */
export function choosing(
  found: readonly Pickup[],
  viewOf: (pickup: Pickup) => PickupView,
  document: ReadDocument | null,
  apart: Apart | null,
): Going {
  const people = new Set(found.map(({ person }) => person.recipient))
  const namesakes =
    people.size > 1 || found.some(({ person }) => person.namesake && apart?.recipient !== person.recipient)
  return {
    step: { step: 'choose', pickups: found.map(viewOf), document: document?.view ?? null, namesakes },
    hold: { document },
  }
}
