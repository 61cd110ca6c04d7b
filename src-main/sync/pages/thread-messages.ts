/** What the desk's thread and the page thread say to each other. Both are this program: no validation between them. */
import type { WrapKey } from '../../vault/index.ts'
import type { SealedPage } from '../hub-client.ts'
import type { PackedGrants } from './packed.ts'
import type { PageHeads, PageRoute } from './read-page.ts'

export interface PageWork {
  readonly id: number
  readonly route: PageRoute
  readonly page: SealedPage
  readonly cacheKey: WrapKey
}

export type PageWord =
  | { readonly what: 'ready' }
  /** null: the bytes are not such a page; nothing else follows. */
  | { readonly what: 'head'; readonly id: number; readonly head: PageHeads[PageRoute] | null }
  | { readonly what: 'grants'; readonly id: number; readonly grants: PackedGrants }
