/**
 * Pages asked for ahead of their turn: while one is written the next is being read, and the one after that is on its
 * way.
 */
import { ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { SealedPage } from '../hub-client.ts'
import type { Page, PageReader } from './page-reader.ts'
import { nextPlace, type PageRoute } from './read-page.ts'

/** So many pages are held here at most. */
const depth = 3

export interface Ahead<R extends PageRoute> {
  /** The next page in order; asked for from `place` unless it is on its way already. */
  readonly take: (place: string | null) => Promise<Result<Page<R>>>
  /** Nothing more is asked for, and what is on its way is let fall. */
  readonly stop: () => void
}

/** `ask` fetches the page that begins at a place; where it begins is what the page before it said. */
export function createAhead<R extends PageRoute>(
  route: R,
  reader: PageReader,
  ask: (place: string | null) => Promise<Result<SealedPage>>,
): Ahead<R> {
  /** In order, each with where it begins. */
  let coming: { readonly place: string | null; readonly page: Promise<Result<Page<R>>> }[] = []
  /** Told of already, and not asked for yet. */
  let told: string | null = null
  /** Grows when what is on its way is no longer wanted. */
  let line = 0

  const nothing = { ok: false, failure: { code: failures.hubUnintelligible } } as const

  async function fetch(place: string | null): Promise<Result<Page<R>>> {
    const mine = line
    const sealed = await ask(place)
    if (!sealed.ok) return sealed
    if (mine !== line) return nothing
    hear(sealed.value.next)
    const page = await reader.read(route, sealed.value)
    if (page === null) return nothing
    // From a hub that does not say it beforehand it is known only now.
    if (mine === line && sealed.value.next === null) hear(nextPlace(page.head))
    return ok(page)
  }
  function begin(place: string | null): void {
    coming.push({ place, page: fetch(place) })
  }
  function hear(next: string | null): void {
    told = next
    more()
  }
  function more(): void {
    if (told === null || coming.length >= depth) return
    const place = told
    told = null
    begin(place)
  }
  function stop(): void {
    coming = []
    told = null
    line += 1
  }

  return {
    async take(place) {
      // The hub said otherwise beforehand: what it sent for that is not what comes next.
      if (coming.length > 0 && coming[0]?.place !== place) stop()
      if (coming.length === 0) begin(place)
      const first = coming[0]
      if (first === undefined) throw new Error('nothing was asked for')
      const page = await first.page
      coming = coming.slice(1)
      if (page.ok) more()
      else stop()
      return page
    },
    stop,
  }
}
