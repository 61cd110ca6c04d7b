/**
 * A grant made ready for the cache: names sealed, tags decoded. It needs no database, so a long page of grants can be
 * made ready beside the desk's thread.
 */
import type { Channel, PickupId, RecipientClass, SecretKind, WalkInId } from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { wrap, type WrapKey } from '../vault/index.ts'

/** The row of a grant, but for its state; `Bytes` is how its bytes are held. */
export interface Prepared<Bytes> {
  readonly id: PickupId
  readonly incarnation: string
  readonly n: number
  readonly recipientClass: RecipientClass
  readonly channel: Channel
  readonly secretKind: SecretKind
  readonly issuedAt: number
  readonly expiresAt: number
  /** Sealed under the cache key. */
  readonly person: Bytes
  readonly envelope: Bytes
  readonly sealedTo: Bytes | null
  readonly birthTag: Bytes | null
  readonly codeTag: Bytes
  readonly cardTags: readonly Bytes[]
  /** The proof at this desk that it was issued against. */
  readonly walkIn: WalkInId | null
}

export type PreparedGrant = Prepared<Uint8Array>

/** Where the bytes of grants are put as they are made. */
export interface Place<Bytes> {
  /** What base64url text stands for. */
  readonly decoded: (text: string) => Bytes
  /** `plaintext` sealed under the cache key, bound to `label`. */
  readonly sealed: (label: string, plaintext: Buffer) => Bytes
}

/** What a sealed person is bound to: one pickup's cannot stand in for another's. */
export const personLabel = (pickup: string) => `lodge/person/1|${pickup}`

function personOf(pickup: GrantedPickup): Buffer {
  const { recipient, name, formerNames, language, account, sponsor, accountValidUntil, requestReference, address } =
    pickup
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
    ...(pickup.namesake === true ? { namesake: true } : {}),
    ...(pickup.secretUntil === undefined ? {} : { secretUntil: pickup.secretUntil }),
  }
  return Buffer.from(JSON.stringify(person))
}

export function prepare<Bytes>({ decoded, sealed }: Place<Bytes>, pickup: GrantedPickup): Prepared<Bytes> {
  const {
    id,
    epoch,
    recipientClass,
    channel,
    secretKind,
    issuedAt,
    expiresAt,
    envelope,
    sealedTo,
    birthTag,
    pickupCodeTag,
    cardTags,
  } = pickup
  return {
    id,
    incarnation: epoch.incarnation,
    n: epoch.n,
    recipientClass,
    channel,
    secretKind,
    issuedAt,
    expiresAt,
    person: sealed(personLabel(id), personOf(pickup)),
    envelope: decoded(envelope),
    sealedTo: sealedTo === undefined ? null : decoded(sealedTo),
    birthTag: birthTag === null ? null : decoded(birthTag),
    codeTag: decoded(pickupCodeTag),
    cardTags: cardTags.map(decoded),
    walkIn: pickup.walkIn ?? null,
  }
}

/** Each part in bytes of its own. */
export function prepareGrant(cacheKey: WrapKey, pickup: GrantedPickup): PreparedGrant {
  return prepare(
    {
      decoded: (text) => Buffer.from(text, 'base64url'),
      sealed: (label, plaintext) => wrap(cacheKey, label, plaintext),
    },
    pickup,
  )
}
