/**
 * The hub's master key: in a file outside the database, so that a leaked database gives no card id and no lookup key
 * (promise P7). From it: each kiosk's lookup key, the key that seals card ids and birth dates, the blind index, and the
 * key that opening keys are vouched for to.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { deriveLookupKey, normaliseCardId } from '../../src-shared/protocol/tags.ts'

export interface HubKeys {
  lookupKey(kiosk: string): Buffer
  /** The same key as an object that tags are made with (`TagKey`). */
  tagKey(kiosk: string): KeyObject
  /** AES-256-GCM: `nonce (12) | ciphertext | tag (16)`. */
  seal(text: string): Buffer
  open(sealed: Uint8Array): string
  /** The same card id gives the same 16 bytes, which say nothing without the key. */
  blindIndex(cardId: string): Buffer
  /** The same for a birth date (`YYYY-MM-DD`) or an identity code, each with indexes of its own. */
  blind(what: 'birth' | 'identity-code' | 'key-check', text: string): Buffer
  /** The hub's own X25519 key, raw: what a kiosk vouches for a new opening key with is sealed to it. */
  readonly countersignPrivate: Buffer
  readonly countersignPublic: Buffer
}

/** Before the 32 bytes of an X25519 private key, they are PKCS #8 (RFC 8410, section 7). */
const pkcs8X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')

function x25519Public(privateKey: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8X25519, privateKey]), format: 'der', type: 'pkcs8' })
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** What Node uses several times faster than the bytes (`TagKey`), which are wiped. */
function keyObject(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** Creates the key file (0600) at first use; `LODGE_HUB_MASTER_KEY_FILE` may name one kept elsewhere. */
export function loadHubKeys(dataDir: string, keyFile?: string): HubKeys {
  const file = keyFile ?? join(dataDir, 'master.key')
  if (!existsSync(file)) {
    const made = openSync(file, 'wx', 0o600)
    writeSync(made, randomBytes(32))
    fsyncSync(made)
    closeSync(made)
  }
  const master = readFileSync(file)
  if (master.length !== 32) throw new Error('the master key file must hold 32 bytes')
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), info, 32))
  const sealKey = keyObject(derive('lodge/hub-seal/1'))
  const blindKey = keyObject(derive('lodge/hub-blind/1'))
  const countersignPrivate = derive('lodge/hub-countersign/1')
  return {
    lookupKey: (kiosk) => deriveLookupKey(master, kiosk),
    tagKey: (kiosk) => keyObject(deriveLookupKey(master, kiosk)),
    seal(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce)
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(0, 12))
      decipher.setAuthTag(sealed.subarray(sealed.length - 16))
      return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]).toString(
        'utf8',
      )
    },
    blindIndex: (cardId) => createHmac('sha256', blindKey).update(normaliseCardId(cardId)).digest().subarray(0, 16),
    countersignPrivate,
    countersignPublic: x25519Public(countersignPrivate),
    blind: (what, text) => createHmac('sha256', blindKey).update(`lodge/${what}/1|${text}`).digest().subarray(0, 16),
  }
}
