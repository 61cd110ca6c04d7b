/** The loop with the hub: push the ledger, then pull the feed. Polling is the truth; a hint only wakes it early. */
import { ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import { storageFailure } from '../storage/index.ts'
import type { Applier } from './apply.ts'
import { createBackoff } from './backoff.ts'
import type { HubClient } from './hub-client.ts'
import { createEvidence } from './evidence.ts'
import { createIntroduction } from './introduction.ts'
import type { KioskRecords } from './kiosk-record.ts'
import type { PageReader } from './pages/index.ts'
import { createPull } from './pull.ts'
import { createPush } from './push.ts'

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
  /** The disk failed under a round: told with the error of the database. */
  readonly onDiskFailure?: (error: unknown) => void
}

/** Pulls are small enough that the desk's thread is never long away from its screen. */
const usualBatches = { push: 5000, pull: 1500 } as const

/** A hint is followed within this long, ms. */
const hintSpreadMs = 300

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
  onDiskFailure = () => undefined,
  outbox = () => Promise.resolve(ok(null)),
  batches = usualBatches,
}: Parts): Sync {
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

  const pushTo = createPush({
    ...{ hub, ledger, records, batch: batches.push },
    onAcked() {
      contact()
      onChange()
    },
    onDoubt: () => introduction.again(),
  })
  const { pull, snapshot } = createPull({
    ...{ hub, records, applier, pages, batch: batches.pull },
    onProgress: (syncing) => report({ syncing }),
    onContact: contact,
    onLost: () => introduction.again(),
    introduce: () => introduction.introduce(),
  })
  const introduction = createIntroduction({
    ...{ hub, ledger, records, applier, pushTo, now, snapshot },
    onOpeningAnswer: onChange,
  })

  const evidence = createEvidence(hub, ledger, records)

  /**
   * A hub put back from a backup since the last round is first told who this kiosk is and what it holds; one that lacks
   * what it had acknowledged, from where to send again.
   */
  async function push(): Promise<Result<null>> {
    const known = () => records.read()?.incarnation
    const before = known()
    if (before === undefined) return ok(null)
    const pushed = await pushTo(before)
    if (
      pushed.ok ||
      (pushed.failure.code !== failures.cursorInvalid && pushed.failure.code !== failures.hubLacksEntries)
    )
      return pushed
    introduction.again()
    const introducedAnew = await introduction.introduce()
    const after = known()
    return !introducedAnew.ok || after === undefined ? introducedAnew : pushTo(after)
  }

  async function round(): Promise<Result<null>> {
    caughtUp = false
    // A kiosk that found its own ledger damaged talks to nobody; one that the hub froze asks whether it still is.
    const record = records.read()
    if (record?.frozenHere === true) return { ok: false, failure: { code: failures.kioskFrozen } }
    if (record?.frozen === true) introduction.again()
    for (const step of [introduction.introduce, introduction.registerOpeningKey, push, outbox, pull, push]) {
      const result = await step()
      if (result.ok) continue
      if (result.failure.code === failures.kioskFrozen) await evidence.bring()
      return result
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
    if (code === failures.kioskFrozen) {
      if (records.read()?.frozen !== true) records.setFrozen('hub')
      report({ state: 'frozen', failure: result.failure, syncing: null })
    } else if (code === failures.kioskNotAccepted) {
      // Whatever was granted here is burned at the hub by now: nothing more is proved or printed (promises P2, P5).
      const record = records.read()
      if (record?.refused !== true && record?.frozenHere !== true) records.setFrozen('refused')
      report({ state: 'refused', failure: result.failure, syncing: null })
    } else if (code === failures.signatureInvalid || code === failures.hubNotThePinnedOne) {
      report({ state: 'refused', failure: result.failure, syncing: null })
    } else {
      report({ state: 'offline', failure: result.failure, syncing: null })
    }
    return Math.max(backoff.next(), hub.retryAfterMs())
  }

  /**
   * Opened after a round that succeeded, closed by whatever closes it: so it never comes back faster than rounds do.
   */
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
        onDiskFailure(error)
      }
    } while (result.ok && again && !stopped)
    let wait = pollMs
    try {
      wait = conclude(result)
    } catch (error) {
      if (storageFailure(error) === null) throw error
      onDiskFailure(error)
    }
    // Whatever the disk does, the loop goes on.
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
