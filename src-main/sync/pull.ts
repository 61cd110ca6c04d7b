/** Following the hub: the feed page by page, and a snapshot where our place in it is lost. */
import { setImmediate } from 'node:timers/promises'
import type { Incarnation, PickupId } from '../../src-shared/domain/index.ts'
import { feedChangesNow } from '../../src-shared/hub-api/kiosk/feed.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PreparedGrant } from '../pickups/index.ts'
import type { Applier } from './apply.ts'
import type { HubClient } from './hub-client.ts'
import type { KioskRecords } from './kiosk-record.ts'
import { createAhead, type Ahead, type Page, type PageHeads, type PageReader } from './pages/index.ts'
import { onItsWay } from './push.ts'
import { createTurns, type Turns } from './turns.ts'
import { newestTrusted } from './trust.ts'

interface Parts {
  readonly hub: HubClient
  readonly records: KioskRecords
  readonly applier: Applier
  readonly pages: PageReader
  /** Changes in a page. */
  readonly batch: number
  readonly onProgress: (syncing: { readonly done: number; readonly total: number | null }) => void
  readonly onContact: () => void
  /** The hub has been put back, or has no place for us: it is to be told who this kiosk is. */
  readonly onLost: () => void
  readonly introduce: () => Promise<Result<null>>
}

export interface Pull {
  readonly pull: () => Promise<Result<null>>
  readonly snapshot: (incarnation: Incarnation) => Promise<Result<null>>
}

export function createPull(parts: Parts): Pull {
  const { hub, pages, batch } = parts
  const turns = createTurns(batch)
  const following = createFollowing(parts)

  async function snapshot(incarnation: Incarnation): Promise<Result<null>> {
    // Where to go on is the hub's word, and goes back to it unread.
    const ahead = createAhead('snapshot', pages, (after) =>
      hub.page('snapshot', { query: { ...(after === null ? {} : { after: after as PickupId }), limit: batch } }),
    )
    try {
      return await snapshotFrom(parts, turns, ahead, incarnation)
    } finally {
      ahead.stop()
    }
  }

  async function pull(): Promise<Result<null>> {
    try {
      return await follow(parts, following, snapshot)
    } finally {
      following.leave()
    }
  }

  return { pull, snapshot }
}

async function snapshotFrom(
  { applier, onProgress, onLost }: Parts,
  turns: Turns,
  ahead: Ahead<'snapshot'>,
  incarnation: Incarnation,
): Promise<Result<null>> {
  const unnamed = applier.snapshotBegin()
  let done = 0
  onProgress({ done, total: null })
  let first: PageHeads['snapshot'] | null = null
  let after: string | null = null
  const asked = new Set<string>()
  for (;;) {
    const page: Result<Page<'snapshot'>> = await ahead.take(after)
    if (!page.ok) return page
    const { head } = page.value
    if (head.incarnation !== incarnation) {
      // The hub has been put back meanwhile: it is to be told first what is held here.
      onLost()
      return { ok: false, failure: { code: failures.cursorInvalid } }
    }
    if (head.after !== null) {
      // Pages that lead back to each other would never end.
      if (asked.has(head.after)) return { ok: false, failure: { code: failures.hubUnintelligible } }
      asked.add(head.after)
    }
    const grants = await page.value.grants()
    await onItsWay()
    let rest: readonly PreparedGrant[] = grants
    do {
      const some = turns.next(rest)
      rest = rest.slice(some.length)
      const begins = first === null
      turns.take(some.length, () => applier.snapshotPage(head, some, begins))
      first ??= head
      for (const { id } of some) unnamed.delete(id)
      done += some.length
      onProgress({ done, total: first.total })
      if (rest.length > 0) await setImmediate()
    } while (rest.length > 0)
    if (head.after === null) break
    after = head.after
  }
  applier.snapshotEnd(first, unnamed)
  return ok(null)
}

/** The feed of one incarnation, ahead of its turn. */
interface Following {
  feedOf(incarnation: Incarnation): Ahead<'feed'>
  leave(): void
}

function createFollowing({ hub, pages, records, batch }: Parts): Following {
  let following: { readonly incarnation: Incarnation; readonly feed: Ahead<'feed'> } | null = null
  function leave(): void {
    following?.feed.stop()
    following = null
  }
  return {
    leave,
    feedOf(incarnation: Incarnation): Ahead<'feed'> {
      if (following?.incarnation === incarnation) return following.feed
      leave()
      const feed = createAhead('feed', pages, (place) =>
        hub.page('feed', {
          query: {
            incarnation,
            cursor: Number(place),
            acked: records.read()?.acked ?? 0,
            changes: feedChangesNow,
            trusts: newestTrusted(records.hubAuthority()),
            limit: batch,
          },
        }),
      )
      following = { incarnation, feed }
      return feed
    },
  }
}

async function follow(
  { records, applier, onProgress, onContact, onLost, introduce }: Parts,
  following: Following,
  snapshot: Pull['snapshot'],
): Promise<Result<null>> {
  let done = 0
  let resynced = false
  for (;;) {
    const record = records.read()
    if (record === null) return ok(null)
    const { incarnation, cursor } = record
    if (!record.synced) {
      const taken = await snapshot(incarnation)
      if (!taken.ok) return taken
      following.leave()
      continue
    }
    const page = await following.feedOf(incarnation).take(String(cursor))
    if (!page.ok && page.failure.code !== failures.cursorInvalid) return page
    // More is to come, and nothing came: asked again at once it would be the same.
    if (page.ok && page.value.head.more && page.value.head.next === cursor)
      return { ok: false, failure: { code: failures.hubUnintelligible } }
    const grants = page.ok ? await page.value.grants() : []
    if (page.ok && page.value.head.more) await onItsWay()
    if (!page.ok || applier.feed(page.value.head, grants) === 'gap') {
      // A hub that has no place for us twice in one round is not understood: not to be asked a third time at once.
      if (resynced) return { ok: false, failure: { code: failures.hubUnintelligible } }
      resynced = true
      following.leave()
      onLost()
      const known = await introduce()
      if (!known.ok) return known
      if (records.read()?.incarnation === incarnation) {
        const taken = await snapshot(incarnation)
        if (!taken.ok) return taken
      }
      continue
    }
    const { head } = page.value
    done += head.changes.length
    onContact()
    if (!head.more) return ok(null)
    onProgress({ done, total: head.head === undefined ? null : done + head.head - head.next })
  }
}
