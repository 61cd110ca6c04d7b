/**
 * Keyed tags: what a kiosk stores instead of card ids and birth dates (docs/architecture.md#identity). 16 bytes of
 * HMAC-SHA256 (RFC 2104, truncated) under that kiosk's own lookup key, so that a tag means nothing at another kiosk.
 */
import { createHmac, hkdfSync, type KeyObject } from 'node:crypto'

/** A secret KeyObject, or its 32 bytes: as a KeyObject a tag costs 3 microseconds, as bytes 17. */
export type TagKey = KeyObject | Uint8Array

function tag(key: TagKey, domain: string, value: string): Buffer {
  return createHmac('sha256', key).update(`lodge/${domain}/1|${value}`).digest().subarray(0, 16)
}

/** Normal form of a card id: upper-case letters and digits only, leading zeros kept. */
export function normaliseCardId(id: string): string {
  return id.toUpperCase().replace(/[^0-9A-Z]/g, '')
}

export function cardTag(key: TagKey, cardId: string): Buffer {
  return tag(key, 'card', normaliseCardId(cardId))
}

/** `date` is `YYYY-MM-DD`. */
export function birthTag(key: TagKey, date: string): Buffer {
  return tag(key, 'birth', date)
}

/** An account name that staff typed. */
export function accountTag(key: TagKey, account: string): Buffer {
  return tag(key, 'account', account.normalize('NFC').toLowerCase())
}

/** Pickup code: eight characters of Crockford base 32; case and look-alikes (O/0, I/L/1) do not matter. */
export function pickupCodeTag(key: TagKey, code: string): Buffer {
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
