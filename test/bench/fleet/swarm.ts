/** Thousands of kiosks as the hub sees them: keys, signed requests and ledgers that are real, and no store behind. */
import { sql } from 'kysely'
import { Pool } from 'undici'
import type { Db } from '../../../src-hub/database/index.ts'
import { genesisHash } from '../../../src-shared/hub-api/ledger-entry.ts'
import { hintPath, signatureHeaders } from '../../../src-shared/hub-api/index.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { chainHash, signHash } from '../../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer, signRequest } from '../../../src-shared/protocol/request-signature.ts'
import canonicalize from 'canonicalize'
import type { KeyObject } from 'node:crypto'

export interface SimulatedKiosk {
  readonly id: string
  readonly desk: string
  readonly key: KeyObject
  seq: number
  head: string
}

/** Desks with one enrolled kiosk each. */
export async function enrolSwarm(db: Db, count: number): Promise<SimulatedKiosk[]> {
  const unit = await db.selectFrom('unit').select('id').limit(1).executeTakeFirstOrThrow()
  const words = JSON.stringify({ fi: 'Vahtimestari', sv: 'Vaktmästare', en: 'Porter' })
  const made = Array.from({ length: count }, () => {
    const pair = newSignKeyPair()
    return {
      kiosk: { id: newId(), desk: newId(), key: privateKeyFromDer(pair.privateKeyDer), seq: 0, head: genesisHash },
      sign: pair.publicKey.toString('hex'),
    }
  })
  const desks = made.map(({ kiosk }) => kiosk.desk)
  await sql`INSERT INTO desk (id, unit, kind, name, slip_prefix) SELECT id, ${unit.id}, 'porter', ${words}::jsonb, 'FLT' FROM unnest(${desks}::text[]) AS t(id)`.execute(
    db,
  )
  await sql`INSERT INTO kiosk (id, desk, state, sign_key, head_hash, enrolled_at)
    SELECT id, desk, 'active', decode(sign, 'hex'), ${genesisHash}, 0 FROM unnest(${made.map(({ kiosk }) => kiosk.id)}::text[], ${desks}::text[],
      ${made.map(({ sign }) => sign)}::text[]) AS t(id, desk, sign)`.execute(db)
  await sql`ANALYZE`.execute(db)
  return made.map(({ kiosk }) => kiosk)
}

/** A request body with the next `count` entries of a kiosk's ledger. */
export function nextEntries(kiosk: SimulatedKiosk, count: number): string {
  const entries: { bytes: string; signature?: string }[] = []
  let hash: Buffer | null = null
  for (let i = 0; i < count; i++) {
    kiosk.seq += 1
    const bytes =
      canonicalize({
        seq: kiosk.seq,
        time: Date.now(),
        kind: 'arrival',
        pickup: newId(),
        epoch: null,
        actor: null,
        facts: { by: 'card' },
        prev: kiosk.head,
      }) ?? ''
    hash = chainHash(kiosk.head, bytes)
    kiosk.head = hash.toString('hex')
    entries.push({ bytes })
  }
  const last = entries.at(-1)
  if (last !== undefined && hash !== null) last.signature = signHash(kiosk.key, hash)
  return JSON.stringify({ entries })
}

export interface Swarm {
  poll(kiosk: SimulatedKiosk): Promise<number>
  push(kiosk: SimulatedKiosk, body: string): Promise<void>
  /** Opens a hint stream; resolves when it stands. `onHint` runs at every hint after that. */
  listen(kiosk: SimulatedKiosk, onHint: () => void): Promise<void>
  close(): Promise<void>
}

/** Kiosks spread over the hubs as a proxy would spread them: each keeps to one. */
export function createSwarm(urls: readonly string[], incarnation: string, connections: number): Swarm {
  const pools = urls.map((url) => new Pool(url, { connections: Math.ceil(connections / urls.length), pipelining: 1 }))
  const streams = urls.map((url) => new Pool(url, { bodyTimeout: 0, headersTimeout: 60_000 }))
  const of = (kiosk: SimulatedKiosk) => kiosk.id.charCodeAt(0) % urls.length
  const closing = new AbortController()
  const signed = (kiosk: SimulatedKiosk, method: 'GET' | 'POST', path: string, body = '') => {
    const time = Date.now()
    return {
      [signatureHeaders.kiosk]: kiosk.id,
      [signatureHeaders.time]: String(time),
      [signatureHeaders.signature]: signRequest(kiosk.key, method, path, body, time),
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
    }
  }
  const send = async (kiosk: SimulatedKiosk, method: 'GET' | 'POST', path: string, body?: string) => {
    const reply = await pools[of(kiosk)]?.request({
      method,
      path,
      headers: signed(kiosk, method, path, body),
      body: body ?? null,
    })
    const text = await reply?.body.text()
    if (reply?.statusCode !== 200) throw new Error(`${path}: ${String(reply?.statusCode)} ${text ?? ''}`)
  }
  return {
    async poll(kiosk) {
      const before = performance.now()
      await send(kiosk, 'GET', `/v1/feed?incarnation=${incarnation}&cursor=0&limit=500`)
      return performance.now() - before
    },
    push: (kiosk, body) => send(kiosk, 'POST', '/v1/ledger', body),
    async listen(kiosk, onHint) {
      const reply = await streams[of(kiosk)]?.request({
        method: 'GET',
        path: hintPath,
        headers: signed(kiosk, 'GET', hintPath),
        signal: closing.signal,
      })
      if (reply?.statusCode !== 200) throw new Error(`hint: ${String(reply?.statusCode)}`)
      let stands: () => void = () => undefined
      const standing = new Promise<void>((resolve) => {
        stands = resolve
      })
      let first = true
      reply.body.on('data', (chunk: Buffer) => {
        if (!chunk.includes('data: pull')) return
        if (first) stands()
        else onHint()
        first = false
      })
      reply.body.on('error', () => undefined)
      await standing
    },
    async close() {
      closing.abort()
      await Promise.all([...pools, ...streams].map((pool) => pool.destroy()))
    },
  }
}

/** Runs `work` over all items, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, i: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let i = next++; i < items.length; i = next++) {
        const item = items[i]
        if (item !== undefined) await work(item, i)
      }
    }),
  )
}
