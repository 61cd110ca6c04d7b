/** The kiosk's end of the hub API: typed by the contract, signed, over TLS to the pinned certificate authority only. */
import type { KeyObject } from 'node:crypto'
import type * as Undici from 'undici'
import { isInstant } from '../../src-shared/domain/bounds.ts'
import {
  headHeaders,
  hintPath,
  hubApi,
  HubFailure,
  hubTimeHeader,
  nextPageHeader,
  signatureHeaders,
  type HubBody,
  type HubQuery,
  type HubReply,
  type HubRoute,
} from '../../src-shared/hub-api/index.ts'
import {
  acceptedEncodings,
  chooseEncoding,
  compress,
  compressFrom,
  decompress,
  type Encoding,
} from '../../src-shared/protocol/compression.ts'
import { callOut } from '../../src-shared/outgoing/index.ts'
import { bodyDigest, signHead, signRequest } from '../../src-shared/protocol/request-signature.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

export interface HubTarget {
  /** `https://host:port`, no path. */
  readonly address: string
  /** PEM of the hub's authorities, the only ones trusted; asked anew before each call where they may grow. */
  readonly authority: string | null | (() => string)
  /** HTTP proxy to go through, if any: TLS goes through it to the hub. */
  readonly proxy?: string | undefined
}

export interface Signer {
  readonly kiosk: string
  readonly key: KeyObject
}

/** An answer not looked into yet: a long page is read elsewhere. */
export interface SealedPage {
  readonly bytes: Uint8Array
  /** `content-encoding` as it came. */
  readonly encoding: string
  /** Where the hub says that the next page begins; null on the last, or from a hub that does not say it here. */
  readonly next: string | null
}

/** A body made ready before it is sent: written and, where the hub has said that it reads that, compressed. */
export interface ReadyBody {
  /** JSON as UTF-8; empty for none. */
  readonly bytes: Buffer
  readonly packed: Promise<{ readonly encoding: Encoding; readonly bytes: Buffer } | null>
}

export interface HubClient {
  call<R extends HubRoute>(route: R, args: { query?: HubQuery<R>; body?: HubBody<R> }): Promise<Result<HubReply<R>>>
  /** The work on a long body that need not wait until it is sent; `pieces` one after the other are its JSON. */
  ready(pieces: readonly string[]): ReadyBody
  send<R extends HubRoute>(route: R, body: ReadyBody): Promise<Result<HubReply<R>>>
  /** The same without reading the answer: for long pages. */
  page<R extends HubRoute>(route: R, args: { query?: HubQuery<R> }): Promise<Result<SealedPage>>
  /** How long the hub asked to be left alone (`Retry-After`) in its last answer, ms. */
  retryAfterMs(): number
  /** Listens for hints until the connection ends; `onHint` may run at any time before. Resolves when it has ended. */
  hints(onHint: () => void): Promise<void>
  close(): Promise<void>
}

/** An answer as it came: header names in lower case. */
export interface TransportReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Uint8Array
}

/** Carries one request to the hub and its answer back; rejects when the network does not. */
export type Transport = (
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string>,
  body: string | Buffer | null,
  /** Longest that it may take from beginning to end, ms. */
  totalMs: number,
) => Promise<TransportReply>

interface Parts {
  /** TLS to the pinned authority, unless a simulation has its own. */
  readonly transport?: Transport | undefined
  readonly target: HubTarget
  /** null before enrolment. */
  readonly signer: Signer | null
  /** An agent's bearer token, for the routes of agents. */
  readonly token?: string
  /** Hub time as the desk's clock knows it, ms. */
  readonly now: () => number
  /** Told on every answer that carries hub time. */
  readonly onHubTime?: (hubTime: number) => void
  readonly timeoutMs?: number
}

/** Largest answer taken, bytes: a page of the feed at its limit fits several times over. */
export const maxReplyBytes = 64 * 1024 * 1024

/** A hub cannot send a kiosk away for longer than this. */
const maxRetryAfterSeconds = 600
/** How long closing waits for calls that are on their way. */
const closeMs = 2000
/** The hub keeps a quiet stream alive every 25 seconds; one that says nothing for this long is dead. */
const hintSilenceMs = 70_000

function pathOf(path: string, query: Record<string, unknown> | undefined): string {
  if (query === undefined) return path
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (typeof value === 'string' || typeof value === 'number') params.set(key, String(value))
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Certificate errors name another hub; the rest is a hub that cannot be reached. */
function networkFailure(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // A certificate that is not valid now: the hub renews its own in time, so it is this computer's clock.
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') return { code: failures.clockRefused }
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT)/.test(code)) return { code: failures.hubNotThePinnedOne }
  return { code: failures.hubUnreachable }
}

