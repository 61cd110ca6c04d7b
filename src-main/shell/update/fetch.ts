/** Bytes of a release's address: one total deadline, no redirects, and no more than was announced. */
import { callOut } from '../../../src-shared/outgoing/index.ts'

/** A release over a slow line, ms. */
const usualTotalMs = 600_000

/** Throws when it cannot be had: away, too slow, another status than 200, or longer than `limit` bytes. */
export async function fetchRelease(url: string, limit: number, totalMs = usualTotalMs): Promise<Buffer> {
  const reply = await callOut({ method: 'GET', url, headers: {}, body: null, totalMs, maxBytes: limit })
  if (reply.status !== 200) throw new Error('no release there')
  return Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength)
}
