/** The loop with the hub: push the ledger, then pull the feed. Polling is the truth; a hint only wakes it early. */
import { setImmediate } from 'node:timers/promises'
import type { Incarnation, PickupId } from '../../src-shared/domain.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api.ts'
import type { Failure, Result } from '../../src-shared/result.ts'
import { ok } from '../../src-shared/result.ts'
import type { Ledger } from '../ledger/index.ts'
import { storageFailure } from '../storage/index.ts'
import type { Applier } from './apply.ts'
import { createBackoff } from './backoff.ts'
import type { HubClient, ReadyBody } from './hub-client.ts'
import type { KioskRecords } from './kiosk-record.ts'
import type { Page, PageHeads, PageReader } from './pages/index.ts'
import { genesisHash } from '../../src-shared/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'

export interface SyncStatus {
  readonly state: 'online' | 'offline' | 'never' | 'refused' | 'frozen'
  readonly lastContactAt: number | null
  readonly failure: Failure | null
  readonly syncing: { readonly done: number; readonly total: number | null } | null
}

export interface Sync {
  start(): void
  stop(): Promise<void>
  status(): SyncStatus
  /** Whether the last thing that happened with the hub was a whole round: registered, pushed, and pulled to the end. */
  caughtUp(): boolean
  /** Runs a round now, or joins the one under way and then runs another if it had begun before. */
  now(): Promise<Result<null>>
  /** Something was appended to the ledger: send it soon. */
  nudge(): void
}

interface Parts {
  readonly hub: HubClient
  readonly ledger: Ledger
  readonly records: KioskRecords
  readonly applier: Applier
  readonly pages: PageReader
  readonly now: () => number
  readonly timers: { set(run: () => void, ms: number): () => void }
  readonly random: () => number
  readonly pollMs: number
  /** Entries in a push, changes in a pull. */
  readonly batches?: { readonly push: number; readonly pull: number } | undefined
  /** Sends what does not belong in the ledger, after it. */
  readonly outbox?: () => Promise<Result<null>>
  readonly onChange: () => void
}

/** Pulls are small enough that the desk's thread is never long away from its screen. */
const usualBatches = { push: 2500, pull: 1000 } as const

/** A hint is followed within this long, ms. */
const hintSpreadMs = 300

/** Lets the request for the next page leave before this thread is busy with the last. */
async function onItsWay(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate()
}

function initialState(records: KioskRecords): SyncStatus['state'] {
  const record = records.read()
  if (record?.frozen !== true) return 'never'
  return record.refused ? 'refused' : 'frozen'
}