/** null: damaged, too long, or no JSON. */
async function jsonOf({ bytes, encoding }: SealedPage): Promise<{ readonly value: unknown } | null> {
  const text = await decompress(bytes, encoding, maxReplyBytes)
  if (text === null) return null
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}

type Loaded = Promise<{ readonly request: typeof Undici.request; readonly dispatcher: Undici.Dispatcher }>

/** What the calls of one client share. */
interface Caller {
  readonly signer: Parts['signer']
  readonly token: Parts['token']
  readonly now: Parts['now']
  readonly onHubTime: Parts['onHubTime']
  readonly transport: Transport
  /** What the hub said it reads, once it has answered. */
  encoding: Encoding | null
  retryAfter: number
}

export function createHubClient({
  target,
  signer,
  token,
  now,
  onHubTime,
  timeoutMs = 10_000,
  transport: given,
}: Parts): HubClient {
  let loaded: Loaded | null = null
  /** A call is short; a page, or a batch of the ledger, may be long and its line slow. */
  const callMs = 3 * timeoutMs
  const longMs = 12 * timeoutMs

  const trusted = () => (typeof target.authority === 'function' ? target.authority() : target.authority)
  let loadedWith: string | null = null
  /** Connections that trust what is trusted now; those that trusted less end by themselves. */
  function load(): Loaded {
    const authority = trusted()
    if (loaded !== null && authority === loadedWith) return loaded
    const before = loaded
    loadedWith = authority
    loaded = loadUndici(target, authority, timeoutMs)
    if (before !== null) void before.then(({ dispatcher }) => dispatcher.close()).catch(() => undefined)
    return loaded
  }

  const overTls: Transport = async (method, path, headers, body, totalMs) => {
    const { dispatcher } = await load()
    const url = new URL(path, target.address)
    return callOut({ method, url, headers, body, totalMs, maxBytes: maxReplyBytes, dispatcher })
  }
  const transport = given ?? overTls
  const caller: Caller = { signer, token, now, onHubTime, transport, encoding: null, retryAfter: 0 }
  const closing = new AbortController()

  const written = (body: unknown) => Buffer.from(body === undefined || body === null ? '' : JSON.stringify(body))

  return {
    call: (name, { query, body }) => answer(caller, name, query, pack(caller.encoding, written(body)), callMs),
    ready: (pieces) => pack(caller.encoding, Buffer.concat(pieces.map((piece) => Buffer.from(piece)))),
    send: (name, body) => answer(caller, name, undefined, body, longMs),
    page: (name, { query }) => ask(caller, name, query, pack(caller.encoding, Buffer.alloc(0)), longMs),
    retryAfterMs: () => caller.retryAfter,
    async hints(onHint) {
      if (signer === null || closing.signal.aborted || given !== undefined) return
      await followHints(signer, now, { target, load, signal: closing.signal }, onHint)
    },
    async close() {
      closing.abort()
      if (loaded === null) return
      const { dispatcher } = await loaded
      // What is on its way may end; a hub that does not let it keeps nobody from closing.
      const patience = setTimeout(() => void dispatcher.destroy().catch(() => undefined), closeMs)
      await dispatcher.close().catch(() => undefined)
      clearTimeout(patience)
    },
  }
}

/** Loaded at the first call: a desk that starts serves before it has a network. */
function loadUndici(target: HubTarget, authority: string | null, timeoutMs: number): Loaded {
  const connect = authority === null ? { rejectUnauthorized: false } : { ca: authority }
  return import('undici').then(({ Agent, ProxyAgent, request }) => {
    // One connection for calls, one for the page that is already on its way, one for hints.
    const limits = {
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxReplyBytes,
      connections: 3,
    }
    const dispatcher =
      target.proxy === undefined
        ? new Agent({ ...limits, connect: { ...connect, timeout: timeoutMs } })
        : new ProxyAgent({
            ...limits,
            uri: target.proxy,
            requestTls: { ...connect, timeout: timeoutMs },
            proxyTls: { timeout: timeoutMs },
          })
    return { request, dispatcher }
  })
}

function pack(encoding: Encoding | null, bytes: Buffer): ReadyBody {
  const chosen = bytes.length >= compressFrom ? encoding : null
  if (chosen === null) return { bytes, packed: Promise.resolve(null) }
  // What cannot be compressed goes as it is.
  const packed = compress(bytes, chosen).then(
    (small) => ({ encoding: chosen, bytes: small }),
    () => null,
  )
  return { bytes, packed }
}

