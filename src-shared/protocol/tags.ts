/**
 * Keyed tags: what a kiosk stores instead of card ids and birth dates (DESIGN section 6). 16 bytes of HMAC-SHA256
 * (RFC 2104, truncated) under that kiosk's own lookup key, so that a tag means nothing at another kiosk.
 */
import { createHmac, hkdfSync } from 'node:crypto'

function tag(key: Uint8Array, domain: string, value: string): Buffer {
  return createHmac('sha256', key).update(`lodge/${domain}/1|`).update(value).digest().subarray(0, 16)
}

/** Normal form of a card id: upper-case letters and digits only, leading zeros kept. */
export function normaliseCardId(id: string): string {
  return id.toUpperCase().replace(/[^0-9A-Z]/g, '')
}

export function cardTag(key: Uint8Array, cardId: string): Buffer {
  return tag(key, 'card', normaliseCardId(cardId))
}

/** `date` is `YYYY-MM-DD`. */
export function birthTag(key: Uint8Array, date: string): Buffer {
  return tag(key, 'birth', date)
}

/** Pickup code: eight characters of Crockford base 32; case and look-alikes (O/0, I/L/1) do not matter. */
export function pickupCodeTag(key: Uint8Array, code: string): Buffer {
  return tag(
    key,
    'pickup-code',
    code
      .toUpperCase()
      .replace(/O/g, '0')
      .replace(/[IL]/g, '1')
      .replace(/[^0-9A-Z]/g, ''),
  )
}

/** A kiosk's lookup key from the hub's master key, which lives outside the hub's database (HKDF-SHA256, RFC 5869). */
export function deriveLookupKey(master: Uint8Array, kiosk: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.from(kiosk), 'lodge/lookup-key/1', 32))
}
