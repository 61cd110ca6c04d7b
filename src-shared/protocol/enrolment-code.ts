/**
 * The one-time enrolment code: a token and the fingerprint of the hub's certificate authority, in one text that a
 * person can type: `XXXX-XXXX-XXXX-XXXX.YYYY-...` (Crockford base 32; 80-bit token, 128-bit fingerprint).
 */
import { createHash, X509Certificate } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Crockford base 32 without padding. */
export function toBase32(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  const length = Math.ceil((bytes.length * 8) / 5)
  let text = ''
  let rest = bits << BigInt(length * 5 - bytes.length * 8)
  for (let i = 0; i < length; i++) {
    text = (alphabet[Number(rest & 31n)] ?? '') + text
    rest >>= 5n
  }
  return text
}

/** In fours, as people read it aloud. */
export function group(text: string): string {
  return text.match(/.{1,4}/g)?.join('-') ?? ''
}

/** What was typed in Crockford base 32, in its one form: upper case, look-alikes mended, nothing between. */
export function clean(text: string): string {
  return text
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-Z]/g, '')
}

/** First 128 bits of SHA-256 over the certificate's DER, base 32. */
export function authorityFingerprint(pem: string): string {
  const der = new X509Certificate(pem).raw
  return toBase32(createHash('sha256').update(der).digest().subarray(0, 16))
}

export function formatEnrolmentCode(token: Uint8Array, fingerprint: string): string {
  return `${group(toBase32(token))}.${group(fingerprint)}`
}

/**
 * Splits a typed code; null when it does not have the form. Both parts come back without hyphens, look-alikes mended.
 */
export function parseEnrolmentCode(code: string): { token: string; fingerprint: string } | null {
  const [left, right, ...more] = code.trim().split('.')
  if (left === undefined || right === undefined || more.length > 0) return null
  const token = clean(left)
  const fingerprint = clean(right)
  return token.length === 16 && fingerprint.length === 26 ? { token, fingerprint } : null
}

/** What the hub stores of a token: SHA-256 of its clean form, so that a leaked database enrols nothing. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update('lodge/enrolment-token/1|').update(clean(token)).digest()
}
