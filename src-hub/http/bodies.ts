/**
 * Bodies, read when it is known who is calling. A body of some length is not even taken from the line before its head,
 * or an agent's token, has shown whose it is; nothing is unpacked into more than its route's contract can hold.
 */
import { bodyLimits } from '../../src-shared/hub-api/body-limits.ts'
import type { HubRoute } from '../../src-shared/hub-api/index.ts'
import { decompress } from '../../src-shared/protocol/compression.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Limits, UnpackingCaller } from './limits.ts'

/** A body as it came. */
export interface WireBody {
  readonly bytes: Buffer
  /** `content-encoding`; empty where it came as it is. */
  readonly encoding: string
}

/** Bodies up to this length are taken from anybody, bytes. */
export const shortBody = 65_536
/** A kiosk that only names itself (one of an earlier version) is served up to this length of text, bytes. */
export const unprovenBody = 1_048_576
/** And what it sends may unpack into so many times its length: ids and hashes as text shrink to about a third. */
const unprovenRatio = 32

/** Bytes of text that a body may come to. */
export function textLimit(name: HubRoute, wire: number, proven: boolean): number {
  const limit = bodyLimits[name]
  return proven ? limit : Math.min(limit, unprovenBody, shortBody + unprovenRatio * wire)
}

const tooLong = () => fail(failures.requestMalformed, { where: 'size' })

/**
 * The text of a body. `caller` null: nobody in particular, for whom nothing is unpacked. Fails with L-608 (size,
 * encoding), L-668.
 */
export async function textOf(
  name: HubRoute,
  body: WireBody,
  caller: UnpackingCaller | null,
  limits: Limits | undefined,
): Promise<Result<string>> {
  const { bytes, encoding } = body
  const limit = textLimit(name, bytes.length, caller?.proven === true)
  if (encoding === '' || encoding === 'identity')
    return bytes.length > (caller?.proven === true ? limit : Math.min(bodyLimits[name], unprovenBody))
      ? tooLong()
      : ok(bytes.toString('utf8'))
  if (caller === null) return fail(failures.requestMalformed, { where: 'encoding' })
  const allowed = limits?.unpack(caller, limit)
  if (allowed?.ok === false) return allowed
  const text = await decompress(bytes, encoding, limit)
  // Damaged bytes, or more than may be: what it cost is not known, so all of it counts.
  if (allowed?.ok === true) allowed.value(text === null ? limit : text.length)
  return text === null ? tooLong() : ok(text)
}
