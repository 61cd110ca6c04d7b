/**
 * How a new opening key is vouched for. A countersignature is made with the private half of an older opening key, which
 * a badge and a PIN have opened: HPKE in auth mode (RFC 9180, section 5.1.3, `mode_auth`) with that key as the
 * sender's, sealed to the hub's own key. The hub takes it when it opens under the public half it knows, which proves
 * that the sender holds the private one. What is vouched for (kiosk, old key, new key) is associated data, so a
 * countersignature of one key says nothing for another, or for another kiosk.
 *
 * Where there is no older key, a supervisor compares a fingerprint: 60 bits of SHA-256 over kiosk and key, twelve
 * characters.
 */
import { createHash } from 'node:crypto'
import { clean, group, toBase32 } from './enrolment-code.ts'
import { openFrom, sealFrom } from './envelope.ts'

/** Raw X25519 public keys, 32 bytes each. */
export interface Succession {
  readonly kiosk: string
  readonly from: Uint8Array
  readonly to: Uint8Array
}

export interface OpeningLink extends Succession {
  readonly countersignature: Uint8Array
}

/** Bytes of a countersignature: the encapsulated key (32) and the tag of an empty text (16). */
export const countersignatureBytes = 48

const info = Buffer.from('lodge/opening-key-countersignature/1')

function vouchedFor({ kiosk, from, to }: Succession): Buffer {
  const text = (key: Uint8Array) => Buffer.from(key).toString('base64url')
  return Buffer.from(['lodge/opening-key-countersignature/1', kiosk, text(from), text(to)].join('|'))
}

/** At the kiosk, in a session. `privateKey` is the raw private half of `from`; the caller wipes it. */
export async function countersign(
  succession: Succession,
  privateKey: Uint8Array,
  hubPublicKey: Uint8Array,
): Promise<Buffer> {
  return sealFrom(privateKey, hubPublicKey, Buffer.alloc(0), info, vouchedFor(succession))
}

/**
 * At the hub: whether the holder of the private half of `from` has vouched for `to`. Never throws for what a caller has
 * sent.
 */
export async function isCountersigned(link: OpeningLink, hubPrivateKey: Uint8Array): Promise<boolean> {
  if (link.countersignature.length !== countersignatureBytes) return false
  try {
    const opened = await openFrom(link.from, hubPrivateKey, link.countersignature, info, vouchedFor(link))
    return opened.length === 0
  } catch {
    return false
  }
}

/** Bits of a fingerprint: 12 characters of Crockford base 32. */
const fingerprintChars = 12

/**
 * What a supervisor compares, `XXXX-XXXX-XXXX`. To pass a key of their own off as the kiosk's, somebody must find one
 * whose fingerprint is the one on the kiosk's screen: 2^60 X25519 keys. A rack that makes 10^10 of them in a second
 * looks for three and a half years, and the search can begin only when the kiosk's key exists, and is over when it has
 * been confirmed. Forty bits would take that rack two minutes.
 */
export function openingFingerprint(kiosk: string, openingKey: Uint8Array): string {
  const digest = createHash('sha256').update(`lodge/opening-key-fingerprint/1|${kiosk}|`).update(openingKey).digest()
  return group(toBase32(digest.subarray(0, 8)).slice(0, fingerprintChars))
}

/** Whether typed letters are that fingerprint: case, spaces, hyphens and look-alikes (O/0, I/L/1) do not matter. */
export function isFingerprint(typed: string, fingerprint: string): boolean {
  return clean(typed) === clean(fingerprint)
}
