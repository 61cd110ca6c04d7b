/** Entry of the page thread: reads pages and seals the names in them while the desk's own thread serves. Ends itself after a minute without work. */
import { parentPort, type MessagePort } from 'node:worker_threads'
import { prepareGrant } from '../../pickups/prepared.ts'
import { packGrants } from './packed.ts'
import { readPage } from './read-page.ts'
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

async function work({ id, route, page, cacheKey }: PageWork): Promise<void> {
  const read = await readPage(route, page)
  say({ what: 'head', id, head: read?.head ?? null })
  if (read === null) return
  const grants = packGrants(read.pickups.map((pickup) => prepareGrant(cacheKey, pickup)))
  say({ what: 'grants', id, grants }, [grants.bytes.buffer])
}

/** One page at a time, in their order. */
let before: Promise<void> = Promise.resolve()
port.on('message', (message: PageWork) => {
  before = before.then(() => work(message)).then(waitForWork)
})
waitForWork()
say({ what: 'ready' })
