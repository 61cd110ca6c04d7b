/** The same for libraries that bring no HTTP of their own but ask for a `fetch`. */
import { callOut } from './http.ts'

export interface FetchLimits {
  readonly totalMs: number
  readonly maxBytes: number
  readonly stop?: AbortSignal
}

/** The other end could not be reached, or gave no whole answer in time; `cause` says what stood in the way. */
export class Unreached extends Error {
  override readonly name = 'Unreached'
}

/** Whether that is what an error comes from, however a library has wrapped it. */
export function isUnreached(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++)
    if (at instanceof Unreached) return true
  return false
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/** Redirects are not followed: their status comes back. Takes bodies of text and of `URLSearchParams`. */
export function outgoingFetch(limits: FetchLimits): (url: string, asked: Asked) => Promise<Response> {
  return async (url, { method = 'GET', headers = {}, body }) => {
    const text = typeof body === 'string' || body instanceof URLSearchParams ? body.toString() : null
    if (text === null && body !== undefined && body !== null) throw new TypeError('a body that is not text')
    const asked = { method: method === 'POST' ? 'POST' : 'GET', url, headers, body: text } as const
    const reply = await callOut({ ...asked, ...limits }).catch((cause: unknown) => {
      throw new Unreached('unreached', { cause })
    })
    const told = new Headers()
    for (const [name, value] of Object.entries(reply.headers))
      for (const one of Array.isArray(value) ? value : [value ?? '']) told.append(name, one)
    return new Response(bodiless.has(reply.status) ? null : Buffer.from(reply.bytes), {
      status: reply.status,
      headers: told,
    })
  }
}
