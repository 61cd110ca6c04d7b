/**
 * Bodies on the wire are Zstandard (RFC 8878) where both ends have it, else Brotli (RFC 7932). Signatures are over the
 * text before compression, so that neither end depends on the other's compressor.
 */
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

const hasZstd = typeof zlib.zstdCompress === 'function'
/** Ids, tags and hashes are most of a body: what a higher level looks for is not in them, and level 1 is the smallest as well as the quickest. */
const zstd = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }

/** What this end reads, for `accept-encoding`, best first. */
export const acceptedEncodings = hasZstd ? 'zstd, br' : 'br'

/** Below this many characters a body goes as it is. */
export const compressFrom = 1024

export type Encoding = 'zstd' | 'br'

/** The best encoding that both ends have; null for none. */
export function chooseEncoding(accepted: string): Encoding | null {
  const offered = accepted.split(',').map((item) => item.trim().split(';')[0])
  if (hasZstd && offered.includes('zstd')) return 'zstd'
  return offered.includes('br') ? 'br' : null
}

/** Up to this many characters it costs less to compress on this thread (tenths of a millisecond) than to go to another and back. */
const atOnce = 65_536

export async function compress(text: string, encoding: Encoding): Promise<Buffer> {
  if (text.length <= atOnce) return encoding === 'zstd' ? zlib.zstdCompressSync(text, zstd) : zlib.brotliCompressSync(text, brotli)
  return encoding === 'zstd' ? promisify(zlib.zstdCompress)(text, zstd) : promisify(zlib.brotliCompress)(text, brotli)
}

/** So few bytes are unpacked on this thread, unless they unpack into more than this. */
const fewBytes = 16_384
const fewText = 262_144

function unpackedAtOnce(bytes: Uint8Array, limit: number): Buffer | null {
  try {
    return zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.min(limit, fewText) })
  } catch {
    // Damaged, or much more than it looks: the other way says which, and blocks nobody.
    return null
  }
}

/** null for an unknown encoding, damaged bytes, or more than `limit` bytes of text. */
export async function decompress(bytes: Uint8Array, encoding: string, limit: number): Promise<string | null> {
  try {
    if (encoding === '' || encoding === 'identity') return bytes.length > limit ? null : Buffer.from(bytes).toString('utf8')
    const few = encoding === 'zstd' && hasZstd && bytes.length <= fewBytes ? unpackedAtOnce(bytes, limit) : null
    if (few !== null) return few.toString('utf8')
    if (encoding === 'zstd' && hasZstd) return (await promisify(zlib.zstdDecompress)(bytes, { maxOutputLength: limit })).toString('utf8')
    if (encoding === 'br') return (await promisify(zlib.brotliDecompress)(bytes, { maxOutputLength: limit })).toString('utf8')
  } catch {
    // Damaged, or larger than the limit.
  }
  return null
}
