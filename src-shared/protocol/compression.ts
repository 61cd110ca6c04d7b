/**
 * Bodies on the wire are Zstandard (RFC 8878) where both ends have it, else Brotli (RFC 7932). Signatures are over the
 * text before compression, so that neither end depends on the other's compressor.
 */
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

const hasZstd = typeof zlib.zstdCompress === 'function'
/**
 * Ids, tags and hashes are most of a body: what a higher level looks for is not in them, and level 1 is the smallest as
 * well as the quickest.
 */
const zstdParams = { [zlib.constants.ZSTD_c_compressionLevel]: 1 }
const brotliParams = { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 }

/**
 * Output is taken in pieces of about its expected size: each piece is a way to another thread and back, by default one
 * for every 16 kB.
 */
const pieceOf = (expected: number) => Math.min(Math.max(expected, 16_384), 1_048_576)

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

/**
 * Up to this many characters it costs less to compress on this thread (tenths of a millisecond) than to go to another
 * and back.
 */
const atOnce = 65_536

/** Of text, or of its bytes in UTF-8. */
export async function compress(text: string | Buffer, encoding: Encoding): Promise<Buffer> {
  const chunkSize = pieceOf(text.length / 2)
  if (encoding === 'zstd') {
    const zstd = { params: zstdParams, chunkSize }
    return text.length <= atOnce ? zlib.zstdCompressSync(text, zstd) : promisify(zlib.zstdCompress)(text, zstd)
  }
  const brotli = { params: brotliParams, chunkSize }
  return text.length <= atOnce ? zlib.brotliCompressSync(text, brotli) : promisify(zlib.brotliCompress)(text, brotli)
}

/** Ids and hashes as text shrink to about a third. */
const unpacking = (bytes: Uint8Array, limit: number) => ({
  maxOutputLength: limit,
  chunkSize: pieceOf(bytes.length * 4),
})

/** So few bytes are unpacked on this thread, unless they unpack into more than this. */
const fewBytes = 16_384
const fewText = 262_144

function unpackedAtOnce(bytes: Uint8Array, limit: number): Buffer | null {
  try {
    return zlib.zstdDecompressSync(bytes, unpacking(bytes, Math.min(limit, fewText)))
  } catch {
    // Damaged, or much more than it looks: the other way says which, and blocks nobody.
    return null
  }
}

/** null for an unknown encoding, damaged bytes, or more than `limit` bytes of text. */
export async function decompress(bytes: Uint8Array, encoding: string, limit: number): Promise<string | null> {
  const zstd = encoding === 'zstd' && hasZstd
  if (!zstd && encoding !== 'br') return decompressHere(bytes, encoding, limit)
  const few = zstd && bytes.length <= fewBytes ? unpackedAtOnce(bytes, limit) : null
  if (few !== null) return few.toString('utf8')
  try {
    return (
      await promisify(zstd ? zlib.zstdDecompress : zlib.brotliDecompress)(bytes, unpacking(bytes, limit))
    ).toString('utf8')
  } catch {
    // Damaged, or larger than the limit.
    return null
  }
}

/** The same on this thread, however long it takes: for a thread that nobody waits for. */
export function decompressHere(bytes: Uint8Array, encoding: string, limit: number): string | null {
  try {
    if (encoding === '' || encoding === 'identity')
      return bytes.length > limit ? null : Buffer.from(bytes).toString('utf8')
    if (encoding === 'zstd' && hasZstd) return zlib.zstdDecompressSync(bytes, unpacking(bytes, limit)).toString('utf8')
    if (encoding === 'br') return zlib.brotliDecompressSync(bytes, unpacking(bytes, limit)).toString('utf8')
  } catch {
    // Damaged, or larger than the limit.
  }
  return null
}
