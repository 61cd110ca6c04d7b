/**
 * Reading pages: long ones on the page thread once it is ready, all others here, in pieces that leave the desk's thread
 * to its screen.
 */
import { setImmediate } from 'node:timers/promises'
import type { GrantedPickup } from '../../../src-shared/hub-api/index.ts'
import { prepareGrant, type PreparedGrant } from '../../pickups/index.ts'
import type { WrapKey } from '../../vault/index.ts'
import type { SealedPage } from '../hub-client.ts'
import type { PageThread } from './page-thread.ts'
import { nextPlace, readPage, type PageHeads, type PageRoute } from './read-page.ts'

export interface Page<R extends PageRoute> {
  readonly head: PageHeads[R]
  /** Made ready for the cache. */
  grants(): Promise<PreparedGrant[]>
}

export interface PageReader {
  /** null for bytes that are not such a page. */
  read<R extends PageRoute>(route: R, page: SealedPage): Promise<Page<R> | null>
  stop(): Promise<void>
}

/** A page below this many bytes is read sooner than handed over. */
const longFrom = 16 * 1024
/** Grants made ready in one turn: some milliseconds. */
const atOnce = 100

async function prepareInTurns(cacheKey: WrapKey, pickups: readonly GrantedPickup[]): Promise<PreparedGrant[]> {
  const grants: PreparedGrant[] = []
  for (let from = 0; from < pickups.length; from += atOnce) {
    if (from > 0) await setImmediate()
    for (const pickup of pickups.slice(from, from + atOnce)) grants.push(prepareGrant(cacheKey, pickup))
  }
  return grants
}

/** `thread` null: everything is read here. */
export function createPageReader(cacheKey: WrapKey, thread: PageThread | null): PageReader {
  async function here<R extends PageRoute>(route: R, page: SealedPage): Promise<Page<R> | null> {
    const read = await readPage(route, page)
    if (read === null) return null
    // Only where more is to come is a thread worth its start.
    if (nextPlace(read.head) !== null) thread?.wake()
    return { head: read.head, grants: () => prepareInTurns(cacheKey, read.pickups) }
  }

  return {
    async read<R extends PageRoute>(route: R, page: SealedPage) {
      const there = page.bytes.length < longFrom ? null : (thread?.read(route, page, cacheKey) ?? null)
      if (there === null) return here(route, page)
      const head = await there.head
      if (head === 'gone') return here(route, page)
      if (head === null) return null
      return {
        head: head as PageHeads[R],
        async grants() {
          const grants = await there.grants
          if (grants !== 'gone') return grants
          return (await (await here(route, page))?.grants()) ?? []
        },
      }
    },
    stop: async () => thread?.stop(),
  }
}
