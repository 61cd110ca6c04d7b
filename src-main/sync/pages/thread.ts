/**
 * Entry of the page thread: reads pages and seals the names in them while the desk's own thread serves. Ends itself
 * after a minute without work.
 */
import { parentPort, type MessagePort } from 'node:worker_threads'
import { packGrants } from './packed.ts'
import { readPageHere } from './read-page.ts'
import type { PageWord, PageWork } from './thread-messages.ts'

const idleMs = 60_000

function parent(): MessagePort {
  if (parentPort === null) throw new Error('not a thread')
  return parentPort
}
const port = parent()
const say = (word: PageWord, move: ArrayBuffer[] = []) => port.postMessage(word, move)

let idle: NodeJS.Timeout | null = null
function waitForWork(): void {
  if (idle !== null) clearTimeout(idle)
  idle = setTimeout(() => port.close(), idleMs)
}

/** One page at a time, in their order: nothing in it waits. */
function work({ id, route, page, cacheKey }: PageWork): void {
  const read = readPageHere(route, page)
  say({ what: 'head', id, head: read?.head ?? null })
  if (read === null) return
  const grants = packGrants(cacheKey, read.pickups)
  say({ what: 'grants', id, grants }, [grants.bytes.buffer])
}

port.on('message', (message: PageWork) => {
  work(message)
  waitForWork()
})
waitForWork()
say({ what: 'ready' })
