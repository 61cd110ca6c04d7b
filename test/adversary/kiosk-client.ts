/**
 * A kiosk client of the adversary's own, written from the contracts in src-shared alone: it does whatever the holder of
 * a kiosk's unattended keys could do, well or badly. Nothing here retries, corrects itself or keeps order unless a test
 * says so.
 */
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Epoch, Incarnation, KioskId, PickupId } from '../../src-shared/domain/index.ts'
import {
  hintPath,
  hubApi,
  hubTimeHeader,
  signatureHeaders,
  type FeedChange,
  type GrantedPickup,
  type HubBody,
  type HubReply,
  type HubRoute,
} from '../../src-shared/hub-api/index.ts'
import type { WireEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { authorityFingerprint, parseEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'
import { compress, type Encoding } from '../../src-shared/protocol/compression.ts'
import { enrolInfo, newSealKeyPair, open, openEnvelope } from '../../src-shared/protocol/envelope.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import { signRequest } from '../../src-shared/protocol/request-signature.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { openLine, pathOf, read, value, type Answer, type Line, type Query, type Shot } from './wire.ts'

/** An X25519 pair as 32 raw bytes each. */
export interface OpeningKey {
  readonly publicKey: Buffer
  readonly privateKey: Buffer
}

/** What the unattended keys of one kiosk are: whoever has these is that kiosk to the hub. */
export interface Identity {
  readonly kiosk: KioskId
  readonly desk: string
  readonly lookupKey: Buffer
  readonly signKey: KeyObject
  readonly authority: string
}

export interface Signing {
  /** Another key than the kiosk's own. */
  readonly key?: KeyObject
  /** Another kiosk's id. */
  readonly as?: string
  /** The time that is signed, ms. */
  readonly time?: number
  /** Headers beside the signature's, or in place of them. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body goes compressed; the signature is over the text. */
  readonly encoding?: Encoding
}

const nonce = () => randomBytes(16).toString('base64url')

/** Enrols with a one-time code. Throws with the hub's code where it refuses. */
export async function enrolClient(url: string, code: string): Promise<KioskClient> {
  const parsed = parseEnrolmentCode(code)
  if (parsed === null) throw new Error('not an enrolment code')
  const stranger = openLine(url, null)
  const { pem } = value(read('authority', await stranger.send({ method: 'GET', path: hubApi.authority.path })))
  stranger.close()
  if (authorityFingerprint(pem) !== parsed.fingerprint)
    throw new Error('another certificate authority than the code names')
  const pair = generateKeyPairSync('ed25519')
  const box = await newSealKeyPair()
  const line = openLine(url, pem)
  const body = JSON.stringify({
    token: parsed.token,
    nonce: nonce(),
    signKey: pair.publicKey.export({ format: 'jwk' }).x ?? '',
    sealTo: box.publicKey.toString('base64url'),
  })
  const reply = value(read('enrol', await line.send({ method: 'POST', path: hubApi.enrol.path, headers: json, body })))
  line.close()
  const sealed = Buffer.from(reply.lookupKey, 'base64url')
  const lookupKey = await open(box.privateKey, sealed, enrolInfo, Buffer.from(reply.kiosk))
  return new KioskClient(
    url,
    { kiosk: reply.kiosk, desk: reply.desk, lookupKey, signKey: pair.privateKey, authority: pem },
    reply.incarnation,
    reply.hubTime,
  )
}

const json = { 'content-type': 'application/json' } as const

export class KioskClient {
  readonly identity: Identity
  /** As the hub last said. */
  incarnation: Incarnation
  ledger: Ledger
  /** Every opening key that was ever registered, newest last. */
  readonly openingKeys: OpeningKey[] = []
  /** What it holds by its own account: every grant it was told of and has not let go. */
  readonly grants = new Map<PickupId, GrantedPickup>()
  /** Every change that it was ever told, in order. */
  readonly changes: (FeedChange | { readonly seq: number; readonly kind: 'later' })[] = []
  cursor = 0
  generation = 1
  readonly #line: Line
  /** Hub time minus this computer's, ms. */
  #offset: number

  constructor(url: string, identity: Identity, incarnation: Incarnation, hubTime = Date.now()) {
    this.identity = identity
    this.incarnation = incarnation
    this.#line = openLine(url, identity.authority)
    this.#offset = hubTime - Date.now()
    this.ledger = createLedger(identity.signKey, () => this.now())
  }

  get id(): KioskId {
    return this.identity.kiosk
  }
  get url(): string {
    return this.#line.url
  }
  /** Hub time as this client knows it, ms. */
  now(): number {
    return Date.now() + this.#offset
  }

  /**
   * The same kiosk once more: its keys, opening keys, grants and ledger up to `seq` (all of it by default), at `url` or
   * the same hub. A cloned disk, a stolen keystore, or an image of yesterday; the two go separate ways from here.
   */
  clone({ seq = this.ledger.head().seq, url = this.url }: { seq?: number; url?: string } = {}): KioskClient {
    const copy = new KioskClient(url, this.identity, this.incarnation, this.now())
    copy.ledger = this.ledger.upTo(seq)
    copy.cursor = this.cursor
    copy.generation = this.generation
    copy.openingKeys.push(...this.openingKeys)
    for (const [pickup, grant] of this.grants) copy.grants.set(pickup, grant)
    return copy
  }

  /** Any request, signed; the answer as it came. */
  async raw(shot: Shot, { key, as, time = this.now(), headers, encoding }: Signing = {}): Promise<Answer> {
    const answer = await this.#line.send(await this.#signed(shot, { key, as, time, headers, encoding }))
    const hubTime = Number(answer.headers[hubTimeHeader])
    if (Number.isSafeInteger(hubTime) && hubTime > 0) this.#offset = hubTime - Date.now()
    return answer
  }

  /** A route of the contract; `body` is not checked, so that anything can be sent. */
  async call<R extends HubRoute>(
    route: R,
    { query, body }: { query?: Query<R>; body?: HubBody<R> | object } = {},
    signing: Signing = {},
  ): Promise<Result<HubReply<R>>> {
    const { method } = hubApi[route]
    const text = body === undefined ? null : JSON.stringify(body)
    return read(route, await this.raw({ method, path: pathOf(route, query), body: text }, signing))
  }

  async #signed(
    shot: Shot,
    {
      key = this.identity.signKey,
      as = this.id,
      time = 0,
      headers,
      encoding,
    }: { [K in keyof Signing]: Signing[K] | undefined },
  ): Promise<Shot> {
    const text = shot.body ?? ''
    const packed = encoding === undefined ? null : await compress(text, encoding)
    return {
      ...shot,
      body: packed ?? shot.body ?? null,
      headers: {
        ...(text === '' ? {} : json),
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        [signatureHeaders.kiosk]: as,
        [signatureHeaders.time]: String(time),
        [signatureHeaders.signature]: signRequest(key, shot.method, shot.path, text, time),
        ...shot.headers,
        ...headers,
      },
    }
  }

  /** Makes an X25519 pair and registers it; the private half is kept whether or not the hub takes the key. */
  async registerOpeningKey(pair?: OpeningKey): Promise<Result<HubReply<'openingKey'>>> {
    const key = pair ?? (await newSealKeyPair())
    this.openingKeys.push(key)
    return this.call('openingKey', { body: { nonce: nonce(), openingKey: key.publicKey.toString('base64url') } })
  }

  /** The secret of a grant by any opening key that this client has; null where none opens it. */
  async open(grant: GrantedPickup): Promise<string | null> {
    const envelope = Buffer.from(grant.envelope, 'base64url')
    for (const { privateKey } of this.openingKeys) {
      try {
        return (
          await openEnvelope(privateKey, envelope, { pickup: grant.id, kiosk: this.id, epoch: grant.epoch })
        ).toString()
      } catch {
        // Sealed to another key, or for another kiosk.
      }
    }
    return null
  }

  /** One page of the feed from the cursor, or from where the test says; nothing is noted. */
  feed(query: Query<'feed'> = {}): Promise<Result<HubReply<'feed'>>> {
    return this.call('feed', { query: { incarnation: this.incarnation, cursor: this.cursor, limit: 500, ...query } })
  }

  /** The whole feed from the cursor, noted in `changes` and `grants`. Throws with the hub's code where it refuses. */
  async pull(): Promise<void> {
    for (;;) {
      const page = value(await this.feed())
      for (const change of page.changes) this.#note(change)
      this.cursor = page.next
      if (!page.more) return
    }
  }

  #note(change: FeedChange | { readonly seq: number; readonly kind: 'later' }): void {
    this.changes.push(change)
    if (change.kind === 'pickup-granted') this.grants.set(change.pickup.id, change.pickup)
    if (change.kind === 'pickup-closed') this.grants.delete(change.pickup)
  }

  /** All pages of a snapshot; `grants` becomes what it holds, and the cursor its head. */
  async snapshot(): Promise<HubReply<'snapshot'>[]> {
    const pages: HubReply<'snapshot'>[] = []
    let after: PickupId | null = null
    do {
      const page: HubReply<'snapshot'> = value(
        await this.call('snapshot', { query: { limit: 500, ...(after === null ? {} : { after }) } }),
      )
      pages.push(page)
      after = page.after
    } while (after !== null)
    this.grants.clear()
    for (const page of pages) for (const pickup of page.pickups) this.grants.set(pickup.id, pickup)
    this.cursor = pages[0]?.head ?? 0
    this.incarnation = pages[0]?.incarnation ?? this.incarnation
    return pages
  }

  /** Entries `from` to `to` of the ledger as one batch: overlaps and gaps as the test says. */
  push(from = 1, to?: number): Promise<Result<HubReply<'ledger'>>> {
    return this.pushEntries(this.ledger.batch(from, to))
  }
  /** Any entries. */
  pushEntries(
    entries: readonly WireEntry[],
    incarnation: string | null = this.incarnation,
  ): Promise<Result<HubReply<'ledger'>>> {
    return this.call('ledger', { body: { entries, ...(incarnation === null ? {} : { incarnation }) } })
  }

  /** An account of itself; every field as the test says, else the truth. */
  report(body: Partial<HubBody<'report'>> = {}): Promise<Result<HubReply<'report'>>> {
    const { seq, hash } = this.ledger.head()
    return this.call('report', {
      body: { generation: this.generation, seq, acked: seq, ackedHash: hash, grants: null, ...body },
    })
  }

  /** A look-up sealed under this kiosk's lookup key, or under another key. */
  sealed(query: object, key: Buffer = this.identity.lookupKey): string {
    return sealQuery(key, this.id, JSON.stringify(query))
  }

  /** Whole handover of a grant in the ledger, unsent: proof, slip intended, printed, handed over. Returns the slip. */
  handOver(grant: Pick<GrantedPickup, 'id' | 'epoch'>, { actor = nonce(), time = this.now() } = {}): string {
    const [slip, verification] = [nonce(), nonce()]
    const about = { pickup: grant.id, epoch: grant.epoch, actor, time }
    const write = this.ledger.writeShape.bind(this.ledger)
    const entry = (kind: string, facts: object) => write({ ...about, kind, facts })
    entry('verification', {
      verification,
      proof: 'passport',
      method: 'machine-read',
      issuerCountry: 'FIN',
      expiryValid: true,
      expiresAt: time + 300_000,
    })
    entry('slip-intended', {
      slip,
      number: `ADV-${this.ledger.head().seq}`,
      verification,
      language: 'fi',
      further: false,
    })
    entry('slip-printed', { slip })
    entry('handed-over', { slip })
    return slip
  }

  /** `revoke-acknowledged`, unsent. */
  acknowledge(pickup: PickupId, epoch: Epoch): void {
    this.ledger.writeShape({ kind: 'revoke-acknowledged', pickup, epoch, actor: null, time: this.now(), facts: {} })
  }
  /** `sent-elsewhere`, unsent. */
  sendElsewhere(grant: Pick<GrantedPickup, 'id' | 'epoch'>, to: string, actor: string | null = null): void {
    const facts = { to, reason: 'person-asks' }
    this.ledger.writeShape({
      kind: 'sent-elsewhere',
      pickup: grant.id,
      epoch: grant.epoch,
      actor,
      time: this.now(),
      facts,
    })
  }

  /**
   * Opens the stream of hints. `next` resolves with the next one, or null when the stream has ended or `ms` have
   * passed.
   */
  async hints(): Promise<{ status: number; next(ms: number): Promise<string | null>; close(): void }> {
    const shot = await this.#signed({ method: 'GET', path: hintPath }, { time: this.now() })
    const message: IncomingMessage = await this.#line.open(shot)
    const heard: string[] = []
    let ended = false
    let wake = (): void => undefined
    message.on('data', (part: Buffer) => {
      heard.push(
        ...part
          .toString()
          .split('\n\n')
          .filter((text) => text.startsWith('data:')),
      )
      wake()
    })
    message.on('close', () => {
      ended = true
      wake()
    })
    message.on('error', () => undefined)
    return {
      status: message.statusCode ?? 0,
      async next(ms) {
        if (heard.length === 0 && !ended)
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms)
            wake = () => {
              clearTimeout(timer)
              resolve()
            }
          })
        return heard.shift() ?? null
      },
      close: () => message.destroy(),
    }
  }

  close(): void {
    this.#line.close()
  }
}
