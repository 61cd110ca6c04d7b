/**
 * A kiosk as it speaks on the wire, with nothing of this version's schemas: texts go out as they were recorded, and
 * come back unread.
 */
import { Agent, fetch } from 'undici'
import canonicalize from 'canonicalize'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer, signRequest } from '../../src-shared/protocol/request-signature.ts'

export interface Exchange {
  readonly route: string
  readonly method: 'GET' | 'POST'
  /** With its query; what differs from run to run in braces. */
  readonly path: string
  readonly body: unknown
  readonly reply: unknown
}

export interface OldKiosk {
  readonly id: string
  readonly openingKey: Buffer
  /** Sends what was recorded, with this run's values in the place of the braces. */
  send(
    exchange: Pick<Exchange, 'method' | 'path' | 'body'>,
  ): Promise<{ readonly status: number; readonly json: unknown }>
  /** A signed entry, chained to the last. */
  entry(
    kind: string,
    pickup: string | null,
    epoch: unknown,
    facts: unknown,
  ): { readonly bytes: string; readonly signature: string }
}

export async function enrolOldKiosk(
  hub: { readonly url: string; readonly authority: string },
  token: string,
  recorded: (exchange: Exchange) => void,
): Promise<OldKiosk> {
  const dispatcher = new Agent({ connect: { ca: hub.authority } })
  const pair = newSignKeyPair()
  const key = privateKeyFromDer(pair.privateKeyDer)
  const sealing = await newSealKeyPair()
  const values: Record<string, string> = {
    token,
    signKey: pair.publicKey.toString('base64url'),
    sealTo: sealing.publicKey.toString('base64url'),
    openingKey: sealing.publicKey.toString('base64url'),
  }
  const fill = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name === 'nonce' ? newId() : (values[name] ?? whole)))
  let id = ''
  async function send({ method, path, body }: Pick<Exchange, 'method' | 'path' | 'body'>) {
    const at = fill(path)
    const text = body === null ? '' : typeof body === 'string' ? body : fill(JSON.stringify(body))
    const time = Date.now()
    const signed =
      id === ''
        ? {}
        : { 'lodge-kiosk': id, 'lodge-time': String(time), 'lodge-signature': signRequest(key, method, at, text, time) }
    const reply = await fetch(hub.url + at, {
      method,
      dispatcher,
      headers: { ...signed, ...(text === '' ? {} : { 'content-type': 'application/json' }) },
      ...(text === '' ? {} : { body: text }),
    })
    return { status: reply.status, json: await reply.json() }
  }
  const enrol = {
    route: 'enrol',
    method: 'POST' as const,
    path: '/v1/enrol',
    body: { token: '{token}', nonce: '{nonce}', signKey: '{signKey}', sealTo: '{sealTo}' },
  }
  const enrolled = await send(enrol)
  if (enrolled.status !== 200) throw new Error(`enrol: ${JSON.stringify(enrolled.json)}`)
  recorded({ ...enrol, reply: enrolled.json })
  const { kiosk, incarnation } = enrolled.json as { kiosk: string; incarnation: string }
  id = kiosk
  values.incarnation = incarnation
  let seq = 0
  let prev = genesisHash
  return {
    id,
    openingKey: sealing.publicKey,
    send,
    entry(kind, pickup, epoch, facts) {
      const bytes = canonicalize({ seq: ++seq, time: Date.now(), kind, pickup, epoch, actor: null, facts, prev }) ?? ''
      const hash = chainHash(prev, bytes)
      prev = hash.toString('hex')
      return { bytes, signature: signHash(key, hash) }
    },
  }
}
