/**
 * The ledger's hash chain: `hash = SHA-256(prev | canonical bytes)`, signed with Ed25519
 * (docs/architecture.md#ledger-and-sync; RFC 8032, RFC 8785).
 */
import { hash, sign, verify, type KeyObject } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { LedgerEntry } from '../hub-api/ledger-entry.ts'

/** RFC 8785 canonical JSON of an entry, as UTF-8 text. */
export function canonicalBytes(entry: LedgerEntry): string {
  const text = canonicalize(entry)
  if (text === undefined) throw new TypeError('entry is not JSON')
  return text
}

function sorted(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return true
  if (Array.isArray(value)) return value.every(sorted)
  let before: string | null = null
  for (const [key, inner] of Object.entries(value)) {
    if ((before !== null && key <= before) || !sorted(inner)) return false
    before = key
  }
  return true
}

/**
 * Whether the text is its own canonical form; `parsed` is the text parsed. RFC 8785 writes strings and numbers as
 * JSON.stringify does, without blanks, and sorts keys by UTF-16 code units: ten times faster than writing it anew.
 */
export function isCanonical(bytes: string, parsed: unknown): boolean {
  return JSON.stringify(parsed) === bytes && sorted(parsed)
}

/** Room for the longest entry: hashing in one call takes a third of the time of feeding a hash object. */
const scratch = Buffer.alloc(32 + 3 * 8192)

/** `prev` is 64 hex digits. */
export function chainHash(prev: string, bytes: string): Buffer {
  const most = 32 + 3 * bytes.length
  const block = most <= scratch.length ? scratch : Buffer.alloc(most)
  const before = block.write(prev, 0, 'hex')
  const end = before + block.write(bytes, before, 'utf8')
  return hash('sha256', block.subarray(0, end), 'buffer')
}

export function signHash(key: KeyObject, hash: Uint8Array): string {
  return sign(null, hash, key).toString('base64url')
}

export function verifyHash(key: KeyObject, hash: Uint8Array, signature: string): boolean {
  return verify(null, hash, key, Buffer.from(signature, 'base64url'))
}
