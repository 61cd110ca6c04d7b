/** Signatures of webhooks, as the Standard Webhooks specification has them: HMAC-SHA256 over `id.timestamp.body`. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const prefix = 'whsec_'

/** A fresh signing key as its text: `whsec_` and base64 of 32 bytes. */
export function newSigningKey(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`
}

function keyBytes(key: string): Buffer {
  return Buffer.from(key.startsWith(prefix) ? key.slice(prefix.length) : key, 'base64')
}

/** Headers of one try. `at` in ms; the header has seconds. */
export function signedHeaders(key: string, id: string, at: number, body: Uint8Array): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const mac = createHmac('sha256', keyBytes(key)).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
    'content-type': 'application/json',
  }
}

/** For receivers, and for tests: right key, and not older or newer than five minutes. */
export function verifySigned(
  key: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
  now: number,
): boolean {
  const id = String(headers['webhook-id'])
  const at = Number(headers['webhook-timestamp']) * 1000
  if (!(Math.abs(now - at) <= 300_000)) return false
  const expected = Buffer.from(signedHeaders(key, id, at, body)['webhook-signature'] ?? '')
  return String(headers['webhook-signature'])
    .split(' ')
    .some((given) => given.length === expected.length && timingSafeEqual(Buffer.from(given), expected))
}
