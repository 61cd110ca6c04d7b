/**
 * What a badge and a PIN vouch for. The keystore's key opens with nobody at the desk, so whatever it alone protects can
 * be replaced by whoever holds disk and keystore: a colleague's public key, the kiosk's opening key. Three things made
 * with keys that only a badge and a PIN open say which are the desk's own:
 *
 * - a **root**: which opening key somebody knows to be true, sealed under their own key;
 * - a **succession**: the countersignature of one opening key for the next, made for one member of staff
 *   (`countersign`, sealed to their key);
 * - a **vouch**: HMAC-SHA256 under an opening key (HKDF, RFC 5869) over kiosk, member of staff and that person's public
 *   key.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { open, seal } from '../../src-shared/protocol/envelope.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'
import { unwrap, wipe, wrap } from './keystore-wrap.ts'

const keySize = 32
const none = Buffer.alloc(0)

/** Whose key it is, and at which kiosk. */
export interface KeyOf {
  readonly kiosk: string
  readonly staff: string
}

export interface Root {
  /** The person's own public key (X25519, 32 bytes). */
  readonly ownPublic: Buffer
  /** The opening key that they know to be true; null: none yet. */
  readonly opening: Buffer | null
}

/** Of a key that a badge and a PIN opened. The caller wipes it. */
function derived(privateKey: Uint8Array, label: string): Buffer {
  const made = hkdfSync('sha256', privateKey, none, label, keySize)
  const key = wipeable(keySize)
  key.set(new Uint8Array(made))
  new Uint8Array(made).fill(0)
  return key
}

/** Seals and opens roots; opens nothing else. `own` is the person's own private key. The caller wipes the result. */
export function rootKeyOf(own: Uint8Array): Buffer {
  return derived(own, 'lodge/own-root/1')
}

const rootLabel = ({ kiosk, staff }: KeyOf) => `lodge/own-root/1|${kiosk}|${staff}`

export function sealRoot(rootKey: Uint8Array, of: KeyOf, { ownPublic, opening }: Root): Buffer {
  return wrap(rootKey, rootLabel(of), Buffer.concat([ownPublic, opening ?? none]))
}

/** null: it is not this person's at this kiosk, or was changed. */
export function openRoot(rootKey: Uint8Array, of: KeyOf, sealed: Uint8Array): Root | null {
  const text = unwrap(rootKey, rootLabel(of), sealed)
  if (text === null) return null
  const opening = text.subarray(keySize)
  return { ownPublic: text.subarray(0, keySize), opening: opening.length === 0 ? null : opening }
}

/** A vouch for a member's public key under an opening key. */
export function vouchFor(openingPrivate: Uint8Array, { kiosk, staff }: KeyOf, publicKey: Uint8Array): Buffer {
  const key = derived(openingPrivate, 'lodge/staff-vouch/1')
  const said = ['lodge/staff-vouch/1', kiosk, staff, Buffer.from(publicKey).toString('base64url')].join('|')
  const vouch = createHmac('sha256', key).update(said).digest()
  wipe(key)
  return vouch
}

export function isVouched(
  openingPrivate: Uint8Array,
  of: KeyOf,
  publicKey: Uint8Array,
  vouch: Uint8Array | null,
): boolean {
  if (vouch?.length !== keySize) return false
  return timingSafeEqual(vouchFor(openingPrivate, of, publicKey), vouch)
}

const probe = Buffer.from('lodge/key-pair/1')

/** Whether these are the two halves of one X25519 pair. */
export async function isPair(publicKey: Uint8Array, privateKey: Uint8Array): Promise<boolean> {
  try {
    await open(privateKey, await seal(publicKey, none, probe, none), probe, none)
    return true
  } catch {
    return false
  }
}
