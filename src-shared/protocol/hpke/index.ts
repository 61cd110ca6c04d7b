/** HPKE, computed by the platform where it can and in JavaScript where it cannot: chosen once, at the first use. */
import { libraryHpke } from './library.ts'
import { nativeHpke, openOnce } from './native.ts'
import type { HpkeProvider } from './provider.ts'

export type { HpkeProvider } from './provider.ts'
export { encSize } from './provider.ts'

/**
 * A message that the library sealed once: a platform that opens it computes as the library does.
 */
const known = {
  privateKey: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  sealed: '9718ea95f37792377b906a7d3ba2b0122338b8c584117ea5d9f4135eb15d247d49cb707e7bc2a342a734fa74dc27ea0e8be26419b5',
  plaintext: 'lodge',
}

function worksHere(): boolean {
  try {
    const opened = openOnce(
      Buffer.from(known.privateKey, 'hex'),
      Buffer.from(known.sealed, 'hex'),
      Buffer.from('lodge/probe/1'),
      Buffer.from('probe'),
    )
    return opened.toString() === known.plaintext
  } catch {
    // A platform without X25519 or AES-GCM says so by an error of its own; the library serves there.
    return false
  }
}

let chosen: HpkeProvider | null = null

/** The provider of this process: `native` if the platform opens a known message, else `library`. */
export function hpke(): HpkeProvider {
  chosen ??= worksHere() ? nativeHpke : libraryHpke
  return chosen
}
