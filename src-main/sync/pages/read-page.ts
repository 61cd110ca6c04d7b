/** A page of the feed or of a snapshot, read once: decompressed, parsed and validated by the contract. */
import {
  hubApi,
  type FeedChange,
  type FeedPage,
  type GrantedPickup,
  type SnapshotPage,
} from '../../../src-shared/hub-api/index.ts'
import { decompress, decompressHere } from '../../../src-shared/protocol/compression.ts'
import { maxReplyBytes, type SealedPage } from '../hub-client.ts'

type Grant = Extract<FeedChange, { kind: 'pickup-granted' }>
/** The grants of a page travel apart from it, in their order. */
export type PlainChange = Exclude<FeedPage['changes'][number], Grant> | Omit<Grant, 'pickup'>
export interface PageHeads {
  readonly feed: Omit<FeedPage, 'changes'> & { readonly changes: readonly PlainChange[] }
  readonly snapshot: Omit<SnapshotPage, 'pickups'>
}
export type PageRoute = keyof PageHeads

export interface ReadPage<R extends PageRoute> {
  readonly head: PageHeads[R]
  readonly pickups: readonly GrantedPickup[]
}

const readers: { readonly [R in PageRoute]: (json: unknown) => ReadPage<R> | null } = {
  feed(json) {
    const page = hubApi.feed.reply.safeParse(json)
    if (!page.success) return null
    const pickups: GrantedPickup[] = []
    const changes = page.data.changes.map((change): PlainChange => {
      if (change.kind !== 'pickup-granted') return change
      pickups.push(change.pickup)
      return { seq: change.seq, kind: change.kind }
    })
    return { head: { ...page.data, changes }, pickups }
  },
  snapshot(json) {
    const page = hubApi.snapshot.reply.safeParse(json)
    if (!page.success) return null
    const { pickups, ...head } = page.data
    return { head, pickups }
  },
}

/** null for bytes that are not such a page. */
export async function readPage<R extends PageRoute>(
  route: R,
  { bytes, encoding }: SealedPage,
): Promise<ReadPage<R> | null> {
  return readText(route, await decompress(bytes, encoding, maxReplyBytes))
}

/** The same without ever leaving this thread. */
export function readPageHere<R extends PageRoute>(route: R, { bytes, encoding }: SealedPage): ReadPage<R> | null {
  return readText(route, decompressHere(bytes, encoding, maxReplyBytes))
}

function readText<R extends PageRoute>(route: R, text: string | null): ReadPage<R> | null {
  if (text === null) return null
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  return readers[route](json)
}

/** Where the next page begins, as the hub is asked for it; null after the last. */
export function nextPlace(head: PageHeads[PageRoute]): string | null {
  if ('more' in head) return head.more ? String(head.next) : null
  return head.after
}
