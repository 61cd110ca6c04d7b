/**
 * The keys that must work with nobody at the desk, wrapped by the operating system's keystore alone: the signing key
 * (ledger and requests), the lookup key (card and birth-date tags) and the cache key (names at rest).
 */
import { createPublicKey, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { newSignKeyPair, privateKeyFromDer } from '../../src-shared/protocol/request-signature.ts'
import { unwrap, wipe, wrap } from './keystore-wrap.ts'

export interface UnattendedKeys {
  readonly signKey: KeyObject
  readonly publicKey: KeyObject
  readonly lookupKey: KeyObject
  readonly cacheKey: KeyObject
}

export interface WrappedUnattendedKeys {
  readonly signKey: Buffer
  readonly lookupKey: Buffer
  readonly cacheKey: Buffer
}

/** A new kiosk's signing pair before the hub has answered; `der` is wiped by `wrapUnattendedKeys`. */
export function newSigningKey(): { publicKey: Buffer; der: Buffer; key: KeyObject } {
  const pair = newSignKeyPair()
  return { publicKey: pair.publicKey, der: pair.privateKeyDer, key: privateKeyFromDer(pair.privateKeyDer) }
}

export function wrapUnattendedKeys(
  keyEncryptionKey: Uint8Array,
  signKeyDer: Buffer,
  lookupKey: Buffer,
): WrappedUnattendedKeys {
  const cacheKey = randomBytes(32)
  const wrapped = {
    signKey: wrap(keyEncryptionKey, 'lodge/sign-key/1', signKeyDer),
    lookupKey: wrap(keyEncryptionKey, 'lodge/lookup-key/1', lookupKey),
    cacheKey: wrap(keyEncryptionKey, 'lodge/cache-key/1', cacheKey),
  }
  wipe(cacheKey, signKeyDer)
  return wrapped
}

/** null when the keystore's key is not the one they were wrapped under (L-806 at the door). */
export function unwrapUnattendedKeys(
  keyEncryptionKey: Uint8Array,
  wrapped: WrappedUnattendedKeys,
): UnattendedKeys | null {
  const der = unwrap(keyEncryptionKey, 'lodge/sign-key/1', wrapped.signKey)
  const lookupKey = unwrap(keyEncryptionKey, 'lodge/lookup-key/1', wrapped.lookupKey)
  const cacheKey = unwrap(keyEncryptionKey, 'lodge/cache-key/1', wrapped.cacheKey)
  if (der === null || lookupKey === null || cacheKey === null) return null
  const signKey = privateKeyFromDer(der)
  const lookup = createSecretKey(lookupKey)
  const cache = createSecretKey(cacheKey)
  wipe(der, lookupKey, cacheKey)
  return { signKey, publicKey: createPublicKey(signKey), lookupKey: lookup, cacheKey: cache }
}
