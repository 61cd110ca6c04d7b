/**
 * The envelope: one secret sealed to one kiosk's opening key (HPKE base mode, RFC 9180: DHKEM(X25519, HKDF-SHA256),
 * HKDF-SHA256, AES-256-GCM), bound to pickup, kiosk and epoch as associated data (docs/architecture.md#security). A
 * swapped or replayed envelope does not open.
 */
import type { Epoch, KioskId, PickupId } from '../domain/index.ts'
import { hpke } from './hpke/index.ts'
import { wipeable } from './wipeable.ts'

const envelopeInfo = Buffer.from('lodge/envelope/1')
/** Longest secret, in bytes of UTF-8. All envelopes are padded to it, so their size tells nothing. */
export const maxSecretBytes = 120

export interface EnvelopeBinding {
  readonly pickup: PickupId
  readonly kiosk: KioskId
  readonly epoch: Epoch
}

function associatedData(binding: EnvelopeBinding): Buffer {
  return Buffer.from(
    ['lodge/envelope/1', binding.pickup, binding.kiosk, binding.epoch.incarnation, String(binding.epoch.n)].join('|'),
  )
}

/** HPKE seal: returns enc (32 bytes) then ciphertext. `publicKey` is raw X25519, 32 bytes. */
export function seal(publicKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array, aad: Uint8Array): Promise<Buffer> {
  return hpke().seal(publicKey, plaintext, info, aad)
}

/**
 * HPKE open; rejects when the bytes were not sealed for this key, info and associated data. `privateKey` is raw X25519,
 * 32 bytes.
 */
export function open(privateKey: Uint8Array, sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): Promise<Buffer> {
  return hpke().open(privateKey, sealed, info, aad)
}

/**
 * HPKE in auth mode (RFC 9180, section 5.1.3): as `seal`, and opens only as coming from the holder of `senderPrivate`.
 * Both keys are raw X25519. Whoever holds the receiver's private key could make such a text as well: it convinces the
 * receiver, and nobody else.
 */
export function sealFrom(
  senderPrivate: Uint8Array,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Buffer> {
  return hpke().sealFrom(senderPrivate, publicKey, plaintext, info, aad)
}

/**
 * Opens what `sealFrom` made; rejects when it does not come from the holder of the private half of `senderPublic`, or
 * was changed.
 */
export function openFrom(
  senderPublic: Uint8Array,
  privateKey: Uint8Array,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Buffer> {
  return hpke().openFrom(senderPublic, privateKey, sealed, info, aad)
}

/** At the hub. Seals a secret: padded to a fixed size as `length, bytes, zeros`. The caller wipes `secret`. */
export async function sealEnvelope(
  publicKey: Uint8Array,
  secret: Uint8Array,
  binding: EnvelopeBinding,
): Promise<Buffer> {
  if (secret.length === 0 || secret.length > maxSecretBytes) throw new RangeError('secret length out of range')
  const padded = Buffer.alloc(1 + maxSecretBytes)
  padded[0] = secret.length
  padded.set(secret, 1)
  try {
    return await seal(publicKey, padded, envelopeInfo, associatedData(binding))
  } finally {
    padded.fill(0)
  }
}

/**
 * Opens an envelope: the secret's UTF-8 bytes in a Buffer of its own that the caller must wipe. Throws when it does not
 * open.
 */
export async function openEnvelope(
  privateKey: Uint8Array,
  envelope: Uint8Array,
  binding: EnvelopeBinding,
): Promise<Buffer> {
  const padded = await open(privateKey, envelope, envelopeInfo, associatedData(binding))
  try {
    const length = padded[0] ?? 0
    if (length === 0 || length > maxSecretBytes) throw new RangeError('secret length out of range')
    const secret = wipeable(length)
    padded.copy(secret, 0, 1, 1 + length)
    return secret
  } finally {
    padded.fill(0)
  }
}

/** The lookup key as it comes back from enrolment, sealed to the request's ephemeral key. */
export const enrolInfo = Buffer.from('lodge/enrol/1')

/** A fresh raw X25519 key pair, 32 bytes each. */
export function newSealKeyPair(): Promise<{ publicKey: Buffer; privateKey: Buffer }> {
  return hpke().newKeyPair()
}
