/** Who is calling: a kiosk by its signature, an agent by a token. */
import { timingSafeEqual, createHash, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Incarnation, type KioskKind } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { headHeaders, requestTimeWindow, signatureHeaders } from '../../src-shared/hub-api/index.ts'
import { bodyDigest, publicKeyFromRaw, verifyHead, verifyRequest } from '../../src-shared/protocol/request-signature.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { tokenAgent } from '../api-tokens/index.ts'
import type { Db } from '../database/index.ts'

export interface KioskCaller {
  readonly id: string
  readonly desk: string
  readonly kind: KioskKind
  /** Where its desk's feed ended when it called: most polls are answered with that alone. */
  readonly head: number
  /** Newest entry of its ledger that the hub has. */
  readonly acked: number
  /** Which changes of the feed it took at its last poll. */
  readonly feedChanges: number
  /** The newest authority of the hub's that it trusts, as it said last; null: it has not said. */
  readonly trusts: string | null
  /** The hub's own when it called: another hub process may have begun one. */
  readonly incarnation: Incarnation
}

/** Keys made ready once: making one costs as much as a signature's check. */
const ready = new Map<string, KeyObject>()
const readyMax = 20_000

function keyOf(raw: Buffer): KeyObject {
  const name = raw.toString('base64url')
  let key = ready.get(name)
  if (key === undefined) {
    if (ready.size >= readyMax) ready.clear()
    key = publicKeyFromRaw(raw)
    ready.set(name, key)
  }
  return key
}

/** What a caller is known by. */
export interface CallerRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

function header(request: CallerRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

/**
 * What a route may take of a kiosk that is served no more: `ledger` also of one that is frozen, `report` of one that is
 * written off, so that it can say where its ledger begins.
 */
export type Evidence = 'none' | 'report' | 'ledger'

/** A kiosk that a request names; that it is the one calling is not known yet. */
export interface NamedKiosk {
  readonly caller: KioskCaller
  readonly key: KeyObject
  /** And the route takes nothing of one that is. */
  readonly frozen: boolean
  readonly time: number
  readonly signature: string
}

/**
 * Who a request says it is, by its head alone. Fails with L-603 (unknown, replaced or written off), L-606 (no signature
 * at all).
 */
export async function namedKiosk(
  db: Db,
  request: CallerRequest,
  evidence: Evidence = 'none',
): Promise<Result<NamedKiosk>> {
  const id = header(request, signatureHeaders.kiosk)
  const time = Number(header(request, signatureHeaders.time))
  const signature = header(request, signatureHeaders.signature)
  if (!/^[A-Za-z0-9_-]{22}$/.test(id) || !Number.isSafeInteger(time) || !/^[A-Za-z0-9_-]{86}$/.test(signature))
    return fail(failures.signatureInvalid)
  const kiosk = await db
    .selectFrom('kiosk')
    .innerJoin('desk', 'desk.id', 'kiosk.desk')
    .select([
      'kiosk.id',
      'kiosk.desk',
      'kiosk.kind',
      'kiosk.state',
      'kiosk.sign_key',
      'kiosk.frozen',
      'kiosk.acked',
      'kiosk.feed_changes',
      'kiosk.trusts',
      'desk.head',
    ])
    .select((e) => e.selectFrom('hub').select('incarnation').as('incarnation'))
    .where('kiosk.id', '=', id)
    .executeTakeFirst()
  // What a written-off kiosk did is still evidence: its ledger is taken, and nothing else.
  if (kiosk === undefined || (kiosk.state !== 'active' && evidence === 'none')) return fail(failures.kioskNotAccepted)
  const caller = {
    id: kiosk.id,
    desk: kiosk.desk,
    kind: kiosk.kind,
    head: Number(kiosk.head),
    acked: Number(kiosk.acked),
    feedChanges: Number(kiosk.feed_changes),
    trusts: kiosk.trusts,
    incarnation: Incarnation.parse(kiosk.incarnation),
  }
  const frozen = kiosk.frozen && kiosk.state === 'active' && evidence !== 'ledger'
  return ok({ caller, key: keyOf(kiosk.sign_key), frozen, time, signature })
}

/**
 * Whether the head's own signature is this kiosk's, over a body of `length` bytes; null where it brings none. `bytes`
 * too where the body is here: then its hash must be the one that was signed.
 */
export function headProves(
  kiosk: NamedKiosk,
  request: CallerRequest,
  length: number,
  bytes: Uint8Array | null,
): boolean | null {
  const signature = header(request, headHeaders.signature)
  const body = header(request, headHeaders.body)
  if (signature === '' && body === '') return null
  if (!/^[A-Za-z0-9_-]{86}$/.test(signature) || (bytes !== null && bodyDigest(bytes) !== body)) return false
  const encoding = header(request, 'content-encoding')
  return verifyHead(
    kiosk.key,
    { method: request.method, path: request.url, time: kiosk.time, encoding, length, body },
    signature,
  )
}

/** Whether the named kiosk is the one that signed this. Fails with L-606 (signature), L-605 (clock), L-604 (frozen). */
export function provenKiosk(
  kiosk: NamedKiosk,
  request: CallerRequest,
  rawBody: string,
  now: number,
): Result<KioskCaller> {
  if (!verifyRequest(kiosk.key, request.method, request.url, rawBody, kiosk.time, kiosk.signature))
    return fail(failures.signatureInvalid)
  // After the signature: only a kiosk of ours learns that its clock is wrong. The reply's hub time sets it right.
  if (Math.abs(kiosk.time - now) > requestTimeWindow) return fail(failures.clockRefused)
  return kiosk.frozen ? fail(failures.kioskFrozen) : ok(kiosk.caller)
}

/** Both, of a request whose body is here as text. */
export async function kioskCaller(
  db: Db,
  request: CallerRequest,
  rawBody: string,
  now: number,
  evidence: Evidence = 'none',
): Promise<Result<KioskCaller>> {
  const named = await namedKiosk(db, request, evidence)
  return named.ok ? provenKiosk(named.value, request, rawBody, now) : named
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** An agent as the hub knows them: the name their acts are recorded under, and what they may do. */
export interface Agent {
  readonly name: string
  readonly role: AgentRole
}

/** One of the file's tokens, compared in constant time, or one made by an administrator. L-610 otherwise. */
export async function agentCaller(
  db: Db,
  tokens: ReadonlyMap<string, Agent>,
  request: CallerRequest,
  now: number,
): Promise<Result<Agent>> {
  const token = header(request, 'authorization').replace(/^Bearer /, '')
  const given = digest(token)
  let found: Agent | null = null
  for (const [known, agent] of tokens) if (timingSafeEqual(digest(known), given)) found = agent
  found ??= await tokenAgent(db, token, now)
  return found === null ? fail(failures.notAllowed) : ok(found)
}
