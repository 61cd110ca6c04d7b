/** A helpdesk agent's calls to a hub, over TLS to its own authority alone. */
import { callOut } from '../../src-shared/outgoing/index.ts'
import { hubApi, HubFailure, type HubBody, type HubReply, type HubRoute } from '../../src-shared/hub-api/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** A ledger of a year on a memory stick takes its time. */
const usualTotalMs = 120_000
const maxBytes = 64 * 1024 * 1024

/**
 * `authority` null asks without checking who answers: for the authority itself, whose fingerprint the code then names.
 * Fails with the hub's own failure, L-601 (not reached, or not in time) or L-602 (an answer that is no hub's).
 */
export async function callHub<R extends HubRoute>(
  address: string,
  authority: string | null,
  token: string | null,
  name: R,
  body?: HubBody<R>,
  totalMs = usualTotalMs,
): Promise<Result<HubReply<R>>> {
  const route = hubApi[name]
  const text = body === undefined ? null : JSON.stringify(body)
  let status: number
  let said: string
  try {
    const reply = await callOut({
      method: route.method,
      url: new URL(route.path, address),
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(text === null ? {} : { 'content-type': 'application/json' }),
      },
      body: text,
      totalMs,
      maxBytes,
      ...(authority === null ? { anyone: true } : { ca: [authority] }),
    })
    status = reply.status
    said = Buffer.from(reply.bytes).toString('utf8')
  } catch {
    return fail(failures.hubUnreachable)
  }
  try {
    const json: unknown = JSON.parse(said)
    if (status < 400) return ok(route.reply.parse(json) as HubReply<R>)
    const failure = HubFailure.safeParse(json)
    return failure.success ? { ok: false, failure: failure.data as Failure } : fail(failures.hubUnintelligible)
  } catch {
    return fail(failures.hubUnintelligible)
  }
}
