/**
 * HPKE (RFC 9180), base and auth mode, for one message, on the platform's own X25519, HMAC and AES-GCM: DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256. Key material that this file derives is wiped; what OpenSSL or BoringSSL holds, it clears
 * when it is freed.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { wipeable } from '../wipeable.ts'
import { encSize, type HpkeProvider } from './provider.ts'

/** An AEAD of RFC 9180, section 7.3. */
export interface Aead {
  readonly id: number
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm'
  readonly keySize: number
}

export const aes256Gcm: Aead = { id: 0x0002, cipher: 'aes-256-gcm', keySize: 32 }
/** Lodge never uses it; the RFC's own test vectors for X25519 do (appendix A.1). */
export const aes128Gcm: Aead = { id: 0x0001, cipher: 'aes-128-gcm', keySize: 16 }

const nonceSize = 12
const tagSize = 16
const keySize = 32
const version = Buffer.from('HPKE-v1')
const empty = Buffer.alloc(0)
/** `KEM` and the id of DHKEM(X25519, HKDF-SHA256) (RFC 9180, section 4.1). */
const kemSuite = Buffer.from([...Buffer.from('KEM'), 0x00, 0x20])
/** `HPKE` and the ids of KEM, KDF and AEAD (section 5.1). */
const hpkeSuite = (aead: Aead) => Buffer.from([...Buffer.from('HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, aead.id])

/** The `ikm` of LabeledExtract (section 4). */
const labeledIkm = (suite: Buffer, label: string, ikm: Uint8Array) =>
  Buffer.concat([version, suite, Buffer.from(label), ikm])

/** The `info` of LabeledExpand (section 4). */
const labeledInfo = (suite: Buffer, label: string, info: readonly Uint8Array[], length: number) =>
  Buffer.concat([Buffer.from([0, length]), version, suite, Buffer.from(label), ...info])

/** LabeledExpand of LabeledExtract: what HKDF (RFC 5869) is. The memory is of its own, and the caller wipes it. */
function derive(
  suite: Buffer,
  salt: Uint8Array,
  from: { readonly label: string; readonly ikm: Uint8Array },
  to: { readonly label: string; readonly info: readonly Uint8Array[] },
  length: number,
): Buffer {
  const ikm = labeledIkm(suite, from.label, from.ikm)
  const out = hkdfSync('sha256', ikm, salt, labeledInfo(suite, to.label, to.info, length), length)
  ikm.fill(0)
  return Buffer.from(out)
}

/** LabeledExtract of what is public. */
const publicHash = (suite: Buffer, label: string, value: Uint8Array) =>
  createHmac('sha256', empty)
    .update(labeledIkm(suite, label, value))
    .digest()

/** A raw public key as the platform takes it: as a JWK (RFC 8037, section 2), which is read in half the time of DER. */
function publicKeyOf(raw: Uint8Array): KeyObject {
  if (raw.length !== keySize) throw new RangeError('an X25519 key has 32 bytes')
  return createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  })
}

/** Its 32 bytes. */
const rawPublic = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')

/** The DER frame of a raw private key (RFC 8410, section 7). A JWK would leave the key behind in a string. */
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

function privateKeyOf(raw: Uint8Array): KeyObject {
  if (raw.length !== keySize) throw new RangeError('an X25519 key has 32 bytes')
  const der = wipeable(pkcs8.length + keySize)
  der.set(pkcs8)
  der.set(raw, pkcs8.length)
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } finally {
    der.fill(0)
  }
}