export function createSync({
  hub,
  ledger,
  records,
  applier,
  pages,
  now,
  timers,
  random,
  pollMs,
  onChange,
  outbox = () => Promise.resolve(ok(null)),
  batches = usualBatches,
}: Parts): Sync {
  const { push: pushBatch, pull: pullBatch } = batches
  const backoff = createBackoff(random)
  let status: SyncStatus = {
    state: initialState(records),
    lastContactAt: records.read()?.lastContact ?? null,
    failure: null,
    syncing: null,
  }
  let cancel: (() => void) | null = null
  let running: Promise<Result<null>> | null = null
  let again = false
  let stopped = true
  let contactSaved = 0
  let introduced = false
  let listening = false
  let caughtUp = false

  function report(next: Partial<SyncStatus>): void {
    status = { ...status, ...next }
    onChange()
  }

  /** Ownership is never decided by time; the last contact is only shown, so it is saved at most twice a minute. */
  function contact(): void {
    const at = now()
    status = { ...status, lastContactAt: at }
    if (at - contactSaved > 30_000) {
      contactSaved = at
      records.setContact(at)
    }
  }

  async function registerOpeningKey(): Promise<Result<null>> {
    const record = records.read()
    if (record === null || record.openingPublic === null || record.openingRegistered) return ok(null)
    const reply = await hub.call('openingKey', { body: { nonce: newId(), openingKey: record.openingPublic.toString('base64url') } })
    if (!reply.ok) return reply
    records.setRegistered()
    return ok(null)
  }

  /** A report that the hub finds strange is made once more, with what the hub asks for: the first may have been long on its way. */
  async function account(body: HubBody<'report'>): Promise<Result<HubReply<'report'>>> {
    const reply = await hub.call('report', { body })
    const challenge = reply.ok || reply.failure.code !== 'L-680' ? undefined : reply.failure.params?.['challenge']
    return typeof challenge === 'string' ? hub.call('report', { body: { ...body, challenge } }) : reply
  }

  /**
   * Says once in a run, and whenever the hub does not know our place, who this kiosk is by now: an old disk is noticed.
   * A hub restored from a backup has a new incarnation: it is told the ledger again from where its backup ends, and then
   * what is held here, before anything else.
   */
  async function introduce(): Promise<Result<null>> {
    const record = records.read()
    if (record === null || introduced) return ok(null)
    const standing = () => {
      const acked = records.read()?.acked ?? 0
      return { generation: record.generation, seq: ledger.head().seq, acked, ackedHash: ledger.hashAt(acked) ?? genesisHash }
    }
    const reply = await account({ ...standing(), grants: null })
    if (!reply.ok) return reply
    const { acked, head, incarnation } = reply.value
    const ours = ledger.hashAt(acked)
    if (ours !== head) {
      // An old disk that has worked on since: the hub is shown where the two ledgers part, so that people there know as well.
      if (ours !== null) await account({ ...standing(), acked, ackedHash: ours, grants: null })
      return { ok: false, failure: { code: 'L-604' } }
    }
    // A kiosk that is refused may still bring its evidence: it serves again only once it is given its feed.
    if (record.frozen && !record.refused) records.setFrozen(null)
    if (incarnation === record.incarnation) records.setAcked(acked)
    else {
      records.rewind(acked)
      const registered = await registerOpeningKey()
      if (!registered.ok) return registered
      for (let told = false; !told;) {
        const pushed = await pushTo(incarnation)
        if (!pushed.ok) return pushed
        const said = standing()
        const whole = await account({ ...said, grants: applier.liveGrants() })
        if (!whole.ok) return whole
        // Put back once more meanwhile, or it forgets what it has just acknowledged: all of it again, and not at once.
        if (whole.value.incarnation !== incarnation || whole.value.acked !== said.acked) return { ok: false, failure: { code: 'L-602' } }
        // Someone at the desk was quicker: what is held counts only with the whole ledger behind it.
        told = whole.value.acked === said.seq
      }
      const taken = await snapshot(incarnation)
      if (!taken.ok) return taken
    }
    introduced = true
    return ok(null)
  }

  /** A hub put back from a backup since the last round is first told who this kiosk is and what it holds. */
  async function push(): Promise<Result<null>> {
    const known = () => records.read()?.incarnation
    const before = known()
    if (before === undefined) return ok(null)
    const pushed = await pushTo(before)
    if (pushed.ok || pushed.failure.code !== 'L-607') return pushed
    introduced = false
    const introducedAnew = await introduce()
    const after = known()
    return !introducedAnew.ok || after === undefined ? introducedAnew : pushTo(after)
  }

  /** The entries after `from`, ready to be sent; null where there are none. */
  function batchAfter(incarnation: Incarnation, from: number): { readonly body: ReadyBody; readonly last: number; readonly full: boolean } | null {
    const entries = ledger.after(from, pushBatch)
    if (entries.length === 0) return null
    // The signature of the last covers the chain up to it; the others stay in this kiosk's own ledger.
    const bare = entries.slice(0, -1).map(({ bytes }) => ({ bytes }))
    const body = hub.ready('ledger', { entries: [...bare, ...entries.slice(-1)], incarnation })
    return { body, last: from + entries.length, full: entries.length === pushBatch }
  }

  /** The next batch is made ready while the hub takes in the last one. */
  async function pushTo(incarnation: Incarnation): Promise<Result<null>> {
    let acked = records.read()?.acked ?? 0
    let batch = batchAfter(incarnation, acked)
    while (batch !== null) {
      await batch.body.packed
      const sent = hub.send('ledger', batch.body)
      await onItsWay()
      const next = batch.full ? batchAfter(incarnation, batch.last) : null
      const reply = await sent
      if (!reply.ok) return reply
      // A hub that acknowledges what was never sent, or nothing at all, is not believed: next it is told where this ledger ends, so that people hear of it there.
      if (reply.value.acked <= acked || reply.value.acked > ledger.head().seq) {
        introduced = false
        return { ok: false, failure: { code: 'L-602' } }
      }
      acked = reply.value.acked
      records.setAcked(acked)
      contact()
      onChange()
      batch = next !== null && acked === batch.last ? next : batchAfter(incarnation, acked)
    }
    return ok(null)
  }

  async function fetchFeed(incarnation: Incarnation, cursor: number): Promise<Result<Page<'feed'>>> {
    const sealed = await hub.page('feed', { query: { incarnation, cursor, limit: pullBatch } })
    if (!sealed.ok) return sealed
    const page = await pages.read('feed', sealed.value)
    return page === null ? { ok: false, failure: { code: 'L-602' } } : ok(page)
  }

  async function fetchSnapshot(after: PickupId | null): Promise<Result<Page<'snapshot'>>> {
    const sealed = await hub.page('snapshot', { query: { ...(after === null ? {} : { after }), limit: pullBatch } })
    if (!sealed.ok) return sealed
    const page = await pages.read('snapshot', sealed.value)
    return page === null ? { ok: false, failure: { code: 'L-602' } } : ok(page)
  }

  /** The next page is on its way while the last one is made ready and written. */
  async function snapshot(incarnation: Incarnation): Promise<Result<null>> {
    const unnamed = applier.snapshotBegin()
    let done = 0
    report({ syncing: { done, total: null } })
    let coming = fetchSnapshot(null)
    let first: PageHeads['snapshot'] | null = null
    const asked = new Set<string>()
    for (;;) {
      const page = await coming
      if (!page.ok) return page
      const { head } = page.value
      if (head.incarnation !== incarnation) {
        // The hub has been put back meanwhile: it is to be told first what is held here.
        introduced = false
        return { ok: false, failure: { code: 'L-607' } }
      }
      if (head.after !== null) {
        // Pages that lead back to each other would never end.
        if (asked.has(head.after)) return { ok: false, failure: { code: 'L-602' } }
        asked.add(head.after)
        coming = fetchSnapshot(head.after)
      }
      const grants = await page.value.grants()
      await onItsWay()
      applier.snapshotPage(head, grants, first === null)
      first ??= head
      for (const { id } of grants) unnamed.delete(id)
      done += grants.length
      report({ syncing: { done, total: first.total } })
      if (head.after === null) break
    }
    applier.snapshotEnd(first, unnamed)
    return ok(null)
  }

  async function pull(): Promise<Result<null>> {
    let done = 0
    let coming: Promise<Result<Page<'feed'>>> | null = null
    let resynced = false
    for (;;) {
      const record = records.read()
      if (record === null) return ok(null)
      if (!record.synced) {
        const taken = await snapshot(record.incarnation)
        if (!taken.ok) return taken
        coming = null
        continue
      }
      const page: Result<Page<'feed'>> = await (coming ?? fetchFeed(record.incarnation, record.cursor))
      if (!page.ok && page.failure.code !== 'L-607') return page
      // More is to come, and nothing came: asked again at once it would be the same.
      if (page.ok && page.value.head.more && page.value.head.next === record.cursor) return { ok: false, failure: { code: 'L-602' } }
      coming = page.ok && page.value.head.more ? fetchFeed(record.incarnation, page.value.head.next) : null
      const grants = page.ok ? await page.value.grants() : []
      if (coming !== null) await onItsWay()
      if (!page.ok || applier.feed(page.value.head, grants) === 'gap') {
        // A hub that has no place for us twice in one round is not understood: not to be asked a third time at once.
        if (resynced) return { ok: false, failure: { code: 'L-602' } }
        resynced = true
        coming = null
        introduced = false
        const known = await introduce()
        if (!known.ok) return known
        if (records.read()?.incarnation === record.incarnation) {
          const taken = await snapshot(record.incarnation)
          if (!taken.ok) return taken
        }
        continue
      }
      const { head } = page.value
      done += head.changes.length
      contact()
      if (!head.more) return ok(null)
      report({ syncing: { done, total: head.head === undefined ? null : done + head.head - head.next } })
    }
  }

  async function round(): Promise<Result<null>> {
    caughtUp = false
    // A kiosk that found its own ledger damaged talks to nobody; one that the hub froze asks whether it still is.
    const record = records.read()
    if (record?.frozenHere === true) return { ok: false, failure: { code: 'L-604' } }
    if (record?.frozen === true) introduced = false
    for (const step of [introduce, registerOpeningKey, push, outbox, pull, push]) {
      const result = await step()
      if (!result.ok) return result
    }
    if (records.read()?.refused === true) records.setFrozen(null)
    return ok(null)
  }

  function conclude(result: Result<null>): number {
    if (result.ok) {
      backoff.reset()
      caughtUp = true
      report({ state: 'online', failure: null, syncing: null })
      // Spread polling: a quarter either way, so that a fleet does not march in step.
      return Math.floor(pollMs * (0.75 + random() * 0.5))
    }
    const code = result.failure.code
    if (code === 'L-604') {
      if (records.read()?.frozen !== true) records.setFrozen('hub')
      report({ state: 'frozen', failure: result.failure, syncing: null })
    } else if (code === 'L-603') {
      // Whatever was granted here is burned at the hub by now: nothing more is proved or printed (promises P2, P5).
      const record = records.read()
      if (record?.refused !== true && record?.frozenHere !== true) records.setFrozen('refused')
      report({ state: 'refused', failure: result.failure, syncing: null })
    } else if (code === 'L-606' || code === 'L-104') {
      report({ state: 'refused', failure: result.failure, syncing: null })
    } else {
      report({ state: 'offline', failure: result.failure, syncing: null })
    }
    return Math.max(backoff.next(), hub.retryAfterMs())
  }

  /** Opened after a round that succeeded, closed by whatever closes it: so it never comes back faster than rounds do. */
  function listen(): void {
    if (listening || stopped) return
    listening = true
    void hub
      .hints(() => {
        if (stopped) return
        if (running !== null) again = true
        // Spread: one change may wake many kiosks.
        else schedule(Math.floor(random() * hintSpreadMs))
      })
      .finally(() => {
        listening = false
      })
  }

  async function runRounds(): Promise<Result<null>> {
    let result: Result<null>
    do {
      again = false
      try {
        result = await round()
      } catch (error) {
        const failure = storageFailure(error)
        if (failure === null) throw error
        result = { ok: false, failure }
      }
    } while (result.ok && again && !stopped)
    const wait = conclude(result)
    if (!stopped) schedule(wait)
    if (result.ok) listen()
    return result
  }

  function run(): Promise<Result<null>> {
    if (running !== null) {
      again = true
      return running
    }
    cancel?.()
    cancel = null
    running = runRounds().finally(() => {
      running = null
    })
    return running
  }

  function schedule(ms: number): void {
    cancel?.()
    cancel = timers.set(() => void run(), ms)
  }

  return {
    start() {
      stopped = false
      schedule(0)
    },
    async stop() {
      stopped = true
      cancel?.()
      await running
      await pages.stop()
      await hub.close()
    },
    status: () => status,
    caughtUp: () => caughtUp,
    now: run,
    nudge() {
      if (stopped) return
      if (running !== null) again = true
      else if (status.state === 'online' || status.state === 'never') schedule(20)
    },
  }
}
