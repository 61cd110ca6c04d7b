/**
 * The one place for outgoing HTTP: one total deadline from the name's look-up to the last byte, a cap on what is read,
 * no redirects, no upgrades. A server may answer `101`, trickle, say nothing, or never end: the caller gets its failure
 * in time.
 */
import type { LookupFunction } from 'node:net'
import { getCACertificates } from 'node:tls'
import type * as Undici from 'undici'
import { withinDeadline } from './deadline.ts'

export interface OutgoingCall {
  readonly method: 'GET' | 'POST'
  readonly url: string | URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | null
  /** From the first look at the name until the last byte has been read, ms. */
  readonly totalMs: number
  /** Longest body that is read, bytes; 0 reads none and lets go after the head. More rejects with `TooLong`. */
  readonly maxBytes: number
  /** Whoever asked is stopping. */
  readonly stop?: AbortSignal
  /** Connections that are kept between calls; without it the call has one of its own, closed behind it. */
  readonly dispatcher?: Undici.Dispatcher
  /**
   * Of a call without `dispatcher`: which authorities are trusted (by default the usual ones), and how a name becomes
   * an address.
   */
  readonly ca?: readonly string[]
  /** Whoever answers is taken: only to ask for what is checked by other means. */
  readonly anyone?: true
  readonly lookup?: LookupFunction
  /**
   * Told once the connection stands, TLS and all: before that nothing can have arrived. Of a call without `dispatcher`.
   */
  readonly onConnected?: () => void
}

export interface OutgoingReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Uint8Array
}

/** More than `maxBytes` came. */
export class TooLong extends Error {
  override readonly name = 'TooLong'
}

/** The usual authorities (Node's own, and those of `NODE_EXTRA_CA_CERTS`) and one more beside them. */
export function usualAnd(ca: string): readonly string[] {
  return [...getCACertificates('default'), ca]
}

async function own(call: OutgoingCall): Promise<Undici.Agent> {
  const { Agent } = await import('undici')
  const agent = new Agent({
    connections: 1,
    pipelining: 0,
    allowH2: false,
    headersTimeout: call.totalMs,
    bodyTimeout: call.totalMs,
    connect: {
      timeout: call.totalMs,
      minVersion: 'TLSv1.2',
      ...(call.ca === undefined ? {} : { ca: [...call.ca] }),
      ...(call.anyone === true ? { rejectUnauthorized: false } : {}),
      ...(call.lookup === undefined ? {} : { lookup: call.lookup }),
    },
  })
  agent.on('connect', () => call.onConnected?.())
  return agent
}

async function readUpTo(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > most) throw new TooLong()
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

/**
 * One request and its answer. Rejects with what stood in the way: `Overdue`, `Stopping`, `TooLong`, or the network's
 * own error with its `code`.
 */
export function callOut(call: OutgoingCall): Promise<OutgoingReply> {
  return withinDeadline(
    call.totalMs,
    async (signal) => {
      const { request } = await import('undici')
      const mine = call.dispatcher === undefined ? await own(call) : null
      const dispatcher = call.dispatcher ?? mine
      if (dispatcher === null) throw new Error('no dispatcher')
      const shut = () => void mine?.destroy().catch(() => undefined)
      signal.addEventListener('abort', shut, { once: true })
      try {
        const { method, headers, body } = call
        signal.throwIfAborted()
        const response = await request(call.url, { method, headers: { ...headers }, body, dispatcher, signal })
        const { statusCode: status } = response
        if (call.maxBytes === 0) {
          // An error of a body that nobody reads is nobody's.
          response.body.on('error', () => undefined).destroy()
          return { status, headers: response.headers, bytes: new Uint8Array() }
        }
        return { status, headers: response.headers, bytes: await readUpTo(response.body, call.maxBytes) }
      } finally {
        shut()
      }
    },
    call.stop,
  )
}
