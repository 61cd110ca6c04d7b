/**
 * HKDF-SHA256 (RFC 5869) for HPKE's key schedule by this Node's own HMAC. WebCrypto makes a job of each of an envelope's twelve steps, which is more
 * than half of what sealing costs; labels, lengths and order stay the library's.
 */
import { createHmac } from 'node:crypto'
import { HkdfSha256 } from '@hpke/core'

const hashBytes = 32
type Bytes = ArrayBufferLike | ArrayBufferView

function viewOf(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)
}

/** Of its own memory: what comes back from `digest` may be a piece of a pool. */
function owned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const made = createHmac('sha256', key)
  for (const part of parts) made.update(part)
  return made.digest()
}

export class NodeHkdfSha256 extends HkdfSha256 {
  override extract(salt: Bytes, ikm: Bytes): Promise<ArrayBuffer> {
    const given = viewOf(salt)
    if (given.length !== 0 && given.length !== hashBytes) return Promise.reject(new RangeError('the salt is as long as the hash'))
    return Promise.resolve(owned(hmac(given.length === 0 ? new Uint8Array(hashBytes) : given, viewOf(ikm))))
  }

  override expand(prk: Bytes, info: Bytes, length: number): Promise<ArrayBuffer> {
    if (length > 255 * hashBytes) return Promise.reject(new RangeError('too long'))
    const key = viewOf(prk)
    const about = viewOf(info)
    const okm = new Uint8Array(length)
    let block: Uint8Array = new Uint8Array(0)
    for (let at = 0, n = 1; at < length; at += hashBytes, n++) {
      block = hmac(key, block, about, Uint8Array.of(n))
      okm.set(block.subarray(0, length - at), at)
    }
    return Promise.resolve(okm.buffer)
  }
}
