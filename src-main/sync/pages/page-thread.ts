/**
 * The page thread as the desk's thread sees it. It is only ever a help: whatever ends it, the pages it had are read
 * here.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { PreparedGrant } from '../../pickups/index.ts'
import type { WrapKey } from '../../vault/index.ts'
import type { SealedPage } from '../hub-client.ts'
import { unpackGrants } from './packed.ts'
import type { PageHeads, PageRoute } from './read-page.ts'
import type { PageWord, PageWork } from './thread-messages.ts'

/** `gone`: the thread has ended. */
export interface ThreadPage {
  readonly head: Promise<PageHeads[PageRoute] | null | 'gone'>
  readonly grants: Promise<PreparedGrant[] | 'gone'>
}

export interface PageThread {
  /** Starts it, unless it runs; it is used once it is ready. */
  wake(): void
  /** null while it is not ready. */
  read(route: PageRoute, page: SealedPage, cacheKey: WrapKey): ThreadPage | null
  stop(): Promise<void>
}

/** `out/main/page-thread.js` in a build, whose shared code lies a folder deeper; beside this file in the sources. */
function entry(): string | null {
  return (
    ['./page-thread.js', '../page-thread.js', './thread.ts']
      .map((place) => fileURLToPath(new URL(place, import.meta.url)))
      .find(existsSync) ?? null
  )
}

interface Waiting {
  head(head: PageHeads[PageRoute] | null | 'gone'): void
  grants(grants: PreparedGrant[] | 'gone'): void
}

export function createPageThread(): PageThread {
  let worker: Worker | null = null
  let ready = false
  let stopped = false
  let next = 0
  const waiting = new Map<number, Waiting>()

  function hear(word: PageWord): void {
    if (word.what === 'ready') {
      ready = true
      return
    }
    const page = waiting.get(word.id)
    if (word.what === 'head') {
      page?.head(word.head)
      if (word.head !== null) return
      page?.grants([])
    } else {
      page?.grants(unpackGrants(word.grants))
    }
    waiting.delete(word.id)
  }

  function ended(which: Worker): void {
    if (worker !== which) return
    worker = null
    ready = false
    for (const page of waiting.values()) {
      page.head('gone')
      page.grants('gone')
    }
    waiting.clear()
  }

  return {
    wake() {
      const file = worker === null && !stopped ? entry() : null
      if (file === null) return
      const started = new Worker(file)
      worker = started
      started.on('message', hear)
      started.on('error', () => ended(started))
      started.on('exit', () => ended(started))
      started.unref()
    },
    read(route, page, cacheKey) {
      if (worker === null || !ready) return null
      const id = next++
      const head = Promise.withResolvers<PageHeads[PageRoute] | null | 'gone'>()
      const grants = Promise.withResolvers<PreparedGrant[] | 'gone'>()
      waiting.set(id, { head: head.resolve, grants: grants.resolve })
      worker.postMessage({ id, route, page, cacheKey } satisfies PageWork)
      return { head: head.promise, grants: grants.promise }
    },
    async stop() {
      stopped = true
      const last = worker
      if (last === null) return
      ended(last)
      await last.terminate()
    },
  }
}
