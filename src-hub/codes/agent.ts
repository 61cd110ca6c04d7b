/** A helpdesk agent's calls to a hub, over TLS to its own authority alone. */
import { request } from 'node:https'
import { hubApi, HubFailure, type HubBody, type HubReply, type HubRoute } from '../../src-shared/hub-api.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/result.ts'

/** `authority` null asks without checking who answers: for the authority itself, whose fingerprint the code then names. */
export function callHub<R extends HubRoute>(
  address: string,
  authority: string | null,
  token: string | null,
  name: R,
  body?: HubBody<R>,
): Promise<Result<HubReply<R>>> {
  const route = hubApi[name]
  const text = body === undefined ? '' : JSON.stringify(body)
  return new Promise((resolve) => {
    const call = request(
      new URL(route.path, address),
      {
        method: route.method,
        ...(authority === null ? { rejectUnauthorized: false } : { ca: authority }),
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(text === '' ? {} : { 'content-type': 'application/json' }),
        },
        timeout: 15_000,
      },
      (answer) => {
        let said = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => (said += part))
        answer.on('end', () => {
          try {
            const json: unknown = JSON.parse(said)
            if ((answer.statusCode ?? 500) >= 400) {
              const failure = HubFailure.safeParse(json)
              resolve(failure.success ? { ok: false, failure: failure.data as Failure } : fail('L-602'))
              return
            }
            resolve(ok(route.reply.parse(json) as HubReply<R>))
          } catch {
            resolve(fail('L-602'))
          }
        })
      },
    )
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(fail('L-601')))
    call.end(text)
  })
}
