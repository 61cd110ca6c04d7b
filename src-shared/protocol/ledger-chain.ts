/** The ledger's hash chain: `hash = SHA-256(prev | canonical bytes)`, signed with Ed25519 (DESIGN section 8; RFC 8032, RFC 8785). */
import { createHash, sign, verify, type KeyObject } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { LedgerEntry } from '../ledger-entry.ts'

/** RFC 8785 canonical JSON of an entry, as UTF-8 text. */
export function canonicalBytes(entry: LedgerEntry): string {
  const text = canonicalize(entry)
  if (text === undefined) throw new TypeError('entry is not JSON')
  return text
}

/** Whether the text is its own canonical form. */
export function isCanonical(bytes: string): boolean {
  try {
    return canonicalize(JSON.parse(bytes)) === bytes
  } catch {
    return false
  }
}

/** `prev` is 64 hex digits. */
export function chainHash(prev: string, bytes: string): Buffer {
  return createHash('sha256').update(Buffer.from(prev, 'hex')).update(bytes, 'utf8').digest()
}

export function signHash(key: KeyObject, hash: Uint8Array): string {
  return sign(null, hash, key).toString('base64url')
}

export function verifyHash(key: KeyObject, hash: Uint8Array, signature: string): boolean {
  return verify(null, hash, key, Buffer.from(signature, 'base64url'))
}