async function exchange(
  caller: Caller,
  method: 'GET' | 'POST',
  path: string,
  auth: string,
  { bytes: body, packed }: ReadyBody,
  totalMs: number,
): Promise<Result<SealedPage & { readonly status: number }>> {
  const { signer, token, transport, onHubTime } = caller
  const headers: Record<string, string> = { 'accept-encoding': acceptedEncodings }
  if (body.length > 0) headers['content-type'] = 'application/json'
  if (auth === 'agent' && token !== undefined) headers.authorization = `Bearer ${token}`
  if (auth === 'kiosk') {
    if (signer === null) return fail(failures.notEnrolled)
    const time = caller.now()
    headers[signatureHeaders.kiosk] = signer.kiosk
    headers[signatureHeaders.time] = String(time)
    headers[signatureHeaders.signature] = signRequest(signer.key, method, path, body, time)
  }
  try {
    let payload: Buffer | null = body.length === 0 ? null : body
    const small = await packed
    if (small !== null) {
      payload = small.bytes
      headers['content-encoding'] = small.encoding
    }
    if (auth === 'kiosk' && signer !== null && payload !== null && body.length >= compressFrom) {
      // Who is calling is known before the hub reads the body, or unpacks it.
      const digest = bodyDigest(payload)
      const time = Number(headers[signatureHeaders.time])
      const known = { method, path, time, encoding: small?.encoding ?? '', length: payload.length, body: digest }
      headers[headHeaders.body] = digest
      headers[headHeaders.signature] = signHead(signer.key, known)
    }
    const response = await transport(method, path, headers, payload, totalMs)
    const { bytes } = response
    const asked = Number(response.headers['retry-after'] ?? 0)
    caller.retryAfter = Number.isFinite(asked) ? Math.min(Math.max(asked, 0), maxRetryAfterSeconds) * 1000 : 0
    caller.encoding = chooseEncoding(String(response.headers['accept-encoding'] ?? ''))
    const hubTime = Number(response.headers[hubTimeHeader])
    const next = response.headers[nextPageHeader]
    if (isInstant(hubTime)) onHubTime?.(hubTime)
    return ok({
      status: response.status,
      bytes,
      encoding: String(response.headers['content-encoding'] ?? ''),
      next: typeof next === 'string' ? next : null,
    })
  } catch (error) {
    return { ok: false, failure: networkFailure(error) }
  }
}

async function ask(
  caller: Caller,
  name: HubRoute,
  query: object | undefined,
  body: ReadyBody,
  totalMs: number,
): Promise<Result<SealedPage>> {
  const route = hubApi[name]
  const path = pathOf(route.path, query as Record<string, unknown> | undefined)
  const sent = await exchange(caller, route.method, path, route.auth, body, totalMs)
  if (!sent.ok || sent.value.status < 400) return sent
  const json = await jsonOf(sent.value)
  const failure = json === null ? null : HubFailure.safeParse(json.value)
  if (failure?.success === true) return { ok: false, failure: failure.data as Failure }
  // Not ours, or not even JSON: a proxy's error page, or another service on that port.
  return sent.value.status >= 500 ? fail(failures.hubOutOfService) : fail(failures.hubUnintelligible)
}

async function answer<R extends HubRoute>(
  caller: Caller,
  name: R,
  query: object | undefined,
  body: ReadyBody,
  totalMs: number,
): Promise<Result<HubReply<R>>> {
  const sent = await ask(caller, name, query, body, totalMs)
  if (!sent.ok) return sent
  const json = await jsonOf(sent.value)
  if (json === null) return fail(failures.hubUnintelligible)
  const reply = hubApi[name].reply.safeParse(json.value)
  return reply.success ? ok(reply.data as HubReply<R>) : fail(failures.hubUnintelligible)
}

/** Follows the hub's hints until the stream ends or `signal` aborts it. */
async function followHints(
  signer: Signer,
  now: () => number,
  { target, load, signal }: { target: HubTarget; load: () => Loaded; signal: AbortSignal },
  onHint: () => void,
): Promise<void> {
  const time = now()
  const headers = {
    [signatureHeaders.kiosk]: signer.kiosk,
    [signatureHeaders.time]: String(time),
    [signatureHeaders.signature]: signRequest(signer.key, 'GET', hintPath, '', time),
  }
  try {
    const { request, dispatcher } = await load()
    const response = await request(new URL(hintPath, target.address), {
      method: 'GET',
      headers,
      dispatcher,
      signal,
      bodyTimeout: hintSilenceMs,
    })
    if (response.statusCode !== 200) {
      await response.body.dump()
      return
    }
    // The first event only says that the stream is open. Anything but a hint, the keep-alives for one, is passed
    // over.
    let opened = false
    for await (const chunk of response.body) {
      if (!String(chunk).includes('data: pull')) continue
      if (opened) onHint()
      opened = true
    }
  } catch {
    // Polling is the truth; hints come back with the next round that succeeds.
  }
}
