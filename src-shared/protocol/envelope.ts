/**
 * The envelope: one secret sealed to one kiosk's opening key (HPKE base mode, RFC 9180: DHKEM(X25519, HKDF-SHA256),
 * HKDF-SHA256, AES-256-GCM), bound to pickup, kiosk and epoch as associated data (DESIGN section 9). A swapped or
 * replayed envelope does not open.
 */
import type { CipherSuite } from '@hpke/core'
import type { Epoch, KioskId, PickupId } from '../domain.ts'
import { wipeable } from './wipeable.ts'

let made: Promise<CipherSuite> | null = null

/** Loaded at the first envelope: an engine that starts does not wait for it. */
function loadSuite(): Promise<CipherSuite> {
  made ??= Promise.all([import('@hpke/core'), import('@hpke/dhkem-x25519')]).then(
    ([{ Aes256Gcm, CipherSuite: Suite, HkdfSha256 }, { DhkemX25519HkdfSha256 }]) =>
      new Suite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }),
  )
  return made
}

let madeForHub: Promise<CipherSuite> | null = null

/** The same suite with the X25519 of the hub's Node: a quarter of the work, which is most of what an import costs. Kiosks keep to the one that runs everywhere. */
function loadHubSuite(): Promise<CipherSuite> {
  madeForHub ??= import('@hpke/core').then(
    ({ Aes256Gcm, CipherSuite: Suite, DhkemX25519HkdfSha256, HkdfSha256 }) =>
      new Suite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }),
  )
  return madeForHub
}

const encSize = 32
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

function exactBytes(buffer: Uint8Array): ArrayBuffer {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer
}

/** HPKE seal: returns enc (32 bytes) then ciphertext. `publicKey` is raw X25519, 32 bytes. */
export async function seal(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Buffer> {
  return sealWith(await loadSuite(), publicKey, plaintext, info, aad)
}

async function sealWith(
  suite: CipherSuite,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Buffer> {
  const recipientPublicKey = await suite.kem.importKey('raw', exactBytes(publicKey), true)
  const sender = await suite.createSenderContext({ recipientPublicKey, info: exactBytes(info) })
  const copy = exactBytes(plaintext)
  const ciphertext = await sender.seal(copy, exactBytes(aad))
  new Uint8Array(copy).fill(0)
  return Buffer.concat([Buffer.from(sender.enc), Buffer.from(ciphertext)])
}

/** HPKE open; throws when the bytes were not sealed for this key, info and associated data. `privateKey` is raw X25519, 32 bytes. */
export async function open(
  privateKey: Uint8Array,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Buffer> {
  const suite = await loadSuite()
  const keyCopy = exactBytes(privateKey)
  try {
    const recipientKey = await suite.kem.importKey('raw', keyCopy, false)
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: exactBytes(sealed.subarray(0, encSize)),
      info: exactBytes(info),
    })
    return Buffer.from(await recipient.open(exactBytes(sealed.subarray(encSize)), exactBytes(aad)))
  } finally {
    new Uint8Array(keyCopy).fill(0)
  }
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
    return await sealWith(await loadHubSuite(), publicKey, padded, envelopeInfo, associatedData(binding))
  } finally {
    padded.fill(0)
  }
}

/** Opens an envelope: the secret's UTF-8 bytes in a Buffer of its own that the caller must wipe. Throws when it does not open. */
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
export async function newSealKeyPair(): Promise<{ publicKey: Buffer; privateKey: Buffer }> {
  const suite = await loadSuite()
  const pair = await suite.kem.generateKeyPair()
  return {
    publicKey: Buffer.from(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: Buffer.from(await suite.kem.serializePrivateKey(pair.privateKey)),
  }
}
