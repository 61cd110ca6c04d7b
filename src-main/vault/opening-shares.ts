/**
 * The opening keys (X25519 private): each is sealed with HPKE (RFC 9180) to every member of staff's own public key. So
 * a new one can be made for new grants with nobody signed in, and a colleague who has gone has no share of it.
 */
import { open, seal } from '../../src-shared/protocol/envelope.ts'
import { unwrap, wrap } from './keystore-wrap.ts'

const info = Buffer.from('lodge/opening-share/1')

function binding(staff: string, openingPublic: Uint8Array): Buffer {
  return Buffer.from(`lodge/opening-share/1|${staff}|${Buffer.from(openingPublic).toString('base64url')}`)
}

export function sealShare(
  staffPublic: Uint8Array,
  staff: string,
  openingPublic: Uint8Array,
  openingPrivate: Uint8Array,
): Promise<Buffer> {
  return seal(staffPublic, openingPrivate, info, binding(staff, openingPublic))
}

/** The opening key, or null when the share is not this person's or was changed. The caller wipes it. */
export async function openShare(
  staffPrivate: Uint8Array,
  staff: string,
  openingPublic: Uint8Array,
  share: Uint8Array,
): Promise<Buffer | null> {
  try {
    return await open(staffPrivate, share, info, binding(staff, openingPublic))
  } catch {
    return null
  }
}

/**
 * Public keys are kept under the keystore's key too: whoever can write to the disk alone cannot put a key of their own
 * in a colleague's place and wait for the next opening key to be sealed to it.
 */
export function protectPublic(keyEncryptionKey: Uint8Array, role: string, publicKey: Uint8Array): Buffer {
  return wrap(keyEncryptionKey, `lodge/public-key/1|${role}`, publicKey)
}

export function readPublic(keyEncryptionKey: Uint8Array, role: string, kept: Uint8Array): Buffer | null {
  return unwrap(keyEncryptionKey, `lodge/public-key/1|${role}`, kept)
}
