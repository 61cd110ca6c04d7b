/** The loop with the hub: push the ledger, then pull the feed. Polling is the truth; a hint only wakes it early. */
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import { ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Applier } from './apply.ts'
import { createBackoff } from './backoff.ts'
import type { HubClient } from './hub-client.ts'
import { createEvidence } from './evidence.ts'
import { createIntroduction, type Introduction } from './introduction.ts'
import type { KioskRecords } from './kiosk-record.ts'
import type { PageReader } from './pages/index.ts'
import { createPull } from './pull.ts'
import { createPush, type PushTo } from './push.ts'
import { createRounds } from './rounds.ts'

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

/** What was appended to the ledger is sent after so long, ms: more may follow at once. */
const nudgeMs = 20

function initialState(records: KioskRecords): SyncStatus['state'] {
  const record = records.read()
  if (record?.frozen !== true) return 'never'
  return record.refused ? 'refused' : 'frozen'
}

/**
 * How the kiosk stands after a round that failed, and whether that freezes it. The record is read only where the hub
 * has refused the kiosk: a round that the disk ended must be told of whatever the disk does.
 */
function verdictOf(
  code: ErrorCode,
  records: KioskRecords,
): { readonly state: SyncStatus['state']; readonly freeze: 'hub' | 'refused' | null } {
  switch (code) {
    case failures.kioskFrozen:
      return { state: 'frozen', freeze: records.read()?.frozen === true ? null : 'hub' }
    case failures.kioskNotAccepted: {
      const record = records.read()
      // Whatever was granted here is burned at the hub by now: nothing more is proved or printed (promises P2, P5).
      return { state: 'refused', freeze: record?.refused === true || record?.frozenHere === true ? null : 'refused' }
    }
    case failures.signatureInvalid:
    case failures.hubNotThePinnedOne:
      return { state: 'refused', freeze: null }
    default:
      return { state: 'offline', freeze: null }
  }
}

/**
 * A hub put back from a backup since the last round is first told who this kiosk is and what it holds; one that lacks
 * what it had acknowledged, from where to send again.
 */
async function pushAnew(records: KioskRecords, pushTo: PushTo, introduction: Introduction): Promise<Result<null>> {
  const known = () => records.read()?.incarnation
  const before = known()
  if (before === undefined) return ok(null)
  const pushed = await pushTo(before)
  if (pushed.ok || (pushed.failure.code !== failures.cursorInvalid && pushed.failure.code !== failures.hubLacksEntries))
    return pushed
  introduction.again()
  const introducedAnew = await introduction.introduce()
  const after = known()
  return !introducedAnew.ok || after === undefined ? introducedAnew : pushTo(after)
}

/** What a round is made of. `contact`: the hub has answered. */
function composeSteps(
  { hub, ledger, records, applier, pages, now, onChange, batches = usualBatches }: Parts,
  contact: () => void,
  onProgress: (syncing: SyncStatus['syncing']) => void,
) {
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
    onProgress,
    onContact: contact,
    onLost: () => introduction.again(),
    introduce: () => introduction.introduce(),
  })
  const introduction: Introduction = createIntroduction({
    ...{ hub, ledger, records, applier, pushTo, now, snapshot },
    onOpeningAnswer: onChange,
  })
  return { introduction, pull, push: () => pushAnew(records, pushTo, introduction) }
}

export function createSync(parts: Parts): Sync {
  const { hub, ledger, records, pages, now, random, pollMs, onChange } = parts
  const { onDiskFailure = () => undefined, outbox = () => Promise.resolve(ok(null)) } = parts
  const backoff = createBackoff(random)
  let status: SyncStatus = {
    state: initialState(records),
    lastContactAt: records.read()?.lastContact ?? null,
    failure: null,
    syncing: null,
  }
  let contactSaved = 0
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

  const { introduction, pull, push } = composeSteps(parts, contact, (syncing) => report({ syncing }))
  const evidence = createEvidence(hub, ledger, records)

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

  /** Ends a round. Returns when the next begins, ms from now. */
  function conclude(result: Result<null>): number {
    if (result.ok) {
      backoff.reset()
      caughtUp = true
      report({ state: 'online', failure: null, syncing: null })
      // Spread polling: a quarter either way, so that a fleet does not march in step.
      return Math.floor(pollMs * (0.75 + random() * 0.5))
    }
    const { state, freeze } = verdictOf(result.failure.code, records)
    if (freeze !== null) records.setFrozen(freeze)
    report({ state, failure: result.failure, syncing: null })
    return Math.max(backoff.next(), hub.retryAfterMs())
  }

  const rounds = createRounds({
    round,
    conclude,
    hints: (wake) => hub.hints(wake),
    ...{ timers: parts.timers, random, pollMs, onDiskFailure },
  })

  return {
    start: rounds.start,
    async stop() {
      await rounds.stop()
      await pages.stop()
      await hub.close()
    },
    status: () => status,
    caughtUp: () => caughtUp,
    now: rounds.now,
    nudge() {
      rounds.wake(status.state === 'online' || status.state === 'never' ? nudgeMs : null)
    },
  }
}
