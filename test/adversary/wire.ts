/**
 * Plain HTTPS as an adversary speaks it: any method, path, header and byte. It pins nothing unless told to, never
 * retries and never interprets an answer.
 */
import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { hubApi, HubFailure, type HubQuery, type HubReply, type HubRoute } from '../../src-shared/hub-api/index.ts'
import type { Result } from '../../src-shared/failures/result.ts'

export interface Shot {
  readonly method: string
  /** With the query, exactly as it goes on the line. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Exact bytes; null for none. */
  readonly body?: string | Buffer | null
  readonly timeoutMs?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Line {
  /** `https://host:port`. */
  readonly url: string
  send(shot: Shot): Promise<Answer>
  /** The head of the answer only: for streams. The caller destroys the message. */
  open(shot: Shot): Promise<IncomingMessage>
  close(): void
}

const shotMs = 30_000

/** `authority`: PEM of the only certificate authority believed; null believes any. */
export function openLine(url: string, authority: string | null): Line {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 64,
    ...(authority === null ? { rejectUnauthorized: false } : { ca: authority }),
  })
  function open({ method, path, headers, body, timeoutMs = shotMs }: Shot): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url)
      const bytes = body === undefined || body === null ? null : Buffer.from(body)
      const request = httpsRequest(
        {
          agent,
          host: hostname,
          port,
          method,
          path,
          headers: { ...(bytes === null ? {} : { 'content-length': String(bytes.length) }), ...headers },
        },
        resolve,
      )
      request.setTimeout(timeoutMs, () =>
        request.destroy(new Error(`no answer to ${method} ${path} in ${timeoutMs} ms`)),
      )
      request.once('error', reject)
      request.end(bytes)
    })
  }
  return {
    url,
    open,
    async send(shot) {
      const message = await open(shot)
      const parts: Buffer[] = []
      for await (const part of message) parts.push(part as Buffer)
      return { status: message.statusCode ?? 0, headers: message.headers, text: Buffer.concat(parts).toString('utf8') }
    },
    close: () => agent.destroy(),
  }
}

/** Path and query of a route as the contract writes them. */
export function pathOf(route: HubRoute, query: object | undefined): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {}))
    if (typeof value === 'string' || typeof value === 'number') params.set(name, String(value))
  const text = params.toString()
  return text === '' ? hubApi[route].path : `${hubApi[route].path}?${text}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * The answer by the contract: its reply, or its failure. Throws for what is neither, with the status and the beginning
 * of the text.
 */
export function read<R extends HubRoute>(route: R, answer: Answer): Result<HubReply<R>> {
  const json = parsed(answer.text)
  const schema: z.ZodType = hubApi[route].reply
  if (answer.status === 200) {
    const reply = schema.safeParse(json)
    if (reply.success) return { ok: true, value: reply.data as HubReply<R> }
  }
  const failure = HubFailure.safeParse(json)
  if (answer.status !== 200 && failure.success) {
    const { code, params } = failure.data
    return { ok: false, failure: params === undefined ? { code } : { code, params } }
  }
  throw new Error(`${route}: ${answer.status} is no answer of the contract: ${answer.text.slice(0, 200)}`)
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code} ${JSON.stringify(result.failure.params ?? {})}`)
  return result.value
}

/** null for a success. */
export const codeOf = (result: Result<unknown>): string | null => (result.ok ? null : result.failure.code)

export type Query<R extends HubRoute> = Partial<HubQuery<R>>
