/**
 * A kiosk's look-up at the hub, sealed (AES-256-GCM) under a key that both derive from that kiosk's lookup key: a card
 * id or a birth date crosses inside TLS and is never plain in a request's body, whatever a proxy on the way may write
 * down.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { TagKey } from './tags.ts'

const nonceBytes = 12
const tagBytes = 16
const info = 'lodge/lookup-query/1'

const keyOf = (lookupKey: TagKey) => Buffer.from(hkdfSync('sha256', lookupKey, Buffer.alloc(0), info, 32))

/** base64url of `nonce | ciphertext | tag`, bound to the kiosk's id. */
export function sealQuery(lookupKey: TagKey, kiosk: string, text: string): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', keyOf(lookupKey), nonce).setAAD(Buffer.from(kiosk))
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** null: sealed by another kiosk, or damaged. */
export function openQuery(lookupKey: TagKey, kiosk: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < nonceBytes + tagBytes) return null
  const decipher = createDecipheriv('aes-256-gcm', keyOf(lookupKey), bytes.subarray(0, nonceBytes)).setAAD(
    Buffer.from(kiosk),
  )
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes)),
      decipher.final(),
    ]).toString('utf8')
  } catch {
    return null
  }
}
