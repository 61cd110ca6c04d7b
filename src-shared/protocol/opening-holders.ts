/**
 * Who holds an opening key, as the session that shared it says to the hub. Each statement is proved twice, with HPKE in
 * auth mode (RFC 9180, section 5.1.3) sealed to the hub's own key: by the private half of the opening key, and by the
 * own key of the member of staff who is signed in. A badge and a PIN have opened both. All that is said is associated
 * data, so a proof of one statement says nothing for another list, another key or another kiosk.
 *
 * The hub knows from statements whose own keys are true, and that is what a removed member cannot make up for: a share
 * of an older opening key, kept on an image of the disk, vouches for no key any more.
 */
import { openFrom, sealFrom } from './envelope.ts'

export interface KeyHolder {
  readonly staff: string
  /** The person's own public key (raw X25519, 32 bytes). */
  readonly publicKey: Uint8Array
}

export interface HoldersStatement {
  readonly kiosk: string
  /** The opening key's public half. */
  readonly key: Uint8Array
  /**
   * How far the kiosk's ledger had come, and more than any statement before: of two about a key the one with more
   * counts.
   */
  readonly n: number
  /** Who was signed in. */
  readonly by: string
  /** Everyone with a share, `by` among them. */
  readonly holders: readonly KeyHolder[]
}

const info = Buffer.from('lodge/opening-key-holders/1')
const text = (key: Uint8Array) => Buffer.from(key).toString('base64url')

function said({ kiosk, key, n, by, holders }: HoldersStatement): Buffer {
  const each = holders.map(({ staff, publicKey }) => `${staff}=${text(publicKey)}`).sort()
  return Buffer.from(['lodge/opening-key-holders/1', kiosk, text(key), String(n), by, ...each].join('|'))
}

/** At the kiosk, in a session. `privateKey`: the opening key's private half or the person's own; the caller wipes. */
export function proveHolders(
  statement: HoldersStatement,
  privateKey: Uint8Array,
  hubPublicKey: Uint8Array,
): Promise<Buffer> {
  return sealFrom(privateKey, hubPublicKey, Buffer.alloc(0), info, said(statement))
}

/** At the hub: whether the holder of `by`'s private half has said this. Never throws for what a caller has sent. */
export async function isSaidBy(
  by: Uint8Array,
  statement: HoldersStatement,
  proof: Uint8Array,
  hubPrivateKey: Uint8Array,
): Promise<boolean> {
  try {
    return (await openFrom(by, hubPrivateKey, proof, info, said(statement))).length === 0
  } catch {
    return false
  }
}
