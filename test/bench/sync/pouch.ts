/** PouchDB's own replication of the same records: LevelDB at both ends, HTTP between, batches of a thousand. */
import type { SignedEntry } from '../../../src-shared/hub-api/ledger-entry.ts'
import type { GrantedPickup } from '../../../src-shared/hub-api/index.ts'
import { startChild } from './children.ts'
import { startCountingProxy } from './counting-proxy.ts'
import { installPeers, requirePeer } from './peers.ts'

interface Pouch {
  bulkDocs(docs: readonly object[]): Promise<unknown>
  info(): Promise<{ doc_count: number }>
  close(): Promise<void>
  readonly replicate: {
    from(url: string, options: { batch_size: number; batches_limit?: number }): Promise<unknown>
    to(url: string, options: { batch_size: number; batches_limit?: number }): Promise<unknown>
  }
}
const batch = { batch_size: 1000 }

export interface PouchTimes {
  readonly pullMs: number
  readonly pushMs: number
  readonly pullBytes: number
  readonly pushBytes: number
}

async function fill(pouch: Pouch, docs: readonly object[]): Promise<void> {
  for (let from = 0; from < docs.length; from += 1000) await pouch.bulkDocs(docs.slice(from, from + 1000))
}

async function check(pouch: Pouch, count: number): Promise<void> {
  const { doc_count } = await pouch.info()
  if (doc_count !== count) throw new Error(`PouchDB has ${doc_count} documents`)
}

/** Times without the counting proxy, bytes with it. `folder` is empty and ours. */
export async function pouchTimes(
  folder: string,
  pickups: readonly GrantedPickup[],
  entries: readonly SignedEntry[],
): Promise<PouchTimes> {
  installPeers()
  const PouchDB = requirePeer('pouchdb') as new (name: string) => Pouch
  const { mkdirSync } = await import('node:fs')
  mkdirSync(`${folder}/server`, { recursive: true })
  const server = await startChild<{ port: number }>('pouch-server.ts', [`${folder}/server`])
  const proxy = await startCountingProxy(server.said.port)
  const at = (port: number, name: string) => `http://127.0.0.1:${port}/${name}`
  try {
    const source = new PouchDB(at(server.said.port, 'pickups'))
    await fill(
      source,
      pickups.map((pickup) => ({ _id: `p${pickup.id}`, ...pickup })),
    )
    const ledger = new PouchDB(`${folder}/ledger`)
    await fill(
      ledger,
      entries.map((entry, i) => ({ _id: String(i + 1).padStart(8, '0'), ...entry })),
    )
    const pull = async (port: number, name: string) => {
      const cache = new PouchDB(`${folder}/${name}`)
      const before = performance.now()
      await cache.replicate.from(at(port, 'pickups'), batch)
      const took = performance.now() - before
      await check(cache, pickups.length)
      await cache.close()
      return took
    }
    const push = async (port: number, name: string) => {
      const before = performance.now()
      await ledger.replicate.to(at(port, name), batch)
      const took = performance.now() - before
      await check(new PouchDB(at(server.said.port, name)), entries.length)
      return took
    }
    // The first of each warms the server's code; the better of two counts.
    const pullMs = Math.min(await pull(server.said.port, 'cache1'), await pull(server.said.port, 'cache2'))
    const pushMs = Math.min(await push(server.said.port, 'ledger1'), await push(server.said.port, 'ledger2'))
    await pull(proxy.port, 'cache3')
    const pullBytes = proxy.bytes()
    await push(proxy.port, 'ledger3')
    await ledger.close()
    return { pullMs, pushMs, pullBytes, pushBytes: proxy.bytes() - pullBytes }
  } finally {
    await proxy.stop()
    await server.stop()
  }
}
