/** Pages asked for ahead of their turn: while one is written the next is being read, and the one after that is on its way. */
import type { Result } from '../../../src-shared/result.ts'
import { ok } from '../../../src-shared/result.ts'
import type { SealedPage } from '../hub-client.ts'
import type { Page, PageReader } from './page-reader.ts'
import type { PageRoute } from './read-page.ts'

/** So many pages are held here at most. */
const depth = 3

export interface Ahead<R extends PageRoute> {
  /** The next page in order; asked for from `place` unless it is on its way already. */
  take(place: string | null): Promise<Result<Page<R>>>
}

/** `ask` fetches the page that begins at a place; where it begins is what the page before it said. */
export function createAhead<R extends PageRoute>(route: R, reader: PageReader, ask: (place: string | null) => Promise<Result<SealedPage>>): Ahead<R> {
  /** In order, each with where it begins. */
  let coming: { readonly place: string | null; readonly page: Promise<Result<Page<R>>> }[] = []
  /** Told of already, and not asked for yet. */
  let told: string | null = null
  /** Grows when what is on its way is no longer wanted. */
  let line = 0

  async function fetch(place: string | null): Promise<Result<Page<R>>> {
    const mine = line
    const sealed = await ask(place)
    if (!sealed.ok) return sealed
    if (mine === line) {
      told = sealed.value.next
      more()
    }
    const page = await reader.read(route, sealed.value)
    return page === null ? { ok: false, failure: { code: 'L-602' } } : ok(page)
  }
  function begin(place: string | null): void {
    coming.push({ place, page: fetch(place) })
  }
  function more(): void {
    if (told === null || coming.length >= depth) return
    const place = told
    told = null
    begin(place)
  }

  return {
    async take(place) {
      // The hub said otherwise beforehand: what it sent for that is not what comes next.
      if (coming.length > 0 && coming[0]?.place !== place) {
        coming = []
        told = null
        line += 1
      }
      if (coming.length === 0) begin(place)
      const first = coming[0]
      if (first === undefined) throw new Error('nothing was asked for')
      const page = await first.page
      coming = coming.slice(1)
      more()
      return page
    },
  }
}
