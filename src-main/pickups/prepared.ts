/**
 * A grant made ready for the cache: names sealed, tags decoded. It needs no database, so a long page of grants can be made
 * ready beside the desk's thread.
 */
import type { Channel, PickupId, RecipientClass, SecretKind, WalkInId } from '../../src-shared/domain.ts'
import type { GrantedPickup } from '../../src-shared/hub-api.ts'
import { wrap, type WrapKey } from '../vault/index.ts'

/** The row of a grant, but for its state. */
export interface PreparedGrant {
  readonly id: PickupId
  readonly incarnation: string
  readonly n: number
  readonly recipientClass: RecipientClass
  readonly channel: Channel
  readonly secretKind: SecretKind
  readonly issuedAt: number
  readonly expiresAt: number
  /** Sealed under the cache key. */
  readonly person: Uint8Array
  readonly envelope: Uint8Array
  readonly sealedTo: Uint8Array | null
  readonly birthTag: Uint8Array | null
  readonly codeTag: Uint8Array
  readonly cardTags: readonly Uint8Array[]
  /** The proof at this desk that it was issued against. */
  readonly walkIn: WalkInId | null
}

/** What a sealed person is bound to: one pickup's cannot stand in for another's. */
export const personLabel = (pickup: string) => `lodge/person/1|${pickup}`

function sealPerson(cacheKey: WrapKey, pickup: GrantedPickup): Buffer {
  const { recipient, name, formerNames, language, account, sponsor, accountValidUntil, requestReference, address } = pickup
  const person = {
    recipient,
    name,
    formerNames,
    language,
    account,
    sponsor,
    accountValidUntil,
    requestReference,
    ...(address === null || address === undefined ? {} : { address }),
  }
  return wrap(cacheKey, personLabel(pickup.id), Buffer.from(JSON.stringify(person)))
}

const decoded = (text: string) => Buffer.from(text, 'base64url')

export function prepareGrant(cacheKey: WrapKey, pickup: GrantedPickup): PreparedGrant {
  const { id, epoch, recipientClass, channel, secretKind, issuedAt, expiresAt, envelope, sealedTo, birthTag, pickupCodeTag, cardTags } = pickup
  return {
    id,
    incarnation: epoch.incarnation,
    n: epoch.n,
    recipientClass,
    channel,
    secretKind,
    issuedAt,
    expiresAt,
    person: sealPerson(cacheKey, pickup),
    envelope: decoded(envelope),
    sealedTo: sealedTo === undefined ? null : decoded(sealedTo),
    birthTag: birthTag === null ? null : decoded(birthTag),
    codeTag: decoded(pickupCodeTag),
    cardTags: cardTags.map(decoded),
    walkIn: pickup.walkIn ?? null,
  }
}