/** Two keys whose Diffie-Hellman goes into the shared secret. */
interface Agreement {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/**
 * The shared secret of Encap and Decap, AuthEncap and AuthDecap (section 4.1): the two ends agree on the same (the
 * ephemeral key, then the sender's) and give the same context. The platform refuses a public key of low order, as
 * section 7.1.4 asks.
 */
function sharedSecret(agreements: readonly Agreement[], context: readonly Uint8Array[]): Buffer {
  const secrets = agreements.map((agreement) => diffieHellman(agreement))
  const dh = wipeable(secrets.length * keySize)
  secrets.forEach((secret, i) => dh.set(secret, i * keySize))
  try {
    return derive(kemSuite, empty, { label: 'eae_prk', ikm: dh }, { label: 'shared_secret', info: context }, 32)
  } finally {
    dh.fill(0)
    for (const secret of secrets) secret.fill(0)
  }
}

/** Of section 5: the mode goes into the key schedule. */
const modes = { base: 0x00, auth: 0x02 } as const
type Mode = keyof typeof modes

/** By suite and `info`, both constants of the program: what would fill this map is not Lodge. */
const contexts = new Map<string, Buffer>()
const contextsMax = 16

/** `key_schedule_context` (section 5.1): the mode, and the hashes of no PSK id and of `info`. */
function scheduleContext(mode: Mode, suite: Buffer, info: Uint8Array): Buffer {
  const name = Buffer.concat([Buffer.from([modes[mode]]), suite, info]).toString('latin1')
  const known = contexts.get(name)
  if (known !== undefined) return known
  const made = Buffer.concat([
    Buffer.from([modes[mode]]),
    publicHash(suite, 'psk_id_hash', empty),
    publicHash(suite, 'info_hash', info),
  ])
  if (contexts.size >= contextsMax) contexts.clear()
  contexts.set(name, made)
  return made
}

/** KeySchedule without a PSK (section 5.1): the key, and the nonce of the first message. */
function keySchedule(mode: Mode, aead: Aead, shared: Buffer, info: Uint8Array): { key: Buffer; nonce: Buffer } {
  const suite = hpkeSuite(aead)
  const context = [scheduleContext(mode, suite, info)]
  const secret = { label: 'secret', ikm: empty }
  return {
    key: derive(suite, shared, secret, { label: 'key', info: context }, aead.keySize),
    nonce: derive(suite, shared, secret, { label: 'base_nonce', info: context }, nonceSize),
  }
}

interface Message {
  readonly plaintext: Uint8Array
  readonly info: Uint8Array
  readonly aad: Uint8Array
}

/**
 * Seals with an ephemeral key that the caller gives: `nativeHpke.seal` makes a fresh one, the RFC's vectors state
 * theirs. With a `sender` (a raw private key) in auth mode: AuthEncap of section 4.1.
 */
export function sealWithEphemeral(
  ephemeral: Agreement,
  publicKey: Uint8Array,
  { plaintext, info, aad }: Message,
  aead: Aead = aes256Gcm,
  sender: Uint8Array | null = null,
): Buffer {
  const enc = rawPublic(ephemeral.publicKey)
  const to = publicKeyOf(publicKey)
  const from = sender === null ? null : privateKeyOf(sender)
  const shared = sharedSecret(
    [
      { privateKey: ephemeral.privateKey, publicKey: to },
      ...(from === null ? [] : [{ privateKey: from, publicKey: to }]),
    ],
    [enc, publicKey, ...(from === null ? [] : [rawPublic(createPublicKey(from))])],
  )
  const { key, nonce } = keySchedule(from === null ? 'base' : 'auth', aead, shared, info)
  shared.fill(0)
  try {
    const cipher = createCipheriv(aead.cipher, key, nonce)
    cipher.setAAD(aad)
    return Buffer.concat([enc, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  } finally {
    key.fill(0)
  }
}

/**
 * Opens one message; throws when it does not open. With a `sender` (a raw public key) in auth mode: AuthDecap of
 * section 4.1.
 */
export function openOnce(
  privateKey: Uint8Array,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  aead: Aead = aes256Gcm,
  sender: Uint8Array | null = null,
): Buffer {
  if (sealed.length < encSize + tagSize) throw new RangeError('too short to be sealed')
  const enc = sealed.subarray(0, encSize)
  const own = privateKeyOf(privateKey)
  const shared = sharedSecret(
    [
      { privateKey: own, publicKey: publicKeyOf(enc) },
      ...(sender === null ? [] : [{ privateKey: own, publicKey: publicKeyOf(sender) }]),
    ],
    [enc, rawPublic(createPublicKey(own)), ...(sender === null ? [] : [sender])],
  )
  const { key, nonce } = keySchedule(sender === null ? 'base' : 'auth', aead, shared, info)
  shared.fill(0)
  try {
    const decipher = createDecipheriv(aead.cipher, key, nonce)
    decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(sealed.length - tagSize))
    // Until `final` has checked the tag this is nobody's plaintext: it is wiped where the tag is wrong.
    const plaintext = decipher.update(sealed.subarray(encSize, sealed.length - tagSize))
    try {
      decipher.final()
    } catch (error) {
      plaintext.fill(0)
      throw error
    }
    return plaintext
  } finally {
    key.fill(0)
  }
}

/** A key's raw private bytes in memory that can be wiped. */
function rawPrivate(key: KeyObject): Buffer {
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const raw = wipeable(keySize)
  der.copy(raw, 0, pkcs8.length, pkcs8.length + keySize)
  der.fill(0)
  return raw
}

export const nativeHpke: HpkeProvider = {
  name: 'native',
  async seal(publicKey, plaintext, info, aad) {
    return sealWithEphemeral(generateKeyPairSync('x25519'), publicKey, { plaintext, info, aad })
  },
  async open(privateKey, sealed, info, aad) {
    return openOnce(privateKey, sealed, info, aad)
  },
  async sealFrom(senderPrivate, publicKey, plaintext, info, aad) {
    return sealWithEphemeral(
      generateKeyPairSync('x25519'),
      publicKey,
      { plaintext, info, aad },
      aes256Gcm,
      senderPrivate,
    )
  },
  async openFrom(senderPublic, privateKey, sealed, info, aad) {
    return openOnce(privateKey, sealed, info, aad, aes256Gcm, senderPublic)
  },
  async newKeyPair() {
    const pair = generateKeyPairSync('x25519')
    return { publicKey: rawPublic(pair.publicKey), privateKey: rawPrivate(pair.privateKey) }
  },
}
