/**
 * A member of staff's own key (X25519 private): wrapped by badge + PIN through Argon2id (RFC 9106), and that inside the
 * keystore's key-encryption key, so an unattended kiosk cannot open an envelope (docs/architecture.md#security).
 */
import { randomBytes } from 'node:crypto'
import { unwrap, wipe, wrap } from './keystore-wrap.ts'

/** Argon2id cost: memory in KiB and passes; one lane. */
export interface PinCost {
  readonly memoryKib: number
  readonly passes: number
}

/** 64 MiB and three passes: RFC 9106 section 4, second recommended option. */
export const defaultPinCost: PinCost = { memoryKib: 65_536, passes: 3 }

export interface PinWrapped extends PinCost {
  readonly salt: Buffer
  readonly wrapped: Buffer
}

async function pinKey(badge: string, pin: string, salt: Uint8Array, cost: PinCost): Promise<Buffer> {
  // Loaded at the first PIN: a desk that starts can be scanned at before.
  const { hashRaw } = await import('@node-rs/argon2')
  const input = Buffer.from(`lodge/pin/1|${badge}|${pin}`)
  try {
    // The library's defaults are Argon2id, version 1.3.
    return await hashRaw(input, {
      memoryCost: cost.memoryKib,
      timeCost: cost.passes,
      parallelism: 1,
      outputLen: 32,
      salt,
    })
  } finally {
    wipe(input)
  }
}

function label(staff: string): string {
  return `lodge/staff-key/1|${staff}`
}

/** `badge` is the normalised card id as scanned; it is never stored. */
export async function wrapUnderPin(
  keyEncryptionKey: Uint8Array,
  staff: string,
  badge: string,
  pin: string,
  privateKey: Uint8Array,
  cost: PinCost,
): Promise<PinWrapped> {
  const salt = randomBytes(16)
  const key = await pinKey(badge, pin, salt, cost)
  const inner = wrap(key, label(staff), privateKey)
  wipe(key)
  return { salt, ...cost, wrapped: wrap(keyEncryptionKey, label(staff), inner) }
}

/** The private key, or null for a wrong badge or PIN. The caller wipes it. */
export async function unwrapUnderPin(
  keyEncryptionKey: Uint8Array,
  staff: string,
  badge: string,
  pin: string,
  record: PinWrapped,
): Promise<Buffer | null> {
  const inner = unwrap(keyEncryptionKey, label(staff), record.wrapped)
  if (inner === null) return null
  const key = await pinKey(badge, pin, record.salt, record)
  const opened = unwrap(key, label(staff), inner)
  wipe(key, inner)
  return opened
}

/** Milliseconds that one guess at a PIN costs on this computer. */
export async function timePinGuess(cost: PinCost): Promise<number> {
  // The first call loads the library: not part of the cost.
  wipe(await pinKey('', '', Buffer.alloc(16), { memoryKib: 8192, passes: 1 }))
  const from = performance.now()
  wipe(await pinKey('', '', Buffer.alloc(16), cost))
  return performance.now() - from
}
